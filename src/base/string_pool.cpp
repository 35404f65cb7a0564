#include "base/string_pool.hpp"

#include <limits>

#include "base/assert.hpp"
#include "base/hash.hpp"

namespace gatepost {

namespace {

constexpr std::size_t kFewestSlots = 64;

// Says where a text is looked for, and tells it from nearly all others that are met there.
std::uint32_t tag_of(std::string_view text) { return static_cast<std::uint32_t>(table_hash(text)); }

// At most three quarters of the slots are taken.
constexpr bool too_many(std::size_t texts, std::size_t slots) { return texts * 4 >= slots * 3; }

}  // namespace

StringPool::StringPool() : texts_{TextPlace::none}, slots_(kFewestSlots) {}

StringPool::StringPool(const StringPool& other) : StringPool() {
  for (std::size_t i = 1; i < other.texts_.size(); ++i) intern(other.arena_.view(other.texts_[i]));
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
    if (slot.id == 0 || (slot.tag == prepared.tag && arena_.view(slot.place) == prepared.text)) return i;
  }
}

StringPool::Prepared StringPool::prepare(std::string_view text) const {
  const std::uint32_t tag = text.empty() ? 0 : tag_of(text);
  if (!slots_.empty()) __builtin_prefetch(&slots_[tag & (slots_.size() - 1)]);
  return {text, tag};
}

TextId StringPool::find(std::string_view text) const {
  GP_ASSERT(!slots_.empty());
  if (text.empty()) return TextId::none;
  return static_cast<TextId>(slots_[probe(prepare(text))].id);
}

void StringPool::fetch(const Prepared& prepared) const {
  if (slots_.empty()) return;
  const Slot& slot = slots_[prepared.tag & (slots_.size() - 1)];
  if (slot.tag == prepared.tag) arena_.fetch(slot.place);
}

TextId StringPool::intern_prepared(const Prepared& prepared) {
  if (prepared.text.empty()) return TextId::none;
  if (slots_.empty()) index_again();
  std::size_t at = probe(prepared);
  if (slots_[at].id != 0) return static_cast<TextId>(slots_[at].id);
  if (too_many(texts_.size(), slots_.size())) {
    grow();
    at = probe(prepared);
  }
  GP_ASSERT(texts_.size() < std::numeric_limits<std::uint32_t>::max());
  slots_[at] = {prepared.tag, static_cast<std::uint32_t>(texts_.size()), arena_.store(prepared.text)};
  texts_.push_back(slots_[at].place);
  return static_cast<TextId>(slots_[at].id);
}

void StringPool::drop_index() { std::vector<Slot>().swap(slots_); }

void StringPool::insert(const Slot& slot) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = slot.tag & mask;
  while (slots_[i].id != 0) i = (i + 1) & mask;
  slots_[i] = slot;
}

void StringPool::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  std::swap(old, slots_);
  for (const Slot& slot : old) {
    if (slot.id != 0) insert(slot);
  }
}

void StringPool::index_again() {
  slots_.resize(kFewestSlots);
  while (too_many(texts_.size(), slots_.size())) slots_.resize(slots_.size() * 2);
  for (std::uint32_t id = 1; id < texts_.size(); ++id) insert({tag_of(arena_.view(texts_[id])), id, texts_[id]});
}

}  // namespace gatepost
