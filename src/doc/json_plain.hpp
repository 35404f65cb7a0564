// The fast way to a tree: of a JSON document that has nothing strange in it, as nearly all have. Whatever it does not
// take is for the careful reader of json.cpp, which puts up with more and finds the words for what it refuses.
#pragma once

#include <cstddef>

#include "base/limits.hpp"
#include "doc/document.hpp"

namespace gatepost::doc {

// Adds the value that lies at [begin, end) of the tree's source, which is UTF-8. False when it is not taken: not JSON,
// beyond a limit, with control characters in strings or escapes that mean nothing; then the tree is as it was before.
// `lenient` as in JsonReading.
bool add_plain_json(TreeBuilder& tree, std::size_t begin, std::size_t end, const Limits& limits, bool lenient);

}  // namespace gatepost::doc
