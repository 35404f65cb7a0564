#include "app/assess.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <string>
#include <unordered_map>

#include "app/control_changes.hpp"
#include "app/engine_coverage.hpp"
#include "app/find_findings.hpp"
#include "app/finding_facts.hpp"
#include "base/text.hpp"
#include "policy/policy.hpp"
#include "policy/waiver.hpp"
#include "risk/severity.hpp"

namespace gatepost::app {
namespace {

// The assessment while it grows.
class Assessor {
 public:
  Assessor(Evidence& evidence, Timestamp now) : evidence_(evidence), now_(now) {}

  Assessment run() {
    out_.change = std::move(evidence_.change);
    out_.table = std::move(evidence_.table);
    out_.base_table = std::move(evidence_.base_table);
    out_.mode = to_string(evidence_.settings.rules.mode);
    out_.notes = std::move(evidence_.notes);
    find_findings(evidence_, out_);
    resolve_severities();
    score_risks();
    find_owners();
    apply_waivers();
    add_totals();
    judge();
    std::ranges::sort(out_.notes);
    return std::move(out_);
  }

 private:
  // Of the severities that a finding's observations have, the highest.
  void resolve_severities() {
    head_severities_ = risk::effective_severities(out_.table);
    base_severities_ = risk::effective_severities(out_.base_table);
    std::map<Severity, std::uint32_t> numbers;
    for (std::size_t i = 0; i < out_.findings.all.size(); ++i) {
      const Finding& finding = out_.findings.all[i];
      const ObservationTable& table = out_.table_of(finding);
      const auto& severities = finding.in_base_only ? base_severities_ : head_severities_;
      const Severity* highest = nullptr;
      for (const Row member : out_.findings.members_of(finding)) {
        const Severity& severity = severities[static_cast<std::uint32_t>(table.claims_of(table.row(member)))];
        const bool known = severity.label != SeverityLabel::unknown;
        if (highest == nullptr ||
            (known && (highest->label == SeverityLabel::unknown || severity.tenths > highest->tenths)))
          highest = &severity;
      }
      const auto [entry, fresh] = numbers.emplace(*highest, static_cast<std::uint32_t>(out_.severities.size()));
      if (fresh) out_.severities.push_back(*highest);
      out_.assessed[i].severity = entry->second;
    }
  }

  void score_risks() {
    for (std::size_t i = 0; i < out_.findings.all.size(); ++i) {
      out_.assessed[i].suppressed = is_suppressed(i);
      out_.assessed[i].risk = risk::score(risk_input(out_, i));
    }
  }

  // What all tools that report it have set aside counts as suppressed; not in what the change brings, because a change
  // can bring the suppression along, in the code or in a file of the scanner. What an embedded VEX statement says is
  // evidence, not a decision.
  bool is_suppressed(std::size_t index) const {
    const Presence presence = out_.assessed[index].presence;
    if (presence == Presence::introduced || presence == Presence::worsened) return false;
    const Finding& finding = out_.findings.all[index];
    const ObservationTable& table = out_.table_of(finding);
    return std::ranges::all_of(out_.findings.members_of(finding), [&](Row member) {
      const ObservationRow& row = table.row(member);
      const ObservationDetail* const detail = table.detail_of(row);
      const bool by_vex = detail != nullptr && detail->suppression && detail->suppression->by == "vex";
      return row.suppressed && !by_vex;
    });
  }

  void find_owners() {
    context::OwnershipLookup lookup(*evidence_.owners);
    out_.owner_sets.emplace_back();
    std::map<std::vector<Owner>, std::uint32_t> numbers = {{{}, 0}};
    std::unordered_map<std::uint32_t, std::uint32_t> by_file;
    for (std::size_t i = 0; i < out_.findings.all.size(); ++i) {
      const std::uint32_t file = out_.findings.all[i].file;
      if (file == Finding::kNoFile) continue;
      auto [known, fresh] = by_file.try_emplace(file, 0);
      if (fresh) {
        const std::vector<Owner>& owners = lookup.owners_for(out_.findings.files[file]);
        const auto [number, fresh_set] = numbers.emplace(owners, static_cast<std::uint32_t>(out_.owner_sets.size()));
        if (fresh_set) out_.owner_sets.push_back(owners);
        known->second = number->second;
      }
      out_.assessed[i].owners = known->second;
    }
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
    const auto waiver_facts = [&](std::size_t index) {
      const Finding& finding = out_.findings.all[current[index]];
      policy::WaiverFacts facts{finding.id, policy_facts(out_, current[index]), {}};
      const ObservationTable& table = out_.table_of(finding);
      for (const TextId id : table.texts(table.row(finding.primary).advisories))
        facts.advisories.push_back(table.text(id));
      return facts;
    };
    policy::Waived waived = policy::apply(evidence_.settings.waivers, current.size(), waiver_facts, day_of(now_));
    for (std::size_t i = 0; i < current.size(); ++i) out_.assessed[current[i]].waiver = waived.waiver_of[i];
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
    out_.totals.change_risk = change_risk(out_.change);
  }

  policy::Event event() const {
    const std::string& name = evidence_.ci.event;
    if (name == "schedule") return policy::Event::schedule;
    if (name == "release") return policy::Event::release;
    if (evidence_.ci.change_request || name == "merge_group" || !out_.change.base.empty()) {
      return name == "push" ? policy::Event::push : policy::Event::pull_request;
    }
    return name == "push" ? policy::Event::push : policy::Event::manual;
  }

  void judge() {
    const auto facts = [this](std::size_t i) { return policy_facts(out_, i); };
    const auto id = [this](std::size_t i) { return out_.findings.all[i].id; };
    policy::Evaluation evaluation = policy::evaluate(evidence_.settings.rules, out_.findings.all.size(), facts, id,
                                                     out_.totals, {event(), day_of(now_)});
    for (std::size_t i = 0; i < evaluation.actions.size(); ++i) out_.assessed[i].action = evaluation.actions[i];
    std::vector<ReportInfo> reports;
    for (const ReportInfo& report : out_.table.reports()) {
      if (report.format != "change") reports.push_back(report);
    }
    out_.verdict = policy::conclude(std::move(evaluation), evidence_reasons(reports));
  }

  // What is missing to judge, and what that does to the verdict. Monitor mode holds nothing up.
  std::vector<Reason> evidence_reasons(const std::vector<ReportInfo>& reports) const {
    std::vector<Reason> reasons;
    for (const std::string& sentence : evidence_.missing)
      reasons.push_back({{"evidence"}, Action::block, sentence, {}});
    const bool nothing_but_missing = reports.empty() && !reasons.empty();
    if (!nothing_but_missing)
      std::ranges::move(policy::missing_evidence(evidence_.settings.evidence, reports), std::back_inserter(reasons));
    if (evidence_.settings.rules.mode == policy::Mode::monitor) {
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

  // Findings of which nobody knows whether they are new.
  std::size_t count_unplaced() const {
    const EngineCoverage base(out_.base_table);
    std::size_t count = 0;
    for (std::size_t i = 0; i < out_.assessed.size(); ++i) {
      const Finding& finding = out_.findings.all[i];
      const bool unplaced = finding.file == Finding::kNoFile && out_.assessed[i].presence == Presence::touched;
      const bool looked = evidence_.base_files && base.covers(out_.table_of(finding), finding.primary);
      if (unplaced && !looked && !out_.assessed[i].suppressed) ++count;
    }
    return count;
  }

  Evidence& evidence_;
  Timestamp now_;
  Assessment out_;
  std::vector<Severity> head_severities_, base_severities_;
};

}  // namespace

Assessment assess(Evidence& evidence, Timestamp now) { return Assessor(evidence, now).run(); }

}  // namespace gatepost::app
