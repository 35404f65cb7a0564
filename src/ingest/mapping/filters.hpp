// The filters of expressions: `value | name(arguments)`. One line of a table each.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "ingest/mapping/value.hpp"

namespace gatepost::ingest::mapping {

using Filter = std::function<Value(const Value&)>;

// A filter by its name and literal arguments. An error names the filter that was meant, or how many arguments it takes.
Result<Filter> make_filter(std::string_view name, const std::vector<std::string>& arguments);

// Names and one-line explanations, for the manual and for messages.
struct FilterHelp {
  std::string_view name, arguments, does;
};
std::span<const FilterHelp> filter_help();

}  // namespace gatepost::ingest::mapping
