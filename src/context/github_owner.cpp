#include "context/github_owner.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace gatepost::context::codeowners {
namespace {

bool is_slug(std::string_view s) {
  return !s.empty() && std::ranges::all_of(s, [](char c) { return text::is_alnum(c) || c == '-' || c == '_'; });
}

// Labels of letters, digits and hyphens, at least two of them.
bool is_domain(std::string_view s) {
  const bool characters = std::ranges::all_of(s, [](char c) { return text::is_alnum(c) || c == '-' || c == '.'; });
  const bool empty_label = s.starts_with('.') || s.ends_with('.') || s.find("..") != std::string_view::npos;
  return characters && !empty_label && s.find('.') != std::string_view::npos;
}

bool is_local_part(std::string_view s) {
  return !s.empty() && std::ranges::none_of(s, [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '@' || c == '#' || c == '<' || c == '>' || c == ',' ||
           c == '"' || c == '(' || c == ')' || c == '[' || c == ']' || c == '\\' || c == ':' || c == ';' || c == 0x7F;
  });
}

}  // namespace

std::optional<OwnerKind> github_owner_kind(std::string_view token) {
  if (token.starts_with('@')) {
    const std::string_view name = token.substr(1);
    const std::size_t slash = name.find('/');
    if (slash == std::string_view::npos) return is_slug(name) ? std::optional(OwnerKind::user) : std::nullopt;
    const bool team = is_slug(name.substr(0, slash)) && is_slug(name.substr(slash + 1));
    return team ? std::optional(OwnerKind::team) : std::nullopt;
  }
  const std::size_t at = token.find('@');
  if (at == std::string_view::npos) return std::nullopt;
  const bool email = is_local_part(token.substr(0, at)) && is_domain(token.substr(at + 1));
  return email ? std::optional(OwnerKind::email) : std::nullopt;
}

}  // namespace gatepost::context::codeowners
