// The button on our check runs, as the forge names it when somebody presses it.
#pragma once

#include <string_view>

namespace gatepost::publish {

inline constexpr std::string_view kCheckAgain = "gatepost-recheck";

}  // namespace gatepost::publish
