// Every interned text once, known by a 32-bit id. A million observations share a few thousand paths and rules.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/text_arena.hpp"

namespace gatepost {

// Id of a text in one StringPool. The empty text, which stands for "not said", has id 0 in every pool.
enum class TextId : std::uint32_t { none = 0 };

class StringPool {
 public:
  StringPool();
  StringPool(StringPool&&) noexcept = default;
  StringPool& operator=(StringPool&&) noexcept = default;
  StringPool(const StringPool& other);
  StringPool& operator=(const StringPool& other);

  // A text on its way into the pool. Whoever prepares it some time before interning it does not wait for memory.
  struct Prepared {
    std::string_view text;
    std::uint32_t tag = 0;  // of the hash
  };
  [[nodiscard]] Prepared prepare(std::string_view text) const;
  // The second step: sends for the text that is there already, if one is.
  void fetch(const Prepared& prepared) const;
  TextId intern_prepared(const Prepared& prepared);
  TextId intern(std::string_view text) { return intern_prepared(prepare(text)); }
  // The text stays where it is as long as the pool lives.
  [[nodiscard]] std::string_view view(TextId id) const { return arena_.view(texts_[static_cast<std::uint32_t>(id)]); }
  // Gives up what equal texts are found by, until the next one is interned.
  void drop_index();
  // The id of a text that was interned before; none when it was not (or is empty). Not after drop_index().
  [[nodiscard]] TextId find(std::string_view text) const;
  [[nodiscard]] std::size_t size() const { return texts_.size(); }

 private:
  // A slot knows where its text lies: with many texts each look elsewhere is a cache miss.
  struct Slot {
    std::uint32_t tag = 0;  // of the hash
    std::uint32_t id = 0;   // 0: free
    TextPlace place = TextPlace::none;
  };

  [[nodiscard]] std::size_t probe(const Prepared& prepared) const;
  void insert(const Slot& slot);
  void grow();
  void index_again();

  TextArena arena_;
  std::vector<TextPlace> texts_;
  std::vector<Slot> slots_;  // empty after drop_index()
};

}  // namespace gatepost
