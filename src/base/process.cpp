#include "base/process.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace gatepost {

Status forbid_core_dumps() {
  const rlimit none{0, 0};
  const bool limited = setrlimit(RLIMIT_CORE, &none) == 0;
  // Undumpable: no core dump whatever the limit, for instance to a pipe, and no ptrace by the same user.
  const bool undumpable = prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
  if (limited && undumpable) return Done{};
  return error(ErrorKind::unavailable, "the system does not let this process forbid its core dumps");
}

}  // namespace gatepost
