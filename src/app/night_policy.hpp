// Whether the rules of the gate have become weaker since the night before. The files that they are made of lie beside
// the ledger, because the clone of a pipeline seldom has the commit of that night.
#pragma once

#include <string>

#include "config/settings.hpp"

namespace gatepost::app {

inline constexpr const char* kPolicyDocument = "baseline/policy.json";

// The files as one text; the same files give the same bytes.
std::string policy_snapshot(const config::Files& files);

// What of `now` is weaker than in the files that `snapshot` was made of, in words; "" when nothing is known to be.
std::string policy_weakening(const std::string& snapshot, const config::Files& now);

}  // namespace gatepost::app
