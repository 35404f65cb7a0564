#include "app/route.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "context/unowned_report.hpp"

namespace gatepost::app {
namespace {

constexpr std::uint32_t kNoRule = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kMostPassed = 4;  // owners of one step that are named in its sentence

// The search for the owners and the team of one place.
class Chain {
 public:
  Chain(const context::TeamDirectory& directory, AssigneeChoice choice) : directory_(directory), choice_(choice) {}

  // True when no further step has to be asked.
  bool offer(OwnershipStep step, const std::vector<Owner>& named) {
    if (named.empty()) return false;
    if (routing.step == OwnershipStep::none) {
      routing.step = step;
      owners = named;
    }
    if (directory_.empty() || context::route_to_teams(directory_, named, step, choice_, routing)) return true;
    std::string names;
    for (std::size_t i = 0; i < std::min(named.size(), kMostPassed); ++i)
      names += (i == 0 ? "" : ", ") + text::printable(named[i].team.value, 100);
    if (named.size() > kMostPassed) names += fmt::format(" and {} more", named.size() - kMostPassed);
    routing.passed.push_back(fmt::format("{}: no team has {} ({})", to_string(step), names, named[0].because));
    return false;
  }

  std::vector<Owner> owners;
  Routing routing;

 private:
  const context::TeamDirectory& directory_;
  AssigneeChoice choice_;
};

class Router {
 public:
  Router(Assessment& assessment, const Basis& basis, bool assignments)
      : out_(assessment),
        basis_(basis),
        assignments_(assignments),
        lookup_(basis.owners),
        directory_(directory_of(basis)) {}

  void run() {
    out_.owner_sets.assign(1, {});
    out_.routings.assign(1, {});
    for (std::size_t i = 0; i < out_.findings.all.size(); ++i) out_.assessed[i].owners = place(i);
  }

 private:
  std::uint32_t place(std::size_t finding) {
    const std::uint32_t rule = override_of(finding);
    const std::uint32_t file = out_.findings.all[finding].file;
    if (rule == kNoRule && file != Finding::kNoFile) {
      const auto [known, fresh] = by_file_.try_emplace(file, 0);
      if (fresh) known->second = by_codeowners(file);
      if (known->second != 0) return known->second;
    }
    const auto [known, fresh] = by_place_.try_emplace({rule, out_.assessed[finding].service, file}, 0);
    if (fresh) known->second = by_chain(finding, rule);
    return known->second;
  }

  // 0 when CODEOWNERS does not end the search.
  std::uint32_t by_codeowners(std::uint32_t file) {
    Chain chain(directory_, basis_.settings.assignee);
    return chain.offer(OwnershipStep::codeowners, lookup_.owners_for(out_.findings.files[file])) ? number_of(chain) : 0;
  }

  std::uint32_t by_chain(std::size_t index, std::uint32_t rule) {
    Chain chain(directory_, basis_.settings.assignee);
    if (rule != kNoRule && chain.offer(OwnershipStep::override_rule, basis_.settings.routing[rule].owners))
      return number_of(chain);
    const Finding& finding = out_.findings.all[index];
    std::string before = basis_.owners.exists() ? "CODEOWNERS names nobody" : "no CODEOWNERS";
    if (finding.file != Finding::kNoFile) {
      const std::vector<Owner>& owners = lookup_.owners_for(out_.findings.files[finding.file]);
      if (!owners.empty()) before = "CODEOWNERS names no team";
      if (chain.offer(OwnershipStep::codeowners, owners)) return number_of(chain);
    }
    beside_codeowners(index, before, chain);
    return number_of(chain);
  }

  // The steps after CODEOWNERS. Those that ask the history come later, if at all: infer_owners.hpp.
  void beside_codeowners(std::size_t index, std::string before, Chain& chain) const {
    const Finding& finding = out_.findings.all[index];
    if (const Service* const service = out_.service_of(index)) {
      if (chain.offer(OwnershipStep::service,
                      explained(service->owners, "service " + text::printable(service->name) + ", ", before)))
        return;
      before += ", nor does the service";
    }
    if (basis_.surroundings != nullptr && finding.file != Finding::kNoFile) {
      const auto& of_folder = basis_.surroundings->folder_owners.of(out_.findings.files[finding.file]);
      if (chain.offer(OwnershipStep::folder, explained(of_folder, "", before))) return;
    }
    if (chain.offer(OwnershipStep::repository, explained(basis_.settings.repository_owners, "", before))) return;
    chain.offer(OwnershipStep::fallback, explained(basis_.settings.default_owners, "", before));
  }

  static std::vector<Owner> explained(std::vector<Owner> owners, const std::string& step, const std::string& before) {
    for (Owner& owner : owners) owner.because = fmt::format("{}{} ({})", step, owner.because, before);
    return owners;
  }

  std::uint32_t number_of(Chain& chain) {
    const auto [number, fresh] =
        numbers_.emplace(std::pair(chain.routing, chain.owners), static_cast<std::uint32_t>(out_.owner_sets.size()));
    if (fresh) {
      out_.owner_sets.push_back(std::move(chain.owners));
      out_.routings.push_back(std::move(chain.routing));
    }
    return number->second;
  }

  // The first of routing.overrides that applies.
  std::uint32_t override_of(std::size_t index) const {
    if (basis_.settings.routing.empty()) return kNoRule;
    const Finding& finding = out_.findings.all[index];
    const ObservationTable& table = out_.table_of(finding);
    const ObservationRow& row = table.row(finding.primary);
    const StoredComponent* const component = table.component_of(row);
    const Service* const service = out_.service_of(index);
    const context::RoutingFacts facts{
        .path = out_.findings.path_of(finding),
        .rule = table.text(table.rule_of(row).id),
        .package = component == nullptr ? std::string_view() : table.text(component->package),
        .service = service == nullptr ? std::string_view() : std::string_view(service->name),
        .kind = finding.kind,
        .cwes = table.cwes(table.cwes_of(row)),
        .finding = finding.id,
        .environment = out_.assessed[index].context.environment};
    const auto applies = [&](const context::RoutingRule& rule) {
      return (assignments_ || rule.findings.empty()) && context::applies(rule, facts);
    };
    const auto found = std::ranges::find_if(basis_.settings.routing, applies);
    return found == basis_.settings.routing.end() ? kNoRule
                                                  : static_cast<std::uint32_t>(found - basis_.settings.routing.begin());
  }

  Assessment& out_;
  const Basis& basis_;
  bool assignments_;
  context::OwnershipLookup lookup_;
  const context::TeamDirectory& directory_;
  std::map<std::pair<Routing, std::vector<Owner>>, std::uint32_t> numbers_ = {{{}, 0}};
  std::unordered_map<std::uint32_t, std::uint32_t> by_file_;
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, std::uint32_t> by_place_;  // rule, service, file
};

bool is_there(Presence presence) { return presence != Presence::fixed && presence != Presence::not_evaluated; }

}  // namespace

const context::TeamDirectory& directory_of(const Basis& basis) {
  static const context::TeamDirectory nobody;
  return basis.surroundings == nullptr ? nobody : basis.surroundings->teams;
}

void route_findings(Assessment& assessment, const Basis& basis, bool assignments) {
  Router(assessment, basis, assignments).run();
  count_routes(assessment, basis);
}

// Rules of the settings name no finding.
bool has_assignments(const Basis& basis) {
  return std::ranges::any_of(basis.settings.routing,
                             [](const context::RoutingRule& rule) { return !rule.findings.empty(); });
}

void count_routes(Assessment& assessment, const Basis& basis) {
  RoutingCounts counts{.has_directory = !directory_of(basis).empty()};
  context::UnownedClassifier classifier(basis.owners, nullptr);
  using Class = std::optional<UnownedClass>;
  std::vector<std::optional<Class>> classes(assessment.findings.files.size());
  for (std::size_t i = 0; i < assessment.findings.all.size(); ++i) {
    if (!is_there(assessment.assessed[i].presence)) continue;
    const Routing& routing = assessment.routings[assessment.assessed[i].owners];
    const Finding& finding = assessment.findings.all[i];
    ++counts.findings;
    ++counts.steps[static_cast<std::size_t>(routing.step)];
    if (routing.inferred) ++counts.inferred;
    if (counts.has_directory && routing.assignees.empty()) ++counts.without_team;
    if (finding.file == Finding::kNoFile) {
      ++counts.without_path;
      continue;
    }
    std::optional<Class>& known = classes[finding.file];
    if (!known) known = classifier.why(assessment.findings.files[finding.file]);
    if (const Class why = *known) ++counts.classes[static_cast<std::size_t>(*why)];
  }
  assessment.routing_counts = counts;
}

}  // namespace gatepost::app
