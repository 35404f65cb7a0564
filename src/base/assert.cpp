#include "base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace gatepost {

void assertion_failed(const char* text, const char* file, int line) {
  std::fprintf(stderr, "gatepost: internal error: %s:%d: assertion failed: %s\n", file, line, text);
  std::abort();
}

}  // namespace gatepost
