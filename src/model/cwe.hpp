// A weakness of the CWE list, by number.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gatepost {

struct Cwe {
  std::uint32_t number = 0;
  friend auto operator<=>(const Cwe&, const Cwe&) = default;
};

// "CWE-79", "cwe79", "79", "CWE-79: Improper …", "external/cwe/cwe-079": the number behind the first "cwe" that has
// one, or all of the text. Empty when that is not a number from 1 to 99999.
std::optional<Cwe> parse_cwe(std::string_view text);

// Credentials in code or configuration: what tells of such a weakness often quotes the password or key.
bool is_about_credentials(Cwe cwe);

}  // namespace gatepost
