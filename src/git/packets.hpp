// The packets that git's protocol is made of.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gatepost::git {

inline constexpr std::string_view kFlush = "0000", kDelimiter = "0001";

std::string packet(std::string_view line);

// Takes packets off the front of a stranger's bytes.
class Packets {
 public:
  enum class Kind { data, other, end };
  explicit Packets(std::string_view bytes) : rest_(bytes) {}

  // `data` is what a packet holds; `other` a mark between packets. `end` is also what is no packet.
  Kind next(std::string_view& data);

 private:
  std::string_view rest_;
};

}  // namespace gatepost::git
