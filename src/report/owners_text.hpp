// `gatepost owners` and `gatepost owners check` for people.
#pragma once

#include <string>

#include "model/ownership.hpp"
#include "model/routing.hpp"

namespace gatepost::report {

// "src/a.go: @acme/core (.github/CODEOWNERS:12 /src/)" and, on GitLab, a line for each section when there are several.
// With line ends; control characters of a stranger's file are shown, not sent.
std::string owners_text(const OwnershipAnswer& answer);
// "  team payments (@acme/payments: .gatepost/teams.yml:4:20 github acme/payments)", a line for each team.
std::string teams_text(const Routing& routing);

// Complaints as "file:line:column: kind: text", then how many files have no owner and which. At most `most_unowned`
// paths are listed.
std::string owners_check_text(const OwnersCheck& check, std::size_t most_unowned = 50);

}  // namespace gatepost::report
