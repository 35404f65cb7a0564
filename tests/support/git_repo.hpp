// Real repositories for tests, made by the git command line: no configuration but ours, fixed names and dates.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "support/process.hpp"

namespace gatepost::test {

// A new directory, removed with everything in it at the end of its life.
class TempDir {
 public:
  TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

struct GitFile {
  enum class Type { regular, executable, symbolic_link, submodule };
  std::string path;
  std::string content;  // of a link its target, of a submodule a commit id
  Type type = Type::regular;
};

// A commit with all of its files, and a branch of the same name.
struct GitCommit {
  std::string name;
  std::vector<std::string> parents;  // names of commits given before
  std::vector<GitFile> files;
  std::int64_t time = 0;  // seconds since 2020; 0: a minute for each commit before it
};

// How many seeds a randomised test tries: few, or what the environment variable GATEPOST_RANDOM_RUNS says.
unsigned random_runs(unsigned usual);

// False, and the running test is marked as skipped, when there is no git here.
bool have_git();

ProcessResult try_git(const std::string& directory, std::vector<std::string> arguments, const std::string& input = {});
// What git prints; a failure of git fails the test.
std::string run_git(const std::string& directory, std::vector<std::string> arguments, const std::string& input = {});
// The same without the line end.
std::string git_line(const std::string& directory, std::vector<std::string> arguments);

// Runs a command line that starts with "git", as one that we advise to run.
ProcessResult run_shell(const std::string& directory, const std::string& command);

// Makes a repository in `directory` (bare, or else with the last commit checked out) that has these commits.
void make_repository(const std::string& directory, const std::vector<GitCommit>& commits, bool bare = false);
// Adds commits to a repository; parents may be any revision of it.
void add_commits(const std::string& directory, const std::vector<GitCommit>& commits);

// One file of `git diff -M -U0`.
struct GitHunk {
  std::uint32_t old_first = 0, old_count = 0, new_first = 0, new_count = 0;
  friend bool operator==(const GitHunk&, const GitHunk&) = default;
};
struct GitChange {
  char status = '?';  // A D M R T
  int similarity = 0;
  std::uint32_t old_mode = 0, new_mode = 0;
  std::string old_path, new_path;  // "" where the file is not
  std::string old_id, new_id;
  bool binary = false;
  std::vector<GitHunk> hunks;
};
// What git says of the difference, in its order.
std::vector<GitChange> git_diff(const std::string& directory, const std::string& base, const std::string& head,
                                const std::vector<std::string>& options = {});
// The hunks between two blobs.
std::vector<GitHunk> git_blob_hunks(const std::string& directory, const std::string& before, const std::string& after,
                                    const std::vector<std::string>& options = {});

}  // namespace gatepost::test
