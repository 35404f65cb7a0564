#include "app/enrich_services.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/text.hpp"
#include "model/repo_path.hpp"

namespace gatepost::app {
namespace {

using context::Catalogue;
using Match = std::optional<Catalogue::Match>;

class ServiceOf {
 public:
  ServiceOf(const Assessment& assessment, const Catalogue& catalogue) : assessment_(assessment), catalogue_(catalogue) {
    for (const FileChange& file : assessment.change.files) {
      if (file.kind == ChangeKind::renamed) old_paths_.emplace(file.new_path, file.old_path);
    }
  }

  Match of(const Finding& finding) {
    if (finding.file != Finding::kNoFile) {
      const auto [known, fresh] = by_file_.try_emplace(finding.file);
      if (fresh) known->second = of_path(assessment_.findings.files[finding.file]);
      if (known->second) return known->second;
    }
    const ObservationTable& table = assessment_.table_of(finding);
    for (const Row member : assessment_.findings.members_of(finding)) {
      if (const Match match = of_row(table, table.row(member), finding.file == Finding::kNoFile)) return match;
    }
    return std::nullopt;
  }

 private:
  // Who moves a file out of a service does not take the service's surroundings from it.
  Match of_path(std::string_view path) const {
    if (const Match match = catalogue_.of_path(path)) return match;
    const auto old = old_paths_.find(path);
    return old == old_paths_.end() ? std::nullopt : catalogue_.of_path(old->second);
  }

  Match of_row(const ObservationTable& table, const ObservationRow& row, bool placeless) const {
    const std::string_view path = table.text(row.path);
    if (placeless && !path.empty() && !is_absolute_path(path)) {
      const auto normal = RepoPath::parse(path);
      if (const Match match = normal ? of_path(normal->value()) : std::nullopt) return match;
    }
    const ObservationDetail* const detail = table.detail_of(row);
    return detail == nullptr ? std::nullopt : catalogue_.of_image(detail->image);
  }

  const Assessment& assessment_;
  const Catalogue& catalogue_;
  std::unordered_map<std::string_view, std::string_view> old_paths_;
  std::unordered_map<std::uint32_t, Match> by_file_;
};

// What lowers a risk ends on its day.
void end_mitigations(Assessment& out, std::chrono::sys_days today) {
  for (Service& service : out.services) {
    if (!service.mitigation_expires || *service.mitigation_expires >= today) continue;
    service.context.mitigation = Mitigation::none;
    out.notes.push_back({Note::Level::warning, "mitigation-expired",
                         fmt::format("the mitigation of service {} ended on {} and no longer counts",
                                     text::printable(service.name), to_string(*service.mitigation_expires)),
                         service.because.mitigation});
    service.because.mitigation += ": ended on " + to_string(*service.mitigation_expires);
  }
}

}  // namespace

void enrich_services(Assessment& out, const context::Surroundings::Services& services, Timestamp now) {
  std::ranges::copy(services.notes, std::back_inserter(out.notes));
  out.services = services.catalogue.services();
  if (out.services.empty()) return;
  end_mitigations(out, day_of(now));
  ServiceOf service_of(out, services.catalogue);
  for (std::size_t i = 0; i < out.findings.all.size(); ++i) {
    const Match match = service_of.of(out.findings.all[i]);
    if (!match) continue;
    out.assessed[i].service = match->service;
    out.assessed[i].service_claim = match->claim;
    out.assessed[i].context = out.services[match->service].context;
  }
}

}  // namespace gatepost::app
