// One finding with everything that was judged about it, and why.
#pragma once

#include <cstddef>

#include "report/input.hpp"
#include "report/sink.hpp"

namespace gatepost::report {

Status write_explanation(const Input& input, std::size_t finding, const Sink& sink);

}  // namespace gatepost::report
