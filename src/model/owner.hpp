// Who is responsible, and why we think so.
#pragma once

#include <compare>
#include <string>

#include "base/id.hpp"

namespace gatepost {

using TeamId = Id<struct TeamTag>;  // "@acme/payments", "@bob", "dev@acme.example"

struct Owner {
  TeamId team;
  std::string because;  // ".github/CODEOWNERS:12 /payments/"
  friend auto operator<=>(const Owner&, const Owner&) = default;
};

}  // namespace gatepost
