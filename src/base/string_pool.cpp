#include "base/string_pool.hpp"

#include <cstring>
#include <limits>

#include "base/assert.hpp"
#include "base/hash.hpp"

namespace gatepost {

StringPool::StringPool() : texts_{std::string_view{}}, slots_(64) {}

StringPool::StringPool(const StringPool& other) : StringPool() {
  for (std::size_t i = 1; i < other.texts_.size(); ++i) append(other.texts_[i]);
  slots_ = other.slots_;
  interned_ = other.interned_;
}

StringPool& StringPool::operator=(const StringPool& other) {
  if (this != &other) *this = StringPool(other);
  return *this;
}

// Index of the slot that holds `text`, or of the free slot where it belongs.
std::size_t StringPool::probe(std::string_view text, std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  const auto tag = static_cast<std::uint32_t>(hash >> 32U);
  for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
    const Slot& slot = slots_[i];
    if (slot.id == 0 || (slot.tag == tag && texts_[slot.id] == text)) return i;
  }
}

TextId StringPool::find(std::string_view text) const {
  if (text.empty()) return TextId::none;
  return static_cast<TextId>(slots_[probe(text, table_hash(text))].id);
}

TextId StringPool::intern(std::string_view text) {
  if (text.empty()) return TextId::none;
  const std::uint64_t hash = table_hash(text);
  std::size_t at = probe(text, hash);
  if (slots_[at].id != 0) return static_cast<TextId>(slots_[at].id);
  if (++interned_ * 4 >= slots_.size() * 3) {
    grow();
    at = probe(text, hash);
  }
  const TextId id = append(text);
  slots_[at] = {static_cast<std::uint32_t>(hash >> 32U), static_cast<std::uint32_t>(id)};
  return id;
}

TextId StringPool::append(std::string_view text) {
  if (text.empty()) return TextId::none;
  GP_ASSERT(texts_.size() < std::numeric_limits<std::uint32_t>::max());
  texts_.push_back(store(text));
  return static_cast<TextId>(texts_.size() - 1);
}

std::string_view StringPool::store(std::string_view text) {
  if (text.size() > kBlockBytes / 4) {
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(text.size()));
    std::memcpy(blocks_.back().get(), text.data(), text.size());
    return {blocks_.back().get(), text.size()};
  }
  if (used_ + text.size() > kBlockBytes) {
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(kBlockBytes));
    block_ = blocks_.back().get();
    used_ = 0;
  }
  char* const place = block_ + used_;
  std::memcpy(place, text.data(), text.size());
  used_ += text.size();
  return {place, text.size()};
}

void StringPool::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  std::swap(old, slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.id == 0) continue;
    std::size_t i = table_hash(texts_[slot.id]) & mask;
    while (slots_[i].id != 0) i = (i + 1) & mask;
    slots_[i] = slot;
  }
}

}  // namespace gatepost
