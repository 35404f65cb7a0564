#include "tracker/issues.hpp"

#include <doctest/doctest.h>

#include "support/scripted_http.hpp"

namespace {

using namespace gatepost;

std::vector<ShownTicket> shown(TrackerKind kind, std::vector<std::string> answers, const publish::TicketRef& ref) {
  test::FakeTime time;
  test::ScriptedHttp http(time);
  for (std::string& it : answers) http.then(200, {}, std::move(it));
  // The token is made here, so that none stands in the source.
  const forge::Access access{.api = "https://api.example",
                             .repository = "acme/shop",
                             .kind = forge::TokenKind::user,
                             .token = Secret("tok" + std::string(20, 'x'))};
  const auto tracker = tracker::issues(access, kind, http, time.ports(), {});
  const publish::TicketRef refs[] = {ref};
  const auto found = tracker->shown(refs);
  REQUIRE_MESSAGE(found.ok(), (found ? "" : found.error().message));
  return *found;
}

}  // namespace

TEST_CASE("an issue of GitHub that was transferred is followed to the other repository") {
  const auto found =
      shown(TrackerKind::github, {"[]", R"({"number":7,"title":"t","state":"open","labels":[],"assignees":[],
                             "repository_url":"https://api.example/repos/acme/backlog"})"},
            {"gatepost-x", "acme/shop#3", TrackerKind::github, "acme/shop"});
  REQUIRE(found.size() == 1);
  CHECK(found[0].id == "acme/backlog#7");
  CHECK(found[0].instead_of == "acme/shop#3");
}

TEST_CASE("an issue of GitLab that duplicates another is followed to that one") {
  const std::string self = R"("_links":{"self":"https://api.example/projects/5/issues/)";
  const std::string list = R"([{"iid":3,"title":"t","state":"closed","labels":["gatepost"],)" + self +
                           R"(3","closed_as_duplicate_of":"https://api.example/projects/5/issues/9"}}])";
  const std::string other = R"({"iid":9,"title":"u","state":"opened","labels":[],)" + self + R"(9"}})";
  const auto found =
      shown(TrackerKind::gitlab, {list, other}, {"gatepost-x", "acme/shop#3", TrackerKind::gitlab, "acme/shop"});
  REQUIRE(found.size() == 1);
  CHECK(found[0].id == "acme/shop#9");
  CHECK(found[0].instead_of == "acme/shop#3");
  CHECK(found[0].key.empty());
}
