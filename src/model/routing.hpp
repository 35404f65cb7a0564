// Which team a finding goes to, and how that was found out.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/owner.hpp"
#include "model/ownership.hpp"

namespace gatepost {

// Who takes over when several owners have a team.
enum class AssigneeChoice : std::uint8_t { first, last, all, most_specific };
inline constexpr std::array<std::string_view, 4> kAssigneeChoiceNames = {"first", "last", "all", "most-specific"};

// A team of the directory that an owner belongs to.
struct RoutedTeam {
  std::string team;     // its id
  std::string owner;    // as the step names it: "@acme/payments"
  std::string because;  // why that is the team: ".gatepost/teams.yml:4:20 github acme/payments"
  friend auto operator<=>(const RoutedTeam&, const RoutedTeam&) = default;
};

// Guessed from the history. No policy sees it.
struct InferredOwner {
  OwnershipStep step = OwnershipStep::blame;
  Owner owner;
  friend auto operator<=>(const InferredOwner&, const InferredOwner&) = default;
};

struct Routing {
  OwnershipStep step = OwnershipStep::none;       // which named the owners
  OwnershipStep team_step = OwnershipStep::none;  // which named an owner with a team
  std::vector<RoutedTeam> assignees;              // empty: no owner has a team, or there is no directory
  std::vector<RoutedTeam> watchers;
  std::vector<std::string> passed;  // steps before team_step that name owners without a team, in sentences
  std::optional<InferredOwner> inferred;
  friend auto operator<=>(const Routing&, const Routing&) = default;
};

// Of all findings that are there, by the step that named their owners and by why CODEOWNERS gives them to nobody in
// particular.
struct RoutingCounts {
  std::size_t findings = 0;
  std::array<std::size_t, kOwnershipStepNames.size()> steps{};
  std::array<std::size_t, kUnownedClassNames.size()> classes{};
  std::size_t without_path = 0;  // lie in no file, so CODEOWNERS cannot tell
  std::size_t inferred = 0;      // whose only owner is guessed
  bool has_directory = false;
  std::size_t without_team = 0;  // only with a directory
  friend bool operator==(const RoutingCounts&, const RoutingCounts&) = default;
};

}  // namespace gatepost
