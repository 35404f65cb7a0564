// `gatepost explain`: why this risk, this owner, this verdict.
#pragma once

#include <string>

#include "app/check.hpp"
#include "app/exit_code.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"

namespace gatepost::app {

// Judges again by the same evidence and tells about the finding that `id` names (full or short form).
Result<ExitCode> explain(const Ports& ports, const CheckRequest& request, const std::string& id);

}  // namespace gatepost::app
