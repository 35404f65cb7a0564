// Texts one after another in blocks that never move. A text is known by where it lies, in 32 bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace gatepost {

// Where a text lies in its TextArena. The empty text, which stands for "not said", is at 0 in every arena.
enum class TextPlace : std::uint32_t { none = 0 };

class TextArena {
 public:
  TextArena();
  // At most 16 GiB of texts.
  TextPlace store(std::string_view text);
  // Takes over all texts of another arena, which is empty afterwards. A text that was at P there is at moved(P, result)
  // here.
  std::uint32_t adopt(TextArena&& other);
  static TextPlace moved(TextPlace place, std::uint32_t by) {
    return place == TextPlace::none ? place : static_cast<TextPlace>(static_cast<std::uint32_t>(place) + by);
  }
  // The text stays where it is as long as the arena lives.
  [[nodiscard]] std::string_view view(TextPlace place) const {
    const char* const at = stored(place);
    const auto first = static_cast<unsigned char>(*at);
    return first == kLong ? long_view(at) : std::string_view(at + 1, first);
  }
  // Sends for the text, which will be looked at soon.
  void fetch(TextPlace place) const { __builtin_prefetch(stored(place)); }

 private:
  // A stored text is its length (one byte, or this one and four more) and its bytes, and begins at a multiple of a
  // unit. A block that is larger than the others counts as several, the later ones of which are null.
  static constexpr unsigned char kLong = 0xFF;
  static constexpr std::size_t kUnit = 4;
  static constexpr std::size_t kBlockBytes = std::size_t{1} << 20;
  static constexpr std::uint32_t kBlockUnits = kBlockBytes / kUnit;

  // unique_ptr does not pass constness on.
  [[nodiscard]] char* stored(TextPlace place) const {
    const auto unit = static_cast<std::uint32_t>(place);
    return blocks_[unit / kBlockUnits].get() + std::size_t{unit % kBlockUnits} * kUnit;
  }
  static std::string_view long_view(const char* at);
  TextPlace room_for(std::size_t bytes);
  TextPlace add_blocks(std::size_t bytes);

  std::vector<std::unique_ptr<char[]>> blocks_;
  std::uint32_t next_ = 0;  // the first free unit of the newest ordinary block
  std::uint32_t end_ = 0;   // the end of that block
};

}  // namespace gatepost
