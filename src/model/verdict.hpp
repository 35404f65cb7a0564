// What the gate says.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "model/finding.hpp"

namespace gatepost {

using PolicyId = Id<struct PolicyTag>;
using WaiverId = Id<struct WaiverTag>;

enum class Outcome : std::uint8_t { pass, warn, fail, inconclusive };  // inconclusive: we could not tell; never "pass"
inline constexpr std::array<std::string_view, 4> kOutcomeNames = {"pass", "warn", "fail", "inconclusive"};
inline std::string_view to_string(Outcome outcome) { return kOutcomeNames[static_cast<std::size_t>(outcome)]; }

// What a policy asks for when it matches, in ascending order of strength.
enum class Action : std::uint8_t { none, allow, notify, warn, require_review, block };
inline constexpr std::array<std::string_view, 6> kActionNames = {"none", "allow",          "notify",
                                                                 "warn", "require_review", "block"};
inline std::string_view to_string(Action action) { return kActionNames[static_cast<std::size_t>(action)]; }

// What a policy asked about one finding, and what it got: "severity", "high".
struct UsedValues {
  struct Value {
    std::string field, value;
    friend bool operator==(const Value&, const Value&) = default;
  };
  FindingId finding;
  std::vector<Value> values;  // in the policy's order, each field once
  friend bool operator==(const UsedValues&, const UsedValues&) = default;
};

struct Reason {
  PolicyId policy;  // or "required-scanners", "evidence" for what is built in
  Action action = Action::none;
  std::string text;
  std::vector<FindingId> findings;          // sorted
  std::vector<std::string> reviewers = {};  // whose review is required beside the owners': "@acme/appsec"
  std::vector<UsedValues> used = {};        // of the first of the findings
  friend bool operator==(const Reason&, const Reason&) = default;
};

struct Verdict {
  Outcome outcome = Outcome::inconclusive;
  std::vector<Reason> reasons;  // strongest action first, then by policy
  friend bool operator==(const Verdict&, const Verdict&) = default;
};

}  // namespace gatepost
