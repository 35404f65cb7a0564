// The assessments that every writer is tested with: tests/data/report/<name>/.
#pragma once

#include <string>
#include <vector>

#include "report/input.hpp"
#include "support/an_assessment.hpp"

namespace gatepost::report::cases {

struct Case {
  std::string name;
  test::BuiltAssessment built;
};
std::vector<Case> all();

// 10,000 findings of 40 owners; with `reversed` they arrive in the opposite order.
test::BuiltAssessment ten_thousand(bool reversed = false);

// Observations that say everything that an observation can say, and one that says next to nothing.
test::BuiltAssessment everything_observed();

// What the callbacks answer comes from the case.
Input input_for(const test::BuiltAssessment& built);

}  // namespace gatepost::report::cases
