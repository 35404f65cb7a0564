// Where forges look for CODEOWNERS, and whose language a file is in when nobody said.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/ownership.hpp"

namespace gatepost::context {

// In the order in which the forge looks; the first that exists is used.
std::span<const std::string_view> codeowners_locations(OwnersDialect dialect);

struct CodeOwnersPlace {
  std::string path;
  std::optional<OwnersDialect> dialect;  // empty: the text decides, see codeowners_dialect()
  std::vector<std::string> ignored;      // CODEOWNERS files that exist and are not read, sorted
  friend bool operator==(const CodeOwnersPlace&, const CodeOwnersPlace&) = default;
};

// `dialect` is that of the forge or the configuration, empty when neither is known: then a file in .github/ speaks for
// GitHub, otherwise one in .gitlab/ for GitLab. Empty when there is no file.
std::optional<CodeOwnersPlace> locate_codeowners(const std::function<bool(std::string_view path)>& exists,
                                                 std::optional<OwnersDialect> dialect);

// For a file of unknown language: by its folder, else GitLab's when it has a section heading, else GitHub's.
OwnersDialect codeowners_dialect(std::string_view path, std::string_view text);

}  // namespace gatepost::context
