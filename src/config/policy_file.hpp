// .gatepost/policy.yml: see docs/policy.md for the language.
#pragma once

#include "config/reader.hpp"
#include "doc/document.hpp"
#include "policy/policy.hpp"

namespace gatepost::config {

// Reads the policies of one document into `rules`. A mode in the file wins over the one already there.
void read_policies(doc::View root, policy::Rules& rules, policy::Evidence& evidence, Problems& problems);

}  // namespace gatepost::config
