// Whether a version is affected, by the algorithm that the OSV schema gives as normative.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "advisory/record.hpp"

namespace gatepost::advisory {

// Why a version is affected.
enum class Why : std::uint8_t {
  listed,  // it stands in `versions`
  range    // it lies in a range
};

struct Evaluation {
  std::optional<bool> affected;  // empty: a range could say so, and cannot be compared with the version
  Why why = Why::listed;
  std::vector<std::string> fixed_versions;  // the nearest above the version in each range, in their order
};
// Logarithmic in the number of events and versions.
Evaluation evaluate(const Affected& affected, std::string_view version);

// False for what nobody should compare: no version of the ecosystem, a branch, a placeholder ("latest", "${version}").
bool is_comparable(const Ecosystem& ecosystem, std::string_view version);

}  // namespace gatepost::advisory
