// Files of config/compliance/ and .gatepost/compliance/: see docs/compliance.md.
#pragma once

#include <string>

#include "base/result.hpp"
#include "model/framework.hpp"

namespace gatepost::config {

// `name` is what messages call the file.
Result<Framework> read_framework(std::string text, const std::string& name);

}  // namespace gatepost::config
