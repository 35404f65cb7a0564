// The class of a weakness: the category of CWE's view 1400 that it is in. The table is config/rules/cwe-classes.tsv.
#pragma once

#include <cstdint>

namespace gatepost::compliance {

// 0 for a number that the table does not have.
std::uint32_t class_of(std::uint32_t cwe);

}  // namespace gatepost::compliance
