#include "app/ledger_origins.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "context/manifests.hpp"
#include "git/authorship.hpp"
#include "git/tree.hpp"
#include "model/purl.hpp"

namespace gatepost::app {
namespace {

constexpr std::size_t kMostFiles = 200, kMostLines = 2'000;  // lines of one file

// Where manifests and lock files of a commit say which version of a package there is.
class PackageLines {
 public:
  PackageLines(const git::Repository& repository, const git::ObjectId& head) {
    if (auto tree = git::Tree::of_commit(repository, head)) tree_.emplace(std::move(*tree));
  }

  // The lines with its name and its version; none when the file does not have the package in this version.
  std::vector<std::uint32_t> find(const std::string& path, const Purl& purl) {
    const File& file = read(path);
    std::string name = purl.name();
    if (!purl.name_space().empty()) name = purl.name_space() + (purl.type() == "maven" ? ":" : "/") + name;
    name = context::package_key(purl.type(), name);
    if (file.lock) {
      for (const context::Locked& it : file.lock->packages) {
        // The version stands below the name.
        if (it.line != 0 && it.name == name && it.version == purl.version()) return {it.line, it.line + 1};
      }
    }
    const context::Declared* const declared = file.manifest ? file.manifest->find(name) : nullptr;
    const bool same = declared != nullptr && context::plain_version(declared->version) == purl.version();
    return same && declared->line != 0 ? std::vector{declared->line} : std::vector<std::uint32_t>();
  }

 private:
  struct File {
    std::optional<context::Lock> lock;
    std::optional<context::Manifest> manifest;
  };

  const File& read(const std::string& path) {
    const auto [entry, fresh] = files_.try_emplace(path);
    if (!fresh || !tree_ || !context::is_manifest(path)) return entry->second;
    const auto text = tree_->read(path, context::kLargestManifest);
    if (!text || !*text) return entry->second;
    entry->second = {context::read_lock(path, **text), context::read_manifest(path, **text)};
    return entry->second;
  }

  std::optional<git::Tree> tree_;
  std::map<std::string, File> files_;
};

class Origins {
 public:
  Origins(const Evidence& evidence, const Assessment& assessment, const ledger::State& state,
          const std::vector<BaseMatch>& matches)
      : evidence_(evidence), assessment_(assessment), state_(state), origins_(matches.size()) {
    for (std::size_t i = 0; i < matches.size(); ++i) {
      const ledger::Tracked* const known = state.find(finding(i).id);
      if (!matches[i].known && (known == nullptr || !known->is_live())) fresh_.push_back(i);
    }
  }

  std::vector<Origin> take() {
    const auto head = git::ObjectId::parse(assessment_.change.head);
    if (!head || fresh_.empty()) return std::move(origins_);
    if (!evidence_.repository.is_shallow()) find_commits(*head);
    if (const auto last = git::ObjectId::parse(state_.last_commit)) find_news(*head, *last);
    return std::move(origins_);
  }

 private:
  [[nodiscard]] const Finding& finding(std::size_t index) const { return assessment_.findings.all[index]; }

  // What nobody knows of stays unknown: a history that is not here, lines that only bots wrote.
  void find_commits(const git::ObjectId& head) {
    std::map<std::string, std::set<std::uint32_t>, std::less<>> lines;
    std::map<std::size_t, std::vector<std::uint32_t>> lines_by_finding;
    PackageLines packages(evidence_.repository, head);
    for (const std::size_t i : fresh_) {
      const Finding& it = finding(i);
      if (it.file == Finding::kNoFile) continue;
      const std::string path(assessment_.findings.path_of(it));
      if (!lines.contains(path) && lines.size() == kMostFiles) continue;
      std::vector<std::uint32_t> own = lines_of(it, path, packages);
      auto& wanted = lines[path];
      if (own.empty() || wanted.size() + own.size() > kMostLines) continue;
      wanted.insert(own.begin(), own.end());
      lines_by_finding.emplace(i, std::move(own));
    }
    std::erase_if(lines, [](const auto& it) { return it.second.empty(); });
    std::vector<git::WantedLines> wanted;
    for (const auto& [path, all] : lines) wanted.push_back({path, {all.begin(), all.end()}});
    if (wanted.empty()) return;
    const auto answer = git::authorship(evidence_.repository, head, head, wanted);
    if (!answer) return;
    std::map<std::pair<std::string_view, std::uint32_t>, std::int64_t> seconds;
    for (const git::Authorship& file : answer->files) {
      for (const git::LineAuthor& it : file.lines) seconds[{file.path, it.line}] = it.at;
    }
    for (const auto& [i, own] : lines_by_finding)
      origins_[i].introduced_ms = youngest(seconds, assessment_.findings.path_of(finding(i)), own) * 1000;
  }

  // Of code its first line; of a package the lines that say its version, where a manifest or lock file does.
  [[nodiscard]] std::vector<std::uint32_t> lines_of(const Finding& it, const std::string& path,
                                                    PackageLines& packages) const {
    const ObservationTable& table = assessment_.table;
    if (!is_dependency_kind(it.kind)) {
      return it.range.first_line == 0 ? std::vector<std::uint32_t>() : std::vector{it.range.first_line};
    }
    const StoredComponent* const component = table.component_of(table.row(it.primary));
    const auto purl = component == nullptr ? std::nullopt : Purl::parse(table.text(component->purl));
    return purl ? packages.find(path, *purl) : std::vector<std::uint32_t>();
  }

  // In seconds; 0 when somebody of them is not known.
  using Seconds = std::map<std::pair<std::string_view, std::uint32_t>, std::int64_t>;
  static std::int64_t youngest(const Seconds& seconds, std::string_view path, const std::vector<std::uint32_t>& lines) {
    std::int64_t last = 0;
    for (const std::uint32_t line : lines) {
      const auto found = seconds.find({path, line});
      if (found == seconds.end()) return 0;
      last = std::max(last, found->second);
    }
    return last;
  }

  // A scanner that ran before reports a package of a manifest that is what it was then.
  void find_news(const git::ObjectId& head, const git::ObjectId& last) {
    const auto now = git::Tree::of_commit(evidence_.repository, head),
               before = git::Tree::of_commit(evidence_.repository, last);
    if (!now || !before) return;
    std::map<std::string, bool, std::less<>> unchanged;
    for (const std::size_t i : fresh_) {
      const Finding& it = finding(i);
      if (!is_dependency_kind(it.kind) || it.file == Finding::kNoFile || !ran_before(it)) continue;
      const auto [entry, first] = unchanged.try_emplace(std::string(assessment_.findings.path_of(it)), false);
      if (first) entry->second = is_same(*before, *now, entry->first);
      origins_[i].advisory_new = entry->second;
    }
  }
  [[nodiscard]] bool ran_before(const Finding& it) const {
    const ObservationTable& table = assessment_.table;
    const auto engine = state_.engines.find(std::string(table.text(table.rule_of(table.row(it.primary)).engine)));
    return engine != state_.engines.end() && engine->second.last_complete != 0;
  }
  static bool is_same(const git::Tree& before, const git::Tree& now, const std::string& path) {
    const auto a = before.find(path), b = now.find(path);
    return a && b && *a && *b && (*a)->id == (*b)->id;
  }

  const Evidence& evidence_;
  const Assessment& assessment_;
  const ledger::State& state_;
  std::vector<Origin> origins_;
  std::vector<std::size_t> fresh_;  // findings
};

}  // namespace

std::vector<Origin> origins_of(const Evidence& evidence, const Assessment& assessment, const ledger::State& state,
                               const std::vector<BaseMatch>& matches) {
  return Origins(evidence, assessment, state, matches).take();
}

}  // namespace gatepost::app
