#include "base/file.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

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

Status write_to(const std::string& path, int flags, std::string_view bytes) {
  const int descriptor = ::open(path.c_str(), flags | O_WRONLY | O_CLOEXEC, 0644);
  if (descriptor < 0) return error(ErrorKind::usage, "cannot be written: " + reason());
  Status status = write_all(descriptor, bytes);
  if (::close(descriptor) != 0 && status) return error(ErrorKind::unavailable, "cannot be written: " + reason());
  return status;
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

Status write_file(const std::string& path, std::string_view bytes) {
  struct stat about{};
  const bool exists = ::stat(path.c_str(), &about) == 0;
  if (exists && !S_ISREG(about.st_mode)) return write_to(path, 0, bytes).context(path);
  const std::string temporary = fmt::format("{}.{}.tmp", path, ::getpid());
  if (auto status = write_to(temporary, O_CREAT | O_TRUNC, bytes); !status) {
    ::unlink(temporary.c_str());
    return std::move(status).context(path);
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const std::string why = reason();
    ::unlink(temporary.c_str());
    return error(ErrorKind::usage, fmt::format("{}: cannot be written: {}", path, why));
  }
  return Done{};
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
