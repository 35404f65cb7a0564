#include "doc/byte_window.hpp"

#include <span>

namespace gatepost::doc {

bool ByteWindow::refill(std::size_t at, std::uint64_t largest) {
  if (at == 0 && size_ < largest && !text_.empty()) size_ *= 2;
  offset_ += at;
  text_.erase(0, at);
  const std::size_t had = text_.size();
  text_.resize(size_);
  const auto got = bytes_.read(offset_ + had, std::span(text_).subspan(had));
  text_.resize(had + (got ? *got : 0));
  return got && *got > 0;
}

}  // namespace gatepost::doc
