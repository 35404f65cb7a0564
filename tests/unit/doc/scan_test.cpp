#include "doc/scan.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>

using namespace gatepost;

namespace {

// The definition of scan_brackets, byte by byte. A backslash escapes what follows it wherever it stands.
const char* naive_scan(const char* p, const char* end, std::uint32_t deepest, doc::BracketState& state) {
  for (; p < end; ++p) {
    if (state.escaped) {
      state.escaped = false;
      if (*p == '"') continue;
    } else if (*p == '\\') {
      state.escaped = true;
      continue;
    } else if (*p == '"') {
      state.in_string = !state.in_string;
      continue;
    }
    if (state.in_string) continue;
    if (*p == '{' || *p == '[') {
      state.too_deep |= ++state.depth > deepest;
    } else if ((*p == '}' || *p == ']') && --state.depth == 0) {
      state.escaped = false;
      return p + 1;
    }
  }
  return end;
}

}  // namespace

TEST_CASE("scan: brackets are found as the definition finds them, in one piece and in two") {
  constexpr std::string_view kPieces[] = {"{", "}", "[",   "]", "\"", "\\", "\\\"", "a", "aaaaaaaaaaaaa",
                                          ",", " ", "\\\\"};
  std::mt19937 random(23);
  int closed = 0;
  for (int round = 0; round < 40'000; ++round) {
    std::string text = "{";
    for (std::size_t n = random() % 60; n-- > 0;) text += kPieces[random() % std::size(kPieces)];
    const std::size_t length = text.size();
    text.append(doc::kScanPadding, "}\"\\{"[random() % 4]);  // what must not be looked at
    const auto deepest = static_cast<std::uint32_t>(1 + random() % 6);
    doc::BracketState expected, once, twice;
    const char* const begin = text.data();
    const char* const wanted = naive_scan(begin, begin + length, deepest, expected);
    CAPTURE(text.substr(0, length));
    const char* found = doc::scan_brackets(begin, begin + length, deepest, once);
    REQUIRE(found - begin == wanted - begin);
    REQUIRE(once.depth == expected.depth);
    REQUIRE(once.too_deep == expected.too_deep);
    const std::size_t first = 1 + random() % length;
    found = doc::scan_brackets(begin, begin + first, deepest, twice);
    if (twice.depth != 0) found = doc::scan_brackets(begin + first, begin + length, deepest, twice);
    REQUIRE(found - begin == wanted - begin);
    REQUIRE(twice.depth == expected.depth);
    REQUIRE(twice.in_string == once.in_string);
    REQUIRE(twice.escaped == once.escaped);
    REQUIRE(twice.too_deep == once.too_deep);
    closed += expected.depth == 0 ? 1 : 0;
  }
  CHECK(closed > 5000);
}

TEST_CASE("scan: a backslash is found wherever it stands, and nothing beside the text is") {
  for (std::size_t length = 0; length < 70; ++length) {
    const std::string around = "\\" + std::string(length, 'a') + "\\";
    CHECK_FALSE(doc::has_backslash(std::string_view(around).substr(1, length)));
    for (std::size_t at = 0; at < length; ++at) {
      std::string text(length, '\xFF');
      text[at] = '\\';
      CHECK(doc::has_backslash(text));
    }
  }
}

TEST_CASE("scan: a text is plain without backslashes and what control characters begin with, wherever they stand") {
  for (std::size_t length = 0; length < 70; ++length) {
    const std::string around = "\\" + std::string(length, '\xC3') + "\\";
    REQUIRE(doc::is_plain(std::string_view(around).substr(1, length)));
    for (std::size_t at = 0; at < length; ++at) {
      for (int c = 0; c < 256; ++c) {
        std::string text(length, 'a');
        text[at] = static_cast<char>(c);
        REQUIRE(doc::is_plain(text) == (c != '\\' && c != 0x7F && c != 0xC2));
      }
    }
  }
}

TEST_CASE("scan: quotes, backslashes and control characters are found at any distance") {
  for (std::size_t length = 0; length < 70; ++length) {
    for (int c = 0; c < 256; ++c) {
      std::string text(length, 'a');
      text += static_cast<char>(c);
      text += "zz\"";
      const bool special = c < 0x20 || c == '"' || c == '\\';
      const char* const found = doc::find_in_string(text.data(), text.data() + text.size());
      REQUIRE(found - text.data() == static_cast<std::ptrdiff_t>(special ? length : length + 3));
    }
    const std::string plain(length, '\xFF');
    REQUIRE(doc::find_in_string(plain.data(), plain.data() + length) == plain.data() + length);
  }
}
