#include "base/process.hpp"

#include <doctest/doctest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace gatepost;

TEST_CASE("process: after it is forbidden there is no core dump") {
  const pid_t child = ::fork();  // it cannot be allowed again
  REQUIRE(child >= 0);
  if (child == 0) {
    rlimit limit{};
    const bool forbidden = forbid_core_dumps().ok() && ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 &&
                           ::getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_max == 0;
    ::_exit(forbidden ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
}
