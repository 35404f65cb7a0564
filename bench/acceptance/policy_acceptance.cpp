// The number that policies are held to: a million findings by fifty policies, in seconds of processor time, and how
// many times faster that is than asking every condition of every policy by itself: prints "ok" or "MISSED".
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "config/policy_file.hpp"
#include "doc/yaml.hpp"
#include "policy/policy.hpp"

namespace {

using namespace gatepost;

constexpr std::size_t kFindings = 1'000'000, kPolicies = 50, kSample = 50'000;
constexpr double kMostSeconds = 2;

double now() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// Ten shapes of policies, each with other values five times.
std::string policies() {
  std::string text = "gatepost: 1\npolicies:\n";
  const char* const shapes[] = {
      "{all: [{change: {in: [introduced, worsened]}}, {severity: {gte: high}}, {reach: {gte: loaded}}, {waiver: "
      "none}]}",
      "{all: [{category: secret}, {change: introduced}, {waiver: none}]}",
      "{all: [{kev: true}, {environment: {in: [production, unknown]}}, {waiver: none}]}",
      "{all: [{severity: {gte: high}}, {category: {in: [sca, container]}}, {scope: runtime}, {fix_available: true}]}",
      "{any: [{path: {glob: \"services/s%/**\"}}, {path: {glob: \"infra/%/**\"}}]}",
      "{all: [{risk: {gte: 3%}}, {owner: \"@acme/team-%\"}]}",
      "{all: [{rule: {regex: \"^R%.*7$\"}}, {not: {suppressed: true}}]}",
      "{all: [{cwe: [79, 89, 2%]}, {confidence: {gte: medium}}]}",
      "{all: [{exposure: {gte: internal}}, {risk_band: {gte: medium}}, {epss: {gt: 0.%}}]}",
      "{any: [{malicious: true}, {all: [{direct: true}, {package: {in: [a%, b%, lodash]}}]}]}"};
  for (std::size_t i = 0; i < kPolicies; ++i) {
    std::string shape = shapes[i % 10];
    for (std::size_t at = shape.find('%'); at != std::string::npos; at = shape.find('%'))
      shape.replace(at, 1, std::to_string(1 + i / 10));
    text += "  - {id: p" + std::to_string(i) + ", action: warn, match: " + shape + "}\n";
  }
  return text;
}

struct Data {
  std::vector<std::string> paths, rules, packages;
  std::vector<policy::Facts> kinds;  // repeated to make up a million

  Data() {
    for (std::size_t i = 0; i < 1000; ++i) {
      paths.push_back("services/s" + std::to_string(i % 40) + "/src/module" + std::to_string(i) + "/handler.py");
      rules.push_back("R" + std::to_string(i % 97));
      packages.push_back("package" + std::to_string(i % 200));
    }
    for (std::size_t i = 0; i < 1000; ++i) {
      policy::Facts facts{.kind = static_cast<Kind>(i % kKindNames.size()),
                          .severity = static_cast<SeverityLabel>(i % kSeverityNames.size()),
                          .risk_tenths = static_cast<int>(i),
                          .presence = static_cast<Presence>(i % kPresenceNames.size()),
                          .path = paths[i],
                          .rule = rules[i],
                          .package = packages[i],
                          .scope = static_cast<Scope>(i % kScopeNames.size()),
                          .confidence = static_cast<Confidence>(i % kConfidenceNames.size()),
                          .reach = static_cast<Reach>(i % kReachNames.size())};
      facts.cwes = {Cwe{static_cast<std::uint32_t>(i % 100)}};
      facts.owners = {"@acme/team-1"};
      kinds.push_back(std::move(facts));
    }
  }
};

FindingId id_of(std::size_t finding) {
  FindingId id;
  for (int byte = 0; byte < 4; ++byte)
    id.digest.bytes[static_cast<std::size_t>(byte)] = static_cast<std::uint8_t>(finding >> (24 - 8 * byte));
  return id;
}

}  // namespace

int main() {
  const auto document = doc::parse_yaml(policies(), "policies.yml");
  config::Problems problems;
  policy::Rules rules;
  policy::Evidence evidence;
  if (document) config::read_policies(document->root(), rules, evidence, problems);
  if (!document || !problems.empty() || rules.policies.size() != kPolicies) {
    std::printf("MISSED: the policies cannot be read: %s\n", problems.error().message.c_str());
    return 1;
  }
  const Data data;
  const Timestamp time = *parse_timestamp("2026-11-21");
  const policy::Subjects subjects{.findings = kFindings,
                                  .facts_of = [&](std::size_t i) { return data.kinds[i % data.kinds.size()]; },
                                  .id_of = id_of};
  double best = 1e9;
  std::size_t reasons = 0;
  for (int again = 0; again < 3; ++again) {
    const double start = now();
    reasons = policy::evaluate(rules, subjects, {}, {policy::Event::manual, time, {}}).reasons.size();
    best = std::min(best, now() - start);
  }
  const double start = now();
  std::size_t matches = 0;
  for (std::size_t i = 0; i < kSample; ++i) {
    for (const policy::Policy& it : rules.policies)
      matches += policy::truth_of(it, data.kinds[i % data.kinds.size()], {.now = time}) == policy::Truth::yes ? 1 : 0;
  }
  const double one_by_one = (now() - start) * (static_cast<double>(kFindings) / kSample);
  const bool met = best < kMostSeconds && reasons > 10 && matches > 0;
  std::printf("%s: %zu findings by %zu policies: %.2f s; %.1f times faster than one by one\n", met ? "ok" : "MISSED",
              kFindings, kPolicies, best, one_by_one / best);
  return met ? 0 : 1;
}
