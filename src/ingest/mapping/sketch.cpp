#include "ingest/mapping/sketch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <vector>

#include "base/regex.hpp"
#include "base/text.hpp"
#include "ingest/mapping/source.hpp"

namespace gatepost::ingest::mapping {
namespace {

constexpr std::size_t kMostRecords = 200;  // of a list, that are looked at
constexpr std::size_t kDeepest = 6;        // lists in lists

// What tools call a fact, in the order of trust; compared without case and signs.
struct Guess {
  std::string_view field;
  std::array<std::string_view, 10> names;
};
constexpr std::array<Guess, 16> kGuesses = {{
    {"rule_id",
     {"ruleid", "checkid", "testid", "rule", "check", "code", "vulnerabilityid", "templateid", "type", "id"}},
    {"title", {"title", "message", "msg", "summary", "name", "issuetext", "shortdescription", "description", "text"}},
    {"description", {"description", "longdescription", "details", "detail"}},
    {"severity", {"severity", "level", "risk", "priority", "issueseverity", "threat"}},
    {"confidence", {"confidence", "issueconfidence", "certainty"}},
    {"file_path", {"filepath", "filename", "file", "path", "uri", "sourcefile", "target"}},
    {"line", {"line", "linenumber", "startline", "beginline", "lineno", "row"}},
    {"end_line", {"endline", "lineend"}},
    {"column", {"column", "col", "startcolumn", "begincolumn"}},
    {"component_name", {"packagename", "pkgname", "package", "componentname", "component", "module", "artifact"}},
    {"component_version", {"installedversion", "packageversion", "componentversion", "version"}},
    {"fix_version", {"fixedversion", "fixversion", "fixversions", "fixedin", "patchedversions"}},
    {"cwe", {"cwe", "cweid", "cwes", "cweids"}},
    {"vuln_ids", {"cve", "cveid", "cves", "aliases"}},
    {"url", {"url", "matchedat", "endpoint"}},
    {"help_url", {"moreinfo", "helpuri", "reference", "link", "documentationurl"}},
}};

std::string plain(std::string_view name) {
  std::string out;
  for (const char c : text::lower(name)) {
    if (text::is_alnum(c)) out += c;
  }
  return out;
}

bool is_plain_name(std::string_view name) {
  const std::size_t sign = name.starts_with('@') || name.starts_with('#') ? 1 : 0;
  return name.size() > sign && !text::is_digit(name[sign]) &&
         std::ranges::all_of(name.substr(sign), [](char c) { return text::is_alnum(c) || c == '_'; });
}

std::string step(std::string_view name) {
  if (is_plain_name(name)) return fmt::format(".{}", name);
  return fmt::format(".\"{}\"", text::replace_all(std::string(name), "\"", "\\\""));
}

bool is_element(doc::View view) { return view.at("#tag").is_string(); }

// A list of objects, and how it is reached: the members from one list to the next.
struct Records {
  std::vector<std::vector<std::string>> path;  // members between lists; the first from the root
  std::vector<doc::View> records;
};

// Members of the records with a scalar in them, also one level down: "start.line".
void collect_members(doc::View record, const std::string& prefix, std::vector<std::string>& members) {
  for (const auto& [name, value] : record.members()) {
    const std::string path = prefix + step(name);
    const bool leaf = !value.is_object() && !(value.is_array() && value.at(0).is_object() && !is_element(value.at(0)));
    if (leaf && name != "#tag" && std::ranges::find(members, path) == members.end()) members.push_back(path);
    if (value.is_object() && prefix.find('.') == std::string::npos) collect_members(value, path, members);
  }
}

std::string last_name(std::string_view path) {
  const std::size_t quote = path.ends_with('"') ? path.rfind(".\"") : path.rfind('.');
  return plain(path.substr(quote + 1));
}

std::optional<std::string> guessed(const Guess& guess, const std::vector<std::string>& members) {
  for (const std::string_view name : guess.names) {
    if (name.empty()) break;
    for (const std::string& member : members) {
      if (last_name(member) == name) return member;
    }
  }
  return std::nullopt;
}

class Search {
 public:
  // Of all lists of objects the one that has most records, inner ones before outer ones when they have as many.
  Records largest(const Source& source) {
    if (source.roots.size() > 1) return {{{}}, source.roots};
    if (!source.roots.empty()) visit(source.roots.front(), {{}});
    const Records* best = nullptr;
    for (const auto& [key, found] : found_) {
      if (best == nullptr || weight(found) > weight(*best)) best = &found;
    }
    return best == nullptr ? Records{} : *best;
  }

 private:
  // Records that name more of what a finding has come first: a list of names or ranges is no list of findings.
  static std::size_t weight(const Records& found) {
    std::vector<std::string> members;
    for (const doc::View record : found.records) collect_members(record, "", members);
    const auto known =
        std::ranges::count_if(kGuesses, [&](const Guess& guess) { return guessed(guess, members).has_value(); });
    return static_cast<std::size_t>(known) * (kMostRecords + 1) + found.records.size();
  }

  void visit(doc::View view, const std::vector<std::vector<std::string>>& path) {
    if (path.size() > kDeepest) return;
    if (view.is_array()) return visit_list(view, path);
    for (const auto& [name, member] : view.members()) {
      if (!member.is_array() && !member.is_object()) continue;
      auto longer = path;
      longer.back().emplace_back(name);
      if (longer.back().size() <= kDeepest) visit(member, longer);
    }
  }

  void visit_list(doc::View list, const std::vector<std::vector<std::string>>& path) {
    if (!list.at(0).is_object()) return;
    Records& found = found_[fmt::format("{}", fmt::join(flat(path), "\x1f"))];
    found.path = path;
    auto longer = path;
    longer.emplace_back();
    std::size_t count = 0;
    for (const doc::View record : list.items()) {
      if (++count > kMostRecords) break;
      found.records.push_back(record);
      visit(record, longer);
    }
  }

  static std::vector<std::string> flat(const std::vector<std::vector<std::string>>& path) {
    std::vector<std::string> all;
    for (const auto& part : path) {
      all.insert(all.end(), part.begin(), part.end());
      all.emplace_back("[*]");
    }
    return all;
  }

  std::map<std::string, Records> found_;
};

std::string quoted(const std::string& expression) { return "'" + text::replace_all(expression, "'", "''") + "'"; }

std::string head_of(const std::string& id) {
  return fmt::format(
      "# A first sketch: read each line, and try it with\n#   gatepost convert --mappings {0}.yaml REPORT\n"
      "mapping: 1\nid: {0}\ntool: {{name: {0}, kind: sast}}  # kind: sast, sca, container, secret, iac, dast …\n",
      id);
}

class Writer {
 public:
  Writer(const Source& source, Records found) : source_(source), found_(std::move(found)) {}

  std::string write(const std::string& id) {
    std::string out = head_of(id) + fmt::format("format: {}\n", to_string(source_.format));
    out += "recognise:  # what this tool's reports have, and no other's\n";
    for (const std::string& condition : conditions()) out += fmt::format("  - {}\n", quoted(condition));
    out += "# evidence: ['exists($.…)']  # what shows that a scan took place when there are no findings\n";
    out += "findings:\n  - each: " + quoted(loops()) +
           "\n    # when: r.status != 'ok'  # records that state a problem\n    set:\n";
    out += settings();
    out += "yields: what is read, for people\n";
    return out;
  }

 private:
  [[nodiscard]] std::string loops() const {
    std::string text;
    for (std::size_t i = 0; i < found_.path.size(); ++i) {
      std::string path = i == 0 ? "$" : name(i - 1);
      for (const std::string& member : found_.path[i]) path += step(member);
      text += fmt::format("{}{}[*] as {}", i == 0 ? "" : ", ", path, name(i));
    }
    return text;
  }

  [[nodiscard]] std::string name(std::size_t depth) const {
    return depth + 1 == found_.path.size() ? "r" : fmt::format("o{}", depth + 1);
  }

  [[nodiscard]] std::vector<std::string> conditions() const {
    constexpr std::size_t kMost = 3;
    std::vector<std::string> conditions;
    const doc::View root = source_.roots.front();
    if (source_.format == SourceFormat::csv) {
      for (const std::string& column : source_.header) {
        if (conditions.size() < kMost)
          conditions.push_back(fmt::format("'{}' in $header", text::replace_all(column, "'", "\\'")));
      }
      return conditions;
    }
    if (is_element(root)) return {fmt::format("$.#tag == '{}'", root.at("#tag").text())};
    const bool list = root.is_array() || source_.roots.size() > 1;
    for (const auto& [key, value] : (root.is_array() ? root.at(0) : root).members()) {
      if (conditions.size() < kMost) conditions.push_back(fmt::format("exists(${}{})", list ? "[0]" : "", step(key)));
    }
    return conditions;
  }

  [[nodiscard]] std::string settings() const {
    std::vector<std::string> members;
    for (const doc::View record : found_.records) collect_members(record, "", members);
    std::string out;
    std::vector<std::string> used;
    for (const Guess& guess : kGuesses) {
      const auto member = guessed(guess, members);
      if (!member || (guess.field == "description" && std::ranges::find(used, *member) != used.end())) continue;
      used.push_back(*member);
      out += fmt::format("      {}: {}\n", guess.field, quoted("r" + *member));
    }
    if (out.empty()) out = "      rule_id: \"'…'\"\n";
    out += "    # also there:";
    for (const std::string& member : members) {
      if (std::ranges::find(used, member) == used.end()) out += " r" + text::printable(member, 60);
    }
    return out + "\n";
  }

  const Source& source_;
  Records found_;
};

// What most tools print of a place: "src/a.c:3:14: warning: unbounded copy [A7]".
const std::string kPlacePattern = "^[^:]+:[0-9]+(?::[0-9]+)?: ?";

std::string sketch_of_text(const std::string& id) {
  const std::string lines = "$ | where(it | matches('" + kPlacePattern + "'))";
  const std::string rule =
      R"(r | regex('[\[(]([A-Za-z][^\s\])]*)[\])]$') else r | regex(')" + kPlacePattern + "([A-Za-z0-9_-]+)')";
  const std::string severity = R"(r | lower | regex('\b(critical|high|medium|low|error|warning|info|note)\b'))";
  return fmt::format(
      "{}format: text\n"
      "recognise:  # many tools print such lines: ask for what only this one prints as well\n"
      "  - {}\n"
      "# evidence: ['…']  # what shows that a scan took place when there are no findings\n"
      "findings:\n"
      "  - each: {}\n"
      "    set:\n"
      "      # a name that stays the same; here what stands in brackets at the end, else the first word\n"
      "      rule_id: {}\n"
      "      title: {}\n"
      "      severity: {}\n"
      "      file_path: {}\n"
      "      line: {}\n"
      "yields: what is read, for people\n",
      head_of(id), quoted(lines + " | first"), quoted(lines + " as r"), quoted(rule),
      quoted("r | regex('" + kPlacePattern + "(.*)$')"), quoted(severity), quoted("r | before(':')"),
      quoted("r | regex(':([0-9]+)')"));
}

// Whether half of the lines name a place.
bool has_places(Candidate& candidate) {
  const Source* const text = candidate.source(SourceFormat::text);
  const auto place = Regex::compile(kPlacePattern);
  if (text == nullptr || !place.ok()) return false;
  const auto lines = text->roots.front().items();
  const auto places = std::ranges::count_if(lines, [&](doc::View line) { return place->found_in(line.text()); });
  return places > 0 && static_cast<std::size_t>(places) * 2 >= text->roots.front().size();
}

}  // namespace

Result<std::string> sketch_mapping(Candidate& candidate, const std::string& id) {
  constexpr std::array<SourceFormat, 5> kOrder = {SourceFormat::json, SourceFormat::xml, SourceFormat::jsonl,
                                                  SourceFormat::json_stream, SourceFormat::csv};
  for (const SourceFormat format : kOrder) {
    if (format == SourceFormat::csv && has_places(candidate)) return sketch_of_text(id);
    const Source* const source = candidate.source(format);
    // One line of JSON is a document, not a list of records.
    const bool lines = format == SourceFormat::jsonl || format == SourceFormat::json_stream;
    if (source == nullptr || source->roots.size() < (lines ? 2 : 1)) continue;
    Records found = Search().largest(*source);
    if (found.records.empty()) continue;
    return Writer(*source, std::move(found)).write(id);
  }
  const bool page = candidate.source(SourceFormat::html) != nullptr;
  return error(ErrorKind::bad_input,
               fmt::format("{}: there is no list of records in it; {} in docs/mapping-language.md", candidate.name(),
                           page ? "how an HTML page is read is told under Expressions"
                                : "for a text with one record a line see format: text"));
}

}  // namespace gatepost::ingest::mapping
