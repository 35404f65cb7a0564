#include "app/judge.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>

#include "app/control_changes.hpp"
#include "app/enrich.hpp"
#include "app/finding_facts.hpp"
#include "app/ledger_decisions.hpp"
#include "app/merge_findings.hpp"
#include "app/resolve_severity.hpp"
#include "app/route.hpp"
#include "base/text.hpp"
#include "context/change_signals.hpp"
#include "ingest/engine.hpp"
#include "policy/waiver.hpp"
#include "remedy/plan.hpp"
#include "risk/score.hpp"

namespace gatepost::app {
namespace {

// The assessment while it grows.
class Judge {
 public:
  Judge(Found& found, const Basis& basis) : found_(found), basis_(basis), out_(std::move(found.assessment)) {}

  Assessment run() {
    out_.mode = to_string(basis_.settings.rules.mode);
    out_.policy_sha256 = basis_.settings.policy_sha256;
    out_.notes = found_.notes;
    std::ranges::copy(basis_.settings.notes, std::back_inserter(out_.notes));
    resolve_severities(out_);
    merge_findings(out_, found_.parts);
    if (found_.compare_with_ledger) found_.compare_with_ledger(out_);
    resolve_merged(out_);
    const context::Surroundings nothing;
    enrich(out_, basis_.surroundings == nullptr ? nothing : *basis_.surroundings, basis_.now);
    score_risks();
    route_findings(out_, basis_, false);
    apply_waivers();
    add_totals();
    conclude();
    if (has_assignments(basis_)) route_findings(out_, basis_);
    out_.fixes = remedy::plan(out_);
    std::ranges::sort(out_.notes);
    return std::move(out_);
  }

 private:
  void score_risks() {
    for (std::size_t i = 0; i < out_.findings.all.size(); ++i) {
      out_.assessed[i].risk = risk::score(risk_input(out_, i));
      out_.assessed[i].suppressed = out_.assessed[i].risk.exemption != Exemption::none || is_suppressed(i);
    }
  }

  // What all tools that report it have set aside counts as suppressed, where tools are believed; not in what the change
  // brings, because a change can bring the suppression along, in the code or in a file of the scanner. What an embedded
  // VEX statement says is evidence, not a decision.
  bool is_suppressed(std::size_t index) const {
    const Presence presence = out_.assessed[index].presence;
    if (!basis_.tools_may_suppress || presence == Presence::introduced || presence == Presence::worsened) return false;
    const Finding& finding = out_.findings.all[index];
    const ObservationTable& table = out_.table_of(finding);
    return std::ranges::all_of(out_.findings.members_of(finding), [&](Row member) {
      const ObservationRow& row = table.row(member);
      const ObservationDetail* const detail = table.detail_of(row);
      const bool by_vex = detail != nullptr && detail->suppression && detail->suppression->by == "vex";
      return row.suppressed && !by_vex;
    });
  }

  // Comments beside what any tool says of the finding.
  [[nodiscard]] std::vector<policy::WaiverReference> references_of(std::size_t index) const {
    constexpr std::size_t kMost = 64;
    std::vector<policy::WaiverReference> all;
    const Finding& finding = out_.findings.all[index];
    if (found_.references.empty() || finding.in_base_only) return all;
    for (const Row member : out_.findings.members_of(finding)) {
      const auto found = found_.references.find(member);
      if (found == found_.references.end()) continue;
      if (all.size() >= kMost) break;
      std::ranges::copy_if(found->second, std::back_inserter(all),
                           [&](const auto& it) { return std::ranges::find(all, it) == all.end(); });
    }
    return all;
  }

  void tell_of_references(const std::vector<std::size_t>& current) {
    if (found_.references.empty()) return;
    std::set<policy::WaiverReference> all;
    for (const std::size_t index : current) {
      for (policy::WaiverReference& it : references_of(index)) all.insert(std::move(it));
    }
    std::ranges::move(policy::notes_on({all.begin(), all.end()}, basis_.settings.waivers),
                      std::back_inserter(out_.notes));
  }

  // Gone findings need no waiver.
  bool is_current(std::size_t index) const {
    const Presence presence = out_.assessed[index].presence;
    return presence != Presence::fixed && presence != Presence::not_evaluated;
  }

  void apply_waivers() {
    std::vector<std::size_t> current;
    for (std::size_t i = 0; i < out_.assessed.size(); ++i) {
      if (is_current(i)) current.push_back(i);
    }
    const policy::RunFacts run = run_facts(out_, basis_);
    tell_of_references(current);
    const auto facts = [&](std::size_t index) {
      policy::WaiverFacts finding = waiver_facts(out_, current[index]);
      finding.references = references_of(current[index]);
      finding.facts.run = &run;
      return finding;
    };
    const policy::Rules& rules = basis_.settings.rules;
    policy::Waived waived = policy::apply(basis_.settings.waivers, rules.waivers, current.size(), facts,
                                          {rules.unknown_severity, basis_.now});
    for (std::size_t i = 0; i < current.size(); ++i) {
      Assessed& assessed = out_.assessed[current[i]];
      assessed.waiver = waived.waiver_of[i];
      assessed.waiver_expired = waived.expired[i];
    }
    out_.waivers = std::move(waived.applied);
    std::ranges::move(waived.notes, std::back_inserter(out_.notes));
  }

  // Touched findings count a quarter; what is waived still is a risk.
  void add_totals() {
    std::vector<std::uint16_t> of_change;
    for (std::size_t i = 0; i < out_.assessed.size(); ++i) {
      const Assessed& assessed = out_.assessed[i];
      const std::uint16_t risk = assessed.risk.effective_tenths;
      if (assessed.presence == Presence::introduced || assessed.presence == Presence::worsened)
        of_change.push_back(risk);
      if (assessed.presence == Presence::touched) of_change.push_back(risk / 4);
      if (assessed.presence == Presence::introduced) out_.totals.delta_tenths += risk;
      if (assessed.presence == Presence::fixed) out_.totals.delta_tenths -= risk;
    }
    out_.totals.pr_risk_tenths = risk::aggregate_tenths(of_change);
    out_.change_signals = signals();
    for (const ChangeSignal& it : out_.change_signals) out_.totals.change_risk += it.points;
    out_.totals.change_risk = std::min(kMostChangeRisk, out_.totals.change_risk);
  }

  // What the change opens is told by its services or, where they say less, by its lines: never twice.
  [[nodiscard]] std::vector<ChangeSignal> signals() const {
    std::vector<ChangeSignal> all = control_signals(out_.change);
    if (basis_.surroundings == nullptr) return all;
    const std::vector<ChangeSignal> opened = opened_services();
    const auto opens = [](const ChangeSignal& it) { return it.signal == "infrastructure-exposure"; };
    std::int64_t by_services = 0, by_lines = 0;
    for (const ChangeSignal& it : opened) by_services += it.points;
    for (const ChangeSignal& it : basis_.surroundings->signals) by_lines += opens(it) ? it.points : 0;
    std::ranges::copy_if(basis_.surroundings->signals, std::back_inserter(all),
                         [&](const ChangeSignal& it) { return !opens(it) || by_lines > by_services; });
    if (by_lines <= by_services) std::ranges::copy(opened, std::back_inserter(all));
    context::sort_signals(all);
    return all;
  }

  [[nodiscard]] std::vector<ChangeSignal> opened_services() const {
    constexpr std::int64_t kEach = 25, kMost = 50;
    std::vector<ChangeSignal> opened;
    for (const context::ExposureChange& it : basis_.surroundings->services.changes) {
      const std::string& service = basis_.surroundings->services.catalogue.services()[it.service].name;
      if (std::ssize(opened) * kEach >= kMost) {
        ++opened.back().more;
        continue;
      }
      opened.push_back({.signal = "service-opened",
                        .points = kEach,
                        .subject = text::printable(service),
                        .because = "service opened: " + text::printable(service),
                        .path = {}});
    }
    return opened;
  }

  void conclude() {
    policy::Subjects subjects{.findings = out_.findings.all.size(),
                              .facts_of = [this](std::size_t i) { return policy_facts(out_, i); },
                              .id_of = [this](std::size_t i) { return out_.findings.all[i].id; }};
    for (const FileChange& file : out_.change.files)
      subjects.changed_files.push_back(file.new_path.empty() ? file.old_path : file.new_path);
    policy::Evaluation evaluation = policy::evaluate(basis_.settings.rules, subjects, out_.totals,
                                                     {basis_.event, basis_.now, run_facts(out_, basis_)});
    for (std::size_t i = 0; i < evaluation.actions.size(); ++i) out_.assessed[i].action = evaluation.actions[i];
    std::vector<ReportInfo> reports;
    for (const ReportInfo& report : out_.table.reports()) {
      if (report.format != kChangeFormat) reports.push_back(report);
    }
    out_.verdict = policy::conclude(std::move(evaluation), evidence_reasons(reports));
    close_frozen();
  }

  // A freeze is about changes: a nightly run goes on telling how things stand.
  void close_frozen() {
    if (basis_.settings.freezes.empty() || basis_.event == policy::Event::schedule) return;
    const context::Catalogue nothing;
    const context::Catalogue& catalogue =
        basis_.surroundings == nullptr ? nothing : basis_.surroundings->services.catalogue;
    std::vector<Reason> reasons = freeze_reasons(out_, basis_.settings.freezes, catalogue);
    if (reasons.empty()) return;
    const bool holds_up = basis_.settings.rules.mode == policy::Mode::enforce;
    for (Reason& reason : reasons) reason.action = holds_up ? reason.action : Action::warn;
    if (holds_up) out_.verdict.outcome = Outcome::fail;
    if (out_.verdict.outcome == Outcome::pass) out_.verdict.outcome = Outcome::warn;
    auto& all = out_.verdict.reasons;
    all.insert(all.begin(), std::make_move_iterator(reasons.begin()), std::make_move_iterator(reasons.end()));
  }

  // What is missing to judge, and what that does to the verdict. Monitor mode holds nothing up.
  std::vector<Reason> evidence_reasons(const std::vector<ReportInfo>& reports) const {
    std::vector<Reason> reasons;
    for (const std::string& sentence : found_.missing) reasons.push_back({{"evidence"}, Action::block, sentence, {}});
    const bool nothing_but_missing = reports.empty() && !reasons.empty();
    if (!nothing_but_missing)
      std::ranges::move(policy::missing_evidence(basis_.settings.evidence, reports), std::back_inserter(reasons));
    if (!basis_.settings.unread_ledger.empty())
      reasons.push_back({{"evidence"}, Action::block, basis_.settings.unread_ledger, {}});
    if (basis_.settings.rules.mode == policy::Mode::monitor) {
      for (Reason& reason : reasons) reason.action = std::min(reason.action, Action::warn);
    }
    if (const std::size_t unplaced = count_unplaced(); unplaced > 0) {
      reasons.push_back({{"evidence"},
                         Action::warn,
                         fmt::format("{} in no file of this commit: whether the change brought {} is not known without "
                                     "a report of the base",
                                     unplaced == 1 ? "a finding lies" : text::count_of(unplaced, "finding") + " lie",
                                     unplaced == 1 ? "it" : "them"),
                         {}});
    }
    return reasons;
  }

  // Findings of which nobody knows whether they are new, but for those that were set aside.
  std::size_t count_unplaced() const {
    std::size_t count = 0;
    for (std::size_t i = 0; i < out_.assessed.size(); ++i)
      count += out_.assessed[i].unplaced && !out_.assessed[i].suppressed ? 1 : 0;
    return count;
  }

  const Found& found_;
  const Basis& basis_;
  Assessment out_;
};

}  // namespace

Assessment judge(Found& found, const Basis& basis) { return Judge(found, basis).run(); }

// The kinds of problems that an engine with a complete report is for, or reports there.
policy::RunFacts run_facts(const Assessment& assessment, const Basis& basis) {
  std::array<bool, kKindNames.size()> seen{};
  const ObservationTable& table = assessment.table;
  const auto counts = [](const ReportInfo& report) {
    return is_complete(report.state) && report.format != kChangeFormat;
  };
  for (const ReportInfo& report : table.reports()) {
    if (!counts(report)) continue;
    for (const std::string& engine : report.engines) {
      if (const auto kind = ingest::engine_kind(engine)) seen[static_cast<std::size_t>(*kind)] = true;
    }
  }
  for (Row row = 0; row < table.size(); ++row) {
    const ObservationRow& it = table.row(row);
    if (!seen[static_cast<std::size_t>(it.kind)] && counts(table.reports()[it.report]))
      seen[static_cast<std::size_t>(it.kind)] = true;
  }
  policy::RunFacts run{.repo = basis.repository, .branch = basis.branch};
  run.missing.emplace();
  for (std::size_t kind = 0; kind < seen.size(); ++kind) {
    if (!seen[kind]) run.missing->push_back(kKindNames[kind]);
  }
  return run;
}

policy::WaiverFacts waiver_facts(const Assessment& assessment, std::size_t index) {
  return {assessment.findings.all[index].id, policy_facts(assessment, index), assessment.former_ids_of(index)};
}

}  // namespace gatepost::app
