// Conditions as policy and waiver files write them; docs/policy.md has the language.
#pragma once

#include <optional>

#include "config/reader.hpp"
#include "doc/document.hpp"
#include "policy/condition.hpp"

namespace gatepost::config {

// A mapping such as {severity: {gte: high}}; several keys mean all of them. Empty after a problem.
std::optional<policy::Condition> read_condition(doc::View view, Problems& problems);

// The members one by one, each a condition of its own.
std::vector<policy::Condition> read_members(doc::View view, Problems& problems);

// {services: ["payment-*"], branches: [main], …} of a policy or a waiver: all kinds that are given must fit, of each
// one pattern is enough. `excluding` reads the members of an exclusion, of which one is enough; empty when there are
// none.
std::optional<policy::Condition> read_scope(Section& section, bool excluding, Problems& problems);

}  // namespace gatepost::config
