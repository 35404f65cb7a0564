#include "base/string_pool.hpp"

#include <cstring>
#include <limits>

#include "base/assert.hpp"
#include "base/hash.hpp"

namespace gatepost {

namespace {

constexpr char kEmptyText[sizeof(std::uint32_t)] = {};

// Says where a text is looked for, and tells it from nearly all others that are met there.
std::uint32_t tag_of(std::string_view text) { return static_cast<std::uint32_t>(table_hash(text)); }

}  // namespace

StringPool::StringPool() : texts_{kEmptyText}, slots_(64) {}

StringPool::StringPool(const StringPool& other) : StringPool() {
  for (std::size_t i = 1; i < other.texts_.size(); ++i) append(text_at(other.texts_[i]));
  slots_ = other.slots_;
  for (Slot& slot : slots_) slot.text = texts_[slot.id];
  interned_ = other.interned_;
}

StringPool& StringPool::operator=(const StringPool& other) {
  if (this != &other) *this = StringPool(other);
  return *this;
}

// Index of the slot that holds `text`, or of the free slot where it belongs.
std::size_t StringPool::probe(const Prepared& prepared) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = prepared.tag & mask;; i = (i + 1) & mask) {
    const Slot& slot = slots_[i];
    if (slot.id == 0 || (slot.tag == prepared.tag && text_at(slot.text) == prepared.text)) return i;
  }
}

StringPool::Prepared StringPool::prepare(std::string_view text) const {
  const std::uint32_t tag = text.empty() ? 0 : tag_of(text);
  __builtin_prefetch(&slots_[tag & (slots_.size() - 1)]);
  return {text, tag};
}

TextId StringPool::find(std::string_view text) const {
  if (text.empty()) return TextId::none;
  return static_cast<TextId>(slots_[probe(prepare(text))].id);
}

void StringPool::fetch(const Prepared& prepared) const {
  const Slot& slot = slots_[prepared.tag & (slots_.size() - 1)];
  if (slot.tag == prepared.tag) __builtin_prefetch(slot.text);
}

TextId StringPool::intern_prepared(const Prepared& prepared) {
  if (prepared.text.empty()) return TextId::none;
  std::size_t at = probe(prepared);
  if (slots_[at].id != 0) return static_cast<TextId>(slots_[at].id);
  if (++interned_ * 4 >= slots_.size() * 3) {
    grow();
    at = probe(prepared);
  }
  const TextId id = append(prepared.text);
  slots_[at] = {prepared.tag, static_cast<std::uint32_t>(id), texts_.back()};
  return id;
}

TextId StringPool::append(std::string_view text) {
  if (text.empty()) return TextId::none;
  GP_ASSERT(texts_.size() < std::numeric_limits<std::uint32_t>::max());
  texts_.push_back(store(text));
  return static_cast<TextId>(texts_.size() - 1);
}

const char* StringPool::store(std::string_view text) {
  GP_ASSERT(text.size() <= std::numeric_limits<Length>::max());
  const auto length = static_cast<Length>(text.size());
  char* const place = room_for(sizeof length + text.size());
  std::memcpy(place, &length, sizeof length);
  std::memcpy(place + sizeof length, text.data(), text.size());
  return place;
}

char* StringPool::room_for(std::size_t bytes) {
  if (bytes > kBlockBytes / 4) {
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(bytes));
    return blocks_.back().get();
  }
  if (used_ + bytes > kBlockBytes) {
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(kBlockBytes));
    block_ = blocks_.back().get();
    used_ = 0;
  }
  char* const place = block_ + used_;
  used_ += bytes;
  return place;
}

void StringPool::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  std::swap(old, slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.id == 0) continue;
    std::size_t i = slot.tag & mask;
    while (slots_[i].id != 0) i = (i + 1) & mask;
    slots_[i] = slot;
  }
}

}  // namespace gatepost
