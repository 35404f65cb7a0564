// How a finding of the head was recognised as one of the base.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "model/finding.hpp"

namespace gatepost {

// From the surest evidence to the weakest; docs/identity.md tells what each needs.
enum class MatchStage : std::uint8_t { exact, drift, moved, fuzzy, symbol };
inline constexpr std::array<std::string_view, 5> kMatchStageNames = {"exact", "drift", "moved", "fuzzy", "symbol"};
inline std::string_view to_string(MatchStage stage) { return kMatchStageNames[static_cast<std::size_t>(stage)]; }

// What happened to a finding between two scans, beside drifting lines.
enum class MatchEvent : std::uint8_t { none, moved, fuzzy_match, moved_symbol, still_affected };
inline constexpr std::array<std::string_view, 5> kMatchEventNames = {"none", "moved", "fuzzy_match", "moved_symbol",
                                                                     "still_affected"};
inline std::string_view to_string(MatchEvent event) { return kMatchEventNames[static_cast<std::size_t>(event)]; }

inline constexpr std::uint16_t kAlike = 600;        // thousandths of words in common, to be the same at all
inline constexpr std::uint16_t kNearlyEqual = 800;  // to keep decisions

// A decision about the earlier finding holds for the later one: not when it may have become another problem.
inline bool keeps_decisions(MatchStage stage, std::uint16_t similarity) {
  return stage <= MatchStage::moved || (stage == MatchStage::fuzzy && similarity >= kNearlyEqual);
}

struct BaseMatch {
  FindingId id;  // that the finding has in the base
  MatchStage stage = MatchStage::exact;
  MatchEvent event = MatchEvent::none;
  std::uint16_t similarity = 1000;  // of the finding's own lines, in thousandths; 1000 where none is needed
  bool known = false;               // false: the base has no such finding
  friend bool operator==(const BaseMatch&, const BaseMatch&) = default;
};

}  // namespace gatepost
