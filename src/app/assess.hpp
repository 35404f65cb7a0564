// Thinks, without touching the world: evidence in, assessment out.
#pragma once

#include "app/find_findings.hpp"
#include "app/gather.hpp"
#include "app/judge.hpp"
#include "base/time.hpp"
#include "model/assessment.hpp"

namespace gatepost::app {

// Findings and their presence, then severity, risk, owners, waivers, verdict.
Assessment assess(Evidence& evidence, Timestamp now);

// The two halves of it, for whoever needs what is between them. What the evidence says about how to judge; it must
// outlive the basis.
Basis basis_of(const Evidence& evidence, const Found& found, Timestamp now);

}  // namespace gatepost::app
