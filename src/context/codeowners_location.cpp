#include "context/codeowners_location.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "context/gitlab_heading.hpp"

namespace gatepost::context {
namespace {

constexpr std::array<std::string_view, 3> kGitHub = {".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"};
constexpr std::array<std::string_view, 3> kGitLab = {"CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"};
constexpr std::array<std::string_view, 4> kAll = {".github/CODEOWNERS", ".gitlab/CODEOWNERS", "CODEOWNERS",
                                                  "docs/CODEOWNERS"};

bool has_heading(std::string_view text) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (codeowners::read_heading(text::trim(text.substr(begin, end - begin)))) return true;
    begin = end + 1;
  }
  return false;
}

bool is_in(std::string_view path, std::string_view location) {
  return path == location || path.ends_with("/" + std::string(location));
}

}  // namespace

std::span<const std::string_view> codeowners_locations(OwnersDialect dialect) {
  if (dialect == OwnersDialect::github) return kGitHub;
  return kGitLab;
}

std::optional<CodeOwnersPlace> locate_codeowners(const std::function<bool(std::string_view path)>& exists,
                                                 std::optional<OwnersDialect> dialect) {
  std::vector<std::string_view> found;
  std::ranges::copy_if(kAll, std::back_inserter(found), exists);
  const auto has = [&](std::string_view path) { return std::ranges::find(found, path) != found.end(); };
  if (!dialect && has(".github/CODEOWNERS")) dialect = OwnersDialect::github;
  if (!dialect && has(".gitlab/CODEOWNERS")) dialect = OwnersDialect::gitlab;
  // Without a folder to tell them apart both forges look at the root, then in docs.
  const auto locations = codeowners_locations(dialect.value_or(OwnersDialect::github));
  const auto used = std::ranges::find_if(locations, has);
  if (used == locations.end()) return std::nullopt;
  CodeOwnersPlace place{.path = std::string(*used), .dialect = dialect, .ignored = {}};
  for (const std::string_view other : found) {
    if (other != *used) place.ignored.emplace_back(other);
  }
  std::ranges::sort(place.ignored);
  return place;
}

OwnersDialect codeowners_dialect(std::string_view path, std::string_view text) {
  if (is_in(path, ".github/CODEOWNERS")) return OwnersDialect::github;
  if (is_in(path, ".gitlab/CODEOWNERS")) return OwnersDialect::gitlab;
  return has_heading(text) ? OwnersDialect::gitlab : OwnersDialect::github;
}

}  // namespace gatepost::context
