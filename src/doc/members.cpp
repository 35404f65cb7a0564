#include "doc/members.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"

namespace gatepost::doc {

std::optional<std::string> unknown_member(const View& object, std::span<const std::string_view> known) {
  std::string list;
  for (const std::string_view name : known) list.append(list.empty() ? "" : ", ").append(name);
  for (const auto& [key, value] : object.members()) {
    if (std::ranges::find(known, key) != known.end()) continue;
    const std::string meant = text::nearest(key, known);
    return fmt::format("{}: \"{}\" is not known; {}", value.key_where(), text::printable(key, 60),
                       meant.empty() ? "expected one of " + list : "did you mean \"" + meant + "\"?");
  }
  return std::nullopt;
}

}  // namespace gatepost::doc
