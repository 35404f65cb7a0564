// What was seen of packages while the software ran.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "model/observation.hpp"

namespace gatepost {

// present: in a running container, which says nothing about its being loaded.
enum class RuntimeState : std::uint8_t { present, not_loaded, loaded, called };
inline constexpr std::array<std::string_view, 4> kRuntimeStateNames = {"present", "not_loaded", "loaded", "called"};
inline std::string_view to_string(RuntimeState it) { return kRuntimeStateNames[static_cast<std::size_t>(it)]; }

// One package in one workload.
struct RuntimeSighting {
  std::string service, image;  // the workload; both "" when the document does not say
  std::string purl;            // canonical
  RuntimeState state = RuntimeState::present;
  std::optional<Timestamp> last_seen;
  std::string source;           // "falco"
  std::string document, place;  // "runtime/cart.cdx.json", "/components/3"
};

// That somebody has watched a workload, for how long, and how much of it.
struct RuntimeWatch {
  std::string service, image;
  std::string ecosystem;  // type of a purl; "" for all
  std::int64_t window_seconds = 0;
  int coverage_percent = 0;
  std::optional<Timestamp> until;
  std::string source, document;
};

// What it means for a finding.
struct RuntimeFact {
  Reach reach = Reach::unknown;
  std::string state;             // "called", "loaded", "not_loaded"
  std::string workload;          // service or image that was watched
  std::string source, document;  // document with the place in it
  std::string last_seen;         // "2026-11-20"; of what was not loaded, the end of the time that was watched
  std::string doubt;             // why it does not count; "" when it does
  friend auto operator<=>(const RuntimeFact&, const RuntimeFact&) = default;
};

}  // namespace gatepost
