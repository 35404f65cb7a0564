#include "base/parallel.hpp"

#include <algorithm>
#include <system_error>

namespace gatepost {

unsigned default_threads() {
  constexpr unsigned kMost = 8;
  const unsigned cores = std::thread::hardware_concurrency();
  return cores == 0 ? 1 : std::min(cores, kMost);
}

std::vector<std::jthread> start_helpers(unsigned threads, const std::function<void(unsigned)>& run) {
  std::vector<std::jthread> helpers;
  try {
    for (unsigned worker = 1; worker < threads; ++worker) helpers.emplace_back(run, worker);
  } catch (const std::system_error&) {
    // No more threads to be had (a container's limit): those that run do the work.
  }
  return helpers;
}

}  // namespace gatepost
