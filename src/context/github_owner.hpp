// What GitHub takes for an owner.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace gatepost::context::codeowners {

enum class OwnerKind : std::uint8_t { user, team, email };

// Empty when `token` is none of them. The exact rules of GitHub are not published; this is its documented grammar.
std::optional<OwnerKind> github_owner_kind(std::string_view token);

}  // namespace gatepost::context::codeowners
