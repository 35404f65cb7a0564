#include "context/segment_glob.hpp"

#include <algorithm>
#include <span>

#include "base/text.hpp"

namespace gatepost::context::codeowners {
namespace {

std::uint64_t bit(std::uint32_t number) { return std::uint64_t{1} << (number & 63U); }
std::uint64_t single_bit(std::uint8_t byte) { return bit(byte ^ (byte >> 6U) * 21U); }
std::uint64_t pair_bit(std::uint8_t a, std::uint8_t b) { return bit((a * 37U + b * 11U) ^ ((a ^ b) >> 4U)); }

std::uint8_t byte_of(char c) { return static_cast<std::uint8_t>(c); }

std::size_t character_bytes(std::string_view s, std::size_t at) {
  return byte_of(s[at]) < 0x80 ? 1 : text::code_point_at(s, at).bytes;
}

// One character of a bracket expression, with or without its escape.
struct Member {
  char32_t value;
  std::size_t end;  // one past it; npos when there is none
};
Member member_at(std::string_view s, std::size_t at) {
  if (at < s.size() && s[at] == '\\') ++at;
  if (at >= s.size()) return {0, std::string_view::npos};
  const text::CodePoint c = text::code_point_at(s, at);
  return {c.value, at + c.bytes};
}

// Calls f(first, last) for every member of the expression whose members start at `at`; returns the position of the
// closing bracket, or npos.
template <class F>
std::size_t read_members(std::string_view s, std::size_t at, F f) {
  while (at < s.size() && s[at] != ']') {
    const Member first = member_at(s, at);
    if (first.end >= s.size()) return std::string_view::npos;
    at = first.end;
    const bool range = s[at] == '-' && at + 1 < s.size() && s[at + 1] != ']';
    if (!range) {
      f(first.value, first.value);
      continue;
    }
    const Member last = member_at(s, at + 1);
    if (last.end == std::string_view::npos) return std::string_view::npos;
    f(first.value, last.value);
    at = last.end;
  }
  return at < s.size() ? at : std::string_view::npos;
}

bool is_negated(std::string_view inside) { return !inside.empty() && (inside[0] == '!' || inside[0] == '^'); }

}  // namespace

Letters letters_of(std::string_view segment) {
  Letters letters;
  std::uint8_t before = 0;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    const std::uint8_t byte = byte_of(segment[i]);
    letters.single |= single_bit(byte);
    if (i > 0) letters.pairs |= pair_bit(before, byte);
    before = byte;
  }
  return letters;
}

std::size_t bracket_end(std::string_view text, std::size_t begin) {
  const std::size_t inside = begin + 1 + (is_negated(text.substr(begin + 1)) ? 1 : 0);
  const std::size_t close = read_members(text, inside, [](char32_t, char32_t) {});
  return close == std::string_view::npos ? close : close + 1;
}

SegmentGlobs::Code SegmentGlobs::add_set(std::string_view bracket) {
  const std::string_view inside = bracket.substr(1);
  Set set{.negated = is_negated(inside), .ranges = {}};
  read_members(inside, set.negated ? 1 : 0, [&](char32_t first, char32_t last) {
    // Both ends are members, also of a range that runs backwards.
    if (first > last) {
      set.ranges.emplace_back(last, last);
      last = first;
    }
    set.ranges.emplace_back(first, last);
  });
  sets_.push_back(std::move(set));
  return kFirstSet + static_cast<Code>(sets_.size() - 1);
}

SegmentGlobs::Id SegmentGlobs::add(std::string_view glob, OwnersDialect dialect) {
  Glob made{.first = static_cast<std::uint32_t>(codes_.size()), .count = 0, .least_bytes = 0, .needs = {}};
  const auto last_code = [&] { return codes_.size() == made.first ? kStar : codes_.back(); };
  const auto put = [&](Code code) {
    if (code < 256) {
      const auto byte = static_cast<std::uint8_t>(code);
      made.needs.single |= single_bit(byte);
      if (last_code() < 256) made.needs.pairs |= pair_bit(static_cast<std::uint8_t>(last_code()), byte);
    }
    if (code != kStar) ++made.least_bytes;
    codes_.push_back(code);
  };
  for (std::size_t i = 0; i < glob.size(); ++i) {
    const bool escaped = glob[i] == '\\' && i + 1 < glob.size();
    if (escaped) {
      put(byte_of(glob[++i]));
    } else if (glob[i] == '*') {
      if (codes_.size() == made.first || codes_.back() != kStar) put(kStar);
    } else if (glob[i] == '?') {
      put(kOne);
    } else if (glob[i] == '[' && dialect == OwnersDialect::gitlab) {
      const std::size_t end = bracket_end(glob, i);
      put(add_set(glob.substr(i, end - i)));
      i = end - 1;
    } else {
      put(byte_of(glob[i]));
    }
  }
  made.count = static_cast<std::uint32_t>(codes_.size()) - made.first;
  globs_.push_back(made);
  return static_cast<Id>(globs_.size() - 1);
}

std::size_t SegmentGlobs::accepted(Code code, std::string_view segment, std::size_t at) const {
  if (code < 256) return byte_of(segment[at]) == code ? 1 : 0;
  const text::CodePoint c = text::code_point_at(segment, at);
  if (code == kOne) return c.bytes;
  const Set& set = sets_[code - kFirstSet];
  const bool member = std::ranges::any_of(
      set.ranges, [&](const auto& range) { return range.first <= c.value && c.value <= range.second; });
  return member != set.negated ? c.bytes : 0;
}

// The usual loop with one place to fall back to: the last star, which then takes one character more. Behind a star only
// places count where the next byte of the glob stands.
bool SegmentGlobs::matches(Id id, std::string_view segment) const {
  const Glob& glob = globs_[id];
  if (segment.size() < glob.least_bytes) return false;
  const std::span<const Code> codes(codes_.data() + glob.first, glob.count);
  const auto next_place = [&](std::size_t code, std::size_t from) {
    return codes[code] < 256 ? segment.find(static_cast<char>(codes[code]), from) : from;
  };
  std::size_t code = 0, at = 0;
  std::size_t retry_code = 0, retry_at = 0;  // retry_code 0: no star yet
  while (true) {
    if (code < codes.size() && codes[code] == kStar) {
      if (++code == codes.size()) return true;
      retry_code = code;
      retry_at = at = next_place(code, at);
      if (at == std::string_view::npos) return false;
      continue;
    }
    if (at == segment.size()) return code == codes.size();
    const std::size_t taken = code < codes.size() ? accepted(codes[code], segment, at) : 0;
    if (taken != 0) {
      ++code;
      at += taken;
      continue;
    }
    if (retry_code == 0) return false;
    code = retry_code;
    retry_at = at = next_place(code, retry_at + character_bytes(segment, retry_at));
    if (at == std::string_view::npos) return false;
  }
}

}  // namespace gatepost::context::codeowners
