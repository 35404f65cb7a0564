// A JSON text of which the end is missing.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace gatepost::doc {

inline constexpr std::size_t kAnyDepth = std::numeric_limits<std::size_t>::max();

// The text up to where its last whole value at most `depth` levels below the document ends, with the brackets that are
// missing: of {"a":[{"b":1},{"c":2 that is {"a":[{"b":1}]} at depth 2, and {"a":[{"b":1},{}]} at any depth. Empty when
// nothing is missing, or the brackets do not match; the rest of the grammar is not looked at.
std::optional<std::string> close_cut_json(std::string_view text, std::size_t depth);

// Behind the list or object that begins at `begin`, found by its brackets; npos when it does not end, or is none.
std::size_t end_of_json(std::string_view text, std::size_t begin);

}  // namespace gatepost::doc
