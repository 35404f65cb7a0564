// CODEOWNERS, wherever it lies.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "context/owners.hpp"
#include "model/ownership.hpp"

namespace gatepost::app {

struct OwnersFile {
  std::optional<std::string> text;  // empty: it is too large
  std::string blob;                 // id of the content in git, or ""
};

// The first CODEOWNERS that the forge would read; nobody owns anything where there is none. Only the chosen one is
// read.
Result<context::CodeOwners> find_owners(const std::function<Result<bool>(std::string_view path)>& exists,
                                        const std::function<Result<OwnersFile>(const std::string& path)>& read,
                                        std::optional<OwnersDialect> dialect);

}  // namespace gatepost::app
