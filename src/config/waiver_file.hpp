// .gatepost/waivers.yml: see docs/policy.md.
#pragma once

#include <string>
#include <vector>

#include "config/reader.hpp"
#include "doc/document.hpp"
#include "policy/waiver.hpp"

namespace gatepost::config {

// A waiver that cannot be understood.
struct BrokenWaiver {
  std::string id, where;  // id: "" when it has none
  std::string message;    // a line for each problem
};

struct WaiverFile {
  std::vector<policy::Waiver> waivers;
  std::vector<BrokenWaiver> broken;
};

// What is wrong with one waiver does not touch the others; `problems` is about the file as a whole.
WaiverFile read_waivers(doc::View root, Problems& problems);

}  // namespace gatepost::config
