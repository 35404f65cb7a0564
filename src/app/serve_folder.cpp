#include "app/serve_folder.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

namespace gatepost::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "gatepost-serve-";
constexpr const char* kLock = "/lock";

// -1 when somebody else holds it, or there is none.
int locked(const std::string& file, int flags) {
  const int descriptor = ::open(file.c_str(), flags | O_RDWR | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (descriptor < 0 || ::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return descriptor;
  ::close(descriptor);
  return -1;
}

void remove_abandoned(const fs::path& temporary) {
  std::error_code failure;
  for (const auto& it : fs::directory_iterator(temporary, failure)) {
    struct stat facts{};
    const std::string path = it.path().string();
    const bool ours = it.path().filename().string().starts_with(kPrefix) && ::lstat(path.c_str(), &facts) == 0 &&
                      S_ISDIR(facts.st_mode) && facts.st_uid == ::geteuid();
    if (!ours) continue;
    const int lock = locked(path + kLock, 0);
    if (lock < 0) continue;
    fs::remove_all(path, failure);
    ::close(lock);
  }
}

}  // namespace

Result<WorkFolder> WorkFolder::make() {
  std::error_code failure;
  const fs::path temporary = fs::temp_directory_path(failure);
  if (!failure) remove_abandoned(temporary);
  std::string name = (temporary / (std::string(kPrefix) + "XXXXXX")).string();
  if (failure || ::mkdtemp(name.data()) == nullptr)
    return error(ErrorKind::unavailable, "there is no folder for temporary files; TMPDIR may name one");
  const int lock = locked(name + kLock, O_CREAT | O_EXCL);
  if (lock < 0) return error(ErrorKind::unavailable, name + ": a file in it cannot be locked", "is the disk full?");
  return WorkFolder(std::move(name), lock);
}

WorkFolder::WorkFolder(WorkFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})), lock_(std::exchange(other.lock_, -1)) {}

WorkFolder::~WorkFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
  if (lock_ >= 0) ::close(lock_);
}

}  // namespace gatepost::app
