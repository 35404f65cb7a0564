#include "base/percent.hpp"

#include "base/text.hpp"

namespace gatepost {

std::string percent_encoded(std::string_view text, std::string_view also) {
  constexpr std::string_view kHex = "0123456789ABCDEF", kMarks = "-._~";
  std::string out;
  out.reserve(text.size() + text.size() / 4);
  for (const char c : text) {
    if (text::is_alnum(c) || kMarks.find(c) != std::string_view::npos || also.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4U];
    out += kHex[byte & 15U];
  }
  return out;
}

}  // namespace gatepost
