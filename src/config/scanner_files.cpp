#include "config/scanner_files.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>

#include "base/text.hpp"
#include "base/time.hpp"
#include "doc/yaml.hpp"

namespace gatepost::config {
namespace {

constexpr std::size_t kMostEntries = 10'000;  // of a file
constexpr std::size_t kMostNotes = 5;         // of a file

// "src/a.py" as a glob that means just that.
std::string literal(std::string_view path) {
  std::string pattern;
  for (const char c : path) {
    if (std::string_view("*?[]{}\\").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

// The day of "2026-12-31" and of a whole timestamp.
std::optional<std::chrono::sys_days> day(std::string_view text) {
  const auto time = parse_timestamp(text);
  return time ? std::optional(day_of(*time)) : std::nullopt;
}

// "key = value # why": the parts of one line of TOML as far as such files go: strings, dates, and nothing nested.
struct TomlLine {
  std::string key, value;
};

std::optional<std::string> toml_value(std::string_view text) {
  text = text::trim(text);
  if (text.empty()) return std::nullopt;
  if (text[0] != '"' && text[0] != '\'') return std::string(text::trim(text.substr(0, text.find('#'))));
  const char quote = text[0];
  std::string value;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == quote) return value;
    const bool escapes = quote == '"' && text[i] == '\\' && i + 1 < text.size();
    value += escapes ? text[++i] : text[i];
  }
  return std::nullopt;
}

std::optional<TomlLine> toml_line(std::string_view line) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  auto value = toml_value(line.substr(equals + 1));
  if (!value) return std::nullopt;
  return TomlLine{std::string(text::trim(line.substr(0, equals))), std::move(*value)};
}

class Reader {
 public:
  explicit Reader(const std::string& name) : name_(name) {}

  ScannerWaivers run(const std::string& text) {
    if (name_ == ".trivyignore") read_trivy_lines(text);
    if (name_ == ".gitleaksignore") read_gitleaks(text);
    if (name_ == "osv-scanner.toml") read_osv(text);
    if (name_ == ".trivyignore.yaml" || name_ == ".snyk") read_yaml(text);
    return std::move(out_);
  }

 private:
  void tell(const std::string& where, const std::string& what) {
    if (out_.notes.size() >= kMostNotes) return;
    out_.notes.push_back(
        {Note::Level::warning, "scanner-file", fmt::format("{}; the entry ignores nothing here", what), where});
  }
  std::string at(std::size_t line) const { return fmt::format("{}:{}:1", name_, line); }

  // An entry; what it covers is put in by who asks for it. nullptr beyond the limit.
  policy::Waiver* add(std::string_view id, const char* engine, std::string where) {
    if (out_.waivers.size() >= kMostEntries) {
      tell(where, fmt::format("more than the limit of {} entries", kMostEntries));
      return nullptr;
    }
    policy::Waiver waiver;
    waiver.id = WaiverId{fmt::format("{}:{}", name_, text::printable(id, 80))};
    waiver.engine = engine;
    waiver.reason = "risk_accepted";
    waiver.created = std::chrono::sys_days::min();
    waiver.expires = std::chrono::sys_days::max();
    waiver.max_findings = std::numeric_limits<std::size_t>::max();
    waiver.where = std::move(where);
    waiver.imported_from = name_;
    out_.waivers.push_back(std::move(waiver));
    return &out_.waivers.back();
  }

  // False for a day that nobody can read: then the entry does not count.
  bool set_last_day(policy::Waiver& waiver, std::string_view text) {
    if (text.empty()) return true;
    if (const auto last = day(text)) {
      waiver.expires = *last;
      return true;
    }
    tell(waiver.where, fmt::format("\"{}\" is no day", text::printable(text, 40)));
    out_.waivers.pop_back();
    return false;
  }

  template <class See>
  static void each_line(const std::string& text, const See& see) {
    std::size_t number = 0;
    for (const std::string_view line : text::split(text, '\n')) see(text::trim(line), ++number);
  }

  // "CVE-2024-1 exp:2026-12-31 # why", one a line.
  void read_trivy_lines(const std::string& text) {
    each_line(text, [&](std::string_view line, std::size_t number) {
      line = text::trim(line.substr(0, line.find('#')));
      if (line.empty()) return;
      const std::string folded = text::fold_whitespace(line);
      const auto words = text::split(folded, ' ');
      policy::Waiver* const waiver = add(words[0], "trivy", at(number));
      if (waiver == nullptr) return;
      waiver->rule_or_advisory = words[0];
      for (std::size_t i = 1; i < words.size(); ++i) {
        if (words[i].starts_with("exp:") && !set_last_day(*waiver, words[i].substr(4))) return;
      }
    });
  }

  // "<commit>:<file>:<rule>:<line>" or without the commit, one a line.
  void read_gitleaks(const std::string& text) {
    each_line(text, [&](std::string_view line, std::size_t number) {
      if (line.empty() || line.starts_with('#')) return;
      std::vector<std::string_view> parts = text::split(line, ':');
      const auto row = text::parse_number(parts.back());
      if (parts.size() < 3 || !row) return tell(at(number), "no fingerprint of gitleaks");
      const std::string_view rule = parts[parts.size() - 2];
      parts.resize(parts.size() - 2);
      const bool has_commit = parts.size() > 1 && parts[0].size() == 40;
      std::string path;
      for (std::size_t i = has_commit ? 1 : 0; i < parts.size(); ++i)
        path.append(path.empty() ? "" : ":").append(parts[i]);
      auto glob = Glob::compile(literal(path));
      if (path.empty() || !glob) return tell(at(number), "no fingerprint of gitleaks");
      policy::Waiver* const waiver = add(line, "gitleaks", at(number));
      if (waiver == nullptr) return;
      waiver->rule = rule;
      waiver->path = std::move(*glob);
      waiver->line = static_cast<std::uint32_t>(std::min<std::size_t>(*row, 1'000'000'000));
    });
  }

  // [[IgnoredVulns]] with id, ignoreUntil and reason.
  void read_osv(const std::string& text) {
    struct Entry {
      std::map<std::string, std::string> values;
      std::size_t line = 0;
    };
    std::vector<Entry> entries;
    bool inside = false;
    each_line(text, [&](std::string_view line, std::size_t number) {
      if (line.empty() || line.starts_with('#')) return;
      if (line.starts_with('[')) {
        inside = line.starts_with("[[IgnoredVulns]]");
        if (inside) entries.push_back({{}, number});
        return;
      }
      if (!inside) return;
      auto pair = toml_line(line);
      if (!pair) return tell(at(number), "expected key = value");
      entries.back().values[pair->key] = std::move(pair->value);
    });
    for (Entry& entry : entries) {
      const std::string id = entry.values["id"];
      if (id.empty()) {
        tell(at(entry.line), "\"id\" is missing");
        continue;
      }
      policy::Waiver* const waiver = add(id, "osv-scanner", at(entry.line));
      if (waiver == nullptr) return;
      waiver->rule_or_advisory = id;
      waiver->justification = entry.values["reason"];
      set_last_day(*waiver, entry.values["ignoreUntil"]);
    }
  }

  void read_yaml(const std::string& text) {
    const auto document = doc::parse_yaml(text, name_);
    if (!document) {
      out_.notes.push_back({Note::Level::warning, "scanner-file", document.error().message, name_});
      return;
    }
    name_ == ".snyk" ? read_snyk(document->root()) : read_trivy(document->root());
  }

  // vulnerabilities, misconfigurations, secrets, licenses: lists of id, paths, purls, expired_at, statement.
  void read_trivy(doc::View root) {
    for (const char* const list : {"vulnerabilities", "misconfigurations", "secrets", "licenses"}) {
      for (const doc::View entry : root.at(list).items()) read_trivy_entry(entry);
    }
  }

  // One waiver for each path and purl: an entry counts where one of them fits.
  void read_trivy_entry(doc::View entry) {
    const std::string_view id = entry.at("id").scalar();
    if (id.empty()) return tell(entry.where(), "\"id\" is missing");
    std::vector<std::string_view> paths, purls;
    for (const doc::View it : entry.at("paths").items()) paths.push_back(it.text());
    for (const doc::View it : entry.at("purls").items()) purls.push_back(it.text());
    if (paths.empty()) paths.emplace_back();
    if (purls.empty()) purls.emplace_back();
    for (const std::string_view path : paths) {
      for (const std::string_view purl : purls) {
        auto glob = Glob::compile(path);
        if (!path.empty() && !glob) return tell(entry.where(), glob.error().message);
        policy::Waiver* const waiver = add(id, "trivy", entry.where());
        if (waiver == nullptr) return;
        waiver->rule_or_advisory = id;
        waiver->justification = entry.at("statement").scalar();
        waiver->purl = purl;
        if (!path.empty()) waiver->path = std::move(*glob);
        if (!set_last_day(*waiver, entry.at("expired_at").scalar())) return;
      }
    }
  }

  // ignore: {ID: [{"path > of > packages": {reason, expires, created}}]}. Which way leads to the package no finding
  // tells: only entries for all of them count.
  void read_snyk(doc::View root) {
    for (const auto& [id, list] : root.at("ignore").members()) {
      for (const doc::View item : list.items()) {
        for (const auto& [path, entry] : item.members()) {
          if (path != "*") {
            tell(entry.key_where(),
                 fmt::format("it is about the way \"{}\", which findings do not tell", text::printable(path, 60)));
            continue;
          }
          policy::Waiver* const waiver = add(id, "snyk", entry.key_where());
          if (waiver == nullptr) return;
          waiver->rule_or_advisory = id;
          waiver->justification = entry.at("reason").scalar();
          set_last_day(*waiver, entry.at("expires").scalar());
        }
      }
    }
  }

  const std::string& name_;
  ScannerWaivers out_;
};

}  // namespace

ScannerWaivers read_scanner_file(const std::string& name, const std::string& text) { return Reader(name).run(text); }

}  // namespace gatepost::config
