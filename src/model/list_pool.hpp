// Short lists of plain values, equal lists stored once. A million observations share a few hundred lists of CWE numbers
// and severity claims.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/assert.hpp"
#include "base/hash.hpp"

namespace gatepost {

// Id of a list in one ListPool; the empty list has id 0.
enum class ListId : std::uint32_t { none = 0 };

template <class T>
class ListPool {
  static_assert(std::has_unique_object_representations_v<T>, "lists are compared byte by byte");

 public:
  // Equal lists get equal ids.
  ListId intern(std::span<const T> list) {
    if (list.empty()) return ListId::none;
    const std::uint64_t hash = hash_of(list);
    std::size_t at = probe(list, hash);
    if (slots_[at] != 0) return static_cast<ListId>(slots_[at]);
    if (ends_.size() * 4 >= slots_.size() * 3) {
      grow();
      at = probe(list, hash);
    }
    const ListId id = append(list);
    slots_[at] = static_cast<std::uint32_t>(id);
    return id;
  }

  // Stores without looking for an equal list: for lists that are hardly ever equal.
  ListId append(std::span<const T> list) {
    if (list.empty()) return ListId::none;
    items_.insert(items_.end(), list.begin(), list.end());
    GP_ASSERT(items_.size() < 0xFFFFFFFFU);
    ends_.push_back(static_cast<std::uint32_t>(items_.size()));
    return static_cast<ListId>(ends_.size() - 1);
  }

  [[nodiscard]] std::span<const T> view(ListId id) const {
    const auto list = static_cast<std::uint32_t>(id);
    const std::uint32_t begin = list == 0 ? 0 : ends_[list - 1];
    return {items_.data() + begin, ends_[list] - begin};
  }
  [[nodiscard]] std::size_t size() const { return ends_.size(); }
  // The items of all lists, in the order in which they came; for changing items of lists that were appended.
  [[nodiscard]] std::size_t item_count() const { return items_.size(); }
  std::span<T> items_from(std::size_t first) { return std::span<T>(items_).subspan(first); }

 private:
  static std::uint64_t hash_of(std::span<const T> list) {
    return table_hash({reinterpret_cast<const char*>(list.data()), list.size_bytes()});
  }
  bool equals(std::uint32_t id, std::span<const T> list) const {
    const auto stored = view(static_cast<ListId>(id));
    return stored.size() == list.size() && std::memcmp(stored.data(), list.data(), list.size_bytes()) == 0;
  }
  std::size_t probe(std::span<const T> list, std::uint64_t hash) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t i = hash & mask;
    while (slots_[i] != 0 && !equals(slots_[i], list)) i = (i + 1) & mask;
    return i;
  }
  void grow() {
    std::vector<std::uint32_t> old(slots_.size() * 2);
    std::swap(old, slots_);
    for (const std::uint32_t id : old) {
      if (id == 0) continue;
      const auto list = view(static_cast<ListId>(id));
      slots_[probe(list, hash_of(list))] = id;
    }
  }

  std::vector<T> items_;
  std::vector<std::uint32_t> ends_ = {0};  // of each list in items_, where the next one begins
  std::vector<std::uint32_t> slots_ = std::vector<std::uint32_t>(64);
};

}  // namespace gatepost
