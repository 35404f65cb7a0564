// What to do first: steps that close findings of packages, the most risk for the least work first.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost {

// What is done where: by hand, by a command, or first the one and then the other.
struct FixStep {
  std::string manifest;  // in the repository, or as reported; "" when no report says
  std::string edit;      // "\"overrides\": {\"qs\": \"6.7.3\"} in package.json"; "" for nothing to edit
  std::string command;   // for a POSIX shell in the repository's root, quoted; "" for nothing to run
  std::string hint;      // when another way may be the right one; may be ""
  friend bool operator==(const FixStep&, const FixStep&) = default;
};

// Indices of findings are those of Findings::all.
struct FixAction {
  enum class Way : std::uint8_t { upgrade, pin, base_image };  // pin: a package that another one brings
  // How the version was chosen: the least that closes all without leaving the major version; the least that closes
  // all; what closes most; or not by order, because nobody can compare these versions: as the tools state it.
  enum class Choice : std::uint8_t { minimal, complete, partial, stated };

  Way way = Way::upgrade;
  Choice choice = Choice::minimal;
  bool breaking = false;  // leaves the major version, or nobody can tell
  std::string package, from, to;
  std::vector<std::string> stated;       // when `to` is "": what the tools state, the first of them
  std::string image;                     // that the package is in; "" for none
  std::vector<std::string> parents;      // what brings the package, as "express@4.17.1", sorted; the first of them
  std::vector<FixStep> steps;            // sorted by manifest; the first of them
  std::uint32_t manifests = 0;           // how many files it is about
  std::uint32_t owners = 0;              // into Assessment::owner_sets
  std::uint32_t owner_rank = 0;          // among the actions of the same owners, from 1
  std::vector<std::uint32_t> closes;     // the riskiest first; no other action has them
  std::vector<std::uint32_t> may_close;  // of packages that this one brings: no report says whether
  std::uint32_t leaves = 0;              // findings of the same package that stay
  std::int64_t value_tenths = 0;         // risk of what it closes
  std::int64_t cost = 1;
  std::int64_t before_tenths = 0, after_tenths = 0;  // risk of all open findings of these owners, action after action
};
inline constexpr std::array<std::string_view, 3> kWayNames = {"upgrade", "pin", "base_image"};
inline std::string_view to_string(FixAction::Way way) { return kWayNames[static_cast<std::size_t>(way)]; }
inline constexpr std::array<std::string_view, 4> kChoiceNames = {"minimal", "complete", "partial", "stated"};
inline std::string_view to_string(FixAction::Choice choice) { return kChoiceNames[static_cast<std::size_t>(choice)]; }

struct FixPlan {
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  std::vector<FixAction> actions;        // by value over cost
  std::vector<std::uint32_t> action_of;  // of each finding, or kNone; empty: nothing was planned

  [[nodiscard]] const FixAction* of(std::size_t finding) const {
    const bool planned = finding < action_of.size() && action_of[finding] != kNone;
    return planned ? &actions[action_of[finding]] : nullptr;
  }
};

}  // namespace gatepost
