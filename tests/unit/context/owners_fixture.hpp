// Short ways to say what the tests of CODEOWNERS say all the time.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "context/owners.hpp"

namespace gatepost::test {

inline context::CodeOwners github(std::string text) {
  return {{.path = ".github/CODEOWNERS", .text = std::move(text)}, OwnersDialect::github};
}
inline context::CodeOwners gitlab(std::string text) {
  return {{.path = "CODEOWNERS", .text = std::move(text)}, OwnersDialect::gitlab};
}

// The line that owns `path`, 0 when none does.
inline std::uint32_t line_for(const context::CodeOwners& owners, std::string_view path) {
  const auto answer = context::OwnershipLookup(owners).answer(path);
  return answer.rule ? answer.rule->line : 0;
}

// "2:7 Invalid owner", "3 missing_entry_owner", "no-codeowners-file".
inline std::vector<std::string> summary(const std::vector<OwnersDiagnostic>& diagnostics) {
  std::vector<std::string> lines;
  for (const OwnersDiagnostic& it : diagnostics) {
    std::string line;
    if (it.line) line = std::to_string(*it.line);
    if (it.column) line += ":" + std::to_string(*it.column);
    lines.push_back(line + (line.empty() ? "" : " ") + it.kind);
  }
  return lines;
}

using Lines = std::vector<std::string>;

}  // namespace gatepost::test
