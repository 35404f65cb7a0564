// What sort of problem an observation states; the `kind` of the JSON output.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gatepost {

enum class Kind : std::uint8_t {
  sast,
  sca,
  container,
  secret,
  iac,
  cspm,
  dast,
  api,
  license,
  malware,
  ci,
  quality,
  infra,
  other
};

inline constexpr std::array<std::string_view, 14> kKindNames = {"sast", "sca",     "container", "secret",  "iac",
                                                                "cspm", "dast",    "api",       "license", "malware",
                                                                "ci",   "quality", "infra",     "other"};

inline std::string_view to_string(Kind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }
inline std::optional<Kind> parse_kind(std::string_view name) {
  for (std::size_t i = 0; i < kKindNames.size(); ++i) {
    if (kKindNames[i] == name) return static_cast<Kind>(i);
  }
  return std::nullopt;
}
// Problems of a third-party package, matched by package and advisory rather than by place.
inline bool is_dependency_kind(Kind kind) {
  return kind == Kind::sca || kind == Kind::container || kind == Kind::license || kind == Kind::malware;
}

}  // namespace gatepost
