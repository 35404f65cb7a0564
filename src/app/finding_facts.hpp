// What is known about one finding, from all observations of it: the input of its risk and of the policies.
#pragma once

#include <cstddef>

#include "model/assessment.hpp"
#include "policy/facts.hpp"
#include "risk/score.hpp"

namespace gatepost::app {

// `finding` is an index into assessment.findings.all. Severity and context are those that the assessment has.
risk::RiskInput risk_input(const Assessment& assessment, std::size_t finding);

// The views point into the assessment. Presence, risk, waiver and owners are those that the assessment has so far.
policy::Facts policy_facts(const Assessment& assessment, std::size_t finding);

}  // namespace gatepost::app
