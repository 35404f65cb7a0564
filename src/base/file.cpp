#include "base/file.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/bytes.hpp"
#include "base/text.hpp"

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

// The literal directories a pattern starts with: "reports" for "reports/**/*.sarif".
std::string literal_prefix(std::string_view pattern) {
  std::string prefix;
  const auto segments = text::split(pattern, '/');
  for (std::size_t i = 0; i + 1 < segments.size() && Glob::is_literal(segments[i]); ++i) {
    if (segments[i] == "." || segments[i].empty()) continue;
    prefix.append(prefix.empty() ? "" : "/").append(segments[i]);
  }
  return prefix;
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

Result<FileWriter> FileWriter::create(std::string path) {
  struct stat about{};
  const bool special = ::stat(path.c_str(), &about) == 0 && !S_ISREG(about.st_mode);
  std::string temporary = special ? std::string{} : fmt::format("{}.{}.tmp", path, ::getpid());
  const int flags = O_WRONLY | O_CLOEXEC | (special ? 0 : O_CREAT | O_TRUNC);
  const int descriptor = ::open(special ? path.c_str() : temporary.c_str(), flags, 0644);
  if (descriptor < 0) return error(ErrorKind::usage, fmt::format("{}: cannot be written: {}", path, reason()));
  return FileWriter(std::move(path), std::move(temporary), descriptor);
}

Status FileWriter::write(std::string_view bytes) { return write_all(descriptor_, bytes).context(path_); }

Status FileWriter::commit() && {
  const bool closed = ::close(std::exchange(descriptor_, -1)) == 0;
  if (closed && (temporary_.empty() || ::rename(temporary_.c_str(), path_.c_str()) == 0)) return Done{};
  const std::string why = reason();
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
  return error(ErrorKind::usage, fmt::format("{}: cannot be written: {}", path_, why));
}

Status write_file(const std::string& path, std::string_view bytes) {
  GP_TRY(FileWriter file, FileWriter::create(path));
  GP_CHECK(file.write(bytes));
  return std::move(file).commit();
}

Result<std::vector<std::string>> find_files(const std::string& root, const Glob& glob) {
  std::vector<std::string> found;
  std::error_code failure;
  const fs::path base = root;
  const fs::path start = base / literal_prefix(glob.pattern());
  if (!fs::is_directory(start, failure)) return found;
  const auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator entry(start, options, failure), end; entry != end; entry.increment(failure)) {
    if (failure) return error(ErrorKind::unavailable, fmt::format("{}: {}", start.string(), failure.message()));
    if (entry->is_directory(failure) && entry->path().filename() == ".git") entry.disable_recursion_pending();
    if (!entry->is_regular_file(failure)) continue;
    const std::string relative = entry->path().lexically_relative(base).generic_string();
    if (glob.matches(relative)) found.push_back(relative);
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace gatepost
