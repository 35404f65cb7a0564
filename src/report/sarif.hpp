// SARIF 2.1.0, https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html, within the limits of GitHub's code
// scanning:
// https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
#pragma once

#include "report/input.hpp"
#include "report/sink.hpp"

namespace gatepost::report {

// One run for each kind of finding, in its own category "gatepost/<kind>/". What is fixed is left out: an uploaded
// result is an open alert. What nobody looked for again stays in: a result that is missing closes its alert.
Status write_sarif(const Input& input, const Sink& sink);

// One run for each tool of each report, with everything that was read, and no limits. Every result has a place.
Status write_observations_sarif(const TableInput& input, const Sink& sink);

}  // namespace gatepost::report
