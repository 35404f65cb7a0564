// What a process that holds tokens owes them.
#pragma once

#include "base/result.hpp"

namespace gatepost::net {

// No core dump, and no other process of the same user may read our memory. Before the first token is read.
// Afterwards only root can open /dev/stdin and the like by name: they lead through /proc/self.
Status forbid_core_dumps();

}  // namespace gatepost::net
