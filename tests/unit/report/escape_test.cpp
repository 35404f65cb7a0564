#include "report/escape.hpp"

#include <doctest/doctest.h>
#include <re2/re2.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "doc/json.hpp"
#include "support/cmark.hpp"
#include "support/golden.hpp"

namespace gatepost::report::escape {
namespace {

using test::Html;
using test::html_of;
using test::parse_html;

struct Payload {
  std::string name, text;
};

std::vector<Payload> payloads() {
  auto document = doc::parse_json(test::read_data("escape/payloads.json"), "payloads.json");
  REQUIRE(document.ok());
  std::vector<Payload> all;
  for (const auto item : document->root().items()) {
    all.push_back({std::string(item.at("class").text()), std::string(item.at("text").text())});
  }
  REQUIRE(all.size() >= 42);
  all.push_back({"bytes that are not UTF-8", "a\xFF\xC0\xAF\xED\xA0\x80|\xF0\x9F<b>"});
  std::string every_byte;
  for (int c = 0; c < 256; ++c) every_byte += static_cast<char>(c);
  all.push_back({"every byte", every_byte});
  return all;
}

std::string joined(const std::vector<std::string>& parts) { return text::join(parts, ""); }

// A document with the text at every spot where a comment has one.
std::string document_of(const std::string& s) {
  const std::string word = markdown_text(s);
  const std::string cell_code = markdown_code(s.empty() ? "x" : s, Spot::table_cell);
  const std::string code = markdown_code(s, Spot::paragraph);
  return markdown_finish(
      "| left | " + word + " | " + cell_code + " |\n|:--|---|---|\n| " + word + " | " + cell_code + " | right |\n\n" +
      word + "\n\n- **" + word + "** " + code + " end\n- " + code + " " + word + "\n\n> " + word +
      "\n\n<details><summary>" + word + "</summary>\n\n" + word + "\n\n</details>\n\n" +
      markdown_link(word, "https://nvd.nist.gov/", std::vector<std::string>{"nvd.nist.gov"}) + "\n\nthe end\n");
}

bool visible(const std::string& s) { return !one_line(s).empty(); }

// `s` without what the pattern matches.
std::string without(std::string s, const RE2& pattern) {
  RE2::GlobalReplace(&s, pattern, "");
  return s;
}

}  // namespace

TEST_CASE("escape: no text changes the structure of the Markdown around it") {
  if (!html_of("x")) return;
  const std::string expected = parse_html(*html_of(document_of("word"))).tags;
  for (const Payload& payload : payloads()) {
    if (!visible(payload.text)) continue;  // without a visible character a code span is left out
    CAPTURE(payload.name);
    const std::string markdown = document_of(payload.text);
    CAPTURE(markdown);
    CHECK(parse_html(*html_of(markdown)).tags == expected);
  }
}

TEST_CASE("escape: Markdown shows a text as it is") {
  if (!html_of("x")) return;
  for (const Payload& payload : payloads()) {
    if (!visible(payload.text)) continue;
    CAPTURE(payload.name);
    const std::string clean = one_line(payload.text);
    const Html paragraph = parse_html(*html_of("-" + markdown_text(payload.text) + "-\n"));
    CHECK(joined(paragraph.texts) == "-" + clean + "-\n");
    const Html code = parse_html(*html_of("- " + markdown_code(payload.text, Spot::paragraph) + "\n"));
    REQUIRE(code.codes.size() == 1);
    CHECK(code.codes[0] == clean);
    const Html cell =
        parse_html(*html_of("| a | b |\n|---|---|\n|" + markdown_code(payload.text, Spot::table_cell) + "|x|\n"));
    REQUIRE(cell.codes.size() == 1);
    CHECK(cell.codes[0] == clean);
  }
}

TEST_CASE("escape: Markdown mentions nobody and refers to nothing") {
  if (!html_of("x")) return;
  static const RE2 reference(
      R"((^|[^A-Za-z0-9])@[A-Za-z0-9]|#[A-Za-z0-9]|[A-Za-z]-[0-9]|[!$~%&^][A-Za-z0-9"]|:[a-z0-9_+-]+:|://|\*iteration:[0-9]|\[vuln)");
  for (const Payload& payload : payloads()) {
    CAPTURE(payload.name);
    const std::string markdown = "some " + markdown_text(payload.text) + " text";
    for (const std::string& node : parse_html(*html_of(markdown)).texts) {
      CAPTURE(node);
      CHECK_FALSE(RE2::PartialMatch(node, reference));
    }
  }
}

TEST_CASE("escape: no mixture of signs is markup, at the beginning of a line or within one") {
  constexpr std::string_view kSigns = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ 1aWw";
  std::uint32_t state = 1;
  const auto next = [&](std::size_t below) {
    state = state * 1664525U + 1013904223U;
    return (state >> 8U) % below;
  };
  std::string markdown, expected;
  const auto add = [](std::string& document, const std::string& s) {
    document += "<p>x</p>\n\n" + s + "\n\n- " + s + "\n\n<i>y</i>\n\ntext\n" + s + "\n" + s + " **" + s +
                "** end\n\n| a | b |\n|---|---|\n| " + s + " | " + s + " |\n\n";
  };
  for (int i = 0; i < 4000; ++i) {
    std::string s;
    const std::size_t length = 1 + next(9);
    while (s.size() < length) s += kSigns[next(kSigns.size())];
    if (i % 7 == 0) s.insert(0, i % 2 == 0 ? "www." : "1");
    if (!visible(s)) s = "a";
    add(markdown, markdown_text(s));
    add(expected, "word");
  }
  const auto html = html_of(markdown);
  if (html) CHECK(parse_html(*html).tags == parse_html(*html_of(expected)).tags);
}

TEST_CASE("escape: a Markdown fence keeps every line inside and numbered") {
  for (const Payload& payload : payloads()) {
    CAPTURE(payload.name);
    const std::string fence = markdown_fence(payload.text, 99);
    const auto lines = text::split(fence, '\n');
    REQUIRE(lines.size() >= 3);
    const std::string ticks(lines[0]);
    CHECK(ticks.find_first_not_of('`') == std::string::npos);
    CHECK(lines[lines.size() - 2] == ticks);
    CHECK(lines.back().empty());
    for (std::size_t i = 1; i + 2 < lines.size(); ++i) {
      CAPTURE(lines[i]);
      CHECK(text::is_digit(text::trim(lines[i])[0]));
      CHECK(lines[i].find(" | ") != std::string::npos);
      CHECK(lines[i].find(ticks) == std::string::npos);
    }
    const auto html = html_of(fence + "\nend\n");
    if (html) CHECK(parse_html(*html).tags == "<pre><code></code></pre><p></p>");
  }
}

TEST_CASE("escape: no line of a Markdown document starts with a slash, and no carriage return is left") {
  for (const Payload& payload : payloads()) {
    CAPTURE(payload.name);
    const std::string document = markdown_finish(payload.text + "\n" + document_of(payload.text) + "\n /x");
    CHECK(document.find('\r') == std::string::npos);
    for (const std::string_view line : text::split(document, '\n')) CHECK_FALSE(text::trim(line).starts_with('/'));
  }
  CHECK(markdown_finish("\r/merge\r\n \r /close") == "&#47;merge\n  &#47;close");
}

TEST_CASE("escape: a link leads only where it is allowed to") {
  const std::vector<std::string> allowed = {"nvd.nist.gov", "github.com/advisories/"};
  const auto link = [&](std::string_view url) { return markdown_link("x", url, allowed); };
  CHECK(link("https://nvd.nist.gov/vuln/detail/CVE-2024-1?a=b#c") ==
        "[x](https://nvd.nist.gov/vuln/detail/CVE-2024-1?a=b#c)");
  CHECK(link("HTTPS://NVD.nist.gov/") == "[x](HTTPS://NVD.nist.gov/)");
  CHECK(link("https://github.com/advisories/GHSA-x") == "[x](https://github.com/advisories/GHSA-x)");
  CHECK(link("https://nvd.nist.gov/a(b) c<d>|`") == "x");
  CHECK(link("https://nvd.nist.gov/a(b)c<d>|`\"'@") == "[x](https://nvd.nist.gov/a%28b%29c%3Cd%3E%7C%60%22%27%40)");
  for (const char* const refused :
       {"", "http://nvd.nist.gov/", "javascript:alert(1)", "//nvd.nist.gov/", "https://evil.example/", "https:///x",
        "https://nvd.nist.gov@evil.example/", "https://evil.example@nvd.nist.gov/",
        "https://nvd.nist.gov\\@evil.example", "https://nvd.nist.gov.evil.example/", "https://nvd.nist.gov:443/",
        "https://github.com/o/r/issues/1", "https://github.com/advisories/../o/r/issues/1",
        "https://github.com/advisories/%2E%2e/o", "https://nvd.nist.gov/\nx", " https://nvd.nist.gov/",
        "https://nvd%2enist.gov/"}) {
    CAPTURE(refused);
    CHECK(link(refused) == "x");
  }
}

TEST_CASE("escape: HTML text and attributes hold no markup") {
  for (const Payload& payload : payloads()) {
    CAPTURE(payload.name);
    for (const std::string& html : {html_text(payload.text), html_attribute(payload.text)}) {
      CHECK(html.find_first_of("<>\"'`\n\r") == std::string::npos);
      CHECK(without(html, "&#[0-9]+;").find('&') == std::string::npos);
    }
  }
  CHECK(html_text("<a href=\"x\">'&'</a>") == "&#60;a href&#61;&#34;x&#34;&#62;&#39;&#38;&#39;&#60;/a&#62;");
}

TEST_CASE("escape: a CSV cell is one cell and no formula") {
  for (const Payload& payload : payloads()) {
    CAPTURE(payload.name);
    const std::string cell = csv_cell(payload.text);
    CAPTURE(cell);
    const bool quoted = cell.starts_with('"');
    std::string content = quoted ? text::replace_all(cell.substr(1, cell.size() - 2), "\"\"", "\x01") : cell;
    if (quoted) CHECK(cell.ends_with('"'));
    CHECK(content.find('"') == std::string::npos);
    if (!quoted) CHECK(content.find_first_of(",;\t\n") == std::string::npos);
    CHECK(content.find('\r') == std::string::npos);
    const std::string start(text::trim(content).substr(0, 3));
    CHECK(std::string("=+-@").find(start.substr(0, 1).empty() ? 'x' : start[0]) == std::string::npos);
    CHECK(start != "＝");
  }
  CHECK(csv_cell("plain text") == "plain text");
  CHECK(csv_cell("=1+1") == "'=1+1");
  CHECK(csv_cell("say \"x\", please") == "\"say \"\"x\"\", please\"");
  CHECK(csv_cell("two\r\nlines") == "\"two\nlines\"");
  CHECK(csv_cell("\t=1+1") == "\"'\t=1+1\"");
  CHECK(csv_cell("").empty());
}

TEST_CASE("escape: a log line holds no command for a CI runner and no terminal code") {
  for (const Payload& payload : payloads()) {
    CAPTURE(payload.name);
    for (const std::string& line : {log_line(terminal(payload.text)), log_line("   " + terminal(payload.text))}) {
      CAPTURE(line);
      CHECK(std::ranges::none_of(line, [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; }));
      CHECK_FALSE(text::trim(line).starts_with("::"));
      CHECK_FALSE(RE2::PartialMatch(line, "##[A-Za-z\\[]"));
      CHECK(text::is_utf8(line));
      for (std::size_t i = 0; i < line.size();) {
        const auto at = text::code_point_at(line, i);
        CHECK_FALSE(text::is_invisible(at.value));
        i += at.bytes;
      }
    }
  }
  CHECK(terminal("std::vector ## x") == "std::vector ## x");
  CHECK(log_line("  ::error::x") == "  : :error::x");
  CHECK(terminal("\x1b[31mred") == "\\u{1b}[31mred");
}

TEST_CASE("escape: data and properties of a workflow command stay where they are") {
  for (const Payload& payload : payloads()) {
    CAPTURE(payload.name);
    const std::string data = workflow_data(payload.text), property = workflow_property(payload.text);
    CHECK(data.find_first_of("\r\n") == std::string::npos);
    CHECK(property.find_first_of("\r\n:,") == std::string::npos);
    static const RE2 encoded("%(25|0D|0A|3A|2C)");
    CHECK(without(data, encoded).find('%') == std::string::npos);
    CHECK(without(property, encoded).find('%') == std::string::npos);
  }
  CHECK(workflow_data("100% a:b,c\nd\re") == "100%25 a:b,c%0Ad%0Ae");
  CHECK(workflow_property("100% a:b,c\nd") == "100%25 a%3Ab%2Cc d");
  CHECK(workflow_data(std::string(5000, 'x'), 4000).size() == 4000 + std::string("…").size());
}

TEST_CASE("escape: an annotation is plain text within its limit") {
  for (const Payload& payload : payloads()) {
    CAPTURE(payload.name);
    const std::string note = annotation(payload.text, 40);
    CHECK(note.size() <= 40);
    for (std::size_t i = 0; i < note.size();) {
      const auto at = text::code_point_at(note, i);
      CHECK(at.value <= 0xFFFF);
      CHECK((at.value >= ' ' || at.value == '\n' || at.value == '\t'));
      i += at.bytes;
    }
  }
  CHECK(annotation("😀 x") == "\\U0001F600 x");
  CHECK(annotation("abcdef", 6) == "abcdef");
  CHECK(annotation("abcdefg", 6) == "abc…");
}

TEST_CASE("escape: a commit status is short and ASCII") {
  for (const Payload& payload : payloads()) {
    CAPTURE(payload.name);
    const std::string status = commit_status(payload.text);
    CHECK(status.size() <= 140);
    CHECK(std::ranges::all_of(status, [](char c) { return c >= ' ' && c < 0x7F; }));
  }
  CHECK(commit_status(std::string(140, 'x')) == std::string(140, 'x'));
  CHECK(commit_status(std::string(141, 'x')) == std::string(137, 'x') + "...");
}

TEST_CASE("escape: one line folds blanks, shows what hides, and ends at its limit") {
  CHECK(one_line("  a \t\r\n b\xC2\xA0 c\xE2\x80\xA8"
                 "d  ") == "a b c d");
  CHECK(one_line("a\u202Eb\x01") == "a\\u{202e}b\\u{1}");
  CHECK(one_line("a\xFF") == "a\uFFFD");
  CHECK(one_line("abc", 3) == "abc");
  CHECK(one_line("abcd", 3) == "abc…");
  CHECK(one_line("ab  cd", 3) == "ab…");
  CHECK(one_line("abc   ", 3) == "abc");
  CHECK(one_line("e\u0301\u0301\u0301\u0301\u0301") == "e\u0301\u0301\u0301\u0301\\u{301}");
}

TEST_CASE("escape: paths in addresses are encoded byte by byte") {
  CHECK(url_path("src/a b#?%.c") == "src/a%20b%23%3F%25.c");
  CHECK(url_path("é/~x_-.y") == "%C3%A9/~x_-.y");
}

TEST_CASE("escape: a megabyte of signs takes no longer than its size") {
  for (const char* const piece : {"##[", "`", "@", "|", "\n::", "\u0301", "&#", " ", "\""}) {
    std::string s;
    while (s.size() < 1'000'000) s += piece;
    CHECK(markdown_text(s).size() < s.size() * 20);
    CHECK(markdown_code(s, Spot::table_cell).size() < s.size() * 20);
    CHECK(workflow_data(s).size() < 20'000);
    CHECK(csv_cell(s).size() <= s.size() * 4);
    CHECK(terminal(s, 100).size() < 1'000);
  }
}

}  // namespace gatepost::report::escape
