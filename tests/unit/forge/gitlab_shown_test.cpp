#include <doctest/doctest.h>

#include <algorithm>

#include "unit/forge/gitlab_fixture.hpp"

using namespace gatepost;
using namespace gatepost::test;
using namespace gatepost::test::lab;

namespace {

publish::Shown shown(AGitLab& it, const forge::Wanted& wanted = a_wanted()) {
  auto result = it.forge->shown(wanted);
  if (!result) FAIL(result.error().message);
  return *std::move(result);
}

std::string position_json(const std::string& head, const std::string& new_line) {
  return R"(,"resolvable":true,"resolved":false,"position":{"position_type":"text","base_sha":")" + kBase +
         R"(","start_sha":")" + kStart + R"(","head_sha":")" + head +
         R"(","old_path":"src/a.c","new_path":"src/a.c","old_line":null,"new_line":)" + new_line + "}";
}

std::string diff_json(const std::string& path, const std::string& diff, const std::string& more = "") {
  return R"({"old_path":")" + path + R"(","new_path":")" + path + R"(","a_mode":"100644","b_mode":"100644","diff":)" +
         json_text(diff) + R"(,"new_file":false,"renamed_file":false,"deleted_file":false)" + more + "}";
}

}  // namespace

TEST_CASE("gitlab: a merge request is shown with the commits of its newest version") {
  AGitLab it;
  it.quiet();
  const auto seen = shown(it);
  CHECK(seen.request.number == 7);
  CHECK(seen.request.head == kHead);
  CHECK(seen.request.base == kBase);
  CHECK(seen.request.start == kStart);
  CHECK(seen.request.target_branch == "main");
  CHECK(seen.request.author == "alice");
  CHECK(seen.request.open);
  CHECK_FALSE(seen.request.from_fork);
  CHECK(seen.request.files_complete);
  CHECK(seen.labels == std::vector<std::string>{"api", "wip"});
  CHECK(seen.reviewers == std::vector<std::string>{"bob"});
  CHECK(seen.may.comment);
  CHECK(seen.may.review);
  CHECK(seen.may.resolve);
  CHECK(seen.may.status);
  CHECK_FALSE(seen.may.check);
  CHECK_FALSE(seen.may.upload_sarif);
  CHECK(seen.notes.empty());
  for (const auto& request : it.http.seen) CHECK(request.authorization == a_token());
}

TEST_CASE("gitlab: forks, and what is closed") {
  const struct {
    std::string source, state;
    bool fork, open;
  } kCases[] = {{"1", "opened", false, true},  {"2", "opened", true, true},   {"null", "opened", true, true},
                {"1", "closed", false, false}, {"1", "merged", false, false}, {"1", "locked", false, false}};
  for (const auto& each : kCases) {
    CAPTURE(each.source);
    CAPTURE(each.state);
    AGitLab it;
    it.quiet(request_json(refs_json(), each.source, each.state));
    const auto seen = shown(it);
    CHECK(seen.request.from_fork == each.fork);
    CHECK(seen.request.open == each.open);
  }
}

TEST_CASE("gitlab: a project can be named by its number or its path") {
  for (const auto& [given, below] : std::vector<std::pair<std::string, std::string>>{
           {"4711", "4711"}, {"acme/shop", "acme%2Fshop"}, {"acme%2Fshop", "acme%2Fshop"}, {"a/b/c", "a%2Fb%2Fc"}}) {
    AGitLab it(an_access(forge::TokenKind::user, given));
    it.http.on("GET /projects/" + below + "/merge_requests/7", 200, request_json());
    CHECK(it.forge->current_head(7).value() == kHead);
  }
  for (const char* const wrong : {"", "acme", "../x", "a/..", "a//b", "a b/c", "a/b?x=1"}) {
    CAPTURE(wrong);
    AGitLab it(an_access(forge::TokenKind::user, wrong));
    const auto head = it.forge->current_head(7);
    REQUIRE_FALSE(head);
    CHECK(head.error().kind == ErrorKind::config);
    CHECK(it.http.seen.empty());
  }
}

TEST_CASE("gitlab: what is not compared yet is waited for") {
  AGitLab it;
  it.quiet();
  it.http.once("GET " + kRequest, 200, request_json("null")).once("GET " + kRequest, 200, request_json());
  it.http.once("GET " + kRequest + "/versions" + kPage, 200, "[]");
  const auto seen = shown(it);
  CHECK(seen.request.start == kStart);
  CHECK(seen.may.review);
  CHECK(it.time.total_slept() == std::chrono::seconds(4));

  SUBCASE("but not for ever, and then nothing is put on lines") {
    AGitLab slow;
    slow.quiet(request_json("null"));
    const auto never = shown(slow);
    CHECK_FALSE(never.may.review);
    CHECK(never.may.comment);
    REQUIRE(never.notes.size() == 1);
    CHECK(never.notes.front().find("not ready") != std::string::npos);
    CHECK(slow.time.total_slept() == std::chrono::seconds(10));
  }
}

TEST_CASE("gitlab: only what carries our marker and was written by us is ours") {
  AGitLab it;
  it.quiet();
  it.http.on("GET " + kDiscussions + kPage, 200,
             "[" + discussion_json("d1", note_json("30", summary_body(), kStranger), true) + "," +
                 discussion_json("d2", note_json("3000000012", summary_body("later")), true) + "," +
                 discussion_json("d3", note_json("11", summary_body("first")), true) + "," +
                 discussion_json("d4", note_json("40", note_marker() + "\nx", kStranger, position_json(kHead, "3"))) +
                 "," + discussion_json("d5", note_json("41", "hello")) + "," +
                 discussion_json("d6", note_json("42", note_marker('B') + "\nx", kBot, position_json(kHead, "12")) +
                                           "," + note_json("43", "we know", kStranger)) +
                 "," +
                 discussion_json("d7", note_json("44", note_marker('C') + "\nx", kBot, position_json(kOther, "5")) +
                                           "," + note_json("45", "changed this line", kStranger, R"(,"system":true)")) +
                 "," +
                 discussion_json("d8", note_json("46", note_marker('D') + "\nx", kBot,
                                                 R"(,"resolved":true,"position":{"position_type":"file","head_sha":")" +
                                                     kOther + R"(","new_path":"logo.png","old_path":"logo.png"})")) +
                 "," + discussion_json("../x", note_json("47", note_marker('E') + "\nx")) + "]");
  const auto seen = shown(it);
  REQUIRE(seen.comments.size() == 2);
  CHECK(seen.comments[0].id == "11");
  CHECK(seen.comments[1].id == "3000000012");
  REQUIRE(seen.threads.size() == 4);
  const auto& lived = seen.threads[0];
  CHECK(lived.thread == "d6");
  CHECK(lived.comment == "42");
  CHECK(lived.path == "src/a.c");
  CHECK(lived.line == 12);
  CHECK(lived.has_replies);
  CHECK_FALSE(lived.outdated);
  const auto& gone = seen.threads[1];
  CHECK(gone.outdated);
  CHECK(gone.line == 0);
  CHECK_FALSE(gone.has_replies);
  const auto& on_file = seen.threads[2];
  CHECK_FALSE(on_file.outdated);
  CHECK(on_file.resolved);
  CHECK(on_file.path == "logo.png");
  // What would lead to another address is no id.
  CHECK(seen.threads[3].thread.empty());
}

TEST_CASE("gitlab: all pages are read, short ones too") {
  AGitLab it;
  it.quiet();
  const std::string next = kDiscussions + "?page=2&per_page=100";
  it.http.on("GET " + kDiscussions + kPage, 200, "[]",
             {{"Content-Type", "application/json"},
              {"Link", "<https://gitlab.example/forge/api/v4" + next + ">; rel=\"next\""}});
  it.http.on("GET " + next, 200, "[" + discussion_json("d", note_json("11", summary_body()), true) + "]");
  CHECK(shown(it).comments.size() == 1);
}

TEST_CASE("gitlab: files are shown as far as GitLab shows them") {
  AGitLab it;
  it.quiet(request_json(refs_json(), "1", "opened", R"("7")"));
  const std::string hunk = "@@ -1 +1,2 @@\n a\n+b\n";
  it.http.on("GET " + kRequest + "/diffs" + kPage, 200,
             "[" + diff_json("z.c", hunk) + "," + diff_json("big.c", "", R"(,"collapsed":true)") + "," +
                 diff_json("huge.c", "", R"(,"too_large":true)") + "," + diff_json("logo.png", "") + "," +
                 R"({"old_path":"o.c","new_path":"moved.c","diff":"","renamed_file":true,"a_mode":"1","b_mode":"1"},)" +
                 R"({"old_path":"run.sh","new_path":"run.sh","diff":"","a_mode":"100644","b_mode":"100755"},)" +
                 diff_json("cut.c", "@@ -1,9 +1,9 @@\n a\n") + "]");
  const auto& request = shown(it).request;
  CHECK(request.files_complete);
  const auto file = [&](const char* path) {
    const auto found = std::ranges::find(request.files, path, &publish::ShownFile::new_path);
    REQUIRE(found != request.files.end());
    return *found;
  };
  CHECK(std::ranges::is_sorted(request.files, {}, &publish::ShownFile::new_path));
  CHECK(file("z.c").hunks.size() == 1);
  CHECK(file("moved.c").old_path == "o.c");
  for (const char* const known : {"z.c", "moved.c", "run.sh"}) CHECK_MESSAGE(file(known).lines_known, known);
  for (const char* const unknown : {"big.c", "huge.c", "logo.png", "cut.c"}) {
    CHECK_MESSAGE(!file(unknown).lines_known, unknown);
  }
}

TEST_CASE("gitlab: a list that is shorter than the count is not complete") {
  for (const char* const count : {R"("2")", R"("1000+")", "3"}) {
    CAPTURE(count);
    AGitLab it;
    it.quiet(request_json(refs_json(), "1", "opened", count));
    it.http.on("GET " + kRequest + "/diffs" + kPage, 200, "[" + diff_json("a.c", "@@ -1 +1 @@\n-a\n+b\n") + "]");
    CHECK_FALSE(shown(it).request.files_complete);
  }
}

TEST_CASE("gitlab: an old instance tells of files another way") {
  AGitLab it;
  it.quiet();
  it.http.on("GET " + kRequest + "/diffs" + kPage, 404, R"({"error":"404 Not Found"})");
  const std::string change = diff_json("a.c", "@@ -1 +1 @@\n-a\n+b\n");
  SUBCASE("whole") {
    it.http.on("GET " + kRequest + "/changes" + kPage, 200, R"({"overflow":false,"changes":[)" + change + "]}");
    const auto seen = shown(it);
    CHECK(seen.request.files.size() == 1);
    CHECK(seen.request.files_complete);
  }
  SUBCASE("cut") {
    it.http.on("GET " + kRequest + "/changes" + kPage, 200, R"({"overflow":true,"changes":[)" + change + "]}");
    CHECK_FALSE(shown(it).request.files_complete);
  }
  SUBCASE("not at all") {
    it.http.on("GET " + kRequest + "/changes" + kPage, 404, R"({"error":"404 Not Found"})");
    const auto seen = shown(it);
    CHECK_FALSE(seen.request.files_complete);
    CHECK(seen.notes.size() == 1);
  }
}

TEST_CASE("gitlab: the newest status of our name is ours when we wrote it") {
  const auto status = [](const char* id, const char* name, const char* state, const std::string& author) {
    return R"({"id":)" + std::string(id) + R"(,"name":")" + name + R"(","status":")" + state +
           R"(","description":"text","target_url":null,"author":)" + author + "}";
  };
  const struct {
    std::string list;
    const char* state;  // nullptr: none
  } kCases[] = {
      {status("5", "gatepost", "failed", kBot), "failure"},
      {status("5", "gatepost", "failed", kBot) + "," + status("6", "gatepost", "success", kBot), "success"},
      {status("1000000006", "gatepost", "success", kBot) + "," + status("9", "gatepost", "failed", kBot), "success"},
      {status("5", "gatepost", "running", kBot), "pending"},
      {status("5", "gatepost", "failed", kBot) + "," + status("6", "gatepost", "success", kStranger), nullptr},
      {status("5", "gatepost-2", "failed", kBot), nullptr},
      {"", nullptr}};
  for (const auto& each : kCases) {
    CAPTURE(each.list);
    AGitLab it;
    it.quiet();
    it.http.on(kStatuses, 200, "[" + each.list + "]");
    const auto seen = shown(it);
    CHECK(seen.status.has_value() == (each.state != nullptr));
    if (seen.status && each.state != nullptr) CHECK(seen.status->state == each.state);
  }
}

TEST_CASE("gitlab: an external status check is looked at when one is wanted") {
  const std::string path = "GET " + kRequest + "/status_checks" + kPage;
  auto wanted = a_wanted();
  wanted.external_check = 3;
  SUBCASE("it says") {
    for (const auto& [state, passed] : std::vector<std::pair<std::string, std::optional<bool>>>{
             {"passed", true}, {"failed", false}, {"pending", std::nullopt}}) {
      AGitLab it;
      it.quiet();
      it.http.on(path, 200, R"([{"id":2,"status":"passed"},{"id":3,"status":")" + state + R"("}])");
      CHECK(shown(it, wanted).external_check == passed);
    }
  }
  SUBCASE("without the licence it is told") {
    AGitLab it;
    it.quiet();
    it.http.on(path, 401, R"({"message":"401 Unauthorized"})");
    const auto seen = shown(it, wanted);
    CHECK_FALSE(seen.external_check);
    CHECK(seen.notes.size() == 1);
  }
}

TEST_CASE("gitlab: of a push nothing is shown but what hangs on the commit") {
  AGitLab it;
  it.http.on("GET /user", 200, kBot).on(kStatuses, 200, "[]");
  auto wanted = a_wanted();
  wanted.change_request = false;
  const auto seen = shown(it, wanted);
  CHECK(seen.request.number == 0);
  CHECK(seen.request.head == kHead);
  CHECK(seen.may.status);
  CHECK_FALSE(seen.may.comment);
  CHECK_FALSE(seen.may.label);
}

TEST_CASE("gitlab: a merge request whose number is not known is looked up by its commit") {
  const std::string path =
      "GET " + kProject + "/repository/commits/" + kHead + "/merge_requests?state=opened&per_page=100";
  const auto one = [](const char* iid, const std::string& sha, const char* state, const char* branch) {
    return R"({"iid":)" + std::string(iid) + R"(,"sha":")" + sha + R"(","state":")" + state + R"(","source_branch":")" +
           branch + R"("})";
  };
  auto wanted = a_wanted();
  wanted.number = 0;
  wanted.head_branch = "fix";
  const auto with = [&](const std::string& list) {
    AGitLab it;
    it.quiet();
    it.http.on(path, 200, "[" + list + "]");
    return it.forge->shown(wanted);
  };
  const std::string right = one("7", kHead, "opened", "fix");
  const auto found = with(right + "," + one("8", kOther, "opened", "fix") + "," + one("9", kHead, "merged", "fix") +
                          "," + one("10", kHead, "opened", "other"));
  REQUIRE(found);
  CHECK(found->request.number == 7);
  for (const std::string& list :
       {std::string(), one("8", kOther, "opened", "fix"), right + "," + one("11", kHead, "opened", "fix")}) {
    CAPTURE(list);
    const auto none = with(list);
    REQUIRE_FALSE(none);
    CHECK(none.error().kind == ErrorKind::conflict);
    CHECK_FALSE(none.error().hint.empty());
  }
  wanted.head.clear();
  CHECK(with(right).error().kind == ErrorKind::usage);
}

TEST_CASE("gitlab: the token of a job reads what it may, asks for nothing else, and says what to do once") {
  AGitLab it(an_access(forge::TokenKind::gitlab_job));
  it.http.on("GET " + kRequest, 200, request_json());
  const auto seen = shown(it);
  CHECK(it.http.seen.size() == 1);
  CHECK(seen.request.head == kHead);
  CHECK(seen.request.base == kBase);
  CHECK_FALSE(seen.request.files_complete);
  const auto& may = seen.may;
  CHECK_FALSE((may.comment || may.review || may.resolve || may.check || may.status || may.label || may.request_review ||
               may.upload_sarif || may.is_app));
  REQUIRE(seen.notes.size() == 1);
  for (const char* const part : {"CI_JOB_TOKEN", "GATEPOST_TOKEN", "api", "Developer", "masked", "protected"}) {
    CHECK_MESSAGE(seen.notes.front().find(part) != std::string::npos, part);
  }
  const auto applied = it.forge->apply({.key = "k", .what = publish::CreateComment{"m", "m\nx"}}, seen);
  REQUIRE_FALSE(applied);
  CHECK(applied.error().kind == ErrorKind::denied);
  CHECK(it.http.seen.size() == 1);
  CHECK(it.forge->identity().value().find("may only read") != std::string::npos);
}

TEST_CASE("gitlab: who we are is not known: nothing is said that could be said twice") {
  AGitLab it;
  it.quiet();
  it.http.on("GET /user", 401, R"({"message":"401 Unauthorized"})");
  const auto seen = shown(it);
  CHECK_FALSE(seen.may.comment);
  CHECK_FALSE(seen.may.review);
  REQUIRE(seen.notes.size() == 1);
  CHECK(seen.notes.front().find("expired") != std::string::npos);
}

TEST_CASE("gitlab: discussions that cannot be read, or are no list, are not taken for none") {
  for (const auto& [status, body] : std::vector<std::pair<int, std::string>>{
           {403, R"({"message":"403 Forbidden"})"}, {200, "{}"}, {200, "<html>"}, {200, "[{\"id\":"}}) {
    CAPTURE(body);
    AGitLab it;
    it.quiet();
    it.http.on("GET " + kDiscussions + kPage, status, body);
    const auto seen = shown(it);
    CHECK_FALSE(seen.may.comment);
    CHECK_FALSE(seen.may.review);
    CHECK(seen.notes.size() == 1);
  }
}

TEST_CASE("gitlab: files of the repository") {
  AGitLab it;
  const std::string file = "GET " + kProject + "/repository/files/docs%2FCODE%20OWNERS/raw?ref=main";
  SUBCASE("as they are") {
    it.http.on(file, 200, std::string("a\0b", 3), {{"Content-Type", "text/plain"}});
    CHECK(it.forge->file_at("docs/CODE OWNERS", "main").value() == std::string("a\0b", 3));
  }
  SUBCASE("that are not there") {
    it.http.on(file, 404, R"({"message":"404 File Not Found"})");
    it.http.on("GET " + kProject + "/repository/commits/main", 200, "{}");
    CHECK_FALSE(it.forge->file_at("docs/CODE OWNERS", "main").value());
  }
  SUBCASE("of a commit that we may not see") {
    it.http.on(file, 404, R"({"message":"404 Project Not Found"})");
    it.http.on("GET " + kProject + "/repository/commits/main", 404, R"({"message":"404 Project Not Found"})");
    CHECK(it.forge->file_at("docs/CODE OWNERS", "main").error().kind == ErrorKind::denied);
  }
  SUBCASE("that are none") {
    for (const char* const path : {"", "..", "a/../b", "./a"}) {
      CHECK(it.forge->file_at(path, "main").error().kind == ErrorKind::usage);
    }
    CHECK(it.forge->file_at("a", "..").error().kind == ErrorKind::usage);
    CHECK(it.http.seen.empty());
  }
}

TEST_CASE("gitlab: a refusal says what to grant, and never repeats the token") {
  const struct {
    int status;
    std::string body;
    ErrorKind kind;
    const char* hint;
  } kCases[] = {
      {401, R"({"message":"401 Unauthorized"})", ErrorKind::denied, "expired"},
      {403, R"({"error":"insufficient_scope","error_description":"needs more"})", ErrorKind::denied, "scope"},
      {404, R"({"message":"404 Project Not Found"})", ErrorKind::denied, "role"},
      {404, R"({"message":"no )" + a_token() + R"("})", ErrorKind::denied, "role"},
      {409, R"({"message":"x"})", ErrorKind::conflict, ""},
      {400, R"({"message":{"title":["is odd"]}})", ErrorKind::bad_input, ""},
  };
  for (const auto& each : kCases) {
    CAPTURE(each.body);
    AGitLab it;
    it.http.on("GET " + kRequest, each.status, each.body);
    const auto head = it.forge->current_head(7);
    REQUIRE_FALSE(head);
    CHECK(head.error().kind == each.kind);
    CHECK(head.error().hint.find(each.hint) != std::string::npos);
    CHECK(head.error().message.find(a_token()) == std::string::npos);
    CHECK(head.error().message.starts_with("gitlab: "));
  }
}
