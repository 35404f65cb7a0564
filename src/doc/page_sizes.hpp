// How a large document is cut into pages (pages.hpp).
#pragma once

#include <cstddef>

namespace gatepost::doc {

struct PageSizes {
  std::size_t window = std::size_t{1} << 20;  // bytes that are read at a time
  std::size_t page = std::size_t{64} << 10;   // bytes from which on a page is closed
  std::size_t least = std::size_t{2} << 10;   // of a page; of JSON
  std::size_t largest_child = std::size_t{256}
                              << 10;  // of a page: larger ones stay in the tree, with pages of their own
};

// Of notations that are all texts, each of which is a node of a tree.
inline constexpr PageSizes kSmallPages{.page = std::size_t{32} << 10};

}  // namespace gatepost::doc
