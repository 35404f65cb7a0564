// Locked policies: who extends one may make it stricter, never laxer.
#pragma once

#include <string>
#include <vector>

#include "policy/policy.hpp"

namespace gatepost::policy {

// What makes `own` laxer than `locked`, in words; "" when it acts at least as strongly on everything that `locked` acts
// on. Modes of a whole file are those of `own_mode` and `locked_mode`.
std::string laxer(const Policy& own, Mode own_mode, const Policy& locked, Mode locked_mode);

// What makes the rules of `now` weaker than those of `before`, in words, the first of it; "" when nothing is known to.
std::string weakening(const Rules& before, const Rules& now);

// The rules of a file over those that it extends. A policy of the same id takes the place of the one that it extends,
// unless that is locked and the other laxer; the same with mode, defaults and waiver limits of a locked whole. One
// sentence in `refused` for each attempt: what is locked stands.
Rules extended(const Rules& base, Rules own, std::vector<std::string>& refused);

}  // namespace gatepost::policy
