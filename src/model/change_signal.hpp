// What a change touches that deserves a second pair of eyes, whatever the scanners say.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace gatepost {

struct ChangeSignal {
  std::string signal;  // "ci-trigger", as config/rules/change-signals.yaml and control-files.yaml have it
  std::int64_t points = 0;
  std::string subject;     // what of the change it is: "lodash", "actions/cache@v4"; "" when the place says all
  std::string because;     // in words, with the subject
  std::string path;        // "" for the change as a whole
  std::uint32_t line = 0;  // of the new file; 0: the file as a whole
  std::uint32_t more = 0;  // others like it, which add no points
  friend auto operator<=>(const ChangeSignal&, const ChangeSignal&) = default;
};

inline constexpr std::int64_t kMostChangeRisk = 100;

}  // namespace gatepost
