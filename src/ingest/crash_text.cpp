#include "ingest/crash_text.hpp"

#include <array>
#include <utility>

#include "base/text.hpp"

namespace gatepost::ingest {

std::string_view crash_in(std::string_view text) {
  // What a line begins with, as runtimes write it: Python, Go, Java, Rust, .NET, Node.js, Ruby, shells.
  constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kBeginnings = {
      {{"Traceback (most recent call last)", "a traceback"},
       {"panic: ", "a panic"},
       {"fatal error: ", "a fatal error"},
       {"goroutine ", "a panic"},
       {"thread '", "a panic"},
       {"Exception in thread ", "an exception"},
       {"Unhandled exception", "an exception"},
       {"Caused by: ", "an exception"},
       {"Uncaught ", "an exception"},
       {"Segmentation fault", "a crash"},
       {"Aborted (core dumped)", "a crash"}}};
  for (const std::string_view line : text::split(text, '\n')) {
    for (const auto& [beginning, what] : kBeginnings) {
      if (text::trim(line).starts_with(beginning)) return what;
    }
  }
  return {};
}

}  // namespace gatepost::ingest
