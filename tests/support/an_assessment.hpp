// Assessments for tests, said the way one would tell them:
//   an_assessment().finding(a_finding("SQL injection").at("shop/orders.py", 118).risk(913).blocks()).fails()
// The same findings in another order give the same assessment, but for the numbers of pooled texts and lists.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "model/assessment.hpp"

namespace gatepost::test {

struct FindingSpec {
  Observation seen;                                       // what the primary tool says
  std::vector<std::pair<std::string, std::string>> also;  // engine and rule of further tools that see the same
  Assessed judged;
  Severity severity_;
  std::vector<Owner> owners;
  std::optional<WaiverInfo> waiver;
  std::vector<Factor> factors;
  std::string hash;
  std::string file;  // of the repository
  bool in_file = true;

  FindingSpec& at(std::string path, std::uint32_t line) {
    file = path;
    seen.place = {std::move(path), {line, line > 0 ? 5U : 0U, line, line > 0 ? 20U : 0U}, ""};
    return *this;
  }
  // The tool calls the file something else.
  FindingSpec& reported_as(std::string path) {
    seen.place.path = std::move(path);
    return *this;
  }
  // In no file of the repository.
  FindingSpec& seen_at(std::string method, std::string url) {
    in_file = false;
    seen.place = {};
    seen.endpoint = Endpoint{std::move(method), std::move(url), ""};
    return *this;
  }
  FindingSpec& flow(std::string path, std::uint32_t line) {
    seen.flow.push_back({std::move(path), {line, 0, line, 0}, ""});
    return *this;
  }
  FindingSpec& by(std::string engine, std::string rule) {
    seen.engine = std::move(engine);
    seen.rule = std::move(rule);
    return *this;
  }
  FindingSpec& also_by(std::string engine, std::string rule) {
    also.emplace_back(std::move(engine), std::move(rule));
    return *this;
  }
  FindingSpec& of(Kind kind) {
    seen.kind = kind;
    return *this;
  }
  FindingSpec& says(std::string message) {
    seen.message = std::move(message);
    return *this;
  }
  FindingSpec& package(std::string name, std::string version, std::vector<std::string> fixed = {}) {
    seen.component = Component{.purl = "pkg:npm/" + name + "@" + version,
                               .package = std::move(name),
                               .version = std::move(version),
                               .scope = Scope::runtime,
                               .direct = true,
                               .fixed_versions = std::move(fixed)};
    return *this;
  }
  FindingSpec& advisory(std::string_view id) {
    seen.advisories.push_back(*AdvisoryId::parse(id));
    return *this;
  }
  FindingSpec& cwe(std::uint32_t number) {
    seen.cwes.push_back({number});
    return *this;
  }
  FindingSpec& risk(std::uint16_t tenths) {
    judged.risk = {.raw_tenths = tenths, .score_tenths = tenths, .effective_tenths = tenths};
    return *this;
  }
  FindingSpec& severity(int tenths) {
    severity_ = {label_for_tenths(tenths), tenths, SeverityMethod::cvss31, "nvd", ""};
    seen.claims = {{severity_.label, tenths, SeverityMethod::cvss31, "nvd", ""}};
    return *this;
  }
  FindingSpec& is(Presence presence) {
    judged.presence = presence;
    return *this;
  }
  FindingSpec& asks_for(Action action) {
    judged.action = action;
    return *this;
  }
  FindingSpec& blocks() { return asks_for(Action::block); }
  FindingSpec& owned_by(std::string team, std::string because) {
    owners.push_back({{std::move(team)}, std::move(because)});
    return *this;
  }
  FindingSpec& waived(WaiverInfo by) {
    waiver = std::move(by);
    return *this;
  }
  FindingSpec& suppressed(std::string by, std::string reason) {
    seen.suppression = Suppression{std::move(by), std::move(reason)};
    judged.suppressed = true;
    return *this;
  }
  FindingSpec& because(std::string name, std::string value, int effect_tenths, std::string why) {
    const Leaning leaning = name == "severity"  ? Leaning::neutral
                            : effect_tenths > 0 ? Leaning::lowers
                                                : Leaning::raises;
    factors.push_back({std::move(name), std::move(value), effect_tenths, std::move(why), leaning});
    return *this;
  }
  FindingSpec& fix(std::string text) {
    seen.fixes = {{std::move(text), {}}};
    return *this;
  }
  FindingSpec& line_hash(std::string text) {
    hash = std::move(text);
    return *this;
  }
};

inline FindingSpec a_finding(std::string title) {
  FindingSpec spec;
  spec.seen.title = std::move(title);
  spec.seen.kind = Kind::sast;
  spec.judged.presence = Presence::introduced;
  return spec.by("semgrep", "rules.example").at("src/main.c", 1).risk(500).severity(55);
}

// An assessment, and what the callbacks of report::Input are asked for, by index of the finding.
struct BuiltAssessment {
  Assessment assessment;
  std::vector<std::vector<Factor>> factors;
  std::vector<std::string> hashes;
  std::vector<Severity> severity_of_claims;  // by ListId of the head's claims
};

class AssessmentBuilder {
 public:
  AssessmentBuilder() { verdict_.outcome = Outcome::pass; }
  AssessmentBuilder& finding(const FindingSpec& spec) {
    specs_.push_back(spec);
    return *this;
  }
  AssessmentBuilder& report(ReportInfo info) {
    reports_.push_back(std::move(info));
    return *this;
  }
  AssessmentBuilder& says(Outcome outcome) {
    verdict_.outcome = outcome;
    return *this;
  }
  // The reason counts all findings whose action is `action`.
  AssessmentBuilder& reason(std::string policy, Action action, std::string text) {
    verdict_.reasons.push_back({{std::move(policy)}, action, std::move(text), {}});
    return *this;
  }
  AssessmentBuilder& totals(std::int64_t pr_risk_tenths, std::int64_t change_risk, std::int64_t delta_tenths) {
    totals_ = {pr_risk_tenths, change_risk, delta_tenths};
    return *this;
  }
  AssessmentBuilder& mode(std::string name) {
    mode_ = std::move(name);
    return *this;
  }
  AssessmentBuilder& without_base() {
    change_.base.clear();
    change_.base_source = BaseSource::none;
    return *this;
  }
  AssessmentBuilder& guessed_base() {
    change_.base_source = BaseSource::event;
    change_.confident = false;
    return *this;
  }
  AssessmentBuilder& note(Note note) {
    notes_.push_back(std::move(note));
    std::ranges::sort(notes_);
    return *this;
  }
  // Once.
  BuiltAssessment build() {
    BuiltAssessment built;
    built_ = &built;
    Assessment& it = built.assessment;
    it.change = change_;
    it.verdict = verdict_;
    it.totals = totals_;
    it.mode = mode_;
    it.notes = notes_;
    it.owner_sets.emplace_back();
    add_reports();
    pool_in_order_of_arrival();
    std::ranges::sort(specs_, {}, id_of);
    for (const FindingSpec& spec : specs_) {
      if (spec.in_file) it.findings.files.push_back(spec.file);
    }
    std::ranges::sort(it.findings.files);
    const auto repeated = std::ranges::unique(it.findings.files);
    it.findings.files.erase(repeated.begin(), repeated.end());
    add_rows();
    for (const FindingSpec& spec : specs_) add(spec);
    judge_claims();
    for (Reason& reason : it.verdict.reasons) {
      for (std::size_t i = 0; i < it.assessed.size(); ++i) {
        if (it.assessed[i].action == reason.action) reason.findings.push_back(it.findings.all[i].id);
      }
    }
    return built;
  }

 private:
  static FindingId id_of(const FindingSpec& spec) {
    return {Sha256()
                .field(spec.seen.title)
                .field(spec.seen.place.path)
                .field(spec.seen.place.range.first_line)
                .finish128()};
  }
  static bool in_base_only(const FindingSpec& spec) {
    return spec.judged.presence == Presence::fixed || spec.judged.presence == Presence::not_evaluated;
  }
  ObservationTable& table_for(const FindingSpec& spec) {
    return in_base_only(spec) ? built_->assessment.base_table : built_->assessment.table;
  }
  // The reports that were told of, and a complete one for each engine that has none.
  void add_reports() {
    std::map<std::string, std::uint64_t> head, base;
    for (const FindingSpec& spec : specs_) {
      auto& records = in_base_only(spec) ? base : head;
      ++records[spec.seen.engine];
      for (const auto& [engine, rule] : spec.also) ++records[engine];
    }
    for (const ReportInfo& given : reports_) {
      for (const std::string& engine : given.engines) head.erase(engine);
    }
    for (const auto& [engine, count] : head) reports_.push_back(complete_report("reports/", engine, count));
    for (const auto& [engine, count] : base) base_reports_.push_back(complete_report("base/", engine, count));
    std::ranges::sort(reports_, {}, &ReportInfo::path);
    for (const ReportInfo& report : reports_) built_->assessment.table.add_report(report, {});
    for (const ReportInfo& report : base_reports_) built_->assessment.base_table.add_report(report, {});
  }
  static ReportInfo complete_report(const std::string& folder, const std::string& engine, std::uint64_t records) {
    return {.path = folder + engine + ".sarif",
            .format = "sarif",
            .tools = {{engine, "1.2.3"}},
            .engines = {engine},
            .sha256 = hex(sha256(engine)),
            .state = ReportState::complete,
            .records = {.seen = records, .mapped = records}};
  }
  void pool_in_order_of_arrival() {
    Assessment& it = built_->assessment;
    const auto pool = [](auto& all, const auto& value) {
      if (std::ranges::find(all, value) == all.end()) all.push_back(value);
    };
    for (const FindingSpec& spec : specs_) {
      table_for(spec).intern(spec.seen.title);
      table_for(spec).intern_claims(spec.seen.claims);
      pool(it.severities, spec.severity_);
      pool(it.owner_sets, spec.owners);
      if (spec.waiver) pool(it.waivers, *spec.waiver);
    }
  }
  static std::uint32_t report_of(const std::vector<ReportInfo>& reports, const std::string& engine) {
    const auto found = std::ranges::find_if(
        reports, [&](const ReportInfo& it) { return std::ranges::find(it.engines, engine) != it.engines.end(); });
    return static_cast<std::uint32_t>(found - reports.begin());
  }
  // Rows stand in the order of the reports, and in each in the order of the findings.
  struct Draft {
    std::uint32_t report;
    std::size_t spec;
    bool primary;
    Observation seen;
  };
  void add_rows() {
    std::vector<Draft> drafts;
    for (std::size_t i = 0; i < specs_.size(); ++i) {
      const auto& reports = in_base_only(specs_[i]) ? base_reports_ : reports_;
      drafts.push_back({report_of(reports, specs_[i].seen.engine), i, true, specs_[i].seen});
      for (const auto& [engine, rule] : specs_[i].also) {
        Observation same = specs_[i].seen;
        same.engine = engine;
        same.rule = rule;
        drafts.push_back({report_of(reports, engine), i, false, std::move(same)});
      }
    }
    std::ranges::stable_sort(drafts, {}, &Draft::report);
    rows_.resize(specs_.size());
    std::map<std::pair<const ObservationTable*, std::uint32_t>, std::uint32_t> ordinals;
    for (Draft& draft : drafts) {
      ObservationTable& table = table_for(specs_[draft.spec]);
      draft.seen.report = draft.report;
      const Row row = table.add(draft.seen, table.intern("/runs/0/results"), ordinals[{&table, draft.report}]++);
      auto& rows = rows_[draft.spec];
      rows.insert(draft.primary ? rows.begin() : rows.end(), row);
    }
  }
  // The first claim counts, which is enough for tests.
  void judge_claims() {
    const ObservationTable& table = built_->assessment.table;
    built_->severity_of_claims.resize(table.claim_list_count());
    for (std::uint32_t list = 1; list < table.claim_list_count(); ++list) {
      const SeverityClaim claim = table.claim(table.claims(static_cast<ListId>(list)).front());
      built_->severity_of_claims[list] = {claim.label, claim.tenths.value_or(tenths_for_label(claim.label)),
                                          claim.method, claim.source, claim.vector};
    }
  }
  template <class T>
  static std::uint32_t index_in(const std::vector<T>& all, const T& value) {
    return static_cast<std::uint32_t>(std::ranges::find(all, value) - all.begin());
  }
  void add(const FindingSpec& spec) {
    Assessment& it = built_->assessment;
    const std::vector<Row>& rows = rows_[it.findings.all.size()];
    Finding finding{.id = id_of(spec),
                    .primary = rows.front(),
                    .first_member = static_cast<std::uint32_t>(it.findings.members.size()),
                    .member_count = static_cast<std::uint32_t>(rows.size()),
                    .range = spec.seen.place.range,
                    .kind = spec.seen.kind,
                    .in_base_only = in_base_only(spec)};
    std::vector<Row> members = rows;
    std::ranges::sort(members);
    it.findings.members.insert(it.findings.members.end(), members.begin(), members.end());
    const auto& files = it.findings.files;
    const auto file = std::ranges::lower_bound(files, spec.file);
    if (spec.in_file) finding.file = static_cast<std::uint32_t>(file - files.begin());
    Assessed judged = spec.judged;
    judged.severity = index_in(it.severities, spec.severity_);
    judged.owners = index_in(it.owner_sets, spec.owners);
    if (spec.waiver) judged.waiver = index_in(it.waivers, *spec.waiver);
    it.findings.all.push_back(finding);
    it.assessed.push_back(judged);
    built_->factors.push_back(spec.factors);
    built_->hashes.push_back(spec.hash);
  }

  ChangeSet change_{.base = "a1b2c3d4e5f60718293a4b5c6d7e8f9001122334",
                    .head = "9f8e7d6c5b4a39281706f5e4d3c2b1a099887766",
                    .base_source = BaseSource::merge_base};
  Verdict verdict_;
  RiskTotals totals_;
  std::string mode_ = "enforce";
  std::vector<Note> notes_;
  BuiltAssessment* built_ = nullptr;  // while build() runs
  std::vector<FindingSpec> specs_;
  std::vector<ReportInfo> reports_, base_reports_;
  std::vector<std::vector<Row>> rows_;
};

inline AssessmentBuilder an_assessment() { return {}; }

}  // namespace gatepost::test
