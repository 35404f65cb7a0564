// What a process that holds tokens and found secrets owes them.
#pragma once

#include "base/result.hpp"

namespace gatepost {

// No core dump, and no other process of the same user may read our memory. Before the first token or report is read.
// Afterwards only root can open /dev/stdin and the like by name, for they lead through /proc/self: see open_file().
Status forbid_core_dumps();

}  // namespace gatepost
