// The version of gatepost, from the project's CMakeLists.txt.
#pragma once

#include <string_view>

namespace gatepost::cli {

inline constexpr std::string_view kVersion = GATEPOST_VERSION;

}  // namespace gatepost::cli
