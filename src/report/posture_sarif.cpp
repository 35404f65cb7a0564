// The findings that are there, as SARIF: those of the period are new, decisions are suppressions. What was repaired is
// not in it: who shows a log shows all of its results.
#include <fmt/core.h>

#include <array>
#include <utility>
#include <vector>

#include "base/json_text.hpp"
#include "report/escape.hpp"
#include "report/posture.hpp"
#include "report/sarif_parts.hpp"
#include "report/sarif_rules.hpp"

namespace gatepost::report {
namespace {

using doc::JsonWriter;

constexpr std::size_t kMostResults = 25'000;  // GitHub keeps no more; the riskiest come first
constexpr std::size_t kRuleIdCharacters = 250;
// The ledger keeps words: the middle of what each stands for, in the order of kBySeverity.
constexpr std::array<int, kBySeverity.size()> kMiddle = {95, 80, 55, 25, 0, 50};

bool is_there(const PostureFinding& it) {
  return it.state == "open" || it.state == "waived" || it.state == "false_positive" || it.state == "not_affected";
}

sarif::Rule rule_of(const PostureFinding& it) {
  std::string id = it.rule.empty() ? std::string(to_string(it.kind)) : it.rule;
  for (const std::string& advisory : it.advisories) {
    id = advisory;
    if (advisory.starts_with("CVE-")) break;
  }
  sarif::Rule rule{.id = escape::one_line(id, kRuleIdCharacters), .title = it.title};
  for (const std::uint32_t cwe : it.cwes) rule.cwes.push_back({cwe});
  rule.highest.label = it.severity;
  rule.highest.tenths = kMiddle[by_severity(it.severity)];
  rule.kind = it.kind;
  return rule;
}

std::string suppression_text(const Posture& posture, const PostureFinding& it) {
  for (const PostureWaiver& waiver : posture.waivers) {
    if (waiver.id != it.waiver || it.waiver.empty()) continue;
    std::string out = waiver.id;
    if (!waiver.reason.empty()) out += ", " + waiver.reason;
    if (!waiver.justification.empty()) out += ": " + waiver.justification;
    return waiver.expires.empty() ? out : out + " (until " + waiver.expires + ")";
  }
  return it.waiver.empty() ? it.because : it.waiver;
}

void write_result(JsonWriter& json, const Posture& posture, const PostureFinding& it, const sarif::Rule& rule,
                  std::uint32_t index) {
  json.line_break().begin_object().field("ruleId", rule.id).field("ruleIndex", index);
  json.field("level", sarif::level_of(it.severity));
  sarif::write_message(json, "message", it.title.empty() ? it.id : it.title);
  std::string location;
  sarif::append_location(location, it.path.empty() ? "" : sarif::artifact(it.path),
                         Range{.first_line = it.line, .last_line = it.line}, it.path.empty() ? it.subject : "", "");
  json.key("locations").begin_array().raw(location).end_array();
  json.key("partialFingerprints").begin_object().field("gatepost/v1", it.id).end_object();
  json.field("baselineState", it.first_detected >= posture.from ? "new" : "unchanged");
  json.key("suppressions").begin_array();
  if (it.state != "open") {
    std::string suppression;
    sarif::append_suppression(suppression, "external", suppression_text(posture, it));
    json.raw(suppression);
  }
  json.end_array().key("properties").begin_object().field("state", it.state).key("risk").tenths(it.risk_tenths);
  json.optional_field("team", it.team).optional_field("service", it.service).optional_field("due", it.due);
  json.optional_field("firstDetected", it.first_detected).end_object().end_object();
}

}  // namespace

Status write_posture_sarif(const Posture& posture, const Sink& sink) {
  sarif::Rules rules;
  std::vector<std::pair<const PostureFinding*, std::uint32_t>> results;
  for (const PostureFinding& it : posture.findings) {
    if (!is_there(it)) continue;
    if (results.size() == kMostResults) break;
    results.emplace_back(&it, rules.add(rule_of(it)));
  }
  JsonStream out(sink);
  JsonWriter& json = out.json;
  sarif::begin_log(json);
  json.begin_object().key("tool").begin_object().key("driver").begin_object();
  sarif::write_name_and_version(json, posture.version);
  rules.write_rules(json);
  json.end_object().end_object().key("automationDetails").begin_object().field("id", "gatepost/posture/").end_object();
  sarif::write_root(json);
  json.key("results").begin_array();
  for (const auto& [finding, rule] : results) {
    write_result(json, posture, *finding, rules.all()[rule], rule);
    GP_CHECK(out.pass_on());
  }
  json.end_array();
  rules.write_taxonomies(json);
  json.end_object().end_array().end_object();
  return out.finish();
}

}  // namespace gatepost::report
