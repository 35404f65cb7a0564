// Places for ledgers, empty at first, one of each kind.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "git/library.hpp"
#include "store/git_store.hpp"
#include "store/sqlite_store.hpp"
#include "store/store.hpp"
#include "support/git_repo.hpp"
#include "support/temporary_folder.hpp"
#include "unit/store/lines.hpp"

namespace gatepost::test {

class Place {
 public:
  Place() = default;
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  virtual ~Place() = default;
  // One more store on the same ledger. May be called by several threads at once, and by child processes.
  virtual Result<std::unique_ptr<store::Store>> open() = 0;
};

struct PlaceKind {
  const char* name;
  std::unique_ptr<Place> (*make)();  // nothing, and the test is marked as skipped, where there can be none
};

class SqlitePlace final : public Place {
 public:
  Result<std::unique_ptr<store::Store>> open() override { return store::open_sqlite(folder_.path("posture.db")); }

 private:
  TemporaryFolder folder_;
};

// The ref of a repository on this disk.
class GitPlace final : public Place {
 public:
  GitPlace() { run_git(folder_.path(), {"init", "-q", "--bare", "shop.git"}); }
  Result<std::unique_ptr<store::Store>> open() override {
    return store::open_git({.directory = folder_.path("shop.git"), .now = {kFirstMoment}});
  }

 private:
  git::Library library_ = std::move(git::Library::start()).value();
  TemporaryFolder folder_;
};

template <class Kind>
std::unique_ptr<Place> make_place() {
  return std::make_unique<Kind>();
}

inline constexpr std::array<PlaceKind, 2> kPlaces = {{
    {"sqlite", &make_place<SqlitePlace>},
    {"git", &make_place<GitPlace>},
}};

}  // namespace gatepost::test
