// The assessment for machines: "assessment/1".
#pragma once

#include "report/input.hpp"
#include "report/sink.hpp"

namespace gatepost::report {

Status write_assessment_json(const Input& input, const Sink& sink);

}  // namespace gatepost::report
