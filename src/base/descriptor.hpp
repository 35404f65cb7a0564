// Opening files by name, also where the name is one of the process's own descriptors.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gatepost {

// The descriptor that "/dev/stdin", "/dev/stdout", "/dev/stderr", "/dev/fd/3" and "/proc/self/fd/3" name.
std::optional<int> named_descriptor(std::string_view path);

// Like open(2) with O_CLOEXEC; -1 and errno on failure. A named descriptor is duplicated: a process that forbade its
// core dumps may not open it by its name, which leads through /proc.
int open_file(const std::string& path, int flags);

}  // namespace gatepost
