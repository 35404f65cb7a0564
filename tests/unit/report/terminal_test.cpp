#include "report/terminal.hpp"

#include <doctest/doctest.h>
#include <re2/re2.h>

#include <algorithm>
#include <string>

#include "base/text.hpp"
#include "report/width.hpp"
#include "support/golden.hpp"
#include "unit/report/cases.hpp"

namespace gatepost::report {
namespace {

std::string terminal_of(const Input& input) {
  std::string out;
  REQUIRE(write_terminal(input, [&](std::string_view piece) {
    out += piece;
    return Done{};
  }));
  return out;
}

// `s` without what the pattern matches.
std::string without(std::string s, const RE2& pattern) {
  RE2::GlobalReplace(&s, pattern, "");
  return s;
}

}  // namespace

TEST_CASE("terminal: what a person reads") {
  for (const cases::Case& it : cases::all()) {
    test::check_golden("report/" + it.name + "/terminal.txt", terminal_of(cases::input_for(it.built)));
  }
}

TEST_CASE("terminal: no line is wider than the terminal, from 40 columns on") {
  auto all = cases::all();
  all.push_back({"ten-thousand", cases::ten_thousand()});
  for (const cases::Case& it : all) {
    CAPTURE(it.name);
    for (const std::size_t width : {40U, 41U, 63U, 64U, 80U, 110U}) {
      Input input = cases::input_for(it.built);
      input.style.width = width;
      const std::string terminal = terminal_of(input);
      for (const std::string_view line : text::split(terminal, '\n')) {
        CAPTURE(line);
        CHECK(width_of(line) <= width);
      }
    }
  }
}

TEST_CASE("terminal: colours change nothing but colours") {
  for (const cases::Case& it : cases::all()) {
    Input input = cases::input_for(it.built);
    const std::string plain = terminal_of(input);
    CHECK(plain.find('\x1b') == std::string::npos);
    input.style.colour = true;
    const std::string coloured = terminal_of(input);
    CHECK(coloured.find("\x1b[") != std::string::npos);
    CHECK(without(coloured, "\x1b\\[[0-9;]*m") == plain);
  }
}

TEST_CASE("terminal: ten thousand findings fit on a few pages, and the rest is counted") {
  const auto built = cases::ten_thousand();
  const std::string terminal = terminal_of(cases::input_for(built));
  CHECK(std::ranges::count(terminal, '\n') < 200);
  CHECK(terminal.find("the 25 that matter most of 8,000 findings") != std::string::npos);
  CHECK(terminal.find("and 7,975 more;") != std::string::npos);
}

TEST_CASE("terminal: no line is a command to a CI runner") {
  for (const cases::Case& it : cases::all()) {
    for (const std::size_t width : {40U, 80U}) {
      Input input = cases::input_for(it.built);
      input.style.width = width;
      const std::string terminal = terminal_of(input);
      for (const std::string_view line : text::split(terminal, '\n')) CHECK_FALSE(text::trim(line).starts_with("::"));
      CHECK(terminal.find("##[") == std::string::npos);
      CHECK(terminal.find('\r') == std::string::npos);
    }
  }
}

}  // namespace gatepost::report
