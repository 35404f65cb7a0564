#include "base/descriptor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <utility>

namespace gatepost {

std::optional<int> named_descriptor(std::string_view path) {
  constexpr std::array<std::pair<std::string_view, int>, 3> kNames = {
      {{"/dev/stdin", STDIN_FILENO}, {"/dev/stdout", STDOUT_FILENO}, {"/dev/stderr", STDERR_FILENO}}};
  for (const auto& [name, descriptor] : kNames) {
    if (path == name) return descriptor;
  }
  for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
    if (!path.starts_with(folder)) continue;
    const std::string_view digits = path.substr(folder.size());
    int descriptor = -1;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), descriptor);
    if (failure == std::errc{} && end == digits.data() + digits.size() && descriptor >= 0) return descriptor;
  }
  return std::nullopt;
}

int open_file(const std::string& path, int flags) {
  const auto own = named_descriptor(path);
  return own ? ::fcntl(*own, F_DUPFD_CLOEXEC, 0) : ::open(path.c_str(), flags | O_CLOEXEC);
}

}  // namespace gatepost
