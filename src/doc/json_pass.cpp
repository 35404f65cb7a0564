#include "doc/json_pass.hpp"

#include <algorithm>
#include <span>

#include "base/text.hpp"
#include "doc/key_mark.hpp"
#include "doc/scan.hpp"

namespace gatepost::doc {
namespace {

constexpr std::size_t kLongest = std::size_t{64} << 10;      // of a value that is passed over
constexpr std::uint64_t kPatience = std::uint64_t{1} << 20;  // bytes that may be read in vain, more than were passed
constexpr std::size_t kMostKeys = 64;                        // of one object

// Past the escape at `p`; nullptr when it needs a closer look.
const char* behind_escape(const char* p, const char* end) {
  constexpr std::string_view kSimple = "\"\\/bfnrt";
  if (end - p < 2) return nullptr;
  if (kSimple.find(p[1]) != std::string_view::npos) return p + 2;
  constexpr std::ptrdiff_t kLength = 6;  // \u0041
  const auto is_hex = [](char c) { return text::is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); };
  const bool surrogate = end - p > 2 && (p[2] == 'd' || p[2] == 'D');
  if (p[1] != 'u' || end - p < kLength || surrogate || !std::all_of(p + 2, p + kLength, is_hex)) return nullptr;
  return p + kLength;
}

// Each of these returns the byte behind what begins at `p`; nullptr when it is not taken or its end is not there.

const char* behind_string(const char* p, const char* end, std::uint64_t most) {
  const char* const begin = ++p;
  for (p = find_in_string(p, end); p < end && *p == '\\'; p = find_in_string(p, end)) {
    p = behind_escape(p, end);
    if (p == nullptr) return nullptr;
  }
  const bool taken = p < end && *p == '"' && static_cast<std::size_t>(p - begin) < most;
  return taken ? p + 1 : nullptr;
}

// -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
const char* behind_number(const char* p, const char* end) {
  const auto is = [&](char c) { return p < end && *p == c; };
  const auto digits = [&] {
    const char* const begin = p;
    while (p < end && *p >= '0' && *p <= '9') ++p;
    return p > begin;
  };
  if (is('-')) ++p;
  const bool zero = is('0');
  const char* const first = p;
  if (!digits() || (zero && p > first + 1)) return nullptr;
  if (is('.') && (++p, !digits())) return nullptr;
  if (is('e') || is('E')) {
    ++p;
    if (is('+') || is('-')) ++p;
    if (!digits()) return nullptr;
  }
  return p == end ? nullptr : p;
}

const char* behind_word(const char* p, const char* end, std::string_view word) {
  const std::string_view left(p, static_cast<std::size_t>(end - p));
  return left.starts_with(word) && left.size() > word.size() ? p + word.size() : nullptr;
}

}  // namespace

inline bool JsonPasser::is_new(std::string_view key) {
  Open& object = open_.back();
  const auto others = std::span(keys_).subspan(object.first_key);
  if (others.size() == kMostKeys) return false;
  const std::uint8_t mark = key_mark(key);
  if (object.met[mark] && std::ranges::find(others, key) != others.end()) return false;
  object.met[mark] = true;
  keys_.push_back(key);
  return true;
}

// With the colon, and the blanks behind it. A key with an escape would have to be compared with others as it is meant.
inline const char* JsonPasser::key(const char* p) {
  if (p == end_ || *p != '"') return nullptr;
  const char* const behind = find_in_string(p + 1, end_);
  if (behind == end_ || *behind != '"') return nullptr;
  const std::string_view text(p + 1, static_cast<std::size_t>(behind - p - 1));
  if (text.size() >= limits_.string_bytes || !is_new(text)) return nullptr;
  p = find_behind_blanks(behind + 1, end_);
  return p == end_ || *p != ':' ? nullptr : find_behind_blanks(p + 1, end_);
}

inline const char* JsonPasser::open(const char* p) {
  if (open_.size() >= depth_) return nullptr;
  open_.push_back({*p == '{', keys_.size(), {}});
  return p + 1;
}

inline const char* JsonPasser::value(const char* p) {
  if (p == end_) return nullptr;
  switch (*p) {
    case '{':
    case '[':
      return open(p);
    case '"':
      return behind_string(p, end_, limits_.string_bytes);
    case 't':
      return behind_word(p, end_, "true");
    case 'f':
      return behind_word(p, end_, "false");
    case 'n':
      return behind_word(p, end_, "null");
    default:
      return behind_number(p, end_);
  }
}

std::optional<std::size_t> JsonPasser::pass(std::string_view text, std::size_t at, std::size_t values,
                                            std::size_t depth) {
  if (in_vain_ > passed_ + kPatience) return std::nullopt;
  const char* const begin = text.data() + at;
  end_ = begin + std::min(text.size() - at, kLongest);
  depth_ = depth;
  met_ = 0;
  open_.clear();
  keys_.clear();
  const char* const behind = rest_of(open(begin));
  if (behind == nullptr || met_ >= values) {
    in_vain_ += static_cast<std::uint64_t>(end_ - begin);
    return std::nullopt;
  }
  values_ += met_;
  passed_ += static_cast<std::uint64_t>(behind - begin);
  return static_cast<std::size_t>(behind - begin);
}

// Of the container that was opened; `p` is behind its bracket.
const char* JsonPasser::rest_of(const char* p) {
  bool first = true;
  while (p != nullptr && !open_.empty()) {
    p = find_behind_blanks(p, end_);
    if (p == end_) return nullptr;
    const bool object = open_.back().object;
    if (*p == (object ? '}' : ']')) {
      keys_.resize(open_.back().first_key);
      open_.pop_back();
      first = false;
      ++p;
      continue;
    }
    if (!first) {
      if (*p != ',') return nullptr;
      p = find_behind_blanks(p + 1, end_);
    }
    if (object && (p = key(p)) == nullptr) return nullptr;
    const std::size_t depth = open_.size();
    ++met_;
    p = value(p);
    first = open_.size() > depth;
  }
  return p;
}

}  // namespace gatepost::doc
