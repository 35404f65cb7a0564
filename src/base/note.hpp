// What a pure function wants to tell without failing: pure code returns notes, it does not log.
#pragma once

#include <compare>
#include <string>

namespace gatepost {

struct Note {
  enum class Level { info, warning, error };
  Level level = Level::warning;
  std::string code;  // stable and kebab-case, for machines: "unmapped-severity"
  std::string text;  // for people: lower case, no full stop
  std::string at;    // where: a JSON pointer, "line 7", or empty when the whole input is meant

  friend auto operator<=>(const Note&, const Note&) = default;
};

inline const char* to_string(Note::Level level) {
  switch (level) {
    case Note::Level::info:
      return "info";
    case Note::Level::warning:
      return "warning";
    case Note::Level::error:
      return "error";
  }
  return "error";
}

}  // namespace gatepost
