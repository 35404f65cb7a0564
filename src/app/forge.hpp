// Which CI to believe: by its variables, or as the command line says.
#pragma once

#include <string>

#include "app/ports.hpp"

namespace gatepost::app {

// The same ports, but for what the environment says about the CI that we run in: "github" and "gitlab" are that one
// whatever else is set, "none" is none, "" is what the environment says.
Ports for_forge(Ports ports, const std::string& forge);

}  // namespace gatepost::app
