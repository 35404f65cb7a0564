#include "base/file.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/bytes.hpp"

namespace gatepost {
namespace {

namespace fs = std::filesystem;

std::string reason() { return std::strerror(errno); }

Status write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return error(ErrorKind::unavailable, "cannot be written: " + reason());
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return Done{};
}

Error unwritable() { return error(ErrorKind::usage, "cannot be written: " + reason()); }

// Writes everything and closes the descriptor, whatever happens.
Status write_and_close(int descriptor, std::string_view bytes) {
  Status status = write_all(descriptor, bytes);
  if (::close(descriptor) != 0 && status) return error(ErrorKind::unavailable, "cannot be written: " + reason());
  return status;
}

// Creates a file beside `path` that nobody else has; its name is put into `name`.
int create_beside(const std::string& path, std::string& name) {
  static std::atomic<unsigned> counter = 0;
  constexpr int kAttempts = 100;
  int descriptor = -1;
  for (int attempt = 0; descriptor < 0 && attempt < kAttempts; ++attempt) {
    name = fmt::format("{}.{}.{}.tmp", path, ::getpid(), ++counter);
    descriptor = ::open(name.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    if (descriptor < 0 && errno != EEXIST) break;
  }
  return descriptor;
}

// Puts the bytes into a new file beside `path` and renames it. `mode` 0: the permissions of any new file.
Status replace_file(const std::string& path, ::mode_t mode, std::string_view bytes) {
  std::string temporary;
  const int descriptor = create_beside(path, temporary);
  if (descriptor < 0) return unwritable();
  const bool permitted = mode == 0 || ::fchmod(descriptor, mode) == 0;
  Status status = write_and_close(descriptor, bytes);
  if (status && (!permitted || ::rename(temporary.c_str(), path.c_str()) != 0)) status = unwritable();
  if (!status) ::unlink(temporary.c_str());
  return status;
}

// True when `path`, all symbolic links followed, lies in the canonical folder `root`.
bool lies_in(const fs::path& path, const fs::path& root) {
  std::error_code failure;
  const fs::path real = fs::canonical(path, failure);
  return !failure && std::ranges::mismatch(root, real).in1 == root.end();
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::uint64_t limit) {
  GP_TRY(const Bytes bytes, Bytes::open(path).context(path));
  return bytes.all(limit).context(path);
}

Status write_file(const std::string& path, std::string_view bytes) {
  struct stat about{};
  const bool exists = ::stat(path.c_str(), &about) == 0;
  if (exists && !S_ISREG(about.st_mode)) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    return (descriptor < 0 ? Status(unwritable()) : write_and_close(descriptor, bytes)).context(path);
  }
  std::error_code failure;
  const fs::path target = exists ? fs::canonical(path, failure) : fs::path(path);
  if (failure) return error(ErrorKind::usage, fmt::format("{}: cannot be written: {}", path, failure.message()));
  return replace_file(target.string(), exists ? about.st_mode & 07777 : 0, bytes).context(path);
}

Result<std::vector<std::string>> find_files(const std::string& root, const Glob& glob) {
  std::vector<std::string> found;
  std::error_code failure, ignored;
  const fs::path base = fs::canonical(root, failure);
  if (failure) return error(ErrorKind::usage, fmt::format("{}: {}", root, failure.message()));
  const auto options = fs::directory_options::skip_permission_denied;
  fs::recursive_directory_iterator entry(base, options, failure);
  for (; !failure && entry != fs::recursive_directory_iterator(); entry.increment(failure)) {
    const std::string relative = entry->path().lexically_relative(base).generic_string();
    const bool enter = entry->path().filename() != ".git" && glob.may_match_below(relative);
    if (!enter) entry.disable_recursion_pending();
    if (!glob.matches(relative) || !entry->is_regular_file(ignored)) continue;
    if (entry->is_symlink(ignored) && !lies_in(entry->path(), base)) continue;
    found.push_back(relative);
  }
  if (failure) return error(ErrorKind::unavailable, fmt::format("{}: {}", root, failure.message()));
  std::ranges::sort(found);
  return found;
}

}  // namespace gatepost
