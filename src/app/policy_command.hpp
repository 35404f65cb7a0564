// `gatepost policy`: check, test, explain.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/check.hpp"
#include "app/exit_code.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace gatepost::app {

struct PolicyFilesRequest {
  std::string repository;          // --repo
  std::vector<std::string> files;  // none: those of the work tree
  std::string policy;              // test: the policy file that fixtures mean which name none
  std::optional<Timestamp> now;    // check: the time to judge waivers by; empty: the clock
};
// Reads policy and waiver files strictly; paths are relative to the current directory.
Result<ExitCode> policy_check(const Ports& ports, const PolicyFilesRequest& request);
// Runs fixtures; those of .gatepost/policies/tests when none is named. A case that fails is exit code 1.
Result<ExitCode> policy_test(const Ports& ports, const PolicyFilesRequest& request);

struct PolicyExplainRequest {
  CheckRequest check;  // the evidence to judge
  std::string policy, finding;
  bool json = false;
  std::string result;  // judge what `check --result` wrote by the rules of the work tree instead
};
// The truth of every leaf of a policy for one finding.
Result<ExitCode> policy_explain(const Ports& ports, const PolicyExplainRequest& request);

}  // namespace gatepost::app
