#include "report/sarif.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "report/escape.hpp"
#include "report/facts.hpp"
#include "report/overview.hpp"
#include "report/sarif_parts.hpp"
#include "report/words.hpp"

namespace gatepost::report {
namespace {

using doc::JsonWriter;

constexpr std::size_t kMostRelated = 100;  // GitHub keeps no more locations
constexpr std::size_t kMostNotifications = 20;
constexpr std::size_t kRuleIdCharacters = 250;
constexpr std::size_t kToolMessageBytes = 2'000;

// The vulnerability where there is one: it stays the same whichever tool names it. Else the tool and its rule.
std::string rule_id_of(const Assessment& assessment, std::size_t finding) {
  const ObservationTable& table = assessment.table_of(assessment.findings.all[finding]);
  const ObservationRow& row = primary_row(assessment, finding);
  const auto advisories = table.texts(row.advisories);
  const auto cve = std::ranges::find_if(advisories, [&](TextId id) { return table.text(id).starts_with("CVE-"); });
  if (cve != advisories.end()) return std::string(table.text(*cve));
  if (!advisories.empty()) return std::string(table.text(advisories.front()));
  const RuleInfo& rule = table.rule_of(row);
  const std::string_view name = rule.id == TextId::none ? to_string(row.kind) : table.text(rule.id);
  const std::string_view engine = table.text(rule.engine);
  return escape::one_line(engine.empty() ? std::string(name) : std::string(engine) + "/" + std::string(name),
                          kRuleIdCharacters);
}

std::optional<std::string_view> baseline_state(const Assessment& assessment, Presence presence) {
  if (assessment.change.base_source == BaseSource::none) return std::nullopt;
  switch (presence) {
    case Presence::introduced:
    case Presence::external:
      return "new";
    case Presence::worsened:
    case Presence::moved:
      return "updated";
    case Presence::touched:
    case Presence::unrelated:
    case Presence::not_evaluated:
      return "unchanged";
    case Presence::fixed:
      return "absent";
  }
  return std::nullopt;
}

class SarifLog {
 public:
  SarifLog(const Input& input, const Sink& sink)
      : input_(input),
        assessment_(input.assessment),
        out_(sink),
        paths_(ReportedPaths::in_repository(input.repository_path)) {}

  Status write() {
    sarif::begin_log(json());
    std::array<std::vector<FindingIndex>, kKindNames.size()> by_kind;
    for (FindingIndex i = 0; i < assessment_.findings.all.size(); ++i) {
      if (assessment_.assessed[i].presence == Presence::fixed) continue;
      by_kind[static_cast<std::size_t>(assessment_.findings.all[i].kind)].push_back(i);
    }
    bool any = false;
    for (std::size_t kind = 0; kind < by_kind.size(); ++kind) {
      const bool complete =
          std::ranges::find(input_.sarif.complete_kinds, static_cast<Kind>(kind)) != input_.sarif.complete_kinds.end();
      if (by_kind[kind].empty() && !complete) continue;
      any = true;
      GP_CHECK(run(static_cast<Kind>(kind), by_kind[kind]));
    }
    if (!any) GP_CHECK(run(Kind::other, {}));  // a log without a run is refused
    json().end_array().end_object();
    return out_.finish();
  }

 private:
  JsonWriter& json() { return out_.json; }

  Status run(Kind kind, std::vector<FindingIndex> findings) {
    std::ranges::sort(findings, [&](FindingIndex a, FindingIndex b) { return ranks_before(assessment_, a, b); });
    const std::size_t all = findings.size();
    findings.resize(std::min(all, input_.sarif.most_results));
    sarif::Rules rules;
    std::vector<std::uint32_t> rule_of_result;
    rule_of_result.reserve(findings.size());
    for (const FindingIndex finding : findings) rule_of_result.push_back(rules.add(rule(finding)));

    json().line_break().begin_object().key("tool").begin_object().key("driver").begin_object();
    sarif::write_name_and_version(json(), input_.tool_version);
    rules.write_rules(json());
    json().end_object().end_object();
    json().key("automationDetails").begin_object();
    json().field("id", "gatepost/" + std::string(to_string(kind)) + "/").end_object();
    provenance();
    sarif::write_root(json());
    invocation(all - findings.size());
    json().key("results").begin_array();
    for (std::size_t i = 0; i < findings.size(); ++i) {
      result(findings[i], rule_of_result[i], rules.all()[rule_of_result[i]].id);
      GP_CHECK(out_.pass_on());
    }
    json().end_array();
    rules.write_taxonomies(json());
    json().end_object();
    return Done{};
  }

  [[nodiscard]] sarif::Rule rule(FindingIndex finding) const {
    const Finding& it = assessment_.findings.all[finding];
    const ObservationTable& table = assessment_.table_of(it);
    const auto cwes = table.cwes(table.cwes_of(table.row(it.primary)));
    const std::string_view own = table.text(table.rule_of(table.row(it.primary)).title);
    return {.id = rule_id_of(assessment_, finding),
            .title = own.empty() ? title_of(assessment_, finding) : std::string(own),
            .help_url = std::string(help_url_of(assessment_, finding)),
            .cwes = {cwes.begin(), cwes.end()},
            .highest = assessment_.severity_of(finding),
            .kind = it.kind};
  }

  void provenance() {
    const std::string& url = input_.sarif.repository_url;
    if (url.empty() || assessment_.change.head.empty()) return;
    json().key("versionControlProvenance").begin_array().begin_object();
    json().field("repositoryUri", url).field("revisionId", assessment_.change.head);
    json().key("mappedTo").begin_object().field("uriBaseId", "%SRCROOT%").end_object();
    json().end_object().end_array();
  }

  void invocation(std::size_t left_out) {
    const auto& reports = assessment_.table.reports();
    const bool complete = std::ranges::all_of(reports, [](const ReportInfo& it) { return is_complete(it.state); });
    json().key("invocations").begin_array().begin_object().field("executionSuccessful", complete);
    if (!complete || left_out > 0) {
      json().key("toolExecutionNotifications").begin_array();
      if (left_out > 0) {
        sarif::write_notification(json(), "results-left-out",
                                  grouped(left_out) + " findings of lower risk are left out: a run holds at most " +
                                      grouped(input_.sarif.most_results) + " results.");
      }
      std::size_t problems = 0;
      for (const ReportInfo& report : reports) {
        if (is_complete(report.state) || ++problems > kMostNotifications) continue;
        sarif::write_notification(json(), to_string(report.state), problem_of(report));
      }
      json().end_array();
    }
    json().end_object().end_array();
  }

  void result(FindingIndex finding, std::uint32_t rule, const std::string& rule_id) {
    const Finding& it = assessment_.findings.all[finding];
    const Assessed& judged = assessment_.assessed[finding];
    const ObservationTable& table = assessment_.table_of(it);
    const ObservationRow& row = table.row(it.primary);
    json().line_break().begin_object().field("ruleId", rule_id).field("ruleIndex", rule);
    json().field("level", sarif::level_of(assessment_.severity_of(finding).label));
    sarif::write_message(json(), "message", message(finding));
    location(finding);
    sarif::write_flow(json(), table, row, paths_);
    related(finding);
    json().key("partialFingerprints").begin_object().field("gatepostFinding/v1", to_string(it.id));
    if (input_.line_hash) json().optional_field("primaryLocationLineHash", input_.line_hash(finding));
    json().end_object();
    suppressions(finding);
    if (const auto state = baseline_state(assessment_, judged.presence)) json().field("baselineState", *state);
    sarif::write_fixes(json(), table, row, paths_);
    json().key("rank").tenths(judged.risk.effective_tenths);
    properties(finding);
    json().end_object();
  }

  [[nodiscard]] std::string message(FindingIndex finding) const {
    const Finding& it = assessment_.findings.all[finding];
    const ObservationTable& table = assessment_.table_of(it);
    const Assessed& judged = assessment_.assessed[finding];
    std::string text = title_of(assessment_, finding);
    const std::string told = table.message(table.row(it.primary));
    if (!told.empty() && told != text) text += "\n" + text::to_utf8(told, kToolMessageBytes);
    text += "\nRisk " + points(judged.risk.effective_tenths) + " of 100 (" +
            std::string(to_string(band_for_tenths(judged.risk.effective_tenths))) + "), " + short_form(it.id);
    const std::string owners = teams(assessment_.owners_of(finding));
    if (!owners.empty()) text += ", owned by " + owners;
    const std::string fix = fix_of(input_, finding);
    if (!fix.empty()) text += "\nFix: " + fix;
    return escape::sarif_message(text, sarif::kMessageBytes);
  }

  // GitHub refuses a file in which one result has no place. What is in no file of the repository is therefore shown at
  // the report that states it, which the message of the place says.
  void location(FindingIndex finding) {
    const Finding& it = assessment_.findings.all[finding];
    const ObservationTable& table = assessment_.table_of(it);
    const ObservationRow& row = table.row(it.primary);
    json().key("locations").begin_array();
    if (it.file != Finding::kNoFile) {
      sarif::write_location(json(), assessment_.findings.path_of(it), it.range, table.text(row.symbol), {});
    } else {
      const std::string& report = table.reports()[row.report].path;
      const auto path = RepoPath::parse(report);
      const std::string where = place_of(assessment_, finding);
      sarif::write_location(json(), path ? path->value() : report.substr(report.rfind('/') + 1), {}, {},
                            escape::sarif_message("in no file of the repository, as this report says" +
                                                      (where.empty() ? "" : ": " + where),
                                                  sarif::kMessageBytes));
    }
    json().end_array();
  }

  // Where else the tools see it.
  void related(FindingIndex finding) {
    const Finding& it = assessment_.findings.all[finding];
    const ObservationTable& table = assessment_.table_of(it);
    const ObservationDetail* const detail = table.detail_of(table.row(it.primary));
    std::vector<StoredLocation> places;
    if (detail != nullptr) {
      places = detail->related;
      if (detail->locations.size() > 1)
        places.insert(places.end(), detail->locations.begin() + 1, detail->locations.end());
    }
    int id = 0;
    for (const StoredLocation& place : places) {
      const std::string_view path = paths_.shown(table.text(place.path));
      if (path.empty() || static_cast<std::size_t>(id) >= kMostRelated) continue;
      if (id == 0) json().key("relatedLocations").begin_array();
      sarif::write_location(json(), path, place.range, table.text(place.symbol), {}, ++id);
    }
    if (id > 0) json().end_array();
  }

  void suppressions(FindingIndex finding) {
    const WaiverInfo* const waiver = assessment_.waiver_of(finding);
    const bool by_tools = assessment_.assessed[finding].suppressed;
    if (waiver == nullptr && !by_tools) return;
    json().key("suppressions").begin_array();
    if (waiver != nullptr) {
      std::string why = waiver->reason;
      if (!waiver->justification.empty()) why += ": " + waiver->justification;
      if (!waiver->approved_by.empty()) why += " (approved by " + waiver->approved_by + ")";
      if (!waiver->expires.empty()) why += " (until " + waiver->expires + ")";
      sarif::write_suppression(json(), "external", why);
    }
    if (by_tools) {
      const Finding& it = assessment_.findings.all[finding];
      const ObservationTable& table = assessment_.table_of(it);
      sarif::write_tool_suppression(json(), table.detail_of(table.row(it.primary)));
    }
    json().end_array();
  }

  void properties(FindingIndex finding) {
    const Assessed& judged = assessment_.assessed[finding];
    const std::string severity = sarif::security_severity(assessment_.severity_of(finding));
    json().key("properties").begin_object().optional_field("security-severity", severity);
    json().field("presence", to_string(judged.presence)).field("decision", to_string(judged.action));
    json().key("engines").begin_array();
    for (const std::string_view engine : engines_of(assessment_, finding)) json().value(engine);
    json().end_array().key("owners").begin_array();
    for (const Owner& owner : assessment_.owners_of(finding)) json().value(owner.team.value);
    json().end_array().end_object();
  }

  const Input& input_;
  const Assessment& assessment_;
  JsonStream out_;
  ReportedPaths paths_;
};

}  // namespace

Status write_sarif(const Input& input, const Sink& sink) { return SarifLog(input, sink).write(); }

}  // namespace gatepost::report
