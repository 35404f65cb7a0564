#include "git/repository.hpp"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/file.hpp"
#include "base/text.hpp"
#include "git/handles.hpp"
#include "git/library.hpp"

namespace gatepost::git {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kShallowFileBytes = std::uint64_t{64} << 20;

std::string without_slash(const char* path) {
  std::string text = path == nullptr ? "" : path;
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

// The git directory of the repository that `directory` lies in; "" when it lies in none.
std::string discover(const std::string& directory) {
  git_buf found = GIT_BUF_INIT;
  const int status = git_repository_discover(&found, directory.c_str(), 0, nullptr);
  std::string path = status < 0 ? "" : without_slash(found.ptr);
  git_buf_dispose(&found);
  return path;
}

// The directory with the configuration: a linked work tree's git directory names it in the file "commondir".
std::string common_directory_of(const std::string& git_directory) {
  const auto link = read_file(git_directory + "/commondir", 4096);
  if (!link) return git_directory;
  return (fs::path(git_directory) / text::trim(*link)).lexically_normal().string();
}

std::string config_text(const git_config* config, const char* name) {
  git_buf value = GIT_BUF_INIT;
  const int status = config == nullptr ? -1 : git_config_get_string_buf(&value, config, name);
  std::string text = status < 0 ? "" : std::string(value.ptr, value.size);
  git_buf_dispose(&value);
  return text;
}

// What libgit2 1.5 cannot read at all, said so that the reader knows what to do.
std::optional<Error> unsupported(const git_config* config, const std::string& git_directory) {
  const std::string objects = text::lower(config_text(config, "extensions.objectformat"));
  if (!objects.empty() && objects != "sha1") {
    return error(ErrorKind::bad_input,
                 fmt::format("{}: the repository names its objects by {}; gatepost reads SHA-1 repositories only",
                             git_directory, text::printable(objects)),
                 "judge a SHA-1 mirror of it, or convert it with git fast-export and git fast-import");
  }
  const std::string references = text::lower(config_text(config, "extensions.refstorage"));
  if (!references.empty() && references != "files") {
    return error(ErrorKind::bad_input,
                 fmt::format("{}: the repository keeps its references as {}; gatepost reads references in files only",
                             git_directory, text::printable(references)),
                 "run: git refs migrate --ref-format=files, or clone with --ref-format=files");
  }
  return std::nullopt;
}

// Why libgit2 did not open the repository at `git_directory`.
Error not_opened(const std::string& git_directory) {
  const std::string reason = library_message();
  git_config* raw = nullptr;
  const std::string file = common_directory_of(git_directory) + "/config";
  const int status = git_config_open_ondisk(&raw, file.c_str());
  const ConfigHandle config(status < 0 ? nullptr : raw);
  if (auto refusal = unsupported(config.get(), git_directory)) return *std::move(refusal);
  return error(ErrorKind::bad_input, fmt::format("{}: the repository cannot be opened: {}", git_directory, reason));
}

Error not_a_repository(const std::string& directory) {
  return error(ErrorKind::usage,
               fmt::format("{}: not a git repository, and neither is any directory above it", directory),
               "check the code out before gatepost runs, or name its directory with --repo");
}

// Like git, we do not believe a repository that somebody else may have put in our way.
Status check_owner(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    struct stat about{};
    if (path.empty() || ::lstat(path.c_str(), &about) != 0 || about.st_uid == ::geteuid()) continue;
    return error(ErrorKind::usage,
                 fmt::format("{}: belongs to user {}, but gatepost runs as user {}", path, about.st_uid, ::geteuid()),
                 "if you trust it, name it with --repo");
  }
  return Done{};
}

// A directory that looks like a bare repository can be committed to a repository: whoever wrote it would choose policy
// and owners for those who start gatepost inside of it.
Status check_not_embedded(const std::string& git_directory) {
  const std::string parent = fs::path(git_directory).parent_path().string();
  if (parent.empty() || parent == git_directory || discover(parent).empty()) return Done{};
  return error(
      ErrorKind::usage,
      fmt::format("{}: a bare repository inside of another repository is not entered by itself", git_directory),
      "if you mean this one, name it with --repo");
}

Result<std::vector<ObjectId>> read_shallow(const std::string& common_directory) {
  std::vector<ObjectId> commits;
  const std::string file = common_directory + "/shallow";
  std::error_code failure;
  if (!fs::exists(file, failure)) return commits;
  GP_TRY(const std::string text, read_file(file, kShallowFileBytes));
  for (const std::string_view line : text::split(text, '\n')) {
    if (line.empty()) continue;
    const auto id = ObjectId::parse(text::trim(line));
    if (!id) return error(ErrorKind::bad_input, fmt::format("{}: a line is no commit id", file));
    commits.push_back(*id);
  }
  std::ranges::sort(commits);
  return commits;
}

bool has_promisor(const git_config* config) {
  if (!config_text(config, "extensions.partialclone").empty()) return true;
  bool found = false;
  const auto look = [](const git_config_entry* entry, void* found_one) {
    const std::string_view name = entry->name;
    int value = 0;
    const bool promises = name.starts_with("remote.") && name.ends_with(".promisor") &&
                          git_config_parse_bool(&value, entry->value) == 0 && value != 0;
    if (promises) *static_cast<bool*>(found_one) = true;
    return 0;
  };
  // Not by a pattern: libgit2 1.5 loses memory with each entry it matches.
  git_config_foreach(config, look, &found);
  return found;
}

}  // namespace

Result<Repository> Repository::open(const std::string& directory, const OpenOptions& options) {
  GP_ASSERT(Library::running());
  std::error_code failure;
  if (!fs::is_directory(directory, failure)) {
    return error(ErrorKind::usage, fmt::format("{}: not a directory that can be read", directory));
  }
  const std::string git_directory = discover(directory);
  if (git_directory.empty()) return not_a_repository(directory);

  Repository repository;
  git_repository* raw = nullptr;
  const int opened = git_repository_open_ext(&raw, directory.c_str(), 0, nullptr);
  if (opened < 0) return not_opened(git_directory);
  repository.handle_ = {raw, git_repository_free};
  repository.git_directory_ = without_slash(git_repository_path(raw));
  repository.common_directory_ = without_slash(git_repository_commondir(raw));
  repository.work_tree_ = without_slash(git_repository_workdir(raw));
  if (!options.trusted_path) {
    const std::string link = repository.is_bare() ? "" : repository.work_tree_ + "/.git";
    GP_CHECK(check_owner({repository.work_tree_, link, repository.git_directory_, repository.common_directory_}));
    if (repository.is_bare()) GP_CHECK(check_not_embedded(repository.git_directory_));
  }

  git_config* raw_config = nullptr;
  if (git_repository_config(&raw_config, raw) < 0) return not_opened(git_directory);
  const ConfigHandle config(raw_config);
  if (auto refusal = unsupported(config.get(), git_directory)) return *std::move(refusal);
  repository.partial_ = has_promisor(config.get());
  GP_TRY(repository.shallow_, read_shallow(repository.common_directory_));

  git_odb* raw_objects = nullptr;
  if (git_repository_odb(&raw_objects, raw) < 0) return not_opened(git_directory);
  repository.objects_ = {raw_objects, git_odb_free};
  return repository;
}

}  // namespace gatepost::git
