// The open findings for GitLab's code quality widget and the marks it puts beside the lines of a merge request.
#pragma once

#include "report/input.hpp"
#include "report/sink.hpp"

namespace gatepost::report {

// Findings that are in a file of the head; waived and suppressed ones are not among them.
Status write_gitlab_code_quality(const Input& input, const Sink& sink);

}  // namespace gatepost::report
