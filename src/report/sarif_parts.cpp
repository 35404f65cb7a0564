#include "report/sarif_parts.hpp"

#include <algorithm>
#include <cstdio>
#include <limits>

#include "model/repo_path.hpp"
#include "report/escape.hpp"
#include "report/facts.hpp"

namespace gatepost::report::sarif {
namespace {

using doc::JsonWriter;

constexpr std::string_view kRoot = "%SRCROOT%";
constexpr std::size_t kMostTags = 10;          // GitHub keeps no more
constexpr std::size_t kMostFlowSteps = 1'000;  // GitHub keeps no more
constexpr std::size_t kDescriptionCharacters = 1'000;

bool is_number_for_all(std::uint64_t number) { return number <= std::numeric_limits<std::int32_t>::max(); }

// Problems that GitHub lists among the security alerts rather than among those of code quality.
bool is_security(Kind kind) { return kind != Kind::quality && kind != Kind::license && kind != Kind::other; }

std::string cwe_tag(Cwe cwe) {
  char tag[40];
  std::snprintf(tag, sizeof tag, "external/cwe/cwe-%03u", static_cast<unsigned>(cwe.number));
  return tag;
}

// An address that every reader takes for one; "" for anything else.
std::string_view plain_address(std::string_view url) {
  const bool plain = std::ranges::all_of(url, [](char c) {
    return c > ' ' && c < 0x7F && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
  });
  return plain && url.starts_with("https://") && url.size() < 2'000 ? url : std::string_view();
}

// False for a text edit whose place is not known to the character: better no proposal than one that deletes too much.
bool is_exact(const Edit& edit) {
  const Range& range = edit.range;
  return range.first_line > 0 && (range.first_column == 0 || range.last_column > 0) && !edit.path.empty();
}

void write_properties(JsonWriter& json, const Rule& rule) {
  json.key("properties").begin_object();
  const std::string severity = security_severity(rule.highest);
  if (is_security(rule.kind) && !severity.empty()) json.field("security-severity", severity);
  json.key("tags").begin_array();
  if (is_security(rule.kind)) json.value("security");
  const std::size_t room = kMostTags - (is_security(rule.kind) ? 1 : 0);
  for (std::size_t i = 0; i < std::min(rule.cwes.size(), room); ++i) json.value(cwe_tag(rule.cwes[i]));
  json.end_array().end_object();
}

void write_relationships(JsonWriter& json, const Rule& rule, const std::vector<Cwe>& taxa) {
  if (rule.cwes.empty()) return;
  json.key("relationships").begin_array();
  for (const Cwe cwe : rule.cwes) {
    const auto index = std::ranges::lower_bound(taxa, cwe) - taxa.begin();
    json.begin_object().key("target").begin_object();
    json.field("id", std::to_string(cwe.number)).field("index", index);
    json.key("toolComponent").begin_object().field("name", "CWE").field("index", 0).end_object().end_object();
    json.key("kinds").begin_array().value("relevant").end_array().end_object();
  }
  json.end_array();
}

void write_rule(JsonWriter& json, const Rule& rule, const std::vector<Cwe>& taxa) {
  json.begin_object().field("id", rule.id);
  const std::string title = escape::one_line(rule.title.empty() ? rule.id : rule.title, kDescriptionCharacters);
  write_message(json, "shortDescription", title);
  write_message(json, "fullDescription", title);
  const std::string_view page = plain_address(rule.help_url);
  write_message(json, "help", page.empty() ? title : title + "\n" + std::string(page));
  json.optional_field("helpUri", page);
  json.key("defaultConfiguration").begin_object().field("level", level_of(rule.highest.label)).end_object();
  write_properties(json, rule);
  write_relationships(json, rule, taxa);
  json.end_object();
}

}  // namespace

std::string_view level_of(SeverityLabel label) {
  switch (label) {
    case SeverityLabel::critical:
    case SeverityLabel::high:
      return "error";
    case SeverityLabel::medium:
    case SeverityLabel::unknown:
      return "warning";
    case SeverityLabel::low:
    case SeverityLabel::info:
      return "note";
  }
  return "warning";
}

std::string security_severity(const Severity& severity) {
  if (severity.tenths <= 0 || severity.label == SeverityLabel::unknown) return {};
  return points(std::min(severity.tenths, 100));
}

void begin_log(JsonWriter& json) {
  json.begin_object().field("$schema", kSchema).field("version", "2.1.0").key("runs").begin_array();
}

void write_name_and_version(JsonWriter& json, const std::string& version) {
  json.field("name", "gatepost").optional_field("version", version);
}

void write_root(JsonWriter& json) {
  json.key("originalUriBaseIds").begin_object().key(kRoot).begin_object();
  write_message(json, "description", "The root of the repository.");
  json.end_object().end_object();
}

void write_notification(JsonWriter& json, std::string_view id, std::string_view text) {
  json.begin_object().key("descriptor").begin_object().field("id", id).end_object().field("level", "warning");
  write_message(json, "message", escape::sarif_message(text, kMessageBytes));
  json.end_object();
}

void write_suppression(JsonWriter& json, std::string_view kind, std::string_view why) {
  json.begin_object().field("kind", kind).field("status", "accepted");
  json.optional_field("justification", escape::sarif_message(why, kMessageBytes)).end_object();
}

void write_tool_suppression(JsonWriter& json, const ObservationDetail* detail) {
  const bool told = detail != nullptr && detail->suppression.has_value();
  const bool in_source = told && detail->suppression->by == "inSource";
  write_suppression(json, in_source ? "inSource" : "external",
                    told ? std::string_view(detail->suppression->reason) : std::string_view());
}

void write_message(JsonWriter& json, std::string_view key, std::string_view text) {
  json.key(key).begin_object().field("text", text).end_object();
}

void write_artifact(JsonWriter& json, std::string_view path) {
  json.begin_object();
  if (is_absolute_path(path)) {
    json.field("uri", (path.starts_with('/') ? "file://" : "file:///") + escape::url_path(path));
  } else {
    json.field("uri", escape::url_path(path)).field("uriBaseId", kRoot);
  }
  json.end_object();
}

void write_region(JsonWriter& json, std::string_view key, const Range& range) {
  if (range.first_line == 0 || !is_number_for_all(range.first_line)) return;
  // In SARIF the end column is the one behind the last character.
  const std::uint64_t end_column = std::uint64_t{range.last_column} + 1;
  const bool has_end = range.last_line >= range.first_line && is_number_for_all(range.last_line);
  const bool has_end_column = range.last_column > 0 && has_end && is_number_for_all(end_column) &&
                              (range.last_line > range.first_line || end_column >= range.first_column);
  json.key(key).begin_object().field("startLine", range.first_line);
  if (range.first_column > 0 && is_number_for_all(range.first_column)) json.field("startColumn", range.first_column);
  if (has_end) json.field("endLine", range.last_line);
  if (has_end_column) json.field("endColumn", end_column);
  json.end_object();
}

void write_location(JsonWriter& json, std::string_view path, const Range& range, std::string_view symbol,
                    std::string_view message, int id) {
  json.begin_object();
  if (id > 0) json.field("id", id);
  if (!path.empty()) {
    json.key("physicalLocation").begin_object().key("artifactLocation");
    write_artifact(json, path);
    write_region(json, "region", range);
    json.end_object();
  }
  if (!symbol.empty()) {
    json.key("logicalLocations").begin_array().begin_object();
    json.field("fullyQualifiedName", symbol).end_object().end_array();
  }
  if (!message.empty()) write_message(json, "message", message);
  json.end_object();
}

void write_flow(JsonWriter& json, const ObservationTable& table, const ObservationRow& row, ReportedPaths& paths) {
  const auto steps = table.locations(row.flow);
  if (steps.empty()) return;
  json.key("codeFlows").begin_array().begin_object().key("threadFlows").begin_array().begin_object();
  json.key("locations").begin_array();
  for (const StoredLocation& step : steps.first(std::min(steps.size(), kMostFlowSteps))) {
    json.begin_object().key("location");
    write_location(json, paths.shown(table.text(step.path)), step.range, table.text(step.symbol), {});
    json.end_object();
  }
  json.end_array().end_object().end_array().end_object().end_array();
}

void write_fixes(JsonWriter& json, const ObservationTable& table, const ObservationRow& row, ReportedPaths& paths) {
  const ObservationDetail* const detail = table.detail_of(row);
  if (detail == nullptr) return;
  const auto usable = [&](const Fix& fix) {
    return !fix.edits.empty() && std::ranges::all_of(fix.edits, [&](const Edit& edit) {
      return is_exact(edit) && !paths.shown(edit.path).empty();
    });
  };
  if (std::ranges::none_of(detail->fixes, usable)) return;
  json.key("fixes").begin_array();
  for (const Fix& fix : detail->fixes) {
    if (!usable(fix)) continue;
    json.begin_object();
    if (!fix.description.empty()) {
      write_message(json, "description", escape::sarif_message(fix.description, kMessageBytes));
    }
    json.key("artifactChanges").begin_array();
    for (const Edit& edit : fix.edits) {
      json.begin_object().key("artifactLocation");
      write_artifact(json, paths.shown(edit.path));
      json.key("replacements").begin_array().begin_object();
      write_region(json, "deletedRegion", edit.range);
      write_message(json, "insertedContent", edit.text);
      json.end_object().end_array().end_object();
    }
    json.end_array().end_object();
  }
  json.end_array();
}

std::uint32_t Rules::add(Rule rule) {
  const auto [place, added] = index_.try_emplace(rule.id, static_cast<std::uint32_t>(rules_.size()));
  if (added) {
    std::ranges::sort(rule.cwes);
    const auto repeated = std::ranges::unique(rule.cwes);
    rule.cwes.erase(repeated.begin(), repeated.end());
    rules_.push_back(std::move(rule));
  } else if (rule.highest.tenths > rules_[place->second].highest.tenths) {
    rules_[place->second].highest = std::move(rule.highest);
  }
  return place->second;
}

std::vector<Cwe> Rules::weaknesses() const {
  std::vector<Cwe> all;
  for (const Rule& rule : rules_) all.insert(all.end(), rule.cwes.begin(), rule.cwes.end());
  std::ranges::sort(all);
  const auto repeated = std::ranges::unique(all);
  all.erase(repeated.begin(), repeated.end());
  return all;
}

void Rules::write_rules(JsonWriter& json) const {
  const std::vector<Cwe> taxa = weaknesses();
  if (!taxa.empty()) {
    json.key("supportedTaxonomies").begin_array().begin_object();
    json.field("name", "CWE").field("index", 0).end_object().end_array();
  }
  json.key("rules").begin_array();
  for (const Rule& rule : rules_) {
    json.line_break();
    write_rule(json, rule, taxa);
  }
  json.end_array();
}

void Rules::write_taxonomies(JsonWriter& json) const {
  const std::vector<Cwe> taxa = weaknesses();
  if (taxa.empty()) return;
  json.key("taxonomies").begin_array().begin_object().field("name", "CWE").field("organization", "MITRE");
  json.field("informationUri", "https://cwe.mitre.org/").key("taxa").begin_array();
  for (const Cwe cwe : taxa) json.begin_object().field("id", std::to_string(cwe.number)).end_object();
  json.end_array().end_object().end_array();
}

}  // namespace gatepost::report::sarif
