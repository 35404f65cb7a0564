#include "report/sarif.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "base/json_text.hpp"
#include "base/text.hpp"
#include "report/escape.hpp"
#include "report/facts.hpp"
#include "report/overview.hpp"
#include "report/sarif_parts.hpp"
#include "report/sarif_rules.hpp"
#include "report/words.hpp"

namespace gatepost::report {
namespace {

using doc::JsonWriter;

constexpr std::size_t kAhead = 15;  // results whose data are fetched while earlier ones are written
constexpr std::size_t kMostNotifications = 20;
constexpr std::size_t kRuleIdCharacters = 250;
constexpr std::size_t kToolMessageBytes = 2'000;

// The vulnerability where there is one: it stays the same whichever tool names it. "" for other problems.
std::string_view advisory_of(const ObservationTable& table, const ObservationRow& row) {
  const auto advisories = table.texts(row.advisories);
  const auto cve = std::ranges::find_if(advisories, [&](TextId id) { return table.text(id).starts_with("CVE-"); });
  if (cve != advisories.end()) return table.text(*cve);
  return advisories.empty() ? std::string_view() : table.text(advisories.front());
}

std::string rule_id_of(const ObservationTable& table, const ObservationRow& row) {
  if (const std::string_view advisory = advisory_of(table, row); !advisory.empty()) return std::string(advisory);
  const RuleInfo& rule = table.rule_of(row);
  const std::string name(rule.id == TextId::none ? to_string(row.kind) : table.text(rule.id));
  const std::string engine(table.text(rule.engine));
  return escape::one_line(engine.empty() ? name : engine + "/" + name, kRuleIdCharacters);
}

// "" when there is nothing to compare with.
std::string_view baseline_state(const Assessment& assessment, Presence presence) {
  if (assessment.change.base_source == BaseSource::none) return {};
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
    case Presence::existing:
      return {};
  }
  return {};
}

class SarifLog {
 public:
  SarifLog(const Input& input, const Sink& sink)
      : input_(input),
        assessment_(input.assessment),
        stream_(sink),
        reported_(ReportedPaths::in_repository(input.repository_path)),
        artifacts_(assessment_.findings.files.size()),
        owners_(assessment_.owner_sets.size()) {}

  Status write() {
    sarif::begin_log(json());
    std::array<std::vector<FindingIndex>, kKindNames.size()> by_kind;
    for (FindingIndex i = 0; i < assessment_.findings.all.size(); ++i) {
      if (assessment_.assessed[i].presence == Presence::fixed) continue;
      by_kind[static_cast<std::size_t>(assessment_.findings.all[i].kind)].push_back(i);
    }
    bool any = false;
    for (std::size_t kind = 0; kind < by_kind.size(); ++kind) {
      const auto& complete = input_.sarif.complete_kinds;
      if (by_kind[kind].empty() && std::ranges::find(complete, static_cast<Kind>(kind)) == complete.end()) continue;
      any = true;
      GP_CHECK(run(static_cast<Kind>(kind), std::move(by_kind[kind])));
    }
    if (!any) GP_CHECK(run(Kind::other, {}));  // a log without a run is refused
    json().end_array().end_object();
    return stream_.finish();
  }

 private:
  JsonWriter& json() { return stream_.json; }

  Status run(Kind kind, std::vector<FindingIndex> findings) {
    const std::size_t all = findings.size();
    choose(findings);
    sarif::Rules rules;
    const std::vector<std::uint32_t> rule_of_result = collect(findings, rules);

    json().line_break().begin_object().key("tool").begin_object().key("driver").begin_object();
    sarif::write_name_and_version(json(), input_.tool_version);
    rules.write_rules(json());
    json().end_object().end_object();
    json().key("automationDetails").begin_object();
    json().field("id", "gatepost/" + std::string(to_string(kind)) + "/").end_object();
    provenance();
    sarif::write_root(json());
    invocation(all - findings.size());
    const std::vector<std::string> heads = rules.result_heads();
    json().key("results").begin_array();
    for (std::size_t i = 0; i < findings.size(); ++i) {
      fetch_ahead(findings, i);
      result(json().line_break().by_hand(), findings[i], heads[rule_of_result[i]]);
      GP_CHECK(stream_.pass_on());
    }
    json().end_array();
    rules.write_taxonomies(json());
    json().end_object();
    return Done{};
  }

  // The riskiest as far as the limit goes, in the order of the reports and of their records.
  void choose(std::vector<FindingIndex>& findings) const {
    if (findings.size() > input_.sarif.most_results) {
      sort_by_risk(assessment_, findings);
      findings.resize(input_.sarif.most_results);
    }
    std::vector<std::pair<std::uint64_t, FindingIndex>> order;
    order.reserve(findings.size());
    for (const FindingIndex finding : findings) {
      const Finding& it = assessment_.findings.all[finding];
      order.emplace_back((std::uint64_t{it.in_base_only} << 32U) | it.primary, finding);
    }
    std::ranges::sort(order);
    std::ranges::transform(order, findings.begin(), &std::pair<std::uint64_t, FindingIndex>::second);
  }

  // Findings are stored in the order of their ids: in the order of the reports the next ones may lie anywhere.
  // Inlined, because GCC takes a function that does nothing but fetch for one without effect and leaves the call out.
  [[gnu::always_inline]] void fetch_ahead(const std::vector<FindingIndex>& findings, std::size_t i) const {
    if (i + kAhead >= findings.size()) return;
    fetch(assessment_.findings.all[findings[i + kAhead]]);
    fetch(assessment_.assessed[findings[i + kAhead]]);
    const Finding& next = assessment_.findings.all[findings[i + kAhead * 2 / 3]];
    const Finding& soon = assessment_.findings.all[findings[i + kAhead / 3]];
    fetch(assessment_.findings.members_of(next).front());
    __builtin_prefetch(&assessment_.table_of(next).row(next.primary).message);
    if (!soon.in_base_only) assessment_.table.fetch_message(assessment_.table.row(soon.primary));
  }
  // Most of them lie across two lines of the cache.
  template <class T>
  [[gnu::always_inline]] static void fetch(const T& data) {
    static_assert(sizeof(T) <= 64);
    const char* const begin = reinterpret_cast<const char*>(&data);
    __builtin_prefetch(begin);
    __builtin_prefetch(begin + sizeof(T) - 1);
  }

  // The rules of the findings, and which one each has.
  std::vector<std::uint32_t> collect(const std::vector<FindingIndex>& findings, sarif::Rules& rules) const {
    constexpr std::uint32_t kUnknown = std::numeric_limits<std::uint32_t>::max();
    // By the tool's rule, of findings that are not known by an advisory.
    std::vector<std::uint32_t> known(assessment_.table.rule_count(), kUnknown);
    std::vector<std::uint32_t> rule_of_result;
    rule_of_result.reserve(findings.size());
    for (std::size_t i = 0; i < findings.size(); ++i) {
      fetch_ahead(findings, i);
      const FindingIndex finding = findings[i];
      const Finding& it = assessment_.findings.all[finding];
      const ObservationTable& table = assessment_.table_of(it);
      const ObservationRow& row = table.row(it.primary);
      const bool shared = row.advisories == ListId::none && !it.in_base_only;
      std::uint32_t rule = shared ? known[row.rule] : kUnknown;
      if (rule == kUnknown) {
        rule = rules.add(rule_for(finding, table, row));
        if (shared) known[row.rule] = rule;
      } else {
        rules.raise(rule, assessment_.severity_of(finding));
      }
      rule_of_result.push_back(rule);
    }
    return rule_of_result;
  }

  [[nodiscard]] sarif::Rule rule_for(FindingIndex finding, const ObservationTable& table,
                                     const ObservationRow& row) const {
    const auto cwes = table.cwes(table.cwes_of(row));
    const std::string_view own = table.text(table.rule_of(row).title);
    return {.id = rule_id_of(table, row),
            .title = own.empty() ? title_of(assessment_, finding) : std::string(own),
            .help_url = std::string(reported_help(table, row)),
            .cwes = {cwes.begin(), cwes.end()},
            .highest = assessment_.severity_of(finding),
            .kind = assessment_.findings.all[finding].kind};
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

  void result(std::string& out, FindingIndex finding, const std::string& head) {
    const Finding& it = assessment_.findings.all[finding];
    const ObservationTable& table = assessment_.table_of(it);
    const ObservationRow& row = table.row(it.primary);
    const ObservationDetail* const detail = table.detail_of(row);
    id_.clear();
    append(id_, it.id);
    out += head;
    out += sarif::level_of(assessment_.severity_of(finding).label);
    out += R"(","message":)";
    tell(finding, table, row);
    text_ = escape::sarif_message(std::move(text_), sarif::kMessageBytes);
    sarif::append_message(out, text_);
    location(out, it, table, row);
    sarif::append_flow(out, table, row, reported_);
    sarif::append_related(out, table, detail, reported_);
    fingerprints(out, finding);
    suppressions(out, finding, detail);
    sarif::append_fixes(out, detail, reported_);
    judgement(out, finding);
    out += '}';
  }

  // Puts into text_ what a person should read first.
  void tell(FindingIndex finding, const ObservationTable& table, const ObservationRow& row) {
    const Assessed& judged = assessment_.assessed[finding];
    const int risk = judged.risk.effective_tenths;
    text_.clear();
    text_ += title_of(assessment_, finding);
    table.read_message(row, told_);
    if (!told_.empty() && told_ != text_) {
      text_ += '\n';
      if (told_.size() > kToolMessageBytes) {
        text_ += text::to_utf8(told_, kToolMessageBytes) + "…";
      } else {
        text_ += told_;
      }
    }
    text_ += "\nRisk ";
    append_points(text_, risk);
    text_.append(" of 100 (").append(to_string(band_for_tenths(risk)));
    text_.append("), ").append(id_, 0, kShortFormLength).append(owners_of(judged.owners).sentence);
    const std::string fix = fix_of(assessment_, finding);
    if (!fix.empty()) text_.append("\nFix: ").append(fix);
  }

  // GitHub refuses a file in which one result has no place. What is in no file of the repository is therefore shown at
  // the report that states it, which the message of the place says.
  void location(std::string& out, const Finding& it, const ObservationTable& table, const ObservationRow& row) {
    out += R"(,"locations":[)";
    if (it.file != Finding::kNoFile) {
      std::string& artifact = artifacts_[it.file];
      if (artifact.empty()) artifact = sarif::artifact(assessment_.findings.files[it.file]);
      sarif::append_location(out, artifact, it.range, table.text(row.symbol), {});
    } else {
      constexpr std::string_view kWhy = "in no file of the repository, as this report says";
      const std::string where = place_of(table, row);
      const std::string message =
          where.empty() ? std::string() : escape::sarif_message(std::string(kWhy) + ": " + where, sarif::kMessageBytes);
      sarif::append_location(out, artifact_of_report(table.reports()[row.report].path), {}, {},
                             where.empty() ? kWhy : std::string_view(message));
    }
    out += ']';
  }

  // Results of one report stand together, so that it is enough to know the latest.
  const std::string& artifact_of_report(const std::string& report) {
    if (&report == report_) return report_artifact_;
    report_ = &report;
    report_artifact_ = sarif::artifact(sarif::report_name(report));
    return report_artifact_;
  }

  void fingerprints(std::string& out, FindingIndex finding) {
    out.append(R"(,"partialFingerprints":{"gatepostFinding/v1":")").append(id_).append("\"");
    const std::string hash = input_.line_hash ? input_.line_hash(finding) : std::string();
    if (!hash.empty()) {
      out += R"(,"primaryLocationLineHash":)";
      append_json_string(out, hash);
    }
    out += '}';
  }

  void suppressions(std::string& out, FindingIndex finding, const ObservationDetail* detail) {
    const WaiverInfo* const waiver = assessment_.waiver_of(finding);
    const bool spared = assessment_.assessed[finding].risk.exemption != Exemption::none;
    const bool by_tools = assessment_.assessed[finding].suppressed && !spared;
    if (waiver == nullptr && !by_tools && !spared) return;
    out += R"(,"suppressions":[)";
    if (waiver != nullptr) {
      std::string why = waiver->reason;
      if (!waiver->justification.empty()) why += ": " + waiver->justification;
      if (!waiver->approved_by.empty()) why += " (approved by " + waiver->approved_by + ")";
      if (!waiver->expires.empty()) why += " (until " + waiver->expires + ")";
      sarif::append_suppression(out, "external", why);
    }
    if (waiver != nullptr && (by_tools || spared)) out += ',';
    if (spared) {
      const std::vector<std::string> why = vex_facts(assessment_, finding);
      sarif::append_suppression(out, "external", why.empty() ? "VEX" : "VEX: " + why.front());
    }
    if (by_tools) sarif::append_tool_suppression(out, detail);
    out += ']';
  }

  // What gatepost thinks of it: "baselineState", "rank" and "properties".
  void judgement(std::string& out, FindingIndex finding) {
    const Assessed& judged = assessment_.assessed[finding];
    const std::string_view state = baseline_state(assessment_, judged.presence);
    if (!state.empty()) out.append(R"(,"baselineState":")").append(state).append("\"");
    out += R"(,"rank":)";
    append_points(out, judged.risk.effective_tenths);
    out += R"(,"properties":{)";
    const std::string severity = sarif::security_severity(assessment_.severity_of(finding));
    if (!severity.empty()) out.append(R"("security-severity":")").append(severity).append("\",");
    out.append(R"("presence":")").append(to_string(judged.presence));
    out.append(R"(","decision":")").append(to_string(judged.action)).append(R"(","engines":[)");
    engines(out, finding);
    out.append("],").append(owners_of(judged.owners).json).append("}");
  }

  void engines(std::string& out, FindingIndex finding) const {
    const Finding& it = assessment_.findings.all[finding];
    if (it.member_count == 1) {  // most findings: nothing to sort
      const ObservationTable& table = assessment_.table_of(it);
      const TextId engine = table.rule_of(table.row(it.primary)).engine;
      if (engine != TextId::none) append_json_string(out, table.text(engine));
      return;
    }
    for (const std::string_view engine : engines_of(assessment_, finding)) {
      if (!out.ends_with('[')) out += ',';
      append_json_string(out, engine);
    }
  }

  // What is said of a set of owners, put together once.
  struct OwnersText {
    std::string json;      // "owners":["@acme/payments"]
    std::string sentence;  // ", owned by @acme/payments"; "" when nobody is
  };
  const OwnersText& owners_of(std::uint32_t set) {
    OwnersText& owners = owners_[set];
    if (!owners.json.empty()) return owners;
    owners.json = R"("owners":[)";
    for (const Owner& owner : assessment_.owner_sets[set]) {
      if (!owners.json.ends_with('[')) owners.json += ',';
      append_json_string(owners.json, owner.team.value);
    }
    owners.json += ']';
    const std::string names = teams(assessment_.owner_sets[set]);
    if (!names.empty()) owners.sentence = ", owned by " + names;
    return owners;
  }

  const Input& input_;
  const Assessment& assessment_;
  JsonStream stream_;
  sarif::Artifacts reported_;
  std::string id_, told_;                // of the result that is written, and what its tool says
  std::string text_;                     // its message
  std::vector<std::string> artifacts_;   // by file; "" until it is asked for
  const std::string* report_ = nullptr;  // the path that report_artifact_ is of
  std::string report_artifact_;
  std::vector<OwnersText> owners_;  // by set of owners; empty until it is asked for
};

}  // namespace

Status write_sarif(const Input& input, const Sink& sink) { return SarifLog(input, sink).write(); }

}  // namespace gatepost::report
