#include "context/exposure.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/text.hpp"
#include "context/exposure_sources.hpp"

namespace gatepost::context {
namespace {

// Files below such a folder deploy nothing that strangers reach, or nothing at all.
constexpr std::array<std::string_view, 15> kNotDeployed = {
    "test",    "tests",   "testdata",  "example", "examples",    "fixtures", "node_modules", "vendor",
    ".github", ".gitlab", ".gatepost", "dev",     "development", "local",    "docs"};
constexpr std::array<std::string_view, 6> kDevelopment = {"dev", "test", "tests", "local", "override", "ci"};

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

int rank(Exposure it) {
  switch (it) {
    case Exposure::internet:
      return 4;
    case Exposure::external_restricted:
      return 3;
    case Exposure::unknown:
      return 2;
    case Exposure::internal:
      return 1;
    case Exposure::isolated:
      return 0;
  }
  return 2;
}

std::string_view name_of(Exposure it) { return kExposureNames[static_cast<std::size_t>(it)]; }

// Of known statements the more exposed one; of equal ones the first.
void take_stronger(DerivedExposure& best, const ExposureFact& fact) {
  if (best.exposure == Exposure::unknown || more_exposed(fact.exposure, best.exposure))
    best = {fact.exposure, fact.because};
}

// What runs tells more than where its manifest lies.
std::set<std::uint32_t> services_of(const Catalogue& catalogue, const ExposureFact& fact) {
  std::set<std::uint32_t> found;
  for (const std::string& image : fact.images) {
    if (const auto match = catalogue.of_image(image)) found.insert(match->service);
  }
  for (const std::string& name : fact.services) {
    if (const auto service = catalogue.named(name)) found.insert(*service);
  }
  if (!found.empty()) return found;
  for (const std::string& path : fact.paths) {
    if (const auto match = catalogue.of_path(path)) found.insert(match->service);
  }
  return found;
}

}  // namespace

bool is_terraform_file(std::string_view path) { return path.ends_with(".tf"); }

bool is_compose_file(std::string_view path) {
  const std::string_view name = file_name(path);
  return (name.starts_with("compose") || name.starts_with("docker-compose")) &&
         (name.ends_with(".yml") || name.ends_with(".yaml"));
}

bool may_tell_exposure(std::string_view path) {
  const bool yaml = path.ends_with(".yaml") || path.ends_with(".yml");
  if (!yaml && !is_terraform_file(path)) return false;
  auto segments = text::split(path, '/');
  const std::string_view name = segments.back();
  segments.pop_back();
  const auto in = [](const auto& list) {
    return [&list](std::string_view word) { return std::ranges::find(list, word) != list.end(); };
  };
  if (std::ranges::any_of(segments, in(kNotDeployed)) || name.starts_with("catalog-info.")) return false;
  return !is_compose_file(path) || std::ranges::none_of(text::split(name, '.'), in(kDevelopment));
}

bool more_exposed(Exposure a, Exposure b) { return rank(a) > rank(b); }

std::vector<ExposureFact> exposure_facts(std::span<const DeployFile> files) {
  std::vector<ExposureFact> facts;
  kubernetes_facts(files, facts);
  for (const DeployFile& file : files) {
    if (is_terraform_file(file.path)) terraform_facts(file, facts);
    if (is_compose_file(file.path)) compose_facts(file, facts);
  }
  return facts;
}

std::vector<DerivedExposure> derived_exposures(const Catalogue& catalogue, std::span<const ExposureFact> facts) {
  std::vector<DerivedExposure> derived(catalogue.services().size());
  for (const ExposureFact& fact : facts) {
    for (const std::uint32_t service : services_of(catalogue, fact)) take_stronger(derived[service], fact);
  }
  return derived;
}

Derivation apply_exposures(const Catalogue& catalogue, std::span<const DerivedExposure> base,
                           std::span<const DerivedExposure> head) {
  Derivation out{.services = catalogue.services(), .changes = {}, .notes = {}};
  for (std::uint32_t i = 0; i < out.services.size(); ++i) {
    Service& service = out.services[i];
    const bool stated = !service.because.exposure.empty();
    const std::string name = text::printable(service.name);
    const auto says = [&](const char* code, const std::string& text) {
      out.notes.push_back({Note::Level::warning, code, text, {}});
    };
    if (stated && base[i].exposure != Exposure::unknown && service.context.exposure != Exposure::unknown &&
        more_exposed(base[i].exposure, service.context.exposure)) {
      says("exposure-doubtful", fmt::format("service {} is {} by {}, but {}", name, name_of(service.context.exposure),
                                            service.because.exposure, base[i].because));
    }
    if (!stated && base[i].exposure != Exposure::unknown) {
      service.context.exposure = base[i].exposure;
      service.because.exposure = base[i].because;
    }
    // What was there before is no news, whatever the catalogue says about it.
    const Exposure before = base[i].exposure == Exposure::unknown ? service.context.exposure : base[i].exposure;
    if (head[i].exposure == Exposure::unknown || !more_exposed(head[i].exposure, before)) continue;
    if (stated && !more_exposed(head[i].exposure, service.context.exposure)) continue;
    out.changes.push_back({i, before, head[i].exposure, head[i].because});
    says("exposure-raised", fmt::format("the change makes service {} {} (before: {}): {}", name,
                                        name_of(head[i].exposure), name_of(before), head[i].because));
    if (stated) continue;
    service.context.exposure = head[i].exposure;
    service.because.exposure = head[i].because + ", by this change";
  }
  return out;
}

}  // namespace gatepost::context
