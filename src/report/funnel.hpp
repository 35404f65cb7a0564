// From what the tools report of packages to what is left to act on, one question after the other.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/assessment.hpp"
#include "report/overview.hpp"

namespace gatepost::report {

// In the order of the questions; a finding is at a stage when it passed all before.
enum class FunnelStage : std::uint8_t {
  raw,              // observations
  unique,           // findings
  shipped,          // no dependency of development or tests, in a service that is not said to be not deployed
  loaded,           // seen loaded or called, and not known to be out of reach
  internet_facing,  // in a service that the internet reaches
  without_vex,      // no VEX statement that counts says that it does not matter
  open,             // neither waived nor set aside by the tools
};
inline constexpr std::array<std::string_view, 7> kFunnelStageNames = {
    "raw", "unique", "shipped", "loaded", "internet_facing", "without_vex", "open"};
inline std::string_view to_string(FunnelStage stage) { return kFunnelStageNames[static_cast<std::size_t>(stage)]; }

struct FunnelStep {
  FunnelStage stage = FunnelStage::raw;
  std::size_t count = 0;
  std::size_t unknown = 0;  // left out at this stage because nobody knows, not because it is so
  friend bool operator==(const FunnelStep&, const FunnelStep&) = default;
};

// Of all findings of packages that the head has, whatever the change did to them. Empty unless there is evidence of the
// run time and a catalogue of services, and all findings are at hand. Stages that nothing is known about are left out.
struct Funnel {
  std::vector<FunnelStep> steps;
  std::vector<FindingIndex> left;  // those at the last stage, in the order of the risk
  [[nodiscard]] bool empty() const { return steps.empty(); }
  // The last stage that the finding is at; empty for one that is not counted, and when there is no funnel.
  [[nodiscard]] std::optional<FunnelStage> stage_of(const Assessment& assessment, FindingIndex finding) const;
};
Funnel funnel_of(const Assessment& assessment);

// "in an internet-facing service", for a table below each other.
std::string_view described(FunnelStage stage);
// "10,000 raw → 6,093 unique → 894 loaded → 23 to act on"; "" for an empty one.
std::string in_one_line(const Funnel& funnel);
// "120 more: not known whether loaded"; "" when all is known.
std::string what_is_unknown(const FunnelStep& step);

}  // namespace gatepost::report
