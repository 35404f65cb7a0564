// What a change was compared with when that is a memory of its branch and no report.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace gatepost {

struct Baseline {
  std::string_view store;    // where the ledger is kept: "git", "sqlite", "postgresql"
  Timestamp recorded;        // of the newest run in it
  std::string commit;        // that this run saw; "" when it does not say
  std::size_t findings = 0;  // that were there then, whatever had been decided about them
  friend bool operator==(const Baseline&, const Baseline&) = default;
};

}  // namespace gatepost
