#include "git/library.hpp"

#include <git2.h>

#include <array>
#include <atomic>
#include <utility>

#include "git/handles.hpp"

namespace gatepost::git {
namespace {

std::atomic<int> libraries = 0;

// Extensions of the repository format that change nothing for a reader.
constexpr std::array<const char*, 4> kHarmlessExtensions = {"worktreeconfig", "partialclone", "preciousobjects",
                                                            "relativeworktrees"};

bool set_options() {
  // We decide ourselves whom to trust (Repository::open): libgit2 1.5 knows neither "*" nor a caller's word.
  bool done = git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0) == 0;
  done &= git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, kHarmlessExtensions.data(), kHarmlessExtensions.size()) == 0;
  // Nobody's configuration but the repository's own: results must not depend on the user, and an unreadable home
  // directory must not be a failure.
  for (const auto level :
       {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL}) {
    done &= git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, static_cast<int>(level), "") == 0;
  }
  // We read nearly every object once; keeping it would cost memory and locks and gain nothing.
  done &= git_libgit2_opts(GIT_OPT_ENABLE_CACHING, 0) == 0;
  // git trusts its object database when reading, too; objects were verified when they were fetched.
  done &= git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0) == 0;
  return done;
}

}  // namespace

Result<Library> Library::start() {
  if (git_libgit2_init() < 0) return library_failure(ErrorKind::unavailable, "libgit2 does not start");
  ++libraries;
  Library library;
  if (!set_options()) return library_failure(ErrorKind::unavailable, "libgit2 refuses its options");
  return library;
}

Library::Library(Library&& other) noexcept : owns_(std::exchange(other.owns_, false)) {}

Library::~Library() {
  if (!owns_) return;
  --libraries;
  git_libgit2_shutdown();
}

bool Library::running() { return libraries > 0; }

}  // namespace gatepost::git
