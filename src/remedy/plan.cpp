#include "remedy/plan.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/text.hpp"
#include "model/purl.hpp"
#include "remedy/choose.hpp"
#include "remedy/cover.hpp"
#include "remedy/managers.hpp"

namespace gatepost::remedy {
namespace {

using Way = FixAction::Way;
constexpr std::uint32_t kNone = FixPlan::kNone;
// Members of one finding that are asked, and what an action lists.
constexpr std::size_t kMostMembers = 100, kMostSteps = 20, kMostParents = 5;

// A package as all components that mean it have it.
struct Package {
  std::string type;     // of its purl; "" when nobody knows
  std::string name;     // as the ecosystem writes it
  std::string shown;    // as the tool writes it
  std::string version;  // the one in use
  friend bool operator==(const Package&, const Package&) = default;
};

// What the observations of a finding say together.
struct Facts {
  std::uint32_t finding = 0, owners = 0, package = 0, manifest = 0, image = 0;
  Way way = Way::upgrade;
  bool placed = false;        // the manifest is a file of the commit
  bool unsure = false;        // whether the project names the package itself
  std::uint32_t parent = 0;   // "express@4.17.1"; of the texts
  std::vector<ListId> fixed;  // of each tool that states some
};

// Findings that one upgrade is for.
using UnitKey = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, Way>;  // owners, package, image, way
UnitKey key_of(const Facts& it) { return {it.owners, it.package, it.image, it.way}; }

// What the change has nothing to do with is not the change's business, and the second stage does not have it.
bool is_open(const Finding& finding, const Assessed& it) {
  const bool gone = it.presence == Presence::fixed || it.presence == Presence::not_evaluated || finding.in_base_only;
  const bool elsewhere = it.presence == Presence::unrelated && it.action == Action::none;
  return !gone && !elsewhere && !it.suppressed && it.waiver == Assessed::kNone && it.risk.effective_tenths > 0;
}

// As commands and files of the ecosystem write it.
std::string name_of(const Purl& purl) {
  if (purl.name_space().empty()) return purl.name();
  if (system_of(purl.type()) != nullptr) return purl.name();  // "debian" and the like
  return purl.name_space() + (purl.type() == "maven" ? ":" : "/") + purl.name();
}

// Numbers for texts, in the order of their coming; 0 is "".
class Texts {
 public:
  Texts() { number(""); }
  std::uint32_t number(std::string_view text) {
    const auto [place, fresh] = numbers_.try_emplace(std::string(text), static_cast<std::uint32_t>(all_.size()));
    if (fresh) all_.push_back(&place->first);
    return place->second;
  }
  [[nodiscard]] const std::string& text(std::uint32_t number) const { return *all_[number]; }

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<const std::string*> all_;
};

class Planner {
 public:
  explicit Planner(const Assessment& assessment) : in_(assessment), table_(assessment.table) {}

  FixPlan run() {
    group_owners();
    for (std::uint32_t i = 0; i < in_.findings.all.size(); ++i) add(i);
    make_units();
    add_base_images();
    write_out();
    return std::move(plan_);
  }

 private:
  // A candidate with what it becomes.
  struct Draft {
    FixAction action;
    std::uint32_t unit = kNone;  // kNone: an image's base
    std::uint32_t owners = 0;    // group
  };
  struct Unit {
    std::size_t first = 0, count = 0;  // of facts_
  };

  // --- who ---

  // The same teams are one group, whatever rule names them.
  void group_owners() {
    std::map<std::vector<std::string>, std::uint32_t> groups;
    for (std::uint32_t set = 0; set < in_.owner_sets.size(); ++set) {
      std::vector<std::string> teams;
      for (const Owner& owner : in_.owner_sets[set]) teams.push_back(owner.team.value);
      std::ranges::sort(teams);
      const auto [place, fresh] = groups.try_emplace(std::move(teams), set);
      group_of_.push_back(place->second);
    }
    open_risk_.resize(in_.owner_sets.size());
    ranks_.resize(in_.owner_sets.size());
  }

  // --- what ---

  void add(std::uint32_t index) {
    const Finding& finding = in_.findings.all[index];
    if (!is_open(finding, in_.assessed[index])) return;
    const std::uint32_t owners = group_of_[in_.assessed[index].owners];
    open_risk_[owners] += in_.assessed[index].risk.effective_tenths;
    if (finding.kind != Kind::sca && finding.kind != Kind::container) return;
    Facts facts{.finding = index, .owners = owners, .fixed = {}};
    std::optional<std::uint32_t> component;
    const StoredComponent* stored = nullptr;
    std::optional<bool> direct;
    const auto members = in_.findings.members_of(finding);
    for (const Row member : members.first(std::min(members.size(), kMostMembers))) {
      const ObservationRow& row = table_.row(member);
      const StoredComponent* const it = table_.component_of(row);
      if (it == nullptr) continue;
      if (!component || member == finding.primary) {
        component = row.component;
        stored = it;
      }
      if (it->direct < 2) direct = direct.value_or(false) || it->direct == 1;
      if (it->fixed_versions != ListId::none) facts.fixed.push_back(it->fixed_versions);
      if (facts.parent == 0) facts.parent = parent_in(*it);
      if (const ObservationDetail* detail = table_.detail_of(row); detail != nullptr && facts.image == 0)
        facts.image = texts_.number(detail->image);
    }
    if (!component) return;
    facts.manifest = texts_.number(manifest_of(finding));
    facts.placed = finding.file != Finding::kNoFile;
    facts.package = package_of(*component, *stored, facts.manifest);
    if (direct == true) facts.parent = 0;
    const Manager* const manager = manager_of(texts_.text(facts.manifest));
    const bool transitive = direct == false || facts.parent != 0;
    if (transitive && manager != nullptr && pins(*manager)) facts.way = Way::pin;
    facts.unsure = !direct && !transitive;
    normalise(facts.fixed);
    facts_.push_back(std::move(facts));
  }

  static void normalise(std::vector<ListId>& lists) {
    std::ranges::sort(lists);
    const auto rest = std::ranges::unique(lists);
    lists.erase(rest.begin(), rest.end());
  }

  // What the project names itself and what brings the package.
  std::uint32_t parent_in(const StoredComponent& component) {
    const auto path = table_.texts(component.dependency_path);
    return path.size() < 2 ? 0 : texts_.number(table_.text(path.front()));
  }

  [[nodiscard]] std::string_view manifest_of(const Finding& finding) const {
    if (finding.file != Finding::kNoFile) return in_.findings.path_of(finding);
    return table_.text(table_.row(finding.primary).path);
  }

  // A package without a purl is of the ecosystem that its manifest belongs to.
  std::uint32_t package_of(std::uint32_t component, const StoredComponent& stored, std::uint32_t manifest) {
    const auto [known, fresh] = package_of_.try_emplace({component, manifest}, 0);
    if (!fresh) return known->second;
    Package it{.type = {},
               .name = std::string(table_.text(stored.package)),
               .shown = std::string(table_.text(stored.package)),
               .version = std::string(table_.text(stored.version))};
    if (const auto purl = Purl::parse(table_.text(stored.purl))) {
      it.type = purl->type();
      it.name = name_of(*purl);
      if (it.shown.empty()) it.shown = it.name;
      // The spelling that people use, where the ecosystem does not care.
      if (text::equal_ignoring_case(it.shown, it.name)) it.name = it.shown;
      if (!purl->version().empty()) it.version = version_of(*purl);
    } else if (const Manager* const manager = manager_of(texts_.text(manifest))) {
      it.type = purl_type_of(*manager);
    }
    std::string identity = it.type + '\n' + it.name + '\n' + it.version;
    const auto [number, added] =
        packages_by_identity_.try_emplace(std::move(identity), static_cast<std::uint32_t>(packages_.size()));
    if (added) packages_.push_back(std::move(it));
    return known->second = number->second;
  }

  // --- which version ---

  void make_units() {
    std::ranges::sort(facts_, {}, [](const Facts& it) { return std::tuple(key_of(it), it.finding); });
    for (std::size_t first = 0; first < facts_.size();) {
      std::size_t end = first;
      while (end < facts_.size() && key_of(facts_[end]) == key_of(facts_[first])) ++end;
      units_.push_back({first, end - first});
      add_drafts(static_cast<std::uint32_t>(units_.size() - 1));
      first = end;
    }
  }

  [[nodiscard]] std::span<const Facts> facts_of(const Unit& unit) const {
    return std::span(facts_).subspan(unit.first, unit.count);
  }

  [[nodiscard]] std::int64_t risk_of(std::uint32_t finding) const {
    return in_.assessed[finding].risk.effective_tenths;
  }

  void add_drafts(std::uint32_t number) {
    const auto facts = facts_of(units_[number]);
    const Package& package = packages_[facts.front().package];
    Question question{
        .scheme = version_scheme_of(package.type), .current = package.version, .lists = {}, .demands = {}};
    std::map<ListId, std::uint32_t> lists;
    for (const Facts& it : facts) {
      Demand demand{.lists = {}, .risk_tenths = risk_of(it.finding)};
      for (const ListId list : it.fixed) {
        const auto [place, fresh] = lists.try_emplace(list, static_cast<std::uint32_t>(lists.size()));
        if (fresh) question.lists.push_back(versions_in(list));
        demand.lists.push_back(place->second);
      }
      question.demands.push_back(std::move(demand));
    }
    for (const Chosen& chosen : choose(question)) drafts_.push_back(draft_of(number, chosen));
  }

  [[nodiscard]] FixedVersions versions_in(ListId list) const {
    FixedVersions versions;
    for (const TextId id : table_.texts(list)) versions.push_back(table_.text(id));
    return versions;
  }

  Draft draft_of(std::uint32_t unit, const Chosen& chosen) const {
    const auto facts = facts_of(units_[unit]);
    const Package& package = packages_[facts.front().package];
    FixAction it{.way = facts.front().way,
                 .choice = chosen.choice,
                 .breaking = chosen.breaking,
                 .package = package.shown,
                 .from = package.version,
                 .to = std::string(chosen.to),
                 .image = texts_.text(facts.front().image),
                 .leaves = static_cast<std::uint32_t>(facts.size() - chosen.closes.size())};
    it.stated.assign(chosen.stated.begin(), chosen.stated.end());
    for (const std::uint32_t demand : chosen.closes) it.closes.push_back(facts[demand].finding);
    it.cost = it.way == Way::pin ? costs().pin : chosen.breaking ? costs().major : costs().same_major;
    return {std::move(it), unit, facts.front().owners};
  }

  // --- images ---

  // A newer base brings all packages of the distribution for which there is a fix.
  void add_base_images() {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<std::uint32_t>> images;  // by owners and image
    for (const Draft& draft : drafts_) {
      const Facts& facts = facts_[units_[draft.unit].first];
      if (facts.image == 0 || system_of(packages_[facts.package].type) == nullptr) continue;
      auto& findings = images[{draft.owners, facts.image}];
      findings.insert(findings.end(), draft.action.closes.begin(), draft.action.closes.end());
    }
    for (auto& [key, findings] : images) {
      std::ranges::sort(findings);
      const auto rest = std::ranges::unique(findings);
      findings.erase(rest.begin(), rest.end());
      FixAction it{.way = Way::base_image, .choice = FixAction::Choice::stated, .image = texts_.text(key.second)};
      it.closes = std::move(findings);
      it.cost = costs().base_image;
      drafts_.push_back({std::move(it), kNone, key.first});
    }
  }

  // --- in which order ---

  void write_out() {
    std::ranges::stable_sort(drafts_, {}, [this](const Draft& draft) {
      const FixAction& it = draft.action;
      const std::string_view manifest =
          draft.unit == kNone ? std::string_view{} : texts_.text(facts_[units_[draft.unit].first].manifest);
      return std::tuple(std::string_view(it.package), std::string_view(it.from), std::string_view(it.to), it.way,
                        std::string_view(it.image), manifest, draft.owners);
    });
    std::vector<std::int64_t> weights(in_.findings.all.size());
    for (const Facts& it : facts_) weights[it.finding] = risk_of(it.finding);
    std::vector<Candidate> candidates;
    candidates.reserve(drafts_.size());
    for (const Draft& draft : drafts_) candidates.push_back({draft.action.closes, draft.action.cost});
    plan_.action_of.assign(in_.findings.all.size(), kNone);
    index_parents();
    for (Pick& pick : cover(weights, candidates)) finish(std::move(drafts_[pick.candidate]), std::move(pick));
  }

  void finish(Draft draft, Pick pick) {
    FixAction& it = draft.action;
    it.closes = std::move(pick.members);
    for (const std::uint32_t finding : it.closes)
      plan_.action_of[finding] = static_cast<std::uint32_t>(plan_.actions.size());
    by_risk(it.closes);
    it.value_tenths = pick.value;
    it.owners = draft.owners;
    it.owner_rank = ++ranks_[draft.owners];
    it.before_tenths = open_risk_[draft.owners];
    it.after_tenths = open_risk_[draft.owners] -= pick.value;
    if (draft.unit != kNone) add_places(units_[draft.unit], it);
    plan_.actions.push_back(std::move(it));
  }

  void by_risk(std::vector<std::uint32_t>& findings) const {
    std::ranges::sort(findings, {}, [this](std::uint32_t it) { return std::pair(-risk_of(it), it); });
  }

  // The files of what it closes, what brings the package there, and what it brings itself.
  void add_places(const Unit& unit, FixAction& it) {
    std::set<std::string_view> manifests, parents;
    bool unsure = false;
    for (const Facts& facts : facts_of(unit)) {
      if (!std::ranges::binary_search(closed_by_index(it), facts.finding)) continue;
      // Nobody can run anything beside a file that is in an image, or that a report only claims to exist.
      if (facts.placed) manifests.insert(texts_.text(facts.manifest));
      if (facts.parent != 0) parents.insert(texts_.text(facts.parent));
      unsure |= facts.unsure;
    }
    manifests.erase(std::string_view{});
    it.manifests = static_cast<std::uint32_t>(manifests.size());
    for (const std::string_view parent : parents) {
      if (it.parents.size() < kMostParents) it.parents.emplace_back(parent);
    }
    const Package& package = packages_[facts_[unit.first].package];
    const Change change{.manifest = {},
                        .package = package.name,
                        .from = package.version,
                        .to = it.to,
                        .major = it.breaking,
                        .transitive = it.way == Way::pin || !parents.empty(),
                        .unsure = unsure};
    add_steps(package, manifests, change, it);
    if (it.way == Way::upgrade) add_brought(unit, package, it);
  }

  // Of the action that is being finished, in the order of their numbers.
  const std::vector<std::uint32_t>& closed_by_index(const FixAction& it) {
    if (closed_for_ != plan_.actions.size()) {
      closed_ = it.closes;
      std::ranges::sort(closed_);
      closed_for_ = plan_.actions.size();
    }
    return closed_;
  }

  static void add_steps(const Package& package, const std::set<std::string_view>& manifests, Change change,
                        FixAction& it) {
    const Manager* const system = system_of(package.type);
    if (system != nullptr) {
      if (auto found = step(*system, change)) it.steps.push_back(std::move(*found));
      return;
    }
    for (const std::string_view manifest : manifests) {
      if (it.steps.size() == kMostSteps) return;
      const Manager* const manager = manager_of(manifest);
      if (manager == nullptr || purl_type_of(*manager) != package.type) continue;
      change.manifest = manifest;
      if (auto found = step(*manager, change)) it.steps.push_back(std::move(*found));
    }
  }

  // --- what a package brings ---

  using Brought = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;  // owners, manifest, parent

  void index_parents() {
    for (const Facts& it : facts_) {
      if (it.parent != 0) brought_.emplace_back(Brought{it.owners, it.manifest, it.parent}, it.finding);
    }
    std::ranges::sort(brought_);
  }

  void add_brought(const Unit& unit, const Package& package, FixAction& it) {
    std::set<std::uint32_t> manifests;
    for (const Facts& facts : facts_of(unit)) manifests.insert(facts.manifest);
    for (const std::string& name : {package.shown, package.name}) {
      const std::uint32_t parent = texts_.number(name + "@" + package.version);
      for (const std::uint32_t manifest : manifests) {
        const Brought key{facts_[unit.first].owners, manifest, parent};
        const auto [first, last] =
            std::ranges::equal_range(brought_, key, {}, &std::pair<Brought, std::uint32_t>::first);
        for (auto at = first; at != last; ++at) it.may_close.push_back(at->second);
      }
      if (package.shown == package.name) break;
    }
    by_risk(it.may_close);
    const auto rest = std::ranges::unique(it.may_close);
    it.may_close.erase(rest.begin(), rest.end());
  }

  const Assessment& in_;
  const ObservationTable& table_;
  Texts texts_;
  std::vector<std::uint32_t> group_of_;  // by owner set
  std::vector<std::int64_t> open_risk_;  // by group
  std::vector<std::uint32_t> ranks_;     // by group
  std::vector<Package> packages_;
  std::unordered_map<std::string, std::uint32_t> packages_by_identity_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> package_of_;  // by component and manifest
  std::vector<Facts> facts_;
  std::vector<Unit> units_;
  std::vector<Draft> drafts_;
  std::vector<std::pair<Brought, std::uint32_t>> brought_;  // sorted
  std::vector<std::uint32_t> closed_;
  std::size_t closed_for_ = std::numeric_limits<std::size_t>::max();
  FixPlan plan_;
};

}  // namespace

FixPlan plan(const Assessment& assessment) { return Planner(assessment).run(); }

}  // namespace gatepost::remedy
