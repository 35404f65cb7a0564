// The part of some bytes that lies in memory while they are read from their beginning to their end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace gatepost::doc {

class ByteWindow {
 public:
  // Begins at `start`; nothing is read yet. The bytes outlive it.
  ByteWindow(const Bytes& bytes, std::uint64_t start, std::size_t size) : bytes_(bytes), offset_(start), size_(size) {}

  // Lets go of what stands before `at`, and reads on; grows when there is nothing to let go of. False when nothing can
  // be read, or the window would be larger than `largest`.
  bool refill(std::size_t at, std::uint64_t largest);
  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] std::uint64_t offset() const { return offset_; }  // of text() in the bytes
  [[nodiscard]] bool is_last() const { return offset_ + text_.size() >= bytes_.size(); }

 private:
  const Bytes& bytes_;
  std::uint64_t offset_;
  std::size_t size_;
  std::string text_;
};

}  // namespace gatepost::doc
