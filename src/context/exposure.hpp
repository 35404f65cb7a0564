// Who can reach a service, from the files that deploy it: Kubernetes, Terraform, compose. Only what such a file says by
// itself counts; whatever depends on a variable, a template or another system stays unknown.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/note.hpp"
#include "context/catalogue.hpp"
#include "model/context.hpp"

namespace gatepost::context {

inline constexpr std::size_t kMostDeployFiles = 20'000;
inline constexpr std::size_t kLargestDeployFile = 1 << 20;

struct DeployFile {
  std::string path;
  std::string text;
};
// Whether the name of a file lets expect something; files of tests, examples and for development do not count.
bool may_tell_exposure(std::string_view path);

// What a file says about whatever is at `path` or runs from one of `images`.
struct ExposureFact {
  Exposure exposure = Exposure::unknown;
  std::string because;                // "deploy/shop.yaml:31: Ingress shop"
  std::vector<std::string> paths;     // the files that say it, or the folder that is built
  std::vector<std::string> images;    // of the containers
  std::vector<std::string> services;  // backstage.io/kubernetes-id
  friend bool operator==(const ExposureFact&, const ExposureFact&) = default;
};
std::vector<ExposureFact> exposure_facts(std::span<const DeployFile> files);

struct DerivedExposure {
  Exposure exposure = Exposure::unknown;
  std::string because;
  friend bool operator==(const DerivedExposure&, const DerivedExposure&) = default;
};
// By service of the catalogue, the most exposed of what is said about it.
std::vector<DerivedExposure> derived_exposures(const Catalogue& catalogue, std::span<const ExposureFact> facts);

// Internet is more exposed than a few from outside, that more than the inside, that more than nobody.
bool more_exposed(Exposure a, Exposure b);

// A service that the change opens.
struct ExposureChange {
  std::uint32_t service = 0;
  Exposure before = Exposure::unknown, after = Exposure::unknown;
  std::string because;
  friend bool operator==(const ExposureChange&, const ExposureChange&) = default;
};

// Puts what the base's files say where nobody states the exposure, and raises it where the head's files say more; never
// lowers it for what the head says. Notes tell where a statement and the files disagree.
struct Derivation {
  std::vector<Service> services;
  std::vector<ExposureChange> changes;
  std::vector<Note> notes;
};
Derivation apply_exposures(const Catalogue& catalogue, std::span<const DerivedExposure> base,
                           std::span<const DerivedExposure> head);

}  // namespace gatepost::context
