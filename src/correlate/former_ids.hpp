// Under which ids findings may be known from before.
#pragma once

#include <span>
#include <vector>

#include "correlate/identity.hpp"
#include "model/base_match.hpp"
#include "model/finding.hpp"
#include "model/former_id.hpp"

namespace gatepost::correlate {

// The ids that secrets had under the previous key. `findings` are all that find() makes of the inputs.
std::vector<FormerId> ids_by_previous_key(const IdentityInputs& inputs, const Findings& findings);

// The ids in the base, of findings that keep decisions about them and have another one now. An id that a finding of the
// head has is that one's alone. `matches` is parallel to the findings, or empty.
std::vector<FormerId> ids_in_base(const Findings& findings, std::span<const BaseMatch> matches);

}  // namespace gatepost::correlate
