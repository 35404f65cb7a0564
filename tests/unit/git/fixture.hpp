// What the tests of git share.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "git/library.hpp"
#include "git/repository.hpp"
#include "git/revision.hpp"
#include "support/git_repo.hpp"
#include "support/skip.hpp"

namespace gatepost::test {

inline void need_library() {
  static auto library = git::Library::start();
  REQUIRE(library.ok());
}

inline git::Repository open_repository(const std::string& directory, bool trusted_path = false) {
  need_library();
  auto repository = git::Repository::open(directory, {.trusted_path = trusted_path});
  REQUIRE_MESSAGE(repository.ok(), repository.error().message);
  return *std::move(repository);
}

inline Error open_error(const std::string& directory, bool trusted_path = false) {
  need_library();
  const auto repository = git::Repository::open(directory, {.trusted_path = trusted_path});
  REQUIRE(!repository.ok());
  return repository.error();
}

inline git::ObjectId commit_id(const git::Repository& repository, const std::string& revision) {
  const auto id = git::resolve_commit(repository, revision);
  REQUIRE_MESSAGE(id.ok(), id.error().message);
  return *id;
}

}  // namespace gatepost::test
