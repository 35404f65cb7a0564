#include "advisory/observe.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "model/purl.hpp"

namespace gatepost::advisory {
namespace {

constexpr std::string_view kList = "/matches";

bool is_of_system(const Purl& purl) { return purl.type() == "deb" || purl.type() == "rpm" || purl.type() == "apk"; }

std::string package_name(const Purl& purl) {
  if (purl.name_space().empty() || is_of_system(purl)) return purl.name();
  return purl.name_space() + (purl.type() == "maven" ? ":" : "/") + purl.name();
}

Kind kind_of(const Advisory& advisory, const Purl& purl) {
  if (advisory.malicious) return Kind::malware;
  return is_of_system(purl) ? Kind::container : Kind::sca;
}

std::vector<AdvisoryId> ids_of(const Advisory& advisory) {
  std::vector<AdvisoryId> ids;
  if (const auto id = AdvisoryId::parse(advisory.id)) ids.push_back(*id);
  for (const std::string& alias : advisory.aliases) {
    if (const auto id = AdvisoryId::parse(alias)) ids.push_back(*id);
  }
  return ids;
}

Observation observation_of(const Advisory& advisory, const Verdict& verdict, const StoredPart& part) {
  const Purl purl = Purl::parse(part.purl).value_or(Purl{});
  Observation out{.engine = std::string(kEngine),
                  .kind = kind_of(advisory, purl),
                  .rule = advisory.id,
                  .title = advisory.summary.empty() ? advisory.id : advisory.summary,
                  .message = sentence_of(advisory, verdict, part),
                  .help_url = advisory.reference.empty() ? "https://osv.dev/" + advisory.id : advisory.reference,
                  .claims = verdict.claims.empty() ? advisory.claims : verdict.claims,
                  .confidence = Confidence::high};
  out.place.path = normalise_reported_path(part.path, false);
  out.component = Component{.purl = std::string(part.purl),
                            .package = package_name(purl),
                            .version = version_of(purl),
                            .scope = part.scope,
                            .direct = {},
                            .fixed_versions = verdict.fixed_versions,
                            .dependency_path = {}};
  out.advisories = ids_of(advisory);
  out.cwes = advisory.cwes;
  out.resource = part.service;
  return out;
}

}  // namespace

std::string sentence_of(const Advisory& advisory, const Verdict& verdict, const StoredPart& part) {
  const auto purl = Purl::parse(part.purl);
  std::string out = fmt::format("{} {} is affected by {}", purl ? package_name(*purl) : std::string(part.purl),
                                purl ? version_of(*purl) : "", advisory.id);
  if (!verdict.fixed_versions.empty()) out += fmt::format("; fixed in {}", text::join(verdict.fixed_versions, ", "));
  return out;
}

void observe(const Inventory& inventory, std::span<const Advisory> advisories, const Matches& matches, bool complete,
             ObservationTable& table) {
  ReportInfo info{.path = "advisories", .format = "osv", .tools = {{std::string(kEngine), ""}}};
  info.engines = {std::string(kEngine)};
  const auto count = matches.matches.size();
  info.records = {.seen = count, .mapped = count};
  info.state = !complete ? ReportState::partial : count == 0 ? ReportState::complete_empty : ReportState::complete;
  const std::uint32_t report = table.add_report(std::move(info), Bytes());
  const TextId list = table.intern(kList);
  for (std::size_t i = 0; i < count; ++i) {
    const Verdict& verdict = matches.verdicts[matches.matches[i].verdict];
    Observation draft =
        observation_of(advisories[verdict.advisory], verdict, inventory.part(matches.matches[i].component));
    draft.report = report;
    table.add(draft, list, static_cast<std::uint32_t>(i));
  }
}

}  // namespace gatepost::advisory
