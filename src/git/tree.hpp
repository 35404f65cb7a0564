// The files of one commit.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/glob.hpp"
#include "base/result.hpp"
#include "git/object_id.hpp"
#include "git/repository.hpp"

namespace gatepost::git {

enum class FileType : std::uint8_t { regular, executable, symbolic_link, submodule };

struct TreeFile {
  std::string path;
  FileType type = FileType::regular;
  ObjectId id;  // of the blob; of a submodule the commit
  friend bool operator==(const TreeFile&, const TreeFile&) = default;
};

// All files of one tree: the paths, sorted, and what each of them is.
struct Listing {
  struct Entry {
    FileType type = FileType::regular;
    ObjectId id;
  };
  std::vector<std::string> paths;
  std::vector<Entry> entries;
};

// A listing that somebody else holds, and the id of its tree.
struct KnownTree {
  ObjectId id;
  std::span<const std::string> paths;
  std::span<const Listing::Entry> entries;
};

class Tree {
 public:
  // So many files, and as many directories, are read before we give up: a few small objects can stand for billions.
  static constexpr std::size_t kMostFiles = 2'000'000;

  // Fails when the commit, or its root directory, is not in this clone.
  static Result<Tree> of_commit(const Repository& repository, const ObjectId& commit);
  // By the tree object's own id, which need not belong to a commit.
  static Tree of_id(Repository repository, const ObjectId& tree) { return {std::move(repository), tree}; }

  [[nodiscard]] const ObjectId& id() const { return root_; }

  // The file at `path`, which is in normal form (RepoPath); empty when there is none, or a directory.
  [[nodiscard]] Result<std::optional<TreeFile>> find(std::string_view path) const;
  // The bytes of a file; empty when there is none, or a directory or a submodule. An error for a symbolic link, which
  // we never follow, for more than `limit` bytes, and for contents that a partial clone left out.
  [[nodiscard]] Result<std::optional<std::string>> read(std::string_view path, std::uint64_t limit) const;
  // The same without looking for it.
  [[nodiscard]] Result<std::optional<std::string>> read(std::string_view path, const Listing::Entry& found,
                                                        std::uint64_t limit) const;

  // All paths, sorted, submodules and links too.
  [[nodiscard]] Result<std::vector<std::string>> paths(std::size_t most = kMostFiles) const;
  [[nodiscard]] Result<Listing> list() const;
  // The files whose path `wanted` is true for. Only directories that differ from those of `known` are read.
  using Wanted = std::function<bool(std::string_view path)>;
  [[nodiscard]] Result<std::vector<TreeFile>> files(const Wanted& wanted, const KnownTree& known) const;
  // Files that match, sorted; directories that no match can lie in are not read.
  [[nodiscard]] Result<std::vector<TreeFile>> matching(const Glob& glob) const;

 private:
  Tree(Repository repository, const ObjectId& root) : repository_(std::move(repository)), root_(root) {}
  [[nodiscard]] Result<std::vector<TreeFile>> files_if(const Wanted& wanted) const;
  Repository repository_;
  ObjectId root_;
};

// A report pattern that means files of a commit: "git:origin/reports:out/**/*.json" is the glob at that revision. Empty
// for any other pattern.
struct TreePattern {
  std::string revision, glob;
};
std::optional<TreePattern> parse_tree_pattern(std::string_view pattern);

// The bytes of a blob. Fails when it has more than `limit` bytes or is not in this clone; `name` is for the message.
Result<std::string> read_blob(const Repository& repository, const ObjectId& blob, std::uint64_t limit,
                              std::string_view name);

}  // namespace gatepost::git
