// A repository on disk, opened for reading.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "git/object_id.hpp"

struct git_odb;
struct git_repository;

namespace gatepost::git {

struct OpenOptions {
  // Somebody we trust named this directory: --repo, or the workspace that the CI states. Then the repository may belong
  // to another user, as it does in a container.
  bool trusted_path = false;
};

// Copies share the handle. Needs a running Library. Reading from several threads at once is safe.
class Repository {
 public:
  // The repository that `directory` lies in, found upwards as git does: a work tree or a directory below one, a linked
  // work tree, a submodule, a bare repository. Refuses, each with a sentence of its own: no repository, another user's
  // repository without `trusted_path`, SHA-256 object names, reference tables, format extensions unknown to us.
  static Result<Repository> open(const std::string& directory, const OpenOptions& options = {});

  // Absolute, without a slash at the end; empty for a bare repository.
  [[nodiscard]] const std::string& work_tree() const { return work_tree_; }
  // Of this work tree, absolute, without a slash at the end.
  [[nodiscard]] const std::string& git_directory() const { return git_directory_; }
  // Shared by all linked work trees; the same as git_directory() for the main one.
  [[nodiscard]] const std::string& common_directory() const { return common_directory_; }
  [[nodiscard]] bool is_bare() const { return work_tree_.empty(); }
  [[nodiscard]] bool is_shallow() const { return !shallow_.empty(); }
  // True when git was told to leave objects at the remote and to fetch them when they are needed. We never fetch.
  [[nodiscard]] bool is_partial() const { return partial_; }
  // The commits whose parents were not fetched; sorted.
  [[nodiscard]] const std::vector<ObjectId>& shallow_commits() const { return shallow_; }

  // For this module only.
  [[nodiscard]] git_repository* handle() const { return handle_.get(); }
  [[nodiscard]] const std::shared_ptr<git_odb>& objects() const { return objects_; }

 private:
  Repository() = default;
  std::shared_ptr<git_repository> handle_;
  std::shared_ptr<git_odb> objects_;
  std::string work_tree_, git_directory_, common_directory_;
  std::vector<ObjectId> shallow_;
  bool partial_ = false;
};

}  // namespace gatepost::git
