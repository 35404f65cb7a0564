// The assessment as the comment on a change request, or as a job's summary.
#pragma once

#include "report/input.hpp"
#include "report/sink.hpp"

namespace gatepost::report {

// Never longer than input.markdown.budget (8,000 bytes at least): what matters least is left out, and the text says so.
Status write_markdown(const Input& input, const Sink& sink);

}  // namespace gatepost::report
