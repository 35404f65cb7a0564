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
#include <utility>

#include "base/bytes.hpp"
#include "base/descriptor.hpp"

namespace gatepost {
namespace {

namespace fs = std::filesystem;

std::string reason() { return std::strerror(errno); }

Status write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return error(ErrorKind::usage, "cannot be written: " + reason());
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return Done{};
}

Error unwritable(const std::string& path) {
  return error(ErrorKind::usage, fmt::format("{}: cannot be written: {}", path, reason()));
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

FileWriter::FileWriter(std::string path, std::string temporary, int descriptor)
    : path_(std::move(path)), temporary_(std::move(temporary)), descriptor_(descriptor) {}

FileWriter::FileWriter(FileWriter&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::move(other.temporary_)),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

FileWriter::~FileWriter() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<FileWriter> FileWriter::create(const std::string& path) {
  struct stat about{};
  const bool exists = ::stat(path.c_str(), &about) == 0;
  if (named_descriptor(path) || (exists && !S_ISREG(about.st_mode))) {
    const int descriptor = open_file(path, O_WRONLY);
    if (descriptor < 0) return unwritable(path);
    return FileWriter(path, {}, descriptor);
  }
  std::error_code failure;
  std::string target = exists ? fs::canonical(path, failure).string() : path;
  if (failure) return error(ErrorKind::usage, fmt::format("{}: cannot be written: {}", path, failure.message()));
  std::string temporary;
  const int descriptor = create_beside(target, temporary);
  if (descriptor < 0) return unwritable(path);
  FileWriter writer(std::move(target), std::move(temporary), descriptor);
  if (exists && ::fchmod(writer.descriptor_, about.st_mode & 07777) != 0) return unwritable(path);
  return writer;
}

Status FileWriter::write(std::string_view bytes) { return write_all(descriptor_, bytes).context(path_); }

Status FileWriter::commit() && {
  const bool closed = ::close(std::exchange(descriptor_, -1)) == 0;
  if (closed && (temporary_.empty() || ::rename(temporary_.c_str(), path_.c_str()) == 0)) return Done{};
  const Error failure = unwritable(path_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
  return failure;
}

Status write_file(const std::string& path, std::string_view bytes) {
  GP_TRY(FileWriter file, FileWriter::create(path));
  GP_CHECK(file.write(bytes));
  return std::move(file).commit();
}

Result<FoundFiles> find_files(const std::string& root, const Glob& glob) {
  FoundFiles found;
  std::error_code failure, ignored;
  const fs::path base = fs::canonical(root, failure);
  if (failure) return error(ErrorKind::usage, fmt::format("{}: {}", root, failure.message()));
  const auto options = fs::directory_options::skip_permission_denied;
  fs::recursive_directory_iterator entry(base, options, failure);
  for (; !failure && entry != fs::recursive_directory_iterator(); entry.increment(failure)) {
    const std::string relative = entry->path().lexically_relative(base).generic_string();
    const bool enter = entry->path().filename() != ".git" && glob.may_match_below(relative);
    if (!enter) entry.disable_recursion_pending();
    if (!glob.matches(relative) || entry->is_directory(ignored)) continue;
    const bool usable =
        entry->is_regular_file(ignored) && (!entry->is_symlink(ignored) || lies_in(entry->path(), base));
    if (usable) found.files.push_back(relative);
    if (!usable && entry->is_symlink(ignored)) found.refused.push_back(relative);
  }
  if (failure) return error(ErrorKind::unavailable, fmt::format("{}: {}", root, failure.message()));
  std::ranges::sort(found.files);
  std::ranges::sort(found.refused);
  return found;
}

}  // namespace gatepost
