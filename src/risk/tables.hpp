// The numbers of the risk model, read once from config/rules/risk-v1.yaml, which says where each comes from.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/context.hpp"
#include "model/enrichment.hpp"
#include "model/observation.hpp"

namespace gatepost::risk {

// "Likelihood of Exploit" of the CWE catalogue.
enum class Likelihood : std::uint8_t { unknown, low, medium, high };
inline constexpr std::array<std::string_view, 4> kLikelihoodNames = {"unknown", "low", "medium", "high"};
// Who can read the repository; decides how exposed a secret in it is.
enum class Visibility : std::uint8_t { unknown, public_repository, internal, private_repository };
inline constexpr std::array<std::string_view, 4> kVisibilityNames = {"unknown", "public", "internal", "private"};

// In percent unless the name says otherwise; arrays are indexed by the enumerations.
struct Tables {
  struct Breakpoint {
    std::uint32_t ppm = 0, value = 0;
    friend bool operator==(const Breakpoint&, const Breakpoint&) = default;
  };
  std::string model;
  std::vector<Breakpoint> epss;  // from 0 to 1,000,000 ppm, ascending
  int epss_base = 0, epss_span = 0;
  int cve_without_epss = 0, kev = 0, kev_ransomware = 0, top_25 = 0, dast = 0, cspm = 0;
  int secret_verified = 0, secret_unknown = 0, secret_revoked = 0, malicious = 0;
  std::array<int, kMaturityNames.size()> maturity{};
  std::array<int, kLikelihoodNames.size()> likelihood{};
  std::array<int, kReachNames.size()> reach{};
  std::array<int, kExposureNames.size()> exposure{};
  std::array<int, kEnvironmentNames.size()> environment{};
  std::array<int, kMitigationNames.size()> mitigation{};
  std::array<int, kConfidenceNames.size()> confidence{};
  int confidence_limit = 0;
  std::array<int, kVisibilityNames.size()> visibility{};
  int secret_in_tree = 0, secret_in_history = 0, secret_environment = 0;
  std::array<int, kCriticalityNames.size()> criticality{};
  std::array<int, kDataClassNames.size()> data{};
  struct Floors {  // in tenths of points, but for reached_from
    int malicious = 0, verified_secret = 0, kev_unreached = 0, kev_elsewhere = 0, kev = 0, kev_exposed = 0;
    int reached_from = 0;
    friend bool operator==(const Floors&, const Floors&) = default;
  } floors;
  int cap_dev_tenths = 0;
  struct Weakness {
    Likelihood likelihood = Likelihood::unknown;
    bool top_25 = false;
    friend bool operator==(const Weakness&, const Weakness&) = default;
  };
  std::vector<Weakness> weaknesses;  // by number of the CWE; what is beyond is not known

  [[nodiscard]] Weakness weakness(Cwe cwe) const {
    return cwe.number < weaknesses.size() ? weaknesses[cwe.number] : Weakness{};
  }
  friend bool operator==(const Tables&, const Tables&) = default;
};

// The tables that this binary carries.
const Tables& built_in_tables();

// Those of a file (YAML, so JSON as well), which names what differs from `before`. Every problem is told with
// name:line:column.
Result<Tables> read_tables(std::string text, const std::string& name, const Tables& before = built_in_tables());

}  // namespace gatepost::risk
