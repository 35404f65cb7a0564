#include "base/text.hpp"

#include <doctest/doctest.h>

#include <array>
#include <limits>

using namespace gatepost;

TEST_CASE("text: trim takes blanks and line ends off both ends only") {
  CHECK(text::trim("  a b\t\r\n\v\f") == "a b");
  CHECK(text::trim(" \n ") == "");
  CHECK(text::trim("") == "");
  CHECK(text::trim("\xC2\xA0x") == "\xC2\xA0x");  // a no-break space is text
}

TEST_CASE("text: only ASCII letters are folded") {
  CHECK(text::lower("ÄBC-Z") == "Äbc-z");
  CHECK(text::equal_ignoring_case("CVE-2024", "cve-2024"));
  CHECK_FALSE(text::equal_ignoring_case("Ä", "ä"));
  CHECK_FALSE(text::equal_ignoring_case("ab", "abc"));
  CHECK_FALSE(text::equal_ignoring_case("@", "`"));
}

TEST_CASE("text: split keeps empty parts") {
  const auto parts_of = [](std::string_view s) {
    std::string joined;
    for (const std::string_view part : text::split(s, '/')) joined.append("[").append(part).append("]");
    return joined;
  };
  CHECK(parts_of("") == "[]");
  CHECK(parts_of("a") == "[a]");
  CHECK(parts_of("/a//b/") == "[][a][][b][]");
}

TEST_CASE("text: join puts the separator between") {
  const std::vector<std::string> none, one{"a"}, three{"a", "", "c"};
  CHECK(text::join(none, ", ") == "");
  CHECK(text::join(one, ", ") == "a");
  CHECK(text::join(three, ", ") == "a, , c");
}

TEST_CASE("text: replace_all does not look at what it put in") {
  CHECK(text::replace_all("a~b~", "~", "~0") == "a~0b~0");
  CHECK(text::replace_all("aaaa", "aa", "a") == "aa");
  CHECK(text::replace_all("abc", "", "x") == "abc");
  CHECK(text::replace_all("abc", "bc", "") == "a");
  CHECK(text::replace_all("", "a", "b") == "");
}

TEST_CASE("text: replace_all of a million hits does not look at the text a million times") {
  CHECK(text::replace_all(std::string(1'000'000, '~'), "~", "~0").size() == 2'000'000);
}

TEST_CASE("text: fold_whitespace leaves single blanks") {
  CHECK(text::fold_whitespace("\t a  b\r\n\r\nc ") == "a b c");
  CHECK(text::fold_whitespace(" \n") == "");
}

TEST_CASE("text: parse_number takes all of the text or nothing") {
  CHECK(text::parse_number("0") == 0);
  CHECK(text::parse_number("0042") == 42);
  CHECK(text::parse_number("18446744073709551615") == std::numeric_limits<std::size_t>::max());
  for (const std::string_view bad : {"", "-1", "+1", " 1", "1 ", "1a", "0x1", "18446744073709551616", "1.0"}) {
    CAPTURE(bad);
    CHECK_FALSE(text::parse_number(bad));
  }
}

TEST_CASE("text: count_of minds the plural") {
  CHECK(text::count_of(1, "file") == "1 file");
  CHECK(text::count_of(0, "file") == "0 files");
  CHECK(text::count_of(2, "entry", "entries") == "2 entries");
}

TEST_CASE("text: UTF-8 is checked as RFC 3629 has it") {
  struct Case {
    std::string_view bytes;
    std::optional<std::size_t> broken_at;
  };
  const Case cases[] = {
      {"", std::nullopt},
      {"plain", std::nullopt},
      {"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", std::nullopt},
      {"\xF4\x8F\xBF\xBF", std::nullopt},  // U+10FFFF
      {"\xEF\xBF\xBF", std::nullopt},      // U+FFFF, a noncharacter, is valid
      {"a\x80", 1},                        // continuation without a beginning
      {"ab\xFF", 2},
      {"\xC0\xAF", 0},          // overlong "/"
      {"\xC1\xBF", 0},          // overlong
      {"\xE0\x80\xAF", 0},      // overlong
      {"\xF0\x80\x80\xAF", 0},  // overlong
      {"\xED\xA0\x80", 0},      // surrogate
      {"\xED\xBF\xBF", 0},      // surrogate
      {"\xF4\x90\x80\x80", 0},  // beyond U+10FFFF
      {"\xF5\x80\x80\x80", 0},  // never begins a character
      {"abc\xE2\x82", 3},       // cut
      {"abc\xF0\x9F\x98", 3},   // cut
      {"\xE2\x28\xA1", 0},      // interrupted
      {std::string_view("a\0b", 3), std::nullopt},
  };
  for (const Case& it : cases) {
    CAPTURE(it.bytes);
    CHECK(text::first_invalid_utf8(it.bytes) == it.broken_at);
    CHECK(text::is_utf8(it.bytes) == !it.broken_at);
    CHECK(text::is_utf8(text::to_utf8(it.bytes)));
  }
}

TEST_CASE("text: every code point survives writing and reading") {
  for (char32_t c = 0; c <= 0x10FFFF; c += c < 0x3000 ? 1 : 61) {
    if (c >= 0xD800 && c < 0xE000) continue;
    std::string bytes;
    text::append_utf8(bytes, c);
    const text::CodePoint read = text::code_point_at(bytes, 0);
    REQUIRE(read.value == c);
    REQUIRE(read.bytes == bytes.size());
  }
}

TEST_CASE("text: control characters go, of one byte and of two") {
  using namespace std::string_literals;
  CHECK(text::strip_controls("a\0b\x1B[31m\x7F c\r\n\t"s) == "ab[31m c");
  CHECK(text::strip_controls("a\r\n\tb\x01", "\n\t") == "a\n\tb");
  CHECK(text::strip_controls("\xC2\x9B"
                             "a\xC2\xA0\xC3\x9F\xC2") == "a\xC2\xA0\xC3\x9F\xC2");
  CHECK(text::strip_controls("") == "");
}

TEST_CASE("text: a control character goes wherever it stands among others, and nothing else does") {
  for (int value = 0; value < 0x80; ++value) {
    const auto c = static_cast<char>(value);
    const bool stays = (c >= ' ' && c != 0x7F) || c == '\t';
    for (std::size_t before = 0; before < 35; ++before) {
      const std::string left(before, 'a'), right(35 - before, 'z');
      CAPTURE(value);
      CAPTURE(before);
      CHECK(text::strip_controls(left + c + right + c, "\t") == (stays ? left + c + right + c : left + right));
      CHECK(text::strip_controls(left + "\xC2\x80" + right) == left + right);
    }
  }
}

TEST_CASE("text: to_utf8 mends broken bytes and never splits a character") {
  CHECK(text::to_utf8("a\xFF"
                      "b") ==
        "a\xEF\xBF\xBD"
        "b");
  CHECK(text::to_utf8("ab\xE2\x82\xAC", 4) == "ab");
  CHECK(text::to_utf8("ab\xE2\x82\xAC", 5) == "ab\xE2\x82\xAC");
  CHECK(text::to_utf8("abc", 0) == "");
  CHECK(text::to_utf8("\xFF\xFF", 5) == "\xEF\xBF\xBD");  // what stands for a broken byte is not split either
}

TEST_CASE("text: printable shows what a terminal would not") {
  CHECK(text::printable("a\nb\x1B[31m") == "a\\x0ab\\x1b[31m");
  CHECK(text::printable("\x7F") == "\\x7f");
  CHECK(text::printable("a\xFF") == "a\\xff");
  CHECK(text::printable("\xE2\x80\xAE"
                        "exe") == "\\u{202e}exe");             // right-to-left override
  CHECK(text::printable("\xC2\x9B") == "\\u{9b}");             // C1 control
  CHECK(text::printable("\xF3\xA0\x80\x81") == "\\u{e0001}");  // tag
  CHECK(text::printable("ä€") == "ä€");
  CHECK(text::printable("abcdef", 3) == "abc…");
  CHECK(text::printable("ab€", 4) == "ab…");
  CHECK(text::printable("abc", 3) == "abc");
}

TEST_CASE("text: nearest forgives a slip of the pen and nothing more") {
  constexpr std::array<std::string_view, 5> kWords = {"format", "output", "report", "base", "head"};
  CHECK(text::nearest("fromat", kWords) == "format");   // neighbours swapped
  CHECK(text::nearest("formt", kWords) == "format");    // one left out
  CHECK(text::nearest("repport", kWords) == "report");  // one too many
  CHECK(text::nearest("OUTPUT", kWords) == "output");   // case does not count
  CHECK(text::nearest("bade", kWords) == "base");
  CHECK(text::nearest("zzz", kWords) == "");
  CHECK(text::nearest("completely different", kWords) == "");
  CHECK(text::nearest(std::string(1'000'000, 'f'), kWords) == "");
  CHECK(text::nearest("x", {}) == "");
}

TEST_CASE("text: invisible characters are known") {
  for (const char32_t c : {0xADU, 0x200BU, 0x200FU, 0x2028U, 0x202EU, 0x2066U, 0xFEFFU, 0xE0041U, 0x3164U}) {
    CHECK(text::is_invisible(c));
  }
  for (const char32_t c : {U'a', U' ', U'ä', U'€', U'\u2010'}) CHECK_FALSE(text::is_invisible(c));
}

TEST_CASE("text: UTF-16 becomes UTF-8") {
  using namespace std::string_literals;
  CHECK(text::utf16_to_utf8("\xFF\xFE"s + "a\0\xE4\0"s) == "aä");
  CHECK(text::utf16_to_utf8("\xFE\xFF\0a\x20\xAC"s) == "a€");
  CHECK(text::utf16_to_utf8("\xFF\xFE\x3D\xD8\x00\xDE"s) == "😀");
  CHECK(text::utf16_to_utf8("\xFF\xFE\x3D\xD8"s + "a\0"s) == "\uFFFDa");  // half a pair
  CHECK(text::utf16_to_utf8("\xFF\xFE\x00\xDE"s) == "\uFFFD");
  CHECK(text::utf16_to_utf8("\xFF\xFE\x61"s) == "\uFFFD");
  CHECK(text::utf16_to_utf8("\xFF\xFE"s)->empty());
  CHECK_FALSE(text::utf16_to_utf8("ab"));
}

TEST_CASE("text: codes for terminals go, and so do control characters") {
  CHECK(text::without_terminal_codes("\x1B[1;31mred\x1B[0m, \x1B]8;;http://x\x1B\\link\x1B]8;;\x07.") == "red, link.");
  CHECK(text::without_terminal_codes("a\tb\nc\rd\x7F\x01") == "a\tb\nc\rd");
  CHECK(text::without_terminal_codes("\x1B") == "");
  CHECK(text::without_terminal_codes("\x1B[") == "");
  CHECK(text::without_terminal_codes("\x1B]no end\nx") == "]no end\nx");
  CHECK(text::without_terminal_codes("\x1B[ä") == "ä");
  CHECK_FALSE(text::has_controls("a\tä\n"));
  CHECK(text::has_controls("\x1B"));
}
