#include "report/owners_json.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace gatepost;
using namespace gatepost::report;

namespace {

OwnershipAnswer github_answer() {
  return {.path = "src/a.go",
          .rule = OwnersRule{".github/CODEOWNERS", 12, "/src/"},
          .owners = {"@acme/core", "dev@x.example"},
          .provenance = {OwnersDialect::github, "b10b", OwnershipStep::codeowners}};
}

}  // namespace

TEST_CASE("owners json: a path with an owner, in the order of the keys") {
  CHECK(owners_json(std::vector{github_answer()}) ==
        "[{\"path\":\"src/a.go\",\"matched\":true,\"owners\":[\"@acme/core\",\"dev@x.example\"],\"line\":12,"
        "\"pattern\":\"/src/\",\"file\":\".github/CODEOWNERS\"}]\n");
}

TEST_CASE("owners json: what is unknown is absent, what is empty is written") {
  CHECK(owners_json(std::vector{OwnershipAnswer{.path = "x"}}) ==
        "[{\"path\":\"x\",\"matched\":false,\"owners\":[]}]\n");
  CHECK(owners_json({}) == "[]\n");
}

TEST_CASE("owners json: GitLab's answers have their sections, also when there is none") {
  OwnershipAnswer answer = github_answer();
  answer.owners = {"@a"};
  answer.sections = {SectionAnswer{"codeowners", {"@a"}, false, 0, 12, "/src/"},
                     SectionAnswer{"Docs", {}, true, 2, 3, "*"}};
  CHECK(owners_json(std::vector{answer, OwnershipAnswer{.path = "x", .sections = std::vector<SectionAnswer>{}}}) ==
        "[{\"path\":\"src/a.go\",\"matched\":true,\"owners\":[\"@a\"],\"line\":12,\"pattern\":\"/src/\","
        "\"file\":\".github/CODEOWNERS\",\"sections\":["
        "{\"name\":\"codeowners\",\"owners\":[\"@a\"],\"optional\":false,\"approvals\":0,\"line\":12,\"pattern\":\"/"
        "src/\"},"
        "{\"name\":\"Docs\",\"owners\":[],\"optional\":true,\"approvals\":2,\"line\":3,\"pattern\":\"*\"}]},"
        "{\"path\":\"x\",\"matched\":false,\"owners\":[],\"sections\":[]}]\n");
}

TEST_CASE("owners json: a check without the repository's files says nothing of them") {
  const OwnersCheck check{.file = "CODEOWNERS",
                          .dialect = OwnersDialect::github,
                          .diagnostics = {{2, 7, "Invalid owner", "`user` is odd", ""},
                                          {{}, {}, "file-too-large", "too large", "split \"it\""}}};
  CHECK(owners_check_json(check) ==
        "{\"file\":\"CODEOWNERS\",\"dialect\":\"github\",\"diagnostics\":["
        "{\"line\":2,\"column\":7,\"kind\":\"Invalid owner\",\"text\":\"`user` is odd\"},"
        "{\"kind\":\"file-too-large\",\"text\":\"too large\",\"suggestion\":\"split \\\"it\\\"\"}]}\n");
  CHECK(owners_check_json({}) == "{\"diagnostics\":[]}\n");
}

TEST_CASE("owners json: a check with the repository's files lists those without an owner and counts") {
  UnownedReport report;
  report.total = {.files = 3, .owned = 2, .classes = {1, 0, 0, 0, 1}};
  report.directories = {{"src", report.total}};
  report.unowned = {{"src/x", UnownedClass::no_rule}};
  const OwnersCheck check{.file = "CODEOWNERS", .dialect = OwnersDialect::gitlab, .coverage = report};
  const std::string classes =
      "\"classes\":{\"no-rule\":1,\"explicitly-unowned\":0,\"excluded\":0,\"invalid-owners-only\":0,\"fallback-only\":"
      "1}";
  CHECK(owners_check_json(check) ==
        "{\"file\":\"CODEOWNERS\",\"dialect\":\"gitlab\",\"diagnostics\":[],\"unowned\":[\"src/x\"],"
        "\"coverage\":{\"files\":3,\"owned\":2," +
            classes + ",\"owned_ppm\":666666,\"directories\":[{\"directory\":\"src\",\"files\":3,\"owned\":2," +
            classes + "}]}}\n");
}

TEST_CASE("owners json: paths and patterns that are not UTF-8 are made so") {
  CHECK(owners_json(std::vector{OwnershipAnswer{.path = "a\xFF\n"}}) ==
        "[{\"path\":\"a\xEF\xBF\xBD\\n\",\"matched\":false,\"owners\":[]}]\n");
}
