// Memory that is the system's again as soon as it is given up. What malloc gets back it keeps for the thread that asked
// for it, and a table that is emptied by another thread would be in memory twice.
#pragma once

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

template <class T>
Pages<T> make_pages(std::size_t count) {
  static_assert(std::is_trivially_destructible_v<T>);
  T* const items = static_cast<T*>(map_pages(count * sizeof(T)));
  // Fresh pages are zero, which is what trivial types start as.
  if constexpr (!std::is_trivially_default_constructible_v<T>) std::uninitialized_value_construct_n(items, count);
  return {items, ReturnPages{count * sizeof(T)}};
}

}  // namespace gatepost
