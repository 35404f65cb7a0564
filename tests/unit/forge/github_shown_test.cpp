#include <doctest/doctest.h>

#include <functional>

#include "unit/forge/github_fixture.hpp"

using namespace gatepost;
using namespace gatepost::test;

namespace {

std::string comment(std::uint64_t id, const std::string& body, const std::string& user = kBot) {
  return R"({"id":)" + std::to_string(id) + R"(,"body":)" + json_text(body) + R"(,"user":)" + user + "}";
}

std::string note(std::uint64_t id, const std::string& more, const std::string& user = kBot,
                 const std::string& body = note_marker() + "\nbad") {
  return R"({"id":)" + std::to_string(id) + R"(,"node_id":"N)" + std::to_string(id) + R"(","path":"src/a.c","body":)" +
         json_text(body) + R"(,"user":)" + user + more + "}";
}

net::Headers next(const std::string& path) {
  net::Headers headers = RoutedHttp::json();
  REQUIRE(headers.add("Link", "<https://api.github.com" + path + ">; rel=\"next\""));
  return headers;
}

std::vector<std::string> ids(const std::vector<publish::ShownComment>& comments) {
  std::vector<std::string> all;
  for (const auto& it : comments) all.push_back(it.id);
  return all;
}

}  // namespace

TEST_CASE("github: a pull request is read with all that a plan compares") {
  AGitHub it;
  it.quiet(pull_json(kHead, "acme/shop", 1, "alice", 2));
  it.http.once(kFilesPage, 200, R"([{"filename":"src/b.c","status":"modified","patch":"@@ -1,2 +1,3 @@\n a\n+b\n c"},
    {"filename":"logo.png","status":"added"}])");
  it.http.once(kReviewsPage, 200, R"([{"state":"COMMENTED","user":{"login":"carol"}},
    {"state":"PENDING","user":{"login":"dave"}},{"state":"APPROVED","user":{"login":"bob"}}])");
  it.http.once(kChecksPage, 200, R"({"total_count":2,"check_runs":[
    {"id":8,"name":"gatepost","status":"completed","external_id":"6f9619ff-8b86","app":{"slug":"github-actions"}},
    {"id":9,"name":"gatepost","status":"completed","external_id":"gatepost:check:x","app":{"slug":"github-actions"}},
    {"id":11,"name":"gatepost","status":"completed","external_id":"gatepost:check:x","app":{"slug":"other"}}]})");
  it.http.once(kStatusesPage, 200,
               R"([{"context":"build","state":"failure","creator":)" + kBot + R"(},
    {"context":"GatePost","state":"success","description":"ok","target_url":"https://ci/1","creator":)" +
                   kBot + "}]");
  const auto shown = it.forge->shown(a_wanted());
  REQUIRE(shown);
  CHECK(shown->request.number == 7);
  CHECK(shown->request.head == kHead);
  CHECK(shown->request.base == kBase);
  CHECK(shown->request.target_branch == "main");
  CHECK(shown->request.author == "alice");
  CHECK(shown->request.open);
  CHECK_FALSE(shown->request.from_fork);
  REQUIRE(shown->request.files.size() == 2);
  CHECK(shown->request.files[0].new_path == "logo.png");
  CHECK(shown->request.files[0].added);
  CHECK_FALSE(shown->request.files[0].lines_known);
  CHECK(shown->request.files[1].lines_known);
  CHECK(shown->request.files[1].hunks.size() == 1);
  CHECK(shown->request.files_complete);
  CHECK(shown->labels == std::vector<std::string>{"api", "wip"});
  CHECK(shown->reviewers == std::vector<std::string>{"acme/payments", "bob", "carol"});
  REQUIRE(shown->check);
  CHECK(shown->check->id == "9");
  CHECK(shown->check->completed);
  REQUIRE(shown->status);
  CHECK(shown->status->state == "success");
  CHECK(shown->status->target_url == "https://ci/1");
  CHECK(shown->may.comment);
  CHECK_FALSE(shown->may.is_app);
  CHECK(shown->notes.empty());
  CHECK(it.http.writes() == std::vector<std::string>{kGraphql});
  for (const auto& seen : it.http.seen) CHECK(seen.authorization == "Bearer " + a_token());
}

TEST_CASE("github: our comment is found on any page; a marker by somebody else is nothing") {
  AGitHub it;
  it.quiet();
  const std::string page = kIssue + "/comments?per_page=100&page=";
  it.http.once(kCommentsPage, 200, "[" + comment(3'000'000'001, summary_body(), kStranger) + "]", next(page + "2"));
  it.http.once("GET " + page + "2", 200, "[" + comment(4'000'000'002, summary_body()) + "]", next(page + "3"));
  it.http.once("GET " + page + "3", 200,
               "[" + comment(4'000'000'001, summary_body()) + "," + comment(10, "about " + summary_body()) + "," +
                   comment(11, "<!-- gatepost:summary other head= run=1.1 -->\n") + "]");
  const auto shown = it.forge->shown(a_wanted());
  REQUIRE(shown);
  CHECK(ids(shown->comments) == std::vector<std::string>{"4000000001", "4000000002"});
  CHECK(shown->comments[0].body == summary_body());
}

TEST_CASE("github: a name that resembles ours does not make a comment ours") {
  const std::string kUsers[] = {R"({"login":"github-actions[bot]","id":666})", R"({"login":"github-actions","id":7})",
                                "null", "{}", R"({"id":0,"login":""})"};
  for (const std::string& user : kUsers) {
    CAPTURE(user);
    AGitHub it;
    it.quiet();
    it.http.once(kCommentsPage, 200, "[" + comment(1, summary_body(), user) + "]");
    it.http.once(kNotesPage, 200, "[" + note(2, R"(,"line":3)", user) + "]");
    const auto shown = it.forge->shown(a_wanted());
    REQUIRE(shown);
    CHECK(shown->comments.empty());
    CHECK(shown->threads.empty());
  }
}

TEST_CASE("github: threads are told with who answered, what is outdated and what is resolved") {
  AGitHub it;
  it.quiet();
  it.http.once("GET " + kRepo, 200, R"({"permissions":{"push":true}})");
  it.http.once(kNotesPage, 200,
               "[" + note(3000000020, R"(,"line":12,"side":"RIGHT")") + "," +
                   note(21, R"(,"line":null,"side":"RIGHT")") + "," +
                   note(22, R"(,"line":1,"side":"RIGHT","subject_type":"file")") + "," +
                   note(23, R"(,"in_reply_to_id":21)", kStranger, "why?") + "," + note(24, R"(,"in_reply_to_id":22)") +
                   "," + note(25, R"(,"line":4)", kStranger) + "," + note(26, R"(,"line":4)", kBot, "no marker") + "]");
  it.http.once(kGraphql, 200, kViewer);
  it.http.once(kGraphql, 200, R"({"data":{"repository":{"pullRequest":{"reviewThreads":{
    "pageInfo":{"hasNextPage":true,"endCursor":"c1"},"nodes":[null,
    {"id":"T1","isResolved":true,"viewerCanResolve":false,"viewerCanUnresolve":true,
     "comments":{"nodes":[{"id":"other","fullDatabaseId":"3000000020"}]}}]}}}}})");
  it.http.once(kGraphql, 200, R"({"data":{"repository":{"pullRequest":{"reviewThreads":{
    "pageInfo":{"hasNextPage":false,"endCursor":"c2"},"nodes":[
    {"id":"T2","isResolved":false,"viewerCanResolve":true,"comments":{"nodes":[{"id":"N21","fullDatabaseId":null}]}},
    {"id":"T9","isResolved":false,"comments":{"nodes":[]}}]}}}}})");
  const auto shown = it.forge->shown(a_wanted());
  REQUIRE(shown);
  CHECK(shown->notes.empty());
  CHECK(shown->may.resolve);
  REQUIRE(shown->threads.size() == 3);
  const auto& outdated = shown->threads[0];
  CHECK(outdated.comment == "21");
  CHECK(outdated.thread == "T2");
  CHECK(outdated.outdated);
  CHECK(outdated.line == 0);
  CHECK(outdated.has_replies);
  const auto& on_file = shown->threads[1];
  CHECK(on_file.comment == "22");
  CHECK(on_file.line == 0);
  CHECK_FALSE(on_file.outdated);
  CHECK_FALSE(on_file.has_replies);  // we answered ourselves
  CHECK(on_file.thread.empty());
  const auto& on_line = shown->threads[2];
  CHECK(on_line.comment == "3000000020");
  CHECK(on_line.thread == "T1");
  CHECK(on_line.line == 12);
  CHECK(on_line.resolved);
  CHECK(it.http.body_of(kGraphql, 2).find(R"("after":"c1")") != std::string::npos);
}

TEST_CASE("github: a workflow's token resolves threads only where the repository says that it may write contents") {
  for (const char* repository : {R"({"permissions":{"push":false,"pull":true}})", "{}", "<html>"}) {
    CAPTURE(std::string(repository));
    AGitHub it;
    it.quiet();
    it.http.once(kNotesPage, 200, "[" + note(20, R"(,"line":12)") + "]").once("GET " + kRepo, 200, repository);
    it.http.once(kGraphql, 200, kViewer);
    it.http.once(kGraphql, 200, R"({"data":{"repository":{"pullRequest":{"reviewThreads":{"nodes":[
      {"id":"T1","isResolved":false,"viewerCanResolve":true,"comments":{"nodes":[{"fullDatabaseId":"20"}]}}]}}}}})");
    const auto shown = it.forge->shown(a_wanted());
    REQUIRE(shown);
    CHECK(shown->threads.at(0).thread == "T1");
    CHECK_FALSE(shown->may.resolve);
    CHECK(shown->notes.empty());
  }
}

TEST_CASE("github: without GraphQL's threads everything else is shown") {
  const struct {
    const char *first, *second;  // answers to the two ways of asking
    const char* thread;
    std::size_t notes;
  } kCases[] = {
      {R"({"errors":[{"message":"Field 'fullDatabaseId' doesn't exist","extensions":{"code":"undefinedField"}}]})",
       R"({"data":{"repository":{"pullRequest":{"reviewThreads":{"pageInfo":{},"nodes":[
         {"id":"T1","isResolved":false,"comments":{"nodes":[{"id":"x","databaseId":20}]}}]}}}}})",
       "T1", 0},
      {R"({"data":{"repository":null},"errors":[{"type":"FORBIDDEN","message":"Resource not accessible by integration"}]})",
       nullptr, "", 1},
      {R"({"data":{"repository":{"pullRequest":null}},"errors":[{"message":"gone"}]})", nullptr, "", 1},
      {"<html>no such page</html>", nullptr, "", 1},
  };
  for (const auto& one : kCases) {
    CAPTURE(one.first);
    AGitHub it;
    it.quiet();
    it.http.once(kNotesPage, 200, "[" + note(20, R"(,"line":12)") + "]");
    it.http.once(kGraphql, 200, kViewer).once(kGraphql, 200, one.first);
    if (one.second != nullptr) it.http.once(kGraphql, 200, one.second);
    const auto shown = it.forge->shown(a_wanted());
    REQUIRE(shown);
    REQUIRE(shown->threads.size() == 1);
    CHECK(shown->threads[0].thread == one.thread);
    CHECK_FALSE(shown->may.resolve);
    CHECK(shown->may.review);
    CHECK(shown->notes.size() == one.notes);
  }
}

TEST_CASE("github: what is optional and refused is told, and what depends on it is not possible") {
  const struct {
    std::string what;
    std::function<bool(const publish::Shown&)> holds;
  } kCases[] = {
      {kCommentsPage, [](const auto& it) { return !it.may.comment && it.may.review; }},
      {kNotesPage, [](const auto& it) { return !it.may.review && it.may.comment; }},
      {kFilesPage, [](const auto& it) { return !it.request.files_complete; }},
      {kReviewsPage, [](const auto& it) { return it.reviewers.size() == 2; }},
      {kChecksPage, [](const auto& it) { return !it.check && !it.may.check; }},
      {kStatusesPage, [](const auto& it) { return !it.status; }},
  };
  for (const auto& one : kCases) {
    for (const int status : {403, 404, 406, 422}) {
      CAPTURE(one.what);
      CAPTURE(status);
      AGitHub it;
      it.quiet();
      it.http.on(one.what, status, kNotAccessible);
      const auto shown = it.forge->shown(a_wanted());
      REQUIRE(shown);
      CHECK(one.holds(*shown));
      REQUIRE(shown->notes.size() == 1);
      CHECK(shown->notes[0].starts_with("github: "));
    }
  }
}

TEST_CASE("github: an answer that is no list is not an empty one") {
  for (const char* answer : {"{}", "null", "", "<html>", R"({"message":"maintenance"})", R"([{"id":1)"}) {
    CAPTURE(std::string(answer));
    AGitHub it;
    it.quiet();
    it.http.on(kCommentsPage, 200, answer).on(kNotesPage, 200, answer).on(kChecksPage, 200, answer);
    const auto shown = it.forge->shown(a_wanted());
    REQUIRE(shown);
    CHECK_FALSE(shown->may.comment);
    CHECK_FALSE(shown->may.review);
    CHECK(shown->notes.size() == 3);
  }
}

TEST_CASE("github: files are listed as far as GitHub lists them") {
  const struct {
    const char* what;
    int changed;
    std::string files;
    bool complete, lines_known, added, deleted;
    const char* old_path;
  } kCases[] = {
      {"renamed with the same content", 1,
       R"([{"filename":"b","previous_filename":"a","status":"renamed","changes":0}])", true, true, false, false, "a"},
      {"renamed and too large", 1, R"([{"filename":"b","previous_filename":"a","status":"renamed","changes":9}])", true,
       false, false, false, "a"},
      {"copied", 1, R"([{"filename":"b","previous_filename":"a","status":"copied","changes":0}])", true, false, true,
       false, "b"},
      {"removed", 1, R"([{"filename":"b","status":"removed","patch":"@@ -1 +0,0 @@\n-a"}])", true, true, false, true,
       "b"},
      {"cut in a hunk", 1, R"([{"filename":"b","status":"modified","patch":"@@ -1,5 +1,5 @@\n a"}])", true, false,
       false, false, "b"},
      {"more than are listed", 2, R"([{"filename":"b","status":"modified","patch":"@@ -1 +1 @@\n-a\n+b"}])", false,
       true, false, false, "b"},
  };
  for (const auto& one : kCases) {
    CAPTURE(one.what);
    AGitHub it;
    it.quiet(pull_json(kHead, "acme/shop", 1, "alice", one.changed));
    it.http.once(kFilesPage, 200, one.files);
    const auto shown = it.forge->shown(a_wanted());
    REQUIRE(shown);
    REQUIRE(shown->request.files.size() == 1);
    const auto& file = shown->request.files[0];
    CHECK(shown->request.files_complete == one.complete);
    CHECK(file.lines_known == one.lines_known);
    CHECK(file.added == one.added);
    CHECK(file.deleted == one.deleted);
    CHECK(file.old_path == one.old_path);
  }
}

TEST_CASE("github: a fork is one by number, also when it is gone") {
  const std::string gone = R"({"number":7,"state":"open","head":{"sha":")" + kHead +
                           R"(","repo":null},"base":{"sha":")" + kBase +
                           R"(","repo":{"id":1,"full_name":"acme/shop"}}})";
  const struct {
    std::string pull;
    bool fork;
  } kCases[] = {{pull_json(), false}, {pull_json(kHead, "stranger/shop", 2), true}, {gone, true}};
  for (const auto& one : kCases) {
    AGitHub it;
    it.quiet(one.pull);
    const auto shown = it.forge->shown(a_wanted());
    REQUIRE(shown);
    CHECK(shown->request.from_fork == one.fork);
  }
}

TEST_CASE("github: somebody else's status of our name is not ours") {
  AGitHub it;
  it.quiet();
  it.http.once(kStatusesPage, 200,
               R"([{"context":"gatepost","state":"success","creator":)" + kStranger +
                   R"(},{"context":"gatepost","state":"failure","creator":)" + kBot + "}]");
  const auto shown = it.forge->shown(a_wanted());
  REQUIRE(shown);
  CHECK_FALSE(shown->status);
}

TEST_CASE("github: a push and a merge queue show what hangs on the commit, and nothing else is asked") {
  AGitHub it;
  it.http.on(kGraphql, 200, kViewer).on(kChecksPage, 200, R"({"check_runs":[]})").on(kStatusesPage, 200, "[]");
  auto wanted = a_wanted();
  wanted.change_request = false;
  const auto shown = it.forge->shown(wanted);
  REQUIRE(shown);
  CHECK(shown->request.number == 0);
  CHECK(shown->request.head == kHead);
  CHECK_FALSE(shown->may.comment);
  CHECK_FALSE(shown->may.review);
  CHECK_FALSE(shown->may.label);
  CHECK_FALSE(shown->may.request_review);
  CHECK(shown->may.check);
  CHECK(shown->may.status);
  CHECK(shown->may.upload_sarif);
}

TEST_CASE("github: who we are is asked in the way that the token allows") {
  const struct {
    const char* what;
    forge::TokenKind kind;
    std::string api;
    int graphql;  // status of the answer
    int user;     // 0: not asked
    bool ours;    // a comment by github-actions[bot], 41898282
    bool may_comment;
  } kCases[] = {
      {"by GraphQL", forge::TokenKind::github_actions, "", 200, 0, true, true},
      {"a workflow's token without GraphQL", forge::TokenKind::github_actions, "", 403, 0, true, true},
      {"a person's token without GraphQL", forge::TokenKind::user, "", 403, 200, false, true},
      {"nothing tells", forge::TokenKind::user, "", 403, 403, false, false},
  };
  for (const auto& one : kCases) {
    CAPTURE(one.what);
    AGitHub it(an_access(one.kind));
    it.quiet();
    it.http.on(kGraphql, one.graphql, one.graphql == 200 ? kViewer : kNotAccessible);
    if (one.user != 0)
      it.http.on("GET /user", one.user, one.user == 200 ? R"({"login":"me","id":77})" : kNotAccessible);
    if (one.may_comment) it.http.on(kCommentsPage, 200, "[" + comment(1, summary_body()) + "]");
    const auto shown = it.forge->shown(a_wanted());
    REQUIRE(shown);
    CHECK(shown->comments.size() == (one.ours ? 1 : 0));
    CHECK(shown->may.comment == one.may_comment);
    CHECK(shown->may.check == (one.kind != forge::TokenKind::user));
    CHECK(shown->notes.empty() == one.may_comment);
  }
}

TEST_CASE("github: on another server the bot has another number") {
  forge::Access access = an_access();
  access.api = "https://git.example/api/v3";
  access.graphql = "https://git.example/api/graphql";
  FakeTime time;
  RoutedHttp http("https://git.example");
  const auto forge = forge::github(access, http, time.ports(), {});
  http.on("POST /api/graphql", 200, R"({"data":{"viewer":{"login":"github-actions[bot]","databaseId":null}}})");
  const auto self = forge->identity();
  REQUIRE(self);
  CHECK(*self == "github-actions[bot], by the workflow's GITHUB_TOKEN");
  CHECK(http.seen[0].authorization == "Bearer " + a_token());
}

// --- the pull request of a commit ---

namespace {

std::string candidate(int number, const std::string& head = kHead, const std::string& repository = "stranger/shop",
                      const std::string& branch = "fix", const std::string& state = "open",
                      const std::string& base = "acme/shop") {
  return R"({"number":)" + std::to_string(number) + R"(,"state":")" + state + R"(","head":{"sha":")" + head +
         R"(","ref":")" + branch + R"(","repo":{"full_name":")" + repository + R"("}},"base":{"repo":{"full_name":")" +
         base + R"("}}})";
}

forge::Wanted by_commit() {
  auto wanted = a_wanted();
  wanted.number = 0;
  wanted.head_repository = "Stranger/Shop";
  wanted.head_branch = "fix";
  return wanted;
}

const std::string kOfCommit = "GET " + kRepo + "/commits/" + kHead + "/pulls?per_page=100";
const std::string kOpen = "GET " + kRepo + "/pulls?state=open&head=Stranger%3Afix&per_page=100";

}  // namespace

TEST_CASE("github: the pull request of a commit is the one whose newest commit it is") {
  const struct {
    const char* what;
    std::string of_commit, open;  // "": not asked
    std::string error;            // "": found
  } kCases[] = {
      {"known by its commit", "[" + candidate(7) + "]", "", ""},
      {"known by its branch", "[]", "[" + candidate(7) + "]", ""},
      {"others have it inside", "[" + candidate(6, kOther) + "," + candidate(7) + "]", "", ""},
      {"a closed one does not count",
       "[" + candidate(6, kHead, "stranger/shop", "fix", "closed") + "," + candidate(7) + "]", "", ""},
      {"one of another branch does not count",
       "[" + candidate(6, kHead, "stranger/shop", "x") + "," + candidate(7) + "]", "", ""},
      {"one of another fork does not count", "[" + candidate(6, kHead, "evil/shop") + "," + candidate(7) + "]", "", ""},
      {"one into another repository does not count",
       "[" + candidate(6, kHead, "stranger/shop", "fix", "open", "stranger/shop") + "," + candidate(7) + "]", "", ""},
      {"pushed to since", "[" + candidate(7, kOther) + "]", "[" + candidate(7, kOther) + "]",
       "github: no open pull request of acme/shop has aaaaaaaaaaaa as its newest commit"},
      {"two of the same branch", "[" + candidate(7) + "," + candidate(8) + "]", "",
       "github: aaaaaaaaaaaa is the newest commit of several pull requests (#7, #8), so it is not known which one was "
       "judged"},
  };
  for (const auto& one : kCases) {
    CAPTURE(one.what);
    AGitHub it;
    it.quiet(pull_json(kHead, "stranger/shop", 2));
    it.http.once(kOfCommit, 200, one.of_commit);
    if (!one.open.empty()) it.http.once(kOpen, 200, one.open);
    const auto shown = it.forge->shown(by_commit());
    CHECK(shown.ok() == one.error.empty());
    if (shown) {
      CHECK(shown->request.number == 7);
    } else {
      CHECK(shown.error().message == one.error);
      CHECK(shown.error().kind == ErrorKind::conflict);
    }
  }
}

TEST_CASE("github: a pull request that is pushed to while it is looked for is not taken") {
  AGitHub it;
  it.http.once(kOfCommit, 200, "[" + candidate(7) + "]").once("GET " + kPull, 200, pull_json(kOther));
  const auto shown = it.forge->shown(by_commit());
  REQUIRE_FALSE(shown);
  CHECK(shown.error().kind == ErrorKind::conflict);
}

TEST_CASE("github: a commit that is none is looked up nowhere") {
  AGitHub it;
  auto wanted = by_commit();
  for (const char* head : {"", "main", "../../user", "aaaa"}) {
    wanted.head = head;
    const auto shown = it.forge->shown(wanted);
    REQUIRE_FALSE(shown);
    CHECK(shown.error().kind == ErrorKind::usage);
  }
  CHECK(it.http.seen.empty());
}

TEST_CASE("github: the head is asked anew each time, and costs nothing when it is the same") {
  AGitHub it;
  net::Headers tagged = RoutedHttp::json();
  REQUIRE(tagged.add("ETag", "\"1\""));
  it.http.once("GET " + kPull, 200, pull_json(), tagged).once("GET " + kPull, 304, "");
  it.http.once("GET " + kPull, 200, pull_json(kOther));
  CHECK(it.forge->current_head(7).value() == kHead);
  CHECK(it.forge->current_head(7).value() == kHead);
  CHECK(it.forge->current_head(7).value() == kOther);
}

// --- files ---

TEST_CASE("github: a file is its bytes; none only where the commit can be read") {
  const std::string path = "GET " + kRepo + "/contents/docs/CODE%20OWNERS?ref=" + kBase;
  const std::string commit = "GET " + kRepo + "/git/commits/" + kBase;
  const net::Headers raw{{"Content-Type", "application/vnd.github.raw+json; charset=utf-8"}};
  const auto ask = [](AGitHub& it) { return it.forge->file_at("docs/CODE OWNERS", kBase); };
  SUBCASE("raw") {
    AGitHub it;
    it.http.once(path, 200, "{\"a\":\n", raw);
    CHECK(ask(it).value() == "{\"a\":\n");
    CHECK(it.http.seen[0].accept == "application/vnd.github.raw+json");
  }
  SUBCASE("as a document") {
    AGitHub it;
    it.http.once(path, 200, R"({"type":"file","encoding":"base64","content":"aGVs\nbG8=\n"})");
    CHECK(ask(it).value() == "hello");
  }
  SUBCASE("a folder") {
    AGitHub it;
    it.http.once(path, 200, "[]");
    CHECK(ask(it).error().kind == ErrorKind::bad_input);
  }
  SUBCASE("absent") {
    AGitHub it;
    it.http.on(path, 404, R"({"message":"Not Found"})").once(commit, 200, R"({"sha":"x"})");
    CHECK_FALSE(ask(it).value());
    CHECK_FALSE(ask(it).value());
  }
  SUBCASE("not to be seen") {
    AGitHub it;
    it.http.once(path, 404, R"({"message":"Not Found"})").once(commit, 404, R"({"message":"Not Found"})");
    CHECK(ask(it).error().kind == ErrorKind::denied);
    CHECK(it.http.seen.size() == 2);
  }
}
