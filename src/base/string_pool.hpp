// Every interned text once, known by a 32-bit id. A million observations share a few thousand paths and rules.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

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
  // Stores without looking for an equal text, and is not found by intern or find: for texts that are hardly ever equal.
  TextId append(std::string_view text);
  // The text stays where it is as long as the pool lives.
  [[nodiscard]] std::string_view view(TextId id) const { return text_at(texts_[static_cast<std::uint32_t>(id)]); }
  // The id of a text that was interned before; none when it was not (or is empty).
  [[nodiscard]] TextId find(std::string_view text) const;
  [[nodiscard]] std::size_t size() const { return texts_.size(); }

 private:
  // A text is its length and its bytes. A slot knows where it lies: with many texts each look elsewhere is a cache
  // miss.
  using Length = std::uint32_t;
  struct Slot {
    std::uint32_t tag = 0;  // of the hash
    std::uint32_t id = 0;   // 0: free
    const char* text = nullptr;
  };
  static constexpr std::size_t kBlockBytes = std::size_t{1} << 20;

  static std::string_view text_at(const char* stored) {
    Length length = 0;
    std::memcpy(&length, stored, sizeof length);
    return {stored + sizeof length, length};
  }
  [[nodiscard]] std::size_t probe(const Prepared& prepared) const;
  const char* store(std::string_view text);
  char* room_for(std::size_t bytes);
  void grow();

  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t used_ = kBlockBytes;  // bytes used of the newest ordinary block
  char* block_ = nullptr;           // the newest ordinary block
  std::vector<const char*> texts_;
  std::vector<Slot> slots_;
  std::size_t interned_ = 0;
};

}  // namespace gatepost
