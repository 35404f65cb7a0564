// The owners that exist, as somebody listed them.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/hash.hpp"
#include "context/codeowners_file.hpp"
#include "model/ownership.hpp"

namespace gatepost::context {

class KnownOwners {
 public:
  // One owner a line, as written in CODEOWNERS. Blank lines and lines that start with `#` are skipped.
  static KnownOwners parse(std::string_view text);
  // Case does not matter. GitLab's roles (`@@maintainer`) always exist.
  [[nodiscard]] bool contains(std::string_view owner) const;

 private:
  struct SeededHash {
    std::size_t operator()(const std::string& s) const { return static_cast<std::size_t>(table_hash(s)); }
  };
  std::unordered_set<std::string, SeededHash> folded_;
};

// What the forge would say of the owners that do not exist. GitHub: one for each word. GitLab: one for each entry, and
// only in a file without other complaints.
std::vector<OwnersDiagnostic> unknown_owners(const codeowners::CodeOwnersFile& file, const KnownOwners& known);

}  // namespace gatepost::context
