#include "app/judge.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>

#include "app/control_changes.hpp"
#include "app/enrich.hpp"
#include "app/finding_facts.hpp"
#include "app/resolve_severity.hpp"
#include "base/text.hpp"
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
    out_.notes = found_.notes;
    resolve_severities(out_);
    const context::Surroundings nothing;
    enrich(out_, basis_.surroundings == nullptr ? nothing : *basis_.surroundings, basis_.now);
    score_risks();
    find_owners();
    apply_waivers();
    add_totals();
    conclude();
    out_.fixes = remedy::plan(out_);
    std::ranges::sort(out_.notes);
    return std::move(out_);
  }

 private:
  void score_risks() {
    for (std::size_t i = 0; i < out_.findings.all.size(); ++i) {
      out_.assessed[i].suppressed = is_suppressed(i);
      out_.assessed[i].risk = risk::score(risk_input(out_, i));
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

  void find_owners() {
    context::OwnershipLookup lookup(basis_.owners);
    out_.owner_sets.emplace_back();
    std::map<std::vector<Owner>, std::uint32_t> numbers = {{{}, 0}};
    const auto number_of = [&](const std::vector<Owner>& owners) {
      const auto [number, fresh] = numbers.emplace(owners, static_cast<std::uint32_t>(out_.owner_sets.size()));
      if (fresh) out_.owner_sets.push_back(owners);
      return number->second;
    };
    std::unordered_map<std::uint32_t, std::uint32_t> by_file, by_service;
    for (std::size_t i = 0; i < out_.findings.all.size(); ++i) {
      std::uint32_t& owners = out_.assessed[i].owners;
      if (const std::uint32_t file = out_.findings.all[i].file; file != Finding::kNoFile) {
        const auto [known, fresh] = by_file.try_emplace(file, 0);
        if (fresh) known->second = number_of(lookup.owners_for(out_.findings.files[file]));
        owners = known->second;
      }
      if (owners != 0) continue;
      const auto [known, fresh] = by_service.try_emplace(out_.assessed[i].service, 0);
      if (fresh) known->second = number_of(owners_beside_codeowners(i));
      owners = known->second;
    }
  }

  // Whom a finding goes to that CODEOWNERS gives to nobody: the service's owner, then the default.
  std::vector<Owner> owners_beside_codeowners(std::size_t finding) const {
    const std::string_view before = basis_.owners.exists() ? "CODEOWNERS names nobody" : "no CODEOWNERS";
    const Service* const service = out_.service_of(finding);
    const bool of_service = service != nullptr && !service->owners.empty();
    std::vector<Owner> owners = of_service ? service->owners : basis_.settings.default_owners;
    for (Owner& owner : owners) {
      const std::string step = of_service ? "service " + text::printable(service->name) + ", " : "";
      const std::string none = of_service || service == nullptr ? "" : ", nor does the service";
      owner.because = fmt::format("{}{} ({}{})", step, owner.because, before, none);
    }
    return owners;
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
    const auto facts = [&](std::size_t index) { return waiver_facts(out_, current[index]); };
    policy::Waived waived = policy::apply(basis_.settings.waivers, current.size(), facts, day_of(basis_.now));
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
    out_.totals.change_risk = std::min<std::int64_t>(100, change_risk(out_.change) + exposure_points());
  }

  // Points of change signals for services that the change opens.
  [[nodiscard]] std::int64_t exposure_points() const {
    constexpr std::int64_t kEach = 25, kMost = 50;
    if (basis_.surroundings == nullptr) return 0;
    return std::min(kMost, kEach * static_cast<std::int64_t>(basis_.surroundings->services.changes.size()));
  }

  void conclude() {
    const auto facts = [this](std::size_t i) { return policy_facts(out_, i); };
    const auto id = [this](std::size_t i) { return out_.findings.all[i].id; };
    policy::Evaluation evaluation = policy::evaluate(basis_.settings.rules, out_.findings.all.size(), facts, id,
                                                     out_.totals, {basis_.event, day_of(basis_.now)});
    for (std::size_t i = 0; i < evaluation.actions.size(); ++i) out_.assessed[i].action = evaluation.actions[i];
    std::vector<ReportInfo> reports;
    for (const ReportInfo& report : out_.table.reports()) {
      if (report.format != kChangeFormat) reports.push_back(report);
    }
    out_.verdict = policy::conclude(std::move(evaluation), evidence_reasons(reports));
  }

  // What is missing to judge, and what that does to the verdict. Monitor mode holds nothing up.
  std::vector<Reason> evidence_reasons(const std::vector<ReportInfo>& reports) const {
    std::vector<Reason> reasons;
    for (const std::string& sentence : found_.missing) reasons.push_back({{"evidence"}, Action::block, sentence, {}});
    const bool nothing_but_missing = reports.empty() && !reasons.empty();
    if (!nothing_but_missing)
      std::ranges::move(policy::missing_evidence(basis_.settings.evidence, reports), std::back_inserter(reasons));
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

policy::WaiverFacts waiver_facts(const Assessment& assessment, std::size_t index) {
  const Finding& finding = assessment.findings.all[index];
  policy::WaiverFacts facts{finding.id, policy_facts(assessment, index), {}};
  const ObservationTable& table = assessment.table_of(finding);
  for (const TextId id : table.texts(table.row(finding.primary).advisories)) facts.advisories.push_back(table.text(id));
  return facts;
}

}  // namespace gatepost::app
