// `gatepost mapping`: tries the mappings that a team writes for its own tools.
#pragma once

#include <string>
#include <vector>

#include "app/exit_code.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"

namespace gatepost::app {

// Compiles each mapping and runs its tests. Exit code 1 when one does not give what it says.
Result<ExitCode> mapping_test(const Ports& ports, const std::vector<std::string>& files);
// Prints a first mapping for a report. `id` may be "".
Result<ExitCode> mapping_new(const Ports& ports, const std::string& report, const std::string& id);

}  // namespace gatepost::app
