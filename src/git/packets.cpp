#include "git/packets.hpp"

#include <fmt/core.h>

namespace gatepost::git {
namespace {

constexpr std::size_t kHead = 4;

// The length in front of a packet; npos when it is none.
std::size_t length_in(std::string_view head) {
  std::size_t size = 0;
  for (const char c : head) {
    const char lower = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    const auto digit = std::string_view("0123456789abcdef").find(lower);
    if (digit == std::string_view::npos) return std::string_view::npos;
    size = size * 16 + digit;
  }
  return size;
}

}  // namespace

std::string packet(std::string_view line) { return fmt::format("{:04x}{}", line.size() + kHead, line); }

Packets::Kind Packets::next(std::string_view& data) {
  if (rest_.size() < kHead) return Kind::end;
  const std::size_t size = length_in(rest_.substr(0, kHead));
  if (size < kHead) {
    rest_.remove_prefix(kHead);
    return size == 3 ? Kind::end : Kind::other;
  }
  if (size > rest_.size()) return Kind::end;
  data = rest_.substr(kHead, size - kHead);
  rest_.remove_prefix(size);
  return Kind::data;
}

}  // namespace gatepost::git
