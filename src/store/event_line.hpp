// A line of text taken apart as far as a store needs it.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "ledger/line.hpp"

namespace gatepost::store {

Result<ledger::Line> read_line(std::string_view text);

}  // namespace gatepost::store
