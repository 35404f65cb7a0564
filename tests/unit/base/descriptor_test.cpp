#include "base/descriptor.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bytes.hpp"
#include "base/process.hpp"

using namespace gatepost;

TEST_CASE("descriptor: names of our own descriptors, and nothing that looks like them") {
  CHECK(named_descriptor("/dev/stdin") == 0);
  CHECK(named_descriptor("/dev/stderr") == 2);
  CHECK(named_descriptor("/dev/fd/63") == 63);
  CHECK(named_descriptor("/proc/self/fd/7") == 7);
  for (const char* const other : {"/dev/fd/", "/dev/fd/-1", "/dev/fd/1x", "/dev/fd/99999999999", "/dev/null", "-", ""})
    CHECK_FALSE(named_descriptor(other));
}

TEST_CASE("descriptor: a process that forbade its core dumps still reads what a shell substitutes") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  REQUIRE(::write(ends[1], "report", 6) == 6);
  ::close(ends[1]);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const bool forbidden = forbid_core_dumps().ok();
    const auto bytes = Bytes::open("/dev/fd/" + std::to_string(ends[0]));
    const bool same = bytes.ok() && bytes->size() == 6;
    ::_exit(forbidden && same ? 0 : 1);
  }
  ::close(ends[0]);
  int status = -1;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
}
