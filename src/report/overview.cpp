#include "report/overview.hpp"

#include <algorithm>
#include <compare>
#include <map>

#include "report/facts.hpp"

namespace gatepost::report {
namespace {

void count_action(Overview& overview, Action action) {
  if (action == Action::block) ++overview.blocking;
  if (action == Action::require_review) ++overview.in_review;
  if (action == Action::warn) ++overview.warned;
}

std::size_t& kind_of_news(Overview& overview, const Assessed& it) {
  if (it.unplaced) return overview.unplaced;
  switch (it.presence) {
    case Presence::introduced:
      return overview.introduced;
    case Presence::worsened:
      return overview.worsened;
    case Presence::existing:
      return overview.existing;
    case Presence::touched:
      return overview.edited;
    default:
      return overview.older;
  }
}

void add(Overview& overview, FindingIndex finding, const Assessed& it) {
  const bool is_new =
      it.presence == Presence::introduced || it.presence == Presence::worsened || it.presence == Presence::existing;
  if (it.presence == Presence::fixed) return overview.fixed.push_back(finding);
  if (!is_acted_on(it)) {
    if (it.waiver != Assessed::kNone) return overview.waived.push_back(finding);
    const bool spared = it.risk.exemption != Exemption::none;
    if (it.suppressed) return (spared ? overview.spared : overview.suppressed).push_back(finding);
    if (it.presence == Presence::external) return overview.external.push_back(finding);
    if (it.presence == Presence::not_evaluated) return void(++overview.not_evaluated);
    if (it.presence == Presence::touched) return void(++overview.touched);
    if (!is_new) return void(++overview.elsewhere);
  }
  overview.news.push_back(finding);
  count_action(overview, it.action);
  ++kind_of_news(overview, it);
}

}  // namespace

bool is_acted_on(const Assessed& it) { return it.action >= Action::warn; }

void sort_by_risk(const Assessment& assessment, std::vector<FindingIndex>& findings) {
  // Files are sorted by path and findings by id, so their indices stand for them.
  struct Key {
    std::uint32_t safety = 0, file = 0, line = 0;
    FindingIndex finding = 0;
    auto operator<=>(const Key&) const = default;
  };
  std::vector<Key> keys;
  keys.reserve(findings.size());
  for (const FindingIndex finding : findings) {
    const Finding& it = assessment.findings.all[finding];
    const std::uint32_t risk = assessment.assessed[finding].risk.effective_tenths;
    const auto severity = static_cast<std::uint32_t>(std::clamp(assessment.severity_of(finding).tenths, 0, 100));
    keys.push_back({((0xFFFFU - risk) << 8U) | (100U - severity), it.file, it.range.first_line, finding});
  }
  std::ranges::sort(keys);
  std::ranges::transform(keys, findings.begin(), &Key::finding);
}

Overview overview_of(const Assessment& assessment) {
  Overview overview;
  overview.elsewhere = assessment.elsewhere;
  for (FindingIndex finding = 0; finding < assessment.assessed.size(); ++finding) {
    add(overview, finding, assessment.assessed[finding]);
  }
  for (auto* list : {&overview.news, &overview.external, &overview.fixed, &overview.waived, &overview.spared,
                     &overview.suppressed}) {
    sort_by_risk(assessment, *list);
  }
  return overview;
}

std::vector<FindingIndex> most_important(const Assessment& assessment, const std::vector<FindingIndex>& findings,
                                         std::size_t most) {
  std::vector<FindingIndex> chosen = findings;
  const auto blocks = [&](FindingIndex finding) { return assessment.assessed[finding].action == Action::block; };
  std::ranges::stable_partition(chosen, blocks);
  if (chosen.size() > most) chosen.resize(most);
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
