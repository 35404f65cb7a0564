#include "context/change_signals.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/assert.hpp"
#include "base/glob.hpp"
#include "base/regex.hpp"
#include "base/resource.hpp"
#include "base/text.hpp"
#include "context/import_evidence.hpp"
#include "context/manifests.hpp"
#include "doc/yaml.hpp"

namespace gatepost::context {
namespace {

constexpr std::size_t kLongestLine = 4'000;   // bytes that are looked at
constexpr std::size_t kLongestSubject = 120;  // bytes
constexpr std::uint32_t kManyLines = 1'000;
constexpr std::size_t kManyFiles = 50;
constexpr std::uint32_t kExecutable = 0100755;

struct SignalRule {
  std::string id, title;
  std::int64_t points = 0, most = 0;
  std::vector<Glob> paths, unless_paths;
  std::vector<Regex> path_like, added, unless;
};

std::vector<Glob> globs(doc::View list) {
  std::vector<Glob> all;
  for (const doc::View pattern : list.items()) {
    auto glob = Glob::compile(pattern.text());
    GP_ASSERT(glob.ok());
    all.push_back(std::move(*glob));
  }
  return all;
}

std::vector<Regex> patterns(doc::View list) {
  std::vector<Regex> all;
  for (const doc::View pattern : list.items()) {
    auto regex = Regex::compile(pattern.text());
    GP_ASSERT(regex.ok());
    all.push_back(std::move(*regex));
  }
  return all;
}

struct SignalRules {
  std::vector<SignalRule> by_file;
  std::map<std::string, SignalRule, std::less<>> all;  // numbers and words of each; without paths and patterns
};

SignalRules load() {
  constexpr const char* kName = "rules/change-signals.yaml";
  const auto bytes = find_resource(kName);
  GP_ASSERT(bytes.has_value());
  const auto document = doc::parse_yaml(std::string(*bytes), kName);
  GP_ASSERT(document.ok());
  SignalRules rules;
  for (const char* const list : {"signals", "built-in"}) {
    for (const auto& [id, stated] : document->root().at(list).members()) {
      const auto head = [&, &id = id, &stated = stated] {
        SignalRule rule;
        rule.id = id;
        rule.title = stated.at("title").text();
        rule.points = stated.at("points").integer().value_or(0);
        rule.most = stated.at("most").integer().value_or(rule.points);
        return rule;
      };
      GP_ASSERT(head().points > 0);
      rules.all.emplace(id, head());
      if (std::string_view(list) != "signals") continue;
      SignalRule rule = head();
      rule.paths = globs(stated.at("paths"));
      rule.path_like = patterns(stated.at("path-like"));
      rule.unless_paths = globs(stated.at("unless-paths"));
      rule.added = patterns(stated.at("added"));
      rule.unless = patterns(stated.at("unless"));
      rules.by_file.push_back(std::move(rule));
    }
  }
  return rules;
}

const SignalRules& signal_rules() {
  static const SignalRules rules = load();
  return rules;
}

bool any_matches(const std::vector<Glob>& globs, std::string_view path) {
  return std::ranges::any_of(globs, [&](const Glob& glob) { return glob.matches(path); });
}

bool any_finds(const std::vector<Regex>& patterns, std::string_view text) {
  return std::ranges::any_of(patterns, [&](const Regex& pattern) { return pattern.found_in(text); });
}

// A rule without paths is about every file.
bool is_about(const SignalRule& rule, std::string_view path) {
  if (path.empty() || any_matches(rule.unless_paths, path)) return false;
  const bool everywhere = rule.paths.empty() && rule.path_like.empty();
  return everywhere || any_matches(rule.paths, path) || any_finds(rule.path_like, path);
}

// Calls with each line that the change adds, and its number.
template <class Each>
void for_added_lines(const FileChange& change, std::string_view after, Each each) {
  std::uint32_t number = 1;
  std::size_t at = 0;
  for (const Hunk& hunk : change.hunks) {
    if (hunk.line_endings_only || hunk.new_count == 0) continue;
    while (number < hunk.new_first && at < after.size()) {
      at = std::min(after.find('\n', at), after.size() - 1) + 1;
      ++number;
    }
    for (std::uint32_t i = 0; i < hunk.new_count && at < after.size(); ++i, ++number) {
      const std::size_t end = std::min(after.find('\n', at), after.size());
      each(after.substr(at, std::min(end - at, kLongestLine)), number);
      at = std::min(end + 1, after.size());
    }
  }
}

class Signals {
 public:
  explicit Signals(std::span<const ChangedFile> files) : files_(files) {}

  std::vector<ChangeSignal> find(const ChangeFacts& facts) {
    for (const ChangedFile& file : files_) {
      by_rules(file);
      by_kind(*file.change);
      by_manifest(file);
    }
    by_size();
    if (facts.new_author) add("first-time-author", {}, {}, 0);
    return found();
  }

 private:
  void add(std::string_view name, std::string_view subject, const std::string& path, std::uint32_t line) {
    auto signal = signal_of(name, text::printable(text::trim(subject), kLongestSubject), path, line);
    GP_ASSERT(signal.has_value());
    auto& [kept, seen] = found_[signal->signal];
    ++seen;
    if (kept.size() < kMostKept) kept.push_back(std::move(*signal));
  }

  void by_rules(const ChangedFile& file) {
    const FileChange& change = *file.change;
    for (const SignalRule& rule : signal_rules().by_file) {
      const bool about_new = is_about(rule, change.new_path);
      if (rule.added.empty()) {
        const bool only_new = rule.id == "minified";  // one that goes is none
        if (about_new || (!only_new && is_about(rule, change.old_path)))
          add(rule.id, {}, change.new_path.empty() ? change.old_path : change.new_path, 0);
        continue;
      }
      if (!about_new || !file.after) continue;
      for_added_lines(change, *file.after, [&](std::string_view line, std::uint32_t number) {
        if (const auto subject = match(rule, line)) add(rule.id, *subject, change.new_path, number);
      });
    }
  }

  static std::optional<std::string_view> match(const SignalRule& rule, std::string_view line) {
    for (const Regex& pattern : rule.added) {
      if (!pattern.found_in(line)) continue;
      if (any_finds(rule.unless, line)) return std::nullopt;
      const auto groups = pattern.match(line);
      const std::size_t subject = pattern.group("subject");
      return groups && subject > 0 ? (*groups)[subject] : std::string_view{};
    }
    return std::nullopt;
  }

  void by_kind(const FileChange& change) {
    const bool gone = change.new_path.empty();
    const bool was_executable = change.old_mode == kExecutable && !change.old_path.empty();
    if (!gone && change.new_mode == kExecutable && !was_executable) add("executable", {}, change.new_path, 0);
    if (!gone && change.binary) add("binary", {}, change.new_path, 0);
    if (gone && import_rules().is_test(change.old_path)) add("tests-deleted", {}, change.old_path, 0);
  }

  void by_manifest(const ChangedFile& file) {
    const std::string& path = file.change->new_path;
    if (path.empty() || !file.after) return;
    const std::string before = file.before.value_or("");
    const std::string& old_path = file.change->old_path.empty() ? path : file.change->old_path;
    if (const auto now = read_manifest(path, *file.after)) {
      const auto then = read_manifest(old_path, before);
      compare(then.value_or(Manifest{}), *now, path);
    }
    if (const auto now = read_lock(path, *file.after)) {
      const auto then = read_lock(old_path, before);
      if (then) compare(*then, *now, path);
    }
  }

  void compare(const Manifest& then, const Manifest& now, const std::string& path) {
    for (const Declared& it : now.direct) {
      const Declared* const known = then.find(it.name);
      if (known == nullptr && !it.dev) add("new-dependency", it.name, path, it.line);
      if (known == nullptr) continue;
      if (is_below(now.ecosystem, plain_version(it.version), plain_version(known->version)))
        add("downgrade", it.name + " " + known->version + " to " + it.version, path, it.line);
    }
    for (const Declared& it : now.sources) {
      if (std::ranges::find(then.sources, it.name, &Declared::name) == then.sources.end())
        add("registry", it.name, path, it.line);
    }
  }

  void compare(const Lock& then, const Lock& now, const std::string& path) {
    std::map<std::string_view, const Locked*> highest;
    std::set<std::string_view> hosts;
    for (const Locked& it : then.packages) {
      hosts.insert(it.host);
      const Locked*& best = highest[it.name];
      if (best == nullptr || is_below(then.ecosystem, best->version, it.version)) best = &it;
    }
    std::set<std::string_view> new_hosts;
    std::map<std::string_view, const Locked*> highest_now;
    for (const Locked& it : now.packages) {
      if (!it.host.empty() && !hosts.contains(it.host) && !then.packages.empty() && new_hosts.insert(it.host).second)
        add("registry", it.name + " from " + it.host, path, it.line);
      if (it.install_script && !highest.contains(it.name)) add("install-script", it.name, path, it.line);
      const Locked*& best = highest_now[it.name];
      if (best == nullptr || is_below(now.ecosystem, best->version, it.version)) best = &it;
    }
    for (const auto& [name, it] : highest_now) {
      const auto known = highest.find(name);
      if (known == highest.end() || !is_below(now.ecosystem, it->version, known->second->version)) continue;
      add("downgrade", std::string(name) + " " + known->second->version + " to " + it->version, path, it->line);
    }
  }

  void by_size() {
    std::uint64_t lines = 0;
    for (const ChangedFile& file : files_) {
      for (const Hunk& hunk : file.change->hunks) lines += std::uint64_t{hunk.old_count} + hunk.new_count;
    }
    if (lines > kManyLines) add("many-lines", std::to_string(lines), {}, 0);
    if (files_.size() > kManyFiles) add("many-files", std::to_string(files_.size()), {}, 0);
  }

  std::vector<ChangeSignal> found() {
    std::vector<ChangeSignal> all;
    for (auto& [name, group] : found_) {
      if (group.seen > group.kept.size())
        group.kept.back().more = static_cast<std::uint32_t>(group.seen - group.kept.size());
      std::ranges::move(group.kept, std::back_inserter(all));
    }
    return counted_signals(std::move(all));
  }

  static constexpr std::size_t kMostKept = 20;
  struct Group {
    std::vector<ChangeSignal> kept;
    std::size_t seen = 0;
  };
  std::span<const ChangedFile> files_;
  std::map<std::string, Group> found_;
};

std::int64_t points_of(const std::vector<ChangeSignal>& signals, std::string_view name) {
  std::int64_t points = 0;
  for (const ChangeSignal& it : signals) points += it.signal == name ? it.points : 0;
  return points;
}

}  // namespace

std::vector<ChangeSignal> change_signals(std::span<const ChangedFile> files, const ChangeFacts& facts) {
  return Signals(files).find(facts);
}

bool tells_signals(const FileChange& file) {
  if (file.new_path.empty() || file.binary || file.hunks.empty()) return false;
  return std::ranges::any_of(file.hunks, [](const Hunk& hunk) { return hunk.new_count + hunk.old_count > 0; });
}

std::vector<ChangeSignal> counted_signals(std::vector<ChangeSignal> signals) {
  sort_signals(signals);
  std::vector<ChangeSignal> counted;
  std::map<std::string, std::pair<std::int64_t, std::size_t>> so_far;  // points, and the last that counts
  for (ChangeSignal& it : signals) {
    const auto rule = signal_rules().all.find(it.signal);
    if (rule == signal_rules().all.end()) continue;
    auto& [points, last] = so_far[it.signal];
    const std::int64_t left = rule->second.most - points;
    if (left <= 0) {
      counted[last].more += 1 + it.more;
      continue;
    }
    it.points = std::min(rule->second.points, left);
    points += it.points;
    last = counted.size();
    counted.push_back(std::move(it));
  }
  return counted;
}

std::optional<ChangeSignal> signal_of(std::string_view name, std::string subject, std::string path,
                                      std::uint32_t line) {
  const auto rule = signal_rules().all.find(name);
  if (rule == signal_rules().all.end()) return std::nullopt;
  ChangeSignal signal{.signal = rule->second.id, .points = rule->second.points, .path = std::move(path), .line = line};
  signal.because = rule->second.title + (subject.empty() ? "" : ": " + subject);
  signal.subject = std::move(subject);
  return signal;
}

std::vector<ChangeSignal> stronger_signals(std::vector<ChangeSignal> a, std::vector<ChangeSignal> b) {
  std::set<std::string> names;
  for (const auto* const side : {&a, &b}) {
    for (const ChangeSignal& it : *side) names.insert(it.signal);
  }
  std::vector<ChangeSignal> all;
  for (const std::string& name : names) {
    const auto& stronger = points_of(a, name) >= points_of(b, name) ? a : b;
    std::ranges::copy_if(stronger, std::back_inserter(all), [&](const ChangeSignal& it) { return it.signal == name; });
  }
  sort_signals(all);
  return all;
}

void sort_signals(std::vector<ChangeSignal>& signals) {
  std::ranges::sort(signals, [](const ChangeSignal& a, const ChangeSignal& b) {
    return std::tie(b.points, a.signal, a.path, a.line, a.subject) <
           std::tie(a.points, b.signal, b.path, b.line, b.subject);
  });
}

}  // namespace gatepost::context
