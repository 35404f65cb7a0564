// Memory that is the system's again as soon as it is given up. What malloc gets back it keeps for the thread that asked
// for it, and a table that is emptied by another thread would be in memory twice.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <type_traits>

namespace gatepost {

struct ReturnPages {
  std::size_t bytes = 0;
  void operator()(void* pages) const;
};
template <class T>
using Pages = std::unique_ptr<T[], ReturnPages>;

void* map_pages(std::size_t bytes);  // throws std::bad_alloc
// Gives the memory between two addresses back, as far as it fills whole pages. What is there is zero from then on.
void drop_pages(void* begin, void* end);

template <class T>
Pages<T> make_pages(std::size_t count) {
  static_assert(std::is_trivially_destructible_v<T>);
  const std::size_t bytes = std::max(count, std::size_t{1}) * sizeof(T);
  T* const items = static_cast<T*>(map_pages(bytes));
  // Fresh pages are zero, which is what trivial types start as.
  if constexpr (!std::is_trivially_default_constructible_v<T>) std::uninitialized_value_construct_n(items, count);
  return {items, ReturnPages{bytes}};
}

}  // namespace gatepost
