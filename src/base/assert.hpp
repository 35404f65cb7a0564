// Invariants of our own code, checked in every build: a violated one ends the program with a line that names it.
#pragma once

namespace gatepost {
// Prints "file:line: assertion failed: text" and ends the program.
[[noreturn]] void assertion_failed(const char* text, const char* file, int line);
}  // namespace gatepost

#define GP_ASSERT(condition)                                                        \
  do {                                                                              \
    if (!(condition)) ::gatepost::assertion_failed(#condition, __FILE__, __LINE__); \
  } while (false)
