// The one process-wide state of this module: libgit2 itself.
#pragma once

#include "base/result.hpp"

namespace gatepost::git {

// Keeps libgit2 running, set up so that a repository can be read and can run nothing: no configuration outside of the
// repository is read, and nothing here ever calls hooks, filters, text conversions, fsmonitor or the index. main owns
// one for as long as any Repository lives.
class Library {
 public:
  static Result<Library> start();
  Library(Library&& other) noexcept;
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  Library& operator=(Library&&) = delete;
  ~Library();

  static bool running();

 private:
  Library() = default;
  bool owns_ = true;
};

}  // namespace gatepost::git
