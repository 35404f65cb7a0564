// Tables that tools draw with box characters (│ ├ ─ ┼) for people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gatepost::ingest::mapping {

// The rows of all tables in the text, heads included, each a list of its cells; the lines of a cell are joined by line
// ends. A cell that the border above leaves open continues the one above, and has its text. Lines with another number
// of cells than the table's upper border are no rows.
std::vector<std::vector<std::string>> drawn_rows(std::string_view text);

}  // namespace gatepost::ingest::mapping
