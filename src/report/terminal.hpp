// The assessment for a person at a terminal or in a job's log.
#pragma once

#include "report/input.hpp"
#include "report/sink.hpp"

namespace gatepost::report {

Status write_terminal(const Input& input, const Sink& sink);

}  // namespace gatepost::report
