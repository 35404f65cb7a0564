#include "report/overview.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "report/facts.hpp"

namespace gatepost::report {
namespace {

void count_action(Overview& overview, Action action) {
  if (action == Action::block) ++overview.blocking;
  if (action == Action::require_review) ++overview.in_review;
  if (action == Action::warn) ++overview.warned;
}

void add(Overview& overview, FindingIndex finding, const Assessed& it) {
  const bool is_new = it.presence == Presence::introduced || it.presence == Presence::worsened;
  if (it.presence == Presence::fixed) return overview.fixed.push_back(finding);
  if (!is_acted_on(it)) {
    if (it.waiver != Assessed::kNone) return overview.waived.push_back(finding);
    if (it.suppressed) return overview.suppressed.push_back(finding);
    if (it.presence == Presence::external) return overview.external.push_back(finding);
    if (it.presence == Presence::not_evaluated) return void(++overview.not_evaluated);
    if (it.presence == Presence::touched) return void(++overview.touched);
    if (!is_new) return void(++overview.elsewhere);
  }
  overview.news.push_back(finding);
  count_action(overview, it.action);
  if (it.presence == Presence::introduced) {
    ++overview.introduced;
  } else if (it.presence == Presence::worsened) {
    ++overview.worsened;
  } else {
    ++overview.acted_on;
  }
}

}  // namespace

bool is_acted_on(const Assessed& it) { return it.action >= Action::warn; }

bool ranks_before(const Assessment& assessment, FindingIndex a, FindingIndex b) {
  const auto key = [&](FindingIndex finding) {
    const Finding& it = assessment.findings.all[finding];
    return std::tuple(-int{assessment.assessed[finding].risk.effective_tenths}, -assessment.severity_of(finding).tenths,
                      assessment.findings.path_of(it), it.range.first_line, it.id);
  };
  return key(a) < key(b);
}

Overview overview_of(const Assessment& assessment) {
  Overview overview;
  for (FindingIndex finding = 0; finding < assessment.assessed.size(); ++finding) {
    add(overview, finding, assessment.assessed[finding]);
  }
  const auto before = [&](FindingIndex a, FindingIndex b) { return ranks_before(assessment, a, b); };
  for (auto* list : {&overview.news, &overview.external, &overview.fixed, &overview.waived, &overview.suppressed}) {
    std::ranges::sort(*list, before);
  }
  return overview;
}

std::vector<FindingIndex> most_important(const Assessment& assessment, const std::vector<FindingIndex>& findings,
                                         std::size_t most) {
  std::vector<FindingIndex> chosen = findings;
  if (chosen.size() <= most) return chosen;
  const auto blocks = [&](FindingIndex finding) { return assessment.assessed[finding].action == Action::block; };
  std::ranges::stable_partition(chosen, blocks);
  chosen.resize(most);
  std::ranges::sort(chosen, [&](FindingIndex a, FindingIndex b) { return ranks_before(assessment, a, b); });
  return chosen;
}

std::vector<OwnerGroup> by_owner(const Assessment& assessment, const std::vector<FindingIndex>& shown,
                                 const std::vector<FindingIndex>& all) {
  std::vector<OwnerGroup> groups;
  std::map<std::string, std::size_t> index;                         // group by its teams
  std::vector<std::size_t> group_of(assessment.owner_sets.size());  // + 1; 0: no group is shown
  for (const FindingIndex finding : shown) {
    const std::vector<Owner>& owners = assessment.owners_of(finding);
    const std::string names = teams(owners);
    const auto [place, added] = index.try_emplace(names, groups.size());
    if (added) groups.push_back({.teams = names, .because = owners.empty() ? "" : owners.front().because});
    groups[place->second].findings.push_back(finding);
  }
  for (std::size_t set = 0; set < assessment.owner_sets.size(); ++set) {
    const auto found = index.find(teams(assessment.owner_sets[set]));
    if (found != index.end()) group_of[set] = found->second + 1;
  }
  for (const FindingIndex finding : all) {
    const std::size_t group = group_of[assessment.assessed[finding].owners];
    if (group > 0) ++groups[group - 1].total;
  }
  return groups;
}

}  // namespace gatepost::report
