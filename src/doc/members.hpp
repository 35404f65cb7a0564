// Objects that say nothing but what somebody reads.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "doc/document.hpp"

namespace gatepost::doc {

// What to tell of the first member that is none of `known`, with its place and the name that may have been meant.
std::optional<std::string> unknown_member(const View& object, std::span<const std::string_view> known);

}  // namespace gatepost::doc
