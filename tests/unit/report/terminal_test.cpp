#include "report/terminal.hpp"

#include <doctest/doctest.h>

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

}  // namespace

TEST_CASE("terminal: what a person reads") {
  for (const cases::Case& it : cases::all()) {
    test::check_golden("report/" + it.name + "/terminal.txt", terminal_of(cases::input_for(it.built)));
  }
}

TEST_CASE("terminal: no line is wider than the terminal, from 40 columns on") {
  for (const cases::Case& it : cases::all()) {
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

}  // namespace gatepost::report
