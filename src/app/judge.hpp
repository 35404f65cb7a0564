// The second half of thinking: findings in, verdict out. It needs no repository, so that it can be done again elsewhere
// (rejudge.hpp).
#pragma once

#include <cstddef>
#include <string>

#include "app/find_findings.hpp"
#include "base/time.hpp"
#include "config/settings.hpp"
#include "context/owners.hpp"
#include "context/surroundings.hpp"
#include "model/assessment.hpp"
#include "policy/policy.hpp"
#include "policy/waiver.hpp"

namespace gatepost::app {

// What findings are judged by.
struct Basis {
  const config::Settings& settings;
  const context::CodeOwners& owners;
  policy::Event event = policy::Event::manual;
  Timestamp now;
  const context::Surroundings* surroundings = nullptr;  // nullptr: nothing is known beside the reports
  std::string repository, branch;                       // "" when nobody knows; branch: what the change goes into
  bool tools_may_suppress = true;                       // false: nobody knows whether a suppression is the tool's
};

// The steps, in order: one finding for what several tools report, severity, surroundings, risk, owners, waivers,
// verdict, what to fix first. Takes the assessment out of `found`.
Assessment judge(Found& found, const Basis& basis);

// What is the same for all findings. The views point into both.
policy::RunFacts run_facts(const Assessment& assessment, const Basis& basis);

// What decides whether a waiver covers a finding.
policy::WaiverFacts waiver_facts(const Assessment& assessment, std::size_t finding);

}  // namespace gatepost::app
