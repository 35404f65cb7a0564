#include "report/sarif_rules.hpp"

#include <algorithm>
#include <cstdio>

#include "base/json_text.hpp"
#include "report/escape.hpp"
#include "report/facts.hpp"
#include "report/sarif_parts.hpp"

namespace gatepost::report::sarif {
namespace {

using doc::JsonWriter;

constexpr std::size_t kMostTags = 10;  // GitHub keeps no more
constexpr std::size_t kDescriptionCharacters = 1'000;

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

std::string security_severity(const Severity& severity) {
  if (severity.tenths <= 0 || severity.label == SeverityLabel::unknown) return {};
  return points(std::min(severity.tenths, 100));
}

std::uint32_t Rules::add(Rule rule) {
  const auto [place, added] = index_.try_emplace(rule.id, static_cast<std::uint32_t>(rules_.size()));
  if (added) {
    std::ranges::sort(rule.cwes);
    const auto repeated = std::ranges::unique(rule.cwes);
    rule.cwes.erase(repeated.begin(), repeated.end());
    rules_.push_back(std::move(rule));
  } else {
    raise(place->second, rule.highest);
  }
  return place->second;
}

void Rules::raise(std::uint32_t rule, const Severity& severity) {
  if (severity.tenths > rules_[rule].highest.tenths) rules_[rule].highest = severity;
}

std::vector<Cwe> Rules::weaknesses() const {
  std::vector<Cwe> all;
  for (const Rule& rule : rules_) all.insert(all.end(), rule.cwes.begin(), rule.cwes.end());
  std::ranges::sort(all);
  const auto repeated = std::ranges::unique(all);
  all.erase(repeated.begin(), repeated.end());
  return all;
}

std::vector<std::string> Rules::result_heads() const {
  std::vector<std::string> heads;
  for (const Rule& rule : rules_) {
    std::string head = R"({"ruleId":)";
    append_json_string(head, rule.id);
    head += R"(,"ruleIndex":)" + std::to_string(heads.size()) + R"(,"level":")";
    heads.push_back(std::move(head));
  }
  return heads;
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
