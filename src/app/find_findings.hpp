// From observations to findings, and where each stands against the base.
#pragma once

#include "app/gather.hpp"
#include "model/assessment.hpp"

namespace gatepost::app {

// Fills `findings` and the presence of each in `assessed`. The tables and the change of `out` are those of the evidence
// already. With a base report, its findings that the head no longer has come along, marked in_base_only.
void find_findings(const Evidence& evidence, Assessment& out);

}  // namespace gatepost::app
