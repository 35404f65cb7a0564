#include "forge/event.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <map>

#include "base/file.hpp"
#include "doc/json.hpp"
#include "fuzz/views.hpp"
#include "support/skip.hpp"

using namespace gatepost;
using Kind = forge::ForgeEvent::Kind;

namespace {

const std::string kA(40, 'a'), kB(40, 'b'), kNone(40, '0');

forge::ForgeEvent github(std::string_view name, std::string body) {
  auto event = forge::parse_github_event(name, std::move(body));
  REQUIRE(event);
  return *std::move(event);
}

forge::ForgeEvent gitlab(std::string_view name, std::string body) {
  auto event = forge::parse_gitlab_event(name, std::move(body));
  REQUIRE(event);
  return *std::move(event);
}

std::string pull(const std::string& head_repository) {
  return R"({"number":7,"state":"open","draft":true,"merge_commit_sha":null,"user":{"login":"dependabot[bot]","id":3},
    "head":{"sha":")" +
         kA + R"(","ref":"fix","repo":)" + head_repository + R"(},"base":{"sha":")" + kB +
         R"(","ref":"main","repo":{"id":1,"full_name":"acme/shop"}}})";
}

constexpr const char* kRepository = R"("repository":{"id":5000000001,"full_name":"acme/shop","default_branch":"main"})";

}  // namespace

TEST_CASE("event: a pull request of GitHub tells its commits, branches and where it comes from") {
  const auto event = github("pull_request", R"({"action":"synchronize","pull_request":)" +
                                                pull(R"({"id":2,"full_name":"stranger/shop"})") + "," + kRepository +
                                                R"(,"installation":{"id":3000000042},"sender":{"login":"x","id":4}})");
  CHECK(event.kind == Kind::request);
  CHECK(event.action == "synchronize");
  CHECK(event.repository == "acme/shop");
  CHECK(event.repository_id == 5000000001);
  CHECK(event.default_branch == "main");
  CHECK(event.installation == 3000000042);
  REQUIRE(event.request);
  CHECK(event.request->number == 7);
  CHECK(event.request->head == kA);
  CHECK(event.request->base == kB);
  CHECK(event.request->head_branch == "fix");
  CHECK(event.request->target_branch == "main");
  CHECK(event.request->head_repository == "stranger/shop");
  CHECK(event.request->author.login == "dependabot[bot]");
  CHECK(event.request->author.is_bot);
  CHECK(event.request->from_fork);
  CHECK(event.request->draft);
  CHECK(event.request->open);
}

TEST_CASE("event: a fork is one by number, also when it is gone") {
  const struct {
    const char* repository;
    bool fork;
  } kCases[] = {{R"({"id":1,"full_name":"acme/shop"})", false}, {R"({"id":2})", true}, {"null", true}};
  for (const auto& it : kCases) {
    CHECK(github("pull_request", R"({"pull_request":)" + pull(it.repository) + "}").request->from_fork == it.fork);
  }
}

TEST_CASE("event: what an event of GitHub is about is what it holds") {
  const struct {
    const char* name;
    std::string body;
    Kind kind;
  } kCases[] = {
      {"issue_comment", R"({"issue":{"number":7,"pull_request":{}},"comment":{"id":1,"body":"/gatepost"}})",
       Kind::comment},
      {"issue_comment", R"({"issue":{"number":7},"comment":{"id":1,"body":"of an issue"}})", Kind::other},
      {"pull_request_review_comment", R"({"pull_request":)" + pull("null") + R"(,"comment":{"id":1}})", Kind::comment},
      {"pull_request_target", R"({"pull_request":)" + pull("null") + "}", Kind::request},
      {"merge_group", R"({"merge_group":{"head_sha":")" + kA + R"(","base_sha":")" + kB + "\"}}", Kind::queue},
      {"workflow_run", R"({"workflow_run":{"id":1}})", Kind::run},
      {"check_run", R"({"action":"rerequested","check_run":{"id":1}})", Kind::check},
      {"push", R"({"ref":"refs/heads/x","before":")" + kNone + R"(","after":")" + kA + "\"}", Kind::push},
      {"ping", R"({"zen":"x"})", Kind::ping},
      {"star", R"({"action":"created"})", Kind::other},
      {"pull_request", R"({"pull_request":[],"comment":7,"merge_group":"x","workflow_run":null})", Kind::other},
  };
  for (const auto& it : kCases) {
    CAPTURE(it.body);
    CHECK(github(it.name, it.body).kind == it.kind);
  }
}

TEST_CASE("event: a run that ended tells the commit it judged, and whose branch that was") {
  const auto run = github("workflow_run", R"({"action":"completed","workflow_run":{"id":3000000001,"run_attempt":2,
    "event":"pull_request","conclusion":"failure","head_sha":")" +
                                              kA +
                                              R"(","head_branch":"fix","head_repository":{"full_name":"stranger/shop"},
    "pull_requests":[]}})")
                       .run;
  REQUIRE(run);
  CHECK(run->id == 3000000001);
  CHECK(run->attempt == 2);
  CHECK(run->trigger == "pull_request");
  CHECK(run->conclusion == "failure");
  CHECK(run->head == kA);
  CHECK(run->head_branch == "fix");
  CHECK(run->head_repository == "stranger/shop");
}

TEST_CASE("event: a ref that is made has nothing before, and an id that is none is none") {
  const auto push = github("push", R"({"ref":"refs/heads/x","before":")" + kNone + R"(","after":"; rm -rf /"})").push;
  REQUIRE(push);
  CHECK(push->before.empty());
  CHECK(push->after.empty());
}

TEST_CASE("event: a note of GitLab tells its merge request; what the system says is no comment") {
  const std::string request = R"("merge_request":{"iid":3,"author_id":9,"source_branch":"fix","target_branch":"main",
    "source_project_id":2,"target_project_id":1,"state":"opened","last_commit":{"id":")" +
                              kA + R"("},"source":{"path_with_namespace":"stranger/shop"}})";
  const auto body = [&](const char* system) {
    return R"({"object_kind":"note","user":{"id":4,"username":"project_1_bot_2f"},"project":{"id":1,
      "path_with_namespace":"acme/shop","default_branch":"main"},"object_attributes":{"id":5,"note":"/gatepost","system":)" +
           std::string(system) + R"(,"discussion_id":"d1","position":{"new_path":"a.c"}},)" + request + "}";
  };
  const auto event = gitlab("Note Hook", body("false"));
  CHECK(event.kind == Kind::comment);
  CHECK(event.repository == "acme/shop");
  REQUIRE(event.request);
  CHECK(event.request->number == 3);
  CHECK(event.request->head == kA);
  CHECK(event.request->from_fork);
  CHECK(event.request->head_repository == "stranger/shop");
  REQUIRE(event.comment);
  CHECK(event.comment->body == "/gatepost");
  CHECK(event.comment->thread == "d1");
  CHECK(event.comment->position_path == "a.c");
  CHECK(event.comment->author.is_bot);
  CHECK(gitlab("Note Hook", body("true")).kind == Kind::other);
}

TEST_CASE("event: the header's name counts where the body has none") {
  CHECK(gitlab("Tag Push Hook", R"({"ref":"refs/tags/v1"})").kind == Kind::push);
  CHECK(gitlab("Push Hook", R"({"object_kind":"pipeline","object_attributes":{"id":1}})").kind == Kind::run);
}

TEST_CASE("event: what an event moved is told, and an issue tells its labels") {
  const auto moved = github("pull_request", R"({"action":"synchronize","before":")" + kB + R"(","pull_request":)" +
                                                pull(R"({"id":1,"full_name":"acme/shop"})") + "}");
  CHECK(moved.request->former_head == kB);
  CHECK(moved.request->target_repository == 1);
  const auto turned =
      github("pull_request",
             R"({"action":"edited","changes":{"base":{"ref":{"from":"old"}}},"pull_request":)" + pull("null") + "}");
  CHECK(turned.request->former_target == "old");
  CHECK(turned.request->former_head.empty());
  const auto ready = gitlab("Merge Request Hook", R"({"object_kind":"merge_request","changes":{"draft":
    {"previous":true,"current":false}},"object_attributes":{"iid":3,"oldrev":")" +
                                                      kA + R"("}})");
  CHECK(ready.request->left_draft);
  CHECK(ready.request->former_head == kA);
  const auto issue =
      github("issues", R"({"action":"closed","issue":{"number":9,"labels":[{"name":"a"},{"name":"b"}]}})");
  CHECK(issue.kind == Kind::issue);
  CHECK(issue.issue->labels == std::vector<std::string>{"a", "b"});
  // A pull request is an issue too, and none here.
  CHECK(github("issues", R"({"action":"closed","issue":{"number":9,"pull_request":{}}})").kind == Kind::other);
}

TEST_CASE("event: what is no event is refused in a sentence") {
  for (const char* body : {"", "[]", "7", "{", "<html>", "payload=%7B%7D", "\xff{}"}) {
    CAPTURE(body);
    CHECK_FALSE(forge::parse_github_event("push", body));
    CHECK_FALSE(forge::parse_gitlab_event("Push Hook", body));
  }
  CHECK(forge::parse_github_event("push", "payload=%7B%7D").error().hint ==
        "set the content type of the webhook to application/json");
}

TEST_CASE("event: GitLab's recorded webhooks are understood") {
  const auto shared = test::shared_folder();
  if (!shared) return;
  const struct {
    const char* file;
    Kind kind;
    bool request;
  } kCases[] = {{"merge_request", Kind::request, true}, {"note_merge_request", Kind::comment, true},
                {"note_issue", Kind::other, false},     {"note_commit", Kind::other, false},
                {"pipeline", Kind::run, true},          {"push", Kind::push, false},
                {"build", Kind::other, false},          {"job", Kind::other, false}};
  for (const auto& it : kCases) {
    CAPTURE(it.file);
    const auto body = read_file(*shared + "/contracts/gitlab/webhooks/" + it.file + ".json", 1 << 20);
    REQUIRE(body);
    const auto event = gitlab("", *body);
    CHECK(event.kind == it.kind);
    CHECK(event.request.has_value() == it.request);
    if (it.kind != Kind::other) CHECK_FALSE(event.repository.empty());
  }
}

TEST_CASE("event: GitHub's sample webhooks are understood") {
  const std::string file =
      GATEPOST_SOURCE_DIR "/tests/emulators/node_modules/@octokit/webhooks-examples/api.github.com/index.json";
  if (!std::filesystem::exists(file)) return test::skip("no sample webhooks (npm ci in tests/emulators)");
  const auto samples = doc::parse_json(read_file(file, 64 << 20).value(), "samples");
  REQUIRE(samples);
  const std::map<std::string_view, Kind> kKinds = {{"pull_request", Kind::request},
                                                   {"pull_request_review", Kind::request},
                                                   {"push", Kind::push},
                                                   {"pull_request_review_comment", Kind::comment},
                                                   {"check_run", Kind::check},
                                                   {"workflow_run", Kind::run},
                                                   {"merge_group", Kind::queue},
                                                   {"ping", Kind::ping},
                                                   {"star", Kind::other},
                                                   {"installation", Kind::other},
                                                   {"release", Kind::other}};
  std::size_t known = 0;
  for (const doc::View kind : samples->root().items()) {
    const std::string name(kind.at("name").text());
    for (const doc::View example : kind.at("examples").items()) {
      CAPTURE(name);
      const auto event = github(name, fuzz::written(example));
      const auto expected = kKinds.find(name);
      if (expected == kKinds.end()) continue;
      ++known;
      CHECK(event.kind == expected->second);
      if (event.kind == Kind::request || event.kind == Kind::comment) {
        CHECK(event.request->number > 0);
        CHECK(event.request->head.size() == 40);
        CHECK_FALSE(event.request->head_branch.empty());
      }
      if (event.kind != Kind::other && event.kind != Kind::ping) CHECK_FALSE(event.repository.empty());
    }
  }
  CHECK(known > 60);
}
