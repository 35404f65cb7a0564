// Fixtures of policies: findings and an event as they could be, and what the policies should say. docs/policy.md.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/reader.hpp"
#include "doc/document.hpp"
#include "policy/policy.hpp"

namespace gatepost::config {

struct FixtureFinding {
  std::string id;
  policy::Given given;
  int risk_tenths = 0;
};

// What a policy that acts is expected to act on; without findings listed it is enough that it acts.
struct ExpectedPolicy {
  std::string id;
  std::optional<std::vector<std::string>> findings;  // ids, sorted
};

struct FixtureCase {
  std::string name, where;
  policy::Event event = policy::Event::pull_request;
  Timestamp now;
  std::string repo, branch;
  std::optional<std::vector<std::string>> missing;
  std::vector<std::string> changed_files;
  RiskTotals totals;
  std::vector<FixtureFinding> findings;
  std::optional<Outcome> outcome;
  std::optional<std::vector<ExpectedPolicy>> policies;  // those that act, and no other
};

struct Fixture {
  std::string policy;             // path of the policy file, relative to the fixture; "" for the repository's
  std::vector<std::string> only;  // ids of the policies that it is about; empty: all
  std::vector<FixtureCase> cases;
};

Fixture read_fixture(doc::View root, Problems& problems);

// What is wrong with the answer; "" when it is as expected.
std::string run_case(const policy::Rules& rules, const FixtureCase& test);

}  // namespace gatepost::config
