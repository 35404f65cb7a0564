#include "context/codeowners_location.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace gatepost;
using namespace gatepost::context;

namespace {

std::optional<CodeOwnersPlace> locate(const std::vector<std::string>& files, std::optional<OwnersDialect> dialect) {
  return locate_codeowners([&](std::string_view path) { return std::ranges::find(files, path) != files.end(); },
                           dialect);
}

constexpr auto kGitHub = OwnersDialect::github;
constexpr auto kGitLab = OwnersDialect::gitlab;

}  // namespace

TEST_CASE("location: each forge has its own order and reads one file") {
  const std::vector<std::string> all = {"docs/CODEOWNERS", "CODEOWNERS", ".gitlab/CODEOWNERS", ".github/CODEOWNERS"};
  struct Case {
    std::vector<std::string> files;
    OwnersDialect dialect;
    std::string used;
  };
  const Case cases[] = {
      {all, kGitHub, ".github/CODEOWNERS"},
      {all, kGitLab, "CODEOWNERS"},
      {{"docs/CODEOWNERS", "CODEOWNERS"}, kGitHub, "CODEOWNERS"},
      {{"docs/CODEOWNERS", ".gitlab/CODEOWNERS"}, kGitLab, "docs/CODEOWNERS"},
      {{".gitlab/CODEOWNERS"}, kGitLab, ".gitlab/CODEOWNERS"},
      {{"docs/CODEOWNERS"}, kGitHub, "docs/CODEOWNERS"},
  };
  for (const Case& it : cases) {
    const auto place = locate(it.files, it.dialect);
    REQUIRE(place);
    CHECK(place->path == it.used);
    CHECK(place->dialect == it.dialect);
    CHECK(place->ignored.size() == it.files.size() - 1);
  }
}

TEST_CASE("location: a forge does not look into the other one's folder, nor for other spellings") {
  CHECK_FALSE(locate({".gitlab/CODEOWNERS"}, kGitHub));
  CHECK_FALSE(locate({".github/CODEOWNERS"}, kGitLab));
  CHECK_FALSE(locate({"codeowners", "CODEOWNERS.md", "src/CODEOWNERS"}, std::nullopt));
}

TEST_CASE("location: without a forge the folder tells the language, and the language the order") {
  CHECK(locate({".github/CODEOWNERS", "CODEOWNERS"}, std::nullopt) ==
        CodeOwnersPlace{".github/CODEOWNERS", kGitHub, {"CODEOWNERS"}});
  CHECK(locate({".gitlab/CODEOWNERS", "CODEOWNERS"}, std::nullopt) ==
        CodeOwnersPlace{"CODEOWNERS", kGitLab, {".gitlab/CODEOWNERS"}});
  CHECK(locate({"docs/CODEOWNERS"}, std::nullopt) == CodeOwnersPlace{"docs/CODEOWNERS", std::nullopt, {}});
}

TEST_CASE("location: a file of unknown language is GitLab's when it has a heading") {
  CHECK(codeowners_dialect("CODEOWNERS", "* @a\n") == kGitHub);
  CHECK(codeowners_dialect("CODEOWNERS", "* @a\r\n  ^[Docs][2] @b\r\n") == kGitLab);
  CHECK(codeowners_dialect("CODEOWNERS", "# [Docs]\n") == kGitHub);
  CHECK(codeowners_dialect("CODEOWNERS", "[Docs\n") == kGitHub);
  CHECK(codeowners_dialect("/x/.github/CODEOWNERS", "[Docs]\n") == kGitHub);
  CHECK(codeowners_dialect(".gitlab/CODEOWNERS", "* @a\n") == kGitLab);
  CHECK(codeowners_dialect("", "") == kGitHub);
}
