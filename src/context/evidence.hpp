// Evidence that a vulnerability does or does not matter here: statements of vendors, and what was seen at run time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/note.hpp"
#include "context/runtime.hpp"
#include "context/vex_resolution.hpp"

namespace gatepost::context {

struct Evidence {
  VexIndex vex;
  RuntimeEvidence runtime;
  std::int64_t runtime_max_age_days = RuntimeEvidence::kDefaultMaxAgeDays;
  std::vector<std::string> products;  // names of what the repository builds: "acme/shop"
  std::vector<Note> notes;
};

}  // namespace gatepost::context
