#include "ingest/mapping/drawn.hpp"

#include <doctest/doctest.h>

using gatepost::ingest::mapping::drawn_rows;
using Rows = std::vector<std::vector<std::string>>;

TEST_CASE("drawn tables: a cell that the border leaves open has the text above it, an empty one has none") {
  const char* const text =
      "yarn.lock (yarn)\n"
      "┌─────┬─────┬──────┬───────┐\n"
      "│ Lib │ Id  │ Sev  │ Fixed │\n"
      "├─────┼─────┼──────┼───────┤\n"
      "│ qs  │ A-1 │ HIGH │ 1.0   │\n"
      "│     │     │      │ 2.0   │\n"
      "│     ├─────┤      ├───────┤\n"
      "│     │ A-2 │      │       │\n"
      "├─────┼─────┤      ├───────┤\n"
      "│ ms  │ A-3 │      │ 3.0   │\n"
      "└─────┴─────┴──────┴───────┘\n";
  CHECK(drawn_rows(text) == Rows{{"Lib", "Id", "Sev", "Fixed"},
                                 {"qs", "A-1", "HIGH", "1.0\n2.0"},
                                 {"qs", "A-2", "HIGH", ""},
                                 {"ms", "A-3", "HIGH", "3.0"}});
}

TEST_CASE("drawn tables: what is no row of a table is left out") {
  CHECK(drawn_rows("").empty());
  CHECK(drawn_rows("│ a │ b │\n├───┼───┤\n").empty());
  CHECK(drawn_rows("┌───┬───┐\n│ a │ b │ c │\n├───┼───┤\n│ d │ e │\n└───┴───┘\n") == Rows{{"d", "e"}});
  CHECK(drawn_rows("┌───┬───┐\n│ a │ b │").empty());  // the file ends in the middle
}

TEST_CASE("drawn tables: a text that is far longer than the cell below it is not repeated") {
  const std::string wide(100, 'w');
  CHECK(drawn_rows("┌─┬─┐\n│" + wide + "│a│\n│ ├─┤\n│ │b│\n└─┴─┘\n") == Rows{{wide, "a"}, {"", "b"}});
}
