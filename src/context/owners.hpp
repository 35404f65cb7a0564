// Who owns a path, according to CODEOWNERS.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/hash.hpp"
#include "context/codeowners_file.hpp"
#include "context/owner_index.hpp"
#include "model/owner.hpp"
#include "model/ownership.hpp"

namespace gatepost::context {

// A CODEOWNERS file, read and compiled. May be shared between threads.
class CodeOwners {
 public:
  CodeOwners(codeowners::Source source, OwnersDialect dialect);
  // A repository without a CODEOWNERS file: nobody owns anything. `dialect` when it is known all the same.
  static CodeOwners none(std::optional<OwnersDialect> dialect);
  // A file of `bytes` bytes that was not read because the forge would not load it.
  static CodeOwners too_large(std::string path, OwnersDialect dialect, std::size_t bytes);

  [[nodiscard]] bool exists() const { return exists_; }
  [[nodiscard]] std::optional<OwnersDialect> dialect() const { return dialect_; }
  [[nodiscard]] const codeowners::CodeOwnersFile& file() const { return file_; }
  [[nodiscard]] const codeowners::OwnerIndex& index() const { return index_; }

 private:
  CodeOwners(codeowners::CodeOwnersFile file, std::optional<OwnersDialect> dialect, bool exists);

  codeowners::CodeOwnersFile file_;
  codeowners::OwnerIndex index_;
  std::optional<OwnersDialect> dialect_;
  bool exists_;
};

// Answers for one CodeOwners, which must outlive it; remembers directories, so that hundreds of thousands of paths cost
// little, least when they come sorted. One for each thread.
//
// A path is relative to the root of the repository; it need not exist. "./a//b" is taken for "a/b"; paths that leave
// the repository are owned by nobody.
class OwnershipLookup {
 public:
  explicit OwnershipLookup(const CodeOwners& owners);
  explicit OwnershipLookup(CodeOwners&&) = delete;

  OwnershipAnswer answer(std::string_view path);
  // Each owner once (letter case aside), in the order of the file; nobody when no rule applies. Valid until the next
  // call.
  const std::vector<Owner>& owners_for(std::string_view path);
  // For each of `paths`, in their order.
  std::vector<std::vector<Owner>> owners_for(std::span<const std::string> paths);
  // The rules that decide, for callers who count. Valid until the next call.
  codeowners::OwnerLookup::Found find(std::string_view path);

 private:
  struct SeededHash {
    std::size_t operator()(const std::string& s) const { return static_cast<std::size_t>(table_hash(s)); }
  };
  [[nodiscard]] std::vector<std::string> owners_of(const codeowners::Rule& rule) const;
  [[nodiscard]] std::vector<Owner> explain(std::span<const codeowners::RuleId> rules) const;

  const CodeOwners& owners_;
  codeowners::OwnerLookup lookup_;
  std::string normal_path_;
  std::unordered_map<std::string, std::vector<Owner>, SeededHash> explained_;  // by the bytes of the rules' numbers
  std::size_t explained_owners_ = 0;
};

}  // namespace gatepost::context
