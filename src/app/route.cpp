#include "app/route.hpp"

#include <fmt/core.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/text.hpp"

namespace gatepost::app {
namespace {

class Router {
 public:
  Router(Assessment& assessment, const Basis& basis) : out_(assessment), basis_(basis), lookup_(basis.owners) {}

  void run() {
    out_.owner_sets.emplace_back();
    for (std::size_t i = 0; i < out_.findings.all.size(); ++i) out_.assessed[i].owners = owners_of(i);
  }

 private:
  std::uint32_t owners_of(std::size_t finding) {
    if (const std::uint32_t owners = by_override(finding); owners != 0) return owners;
    const std::uint32_t file = out_.findings.all[finding].file;
    if (file != Finding::kNoFile) {
      const auto [known, fresh] = by_file_.try_emplace(file, 0);
      if (fresh) known->second = number_of(lookup_.owners_for(out_.findings.files[file]));
      if (known->second != 0) return known->second;
    }
    const auto [known, fresh] = by_place_.try_emplace({out_.assessed[finding].service, file}, 0);
    if (fresh) known->second = number_of(beside_codeowners(finding));
    return known->second;
  }

  std::uint32_t number_of(const std::vector<Owner>& owners) {
    const auto [number, fresh] = numbers_.emplace(owners, static_cast<std::uint32_t>(out_.owner_sets.size()));
    if (fresh) out_.owner_sets.push_back(owners);
    return number->second;
  }

  std::uint32_t by_override(std::size_t index) {
    if (basis_.settings.routing.empty()) return 0;
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
        .environment = out_.assessed[index].context.environment};
    for (const context::RoutingRule& rule : basis_.settings.routing) {
      if (context::applies(rule, facts)) return number_of(rule.owners);
    }
    return 0;
  }

  // Whom a finding goes to that CODEOWNERS gives to nobody.
  std::vector<Owner> beside_codeowners(std::size_t index) const {
    const std::string none = basis_.owners.exists() ? "CODEOWNERS names nobody" : "no CODEOWNERS";
    const Service* const service = out_.service_of(index);
    if (service != nullptr && !service->owners.empty())
      return explained(service->owners, "service " + text::printable(service->name) + ", ", none);
    const std::string nor = none + (service == nullptr ? "" : ", nor does the service");
    const Finding& finding = out_.findings.all[index];
    if (basis_.surroundings != nullptr && finding.file != Finding::kNoFile) {
      const auto& of_folder = basis_.surroundings->folder_owners.of(out_.findings.files[finding.file]);
      if (!of_folder.empty()) return explained(of_folder, "", nor);
    }
    return explained(basis_.settings.default_owners, "", nor);
  }

  static std::vector<Owner> explained(std::vector<Owner> owners, const std::string& step, const std::string& before) {
    for (Owner& owner : owners) owner.because = fmt::format("{}{} ({})", step, owner.because, before);
    return owners;
  }

  Assessment& out_;
  const Basis& basis_;
  context::OwnershipLookup lookup_;
  std::map<std::vector<Owner>, std::uint32_t> numbers_ = {{{}, 0}};
  std::unordered_map<std::uint32_t, std::uint32_t> by_file_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> by_place_;  // service and file
};

}  // namespace

void route_findings(Assessment& assessment, const Basis& basis) { Router(assessment, basis).run(); }

}  // namespace gatepost::app
