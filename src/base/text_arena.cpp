#include "base/text_arena.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <limits>

#include "base/assert.hpp"

namespace gatepost {
namespace {

using Length = std::uint32_t;

}  // namespace

TextArena::TextArena() { *stored(room_for(1)) = 0; }

std::string_view TextArena::long_view(const char* at) {
  Length length = 0;
  std::memcpy(&length, at + 1, sizeof length);
  return {at + 1 + sizeof length, length};
}

TextPlace TextArena::store(std::string_view text) {
  if (text.empty()) return TextPlace::none;
  GP_ASSERT(text.size() <= std::numeric_limits<Length>::max());
  const std::size_t header = text.size() < kLong ? 1 : 1 + sizeof(Length);
  const TextPlace place = room_for(header + text.size());
  char* const at = stored(place);
  const auto length = static_cast<Length>(text.size());
  *at = static_cast<char>(header == 1 ? length : kLong);
  if (header > 1) std::memcpy(at + 1, &length, sizeof length);
  std::memcpy(at + header, text.data(), text.size());
  return place;
}

std::uint32_t TextArena::adopt(TextArena&& other) {
  const std::size_t first = blocks_.size();
  GP_ASSERT(first + other.blocks_.size() < std::numeric_limits<std::uint32_t>::max() / kBlockUnits);
  std::ranges::move(other.blocks_, std::back_inserter(blocks_));
  other = TextArena();
  return static_cast<std::uint32_t>(first * kBlockUnits);
}

TextPlace TextArena::room_for(std::size_t bytes) {
  if (bytes > kBlockBytes / 4) return add_blocks(bytes);
  const auto units = static_cast<std::uint32_t>((bytes + kUnit - 1) / kUnit);
  if (end_ - next_ < units) {
    next_ = static_cast<std::uint32_t>(add_blocks(kBlockBytes));
    end_ = next_ + kBlockUnits;
  }
  const auto place = static_cast<TextPlace>(next_);
  next_ += units;
  return place;
}

TextPlace TextArena::add_blocks(std::size_t bytes) {
  const std::size_t first = blocks_.size(), count = (bytes + kBlockBytes - 1) / kBlockBytes;
  GP_ASSERT(first + count < std::numeric_limits<std::uint32_t>::max() / kBlockUnits);
  blocks_.push_back(std::make_unique_for_overwrite<char[]>(bytes));
  blocks_.resize(first + count);
  return static_cast<TextPlace>(first * kBlockUnits);
}

}  // namespace gatepost
