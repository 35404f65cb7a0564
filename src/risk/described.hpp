// A finding described by hand: what `gatepost risk simulate` is asked about.
#pragma once

#include "base/result.hpp"
#include "doc/document.hpp"
#include "risk/score.hpp"

namespace gatepost::risk {

// The members that docs/risk.md lists; what is absent or null is unknown. A value or a member that is not
// known is an error. The vector of the result points into the document.
Result<RiskInput> described_input(doc::View input);

}  // namespace gatepost::risk
