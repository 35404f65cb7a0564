// How many more bytes of memory some work needs at its peak than there were in use before, as the kernel counts
// resident pages. Nothing where that cannot be measured, or where it says nothing: under a sanitizer.
#pragma once

#include <malloc.h>

#include <cstddef>
#include <fstream>
#include <optional>
#include <string>

namespace gatepost::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kMemoryTells = false;
#else
constexpr bool kMemoryTells = true;
#endif

// "VmHWM" or "VmRSS", in bytes.
inline std::optional<std::size_t> memory_of_process(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name + ":")) return std::stoull(line.substr(name.size() + 1)) * 1024;
  }
  return std::nullopt;
}

template <class Work>
std::optional<std::size_t> peak_memory_of(Work&& work) {
  ::malloc_trim(0);                               // what was used before is given back
  std::ofstream("/proc/self/clear_refs") << "5";  // the peak becomes what is resident now
  const auto before = memory_of_process("VmRSS"), lowest = memory_of_process("VmHWM");
  work();
  const auto peak = memory_of_process("VmHWM");
  constexpr std::size_t kNear = std::size_t{1} << 20;
  if (!kMemoryTells || !before || !lowest || !peak || *lowest > *before + kNear) return std::nullopt;
  return *peak > *before ? *peak - *before : 0;
}

}  // namespace gatepost::test
