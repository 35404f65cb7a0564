#include "risk/explain.hpp"

#include <fmt/core.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace gatepost::risk {
namespace {

struct Reason {
  Leaning leaning = Leaning::unknown;
  std::string text;
};

template <typename Enum, std::size_t N>
Reason reason_of(const std::array<std::pair<Leaning, std::string_view>, N>& table, Enum value) {
  const auto& [leaning, text] = table[static_cast<std::size_t>(value)];
  return {leaning, std::string(text)};
}

using enum Leaning;
using Row = std::pair<Leaning, std::string_view>;

constexpr std::array<Row, 11> kReachReasons = {{{unknown, "whether the code runs is not known"},
                                                {raises, "seen on the running system"},
                                                {raises, "the vulnerable code is called"},
                                                {raises, "loaded at runtime"},
                                                {raises, "the code imports it"},
                                                {neutral, "code of this repository, which is taken to run"},
                                                {lowers, "nothing imports it"},
                                                {lowers, "loaded, but the vulnerable part is not reachable"},
                                                {lowers, "not loaded at runtime"},
                                                {lowers, "used by tests only"},
                                                {lowers, "the vulnerable code is not reachable"}}};
constexpr std::array<Row, 5> kExposureReasons = {{{unknown, "who can reach the service is not known"},
                                                  {raises, "the internet reaches the service"},
                                                  {raises, "partners reach the service from outside"},
                                                  {lowers, "the service is internal"},
                                                  {lowers, "the service is isolated"}}};
constexpr std::array<Row, 5> kEnvironmentReasons = {{{unknown, "where it is deployed is not known"},
                                                     {raises, "in production"},
                                                     {lowers, "in staging only"},
                                                     {lowers, "in development only"},
                                                     {lowers, "not deployed"}}};
constexpr std::array<Row, 3> kMitigationReasons = {{{neutral, "nothing is known to stand in the way"},
                                                    {lowers, "a mitigation stands partly in the way"},
                                                    {lowers, "a strong mitigation stands in the way"}}};
constexpr std::array<Row, 5> kBusinessReasons = {{{unknown, "what the service is worth is not known"},
                                                  {raises, "a mission-critical service"},
                                                  {raises, "a service of high worth"},
                                                  {lowers, "a service of medium worth"},
                                                  {lowers, "a service of low worth"}}};
constexpr std::uint32_t kLikelyPpm = 10'000;  // what a CVE without a score is taken for

Reason secret_reason(const RiskInput& input) {
  if (!input.secret_verified) return {unknown, "whether the secret works is not known"};
  return *input.secret_verified ? Reason{raises, "the secret was tried and works"}
                                : Reason{lowers, "the secret no longer works"};
}

Reason threat_reason(const RiskInput& input) {
  if (input.malicious) return {raises, "the package is malicious"};
  if (input.kind == Kind::secret) return secret_reason(input);
  if (input.kev) return {raises, "known to be exploited (CISA KEV)"};
  if (input.epss_ppm)
    return {*input.epss_ppm >= kLikelyPpm ? raises : lowers, fmt::format("EPSS {:.4f}", *input.epss_ppm / 1e6)};
  if (input.has_cve) return {unknown, "no EPSS score at hand, taken as 1 %"};
  if (in_top_25(input.cwes)) return {raises, "one of the CWE Top 25"};
  return {unknown, "how often this weakness is exploited is not known"};
}

Reason reach_reason(const RiskInput& input) {
  if (input.malicious) return {neutral, "malicious code runs as soon as it is installed"};
  if (input.kind == Kind::secret) return {neutral, "whoever reads the secret can use it"};
  const Reach reach = known_reach(input);
  if (reach == Reach::called && input.has_flow) return {raises, "the tool shows the data flow"};
  return reason_of(kReachReasons, reach);
}

Reason environment_reason(const RiskInput& input) {
  if (input.kind == Kind::secret) return {neutral, "a secret works wherever the code runs"};
  return reason_of(kEnvironmentReasons, input.context.environment);
}

Reason confidence_reason(const RiskInput& input, int percent) {
  constexpr int kOfUnknown = 75;
  if (input.confidences.size() > 1) return {raises, fmt::format("{} tools agree", input.confidences.size())};
  if (percent == kOfUnknown) return {unknown, "the tool does not tell how sure it is"};
  return {percent > kOfUnknown ? neutral : lowers,
          percent > kOfUnknown ? "the tool is sure of it" : "the tool is not sure of it"};
}

std::string named(std::string_view name, int value) { return fmt::format("{} ({} %)", name, value); }

}  // namespace

std::vector<Factor> explain(const RiskInput& input) {
  const Risk risk = score(input);
  const RiskFactors& f = risk.factors;
  const Context& context = input.context;
  std::vector<Factor> out;
  const auto add = [&](const char* name, std::string value, std::uint8_t RiskFactors::* member, Reason reason) {
    RiskFactors best = f;
    best.*member = 100;
    out.push_back({.name = name,
                   .value = std::move(value),
                   .effect_tenths = raw_tenths(best) - risk.raw_tenths,
                   .because = std::move(reason.text),
                   .leaning = reason.leaning});
  };
  const auto name_in = [](const auto& names, auto value) { return names[static_cast<std::size_t>(value)]; };
  const auto environment =
      input.kind == Kind::secret ? std::string_view("any") : name_in(kEnvironmentNames, context.environment);
  add("severity", fmt::format("{}.{}", f.severity / 10, f.severity % 10), &RiskFactors::severity,
      {neutral, "how bad it is in general"});
  add("threat", fmt::format("{} %", f.threat), &RiskFactors::threat, threat_reason(input));
  add("reach", named(to_string(known_reach(input)), f.reach), &RiskFactors::reach, reach_reason(input));
  add("exposure", named(name_in(kExposureNames, context.exposure), f.exposure), &RiskFactors::exposure,
      reason_of(kExposureReasons, context.exposure));
  add("environment", named(environment, f.environment), &RiskFactors::environment, environment_reason(input));
  add("mitigation", named(name_in(kMitigationNames, context.mitigation), f.mitigation), &RiskFactors::mitigation,
      reason_of(kMitigationReasons, context.mitigation));
  add("confidence", fmt::format("{} %", f.confidence), &RiskFactors::confidence,
      confidence_reason(input, f.confidence));
  add("business", named(name_in(kCriticalityNames, context.criticality), f.business), &RiskFactors::business,
      reason_of(kBusinessReasons, context.criticality));
  if (risk.score_tenths > risk.raw_tenths)
    out.push_back({"floor", fmt::format("{}", risk.score_tenths / 10), 0, threat_reason(input).text, raises});
  if (risk.score_tenths < risk.raw_tenths)
    out.push_back(
        {"cap", fmt::format("{}", risk.score_tenths / 10), 0, "a dependency of development or tests only", lowers});
  return out;
}

}  // namespace gatepost::risk
