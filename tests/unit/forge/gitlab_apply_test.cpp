#include <doctest/doctest.h>

#include "unit/forge/gitlab_fixture.hpp"

using namespace gatepost;
using namespace gatepost::test;
using namespace gatepost::test::lab;
using publish::Channel;

namespace {

const std::string kPostNote = "POST " + kNotes, kPostDiscussion = "POST " + kDiscussions;
const std::string kPostStatus = "POST " + kProject + "/statuses/" + kHead;
const std::string kLookNotes = "GET " + kNotes + "?sort=desc&order_by=created_at&per_page=100";
const std::string kMadeDiscussion = R"({"id":"abc","notes":[{"id":3000000006}]})";
constexpr const char* kLineCode =
    R"({"message":"400 Bad request - Note {:line_code=>[\"can't be blank\", \"must be a valid line code\"]}"})";

publish::Shown with_lines() {
  publish::Shown shown = a_shown();
  publish::ShownFile file{.old_path = "src/a.c", .new_path = "src/a.c"};
  file.hunks = *publish::parse_patch("@@ -1,2 +1,4 @@\n a\n+b\n+c\n d\n");
  shown.request.files.push_back(file);
  shown.request.files.push_back({.old_path = "logo.png", .new_path = "logo.png", .added = true, .lines_known = false});
  return shown;
}

publish::Note a_note(std::uint32_t line, char letter = 'A', const std::string& path = "src/a.c") {
  return {note_marker(letter), note_marker(letter) + "\nbad", path, path, {0, line}, {0, line}};
}

Result<forge::Applied> apply(AGitLab& it, publish::What what, const publish::Shown& shown = a_shown()) {
  it.http.on("GET /user", 200, kBot);
  return it.forge->apply({.key = "key", .channel = Channel::comment, .what = std::move(what)}, shown);
}

publish::SetStatus a_status(const std::string& state = "failure") {
  return {kHead, "gatepost", "2 findings", "https://ci/1", state};
}

}  // namespace

TEST_CASE("gitlab: each action is one request, as the contract has it") {
  const struct {
    const char* what;
    publish::What action;
    std::string request, body;
    int status;
  } kCases[] = {
      {"comment", publish::CreateComment{"<!-- m -->", "<!-- m -->\nhello"}, kPostNote,
       R"({"body":"<!-- m -->\nhello"})", 201},
      {"comment again", publish::UpdateComment{"3000000005", "new"}, "PUT " + kNotes + "/3000000005",
       R"({"body":"new"})", 200},
      {"a second comment", publish::DeleteComment{"6"}, "DELETE " + kNotes + "/6", "", 204},
      {"a second comment that is gone", publish::DeleteComment{"6"}, "DELETE " + kNotes + "/6", "", 404},
      {"note again", publish::UpdateNote{"d1", "8", "new"}, "PUT " + kDiscussions + "/d1/notes/8", R"({"body":"new"})",
       200},
      {"note of no known thread again", publish::UpdateNote{"", "8", "new"}, "PUT " + kNotes + "/8",
       R"({"body":"new"})", 200},
      {"no note", publish::DeleteNote{"d1", "8"}, "DELETE " + kDiscussions + "/d1/notes/8", "", 204},
      {"no note that is gone", publish::DeleteNote{"d1", "8"}, "DELETE " + kDiscussions + "/d1/notes/8", "", 404},
      {"resolve", publish::ResolveThread{"d1", true}, "PUT " + kDiscussions + "/d1", R"({"resolved":true})", 200},
      {"open again", publish::ResolveThread{"d1", false}, "PUT " + kDiscussions + "/d1", R"({"resolved":false})", 200},
      {"status", a_status(), kPostStatus,
       R"({"state":"failed","name":"gatepost","description":"2 findings","target_url":"https://ci/1"})", 201},
      {"status of no verdict", a_status("error"), kPostStatus,
       R"({"state":"failed","name":"gatepost","description":"2 findings","target_url":"https://ci/1"})", 201},
      {"good status", a_status("success"), kPostStatus,
       R"({"state":"success","name":"gatepost","description":"2 findings","target_url":"https://ci/1"})", 201},
      {"a page that is too long for a status",
       publish::SetStatus{kHead, "gatepost", "fine", "https://ci/" + std::string(250, 'x'), "success"}, kPostStatus,
       R"({"state":"success","name":"gatepost","description":"fine"})", 201},
      {"external check", publish::AnswerExternalCheck{3, kHead, true}, "POST " + kRequest + "/status_check_responses",
       R"({"sha":")" + kHead + R"(","external_status_check_id":3,"status":"passed"})", 201},
      {"labels", publish::ChangeLabels{{"a", "b c"}, {"d"}}, "PUT " + kRequest,
       R"({"add_labels":"a,b c","remove_labels":"d"})", 200},
  };
  for (const auto& each : kCases) {
    CAPTURE(each.what);
    AGitLab it;
    it.http.on(each.request, each.status, "{}").on("GET " + kDiscussions + kPage, 200, "[]");
    const auto applied = apply(it, each.action);
    REQUIRE(applied);
    CHECK(applied->notes.empty());
    REQUIRE(it.http.writes() == std::vector<std::string>{each.request});
    CHECK(it.http.body_of(each.request) == each.body);
  }
}

TEST_CASE("gitlab: a status names the pipeline that it belongs to") {
  AGitLab it;
  it.http.on(kPostStatus, 201, "{}");
  publish::SetStatus status = a_status();
  status.pipeline = 4'000'000'001;
  REQUIRE(apply(it, status));
  CHECK(it.http.body_of(kPostStatus).find(R"("pipeline_id":4000000001)") != std::string::npos);
}

TEST_CASE("gitlab: a note that somebody answered meanwhile is not deleted") {
  const std::string drop = "DELETE " + kDiscussions + "/d1/notes/8";
  for (const bool answered : {false, true}) {
    AGitLab it;
    it.quiet();
    const std::string notes = note_json("8", "ours") + "," + note_json("9", "why?", answered ? kStranger : kBot);
    it.http.on("GET " + kDiscussions + kPage, 200, "[" + discussion_json("d1", notes) + "]").on(drop, 204, "");
    const auto applied = apply(it, publish::DeleteNote{"d1", "8"});
    REQUIRE(applied);
    CHECK(it.http.count(drop) == (answered ? 0 : 1));
    CHECK(applied->notes.empty() == !answered);
  }
}

TEST_CASE("gitlab: what is GitHub's is refused without a request") {
  for (const publish::What& what : {publish::What(publish::WriteCheckRun{}), publish::What(publish::UploadSarif{})}) {
    AGitLab it;
    const auto applied = apply(it, what);
    REQUIRE_FALSE(applied);
    CHECK(applied.error().kind == ErrorKind::usage);
    CHECK(it.http.writes().empty());
  }
}

TEST_CASE("gitlab: it is said where a comment can be seen") {
  AGitLab it;
  it.quiet();
  REQUIRE(it.forge->shown(a_wanted()));
  it.http.on(kPostNote, 201, R"({"id":3000000005})");
  const auto applied = apply(it, publish::CreateComment{"m", "m\nx"});
  REQUIRE(applied);
  CHECK(applied->url == "https://gitlab.example/forge/acme/shop/-/merge_requests/7#note_3000000005");
}

TEST_CASE("gitlab: nothing that GitLab would carry out is sent") {
  for (const char* const body : {"/merge", "m\n/merge", "m\r\n/merge", "m\n\r/merge", "\r/close\n"}) {
    CAPTURE(body);
    publish::Note note = a_note(2);
    note.body = body;
    for (const publish::What& what :
         {publish::What(publish::CreateComment{"m", body}), publish::What(publish::UpdateComment{"5", body}),
          publish::What(publish::PostNotes{{a_note(3, 'B'), note}}),
          publish::What(publish::UpdateNote{"d1", "8", body})}) {
      AGitLab it;
      const auto applied = apply(it, what, with_lines());
      REQUIRE_FALSE(applied);
      CHECK(applied.error().kind == ErrorKind::bad_input);
      CHECK(it.http.writes().empty());
    }
  }
  for (const char* const body : {"a/b", "m\n /x", "m\r/x", "m\n//"}) {
    AGitLab it;
    it.http.on(kPostNote, 201, R"({"id":5})");
    CHECK(apply(it, publish::CreateComment{"m", body}).ok() == (std::string(body) != "m\n//"));
  }
}

TEST_CASE("gitlab: an answer that tells of commands is no success") {
  AGitLab it;
  it.http.on(kPostNote, 202, R"({"commands_changes":{"merge":true},"summary":["Merged."]})");
  const auto applied = apply(it, publish::CreateComment{"m", "m\nx"});
  REQUIRE_FALSE(applied);
  CHECK(applied.error().message.find("commands") != std::string::npos);
}

TEST_CASE("gitlab: an answer that was lost is looked for, and nothing is said twice") {
  SUBCASE("a comment") {
    const std::string marker(publish::first_line(summary_body()));
    const auto found = [&](const std::string& id, const std::string& author, const std::string& body) {
      return "[" + note_json(id, body, author) + "]";
    };
    const struct {
      const char* what;
      std::string list;
      std::size_t posts;
    } kCases[] = {{"it is there", found("50", kBot, summary_body()), 1},
                  {"it is not", "[]", 2},
                  {"a stranger's is not ours", found("50", kStranger, summary_body()), 2},
                  {"another one of ours", found("50", kBot, "<!-- gatepost:summary gatepost head=x -->"), 2},
                  {"the one that we knew", found("40", kBot, summary_body()), 2}};
    for (const auto& each : kCases) {
      CAPTURE(each.what);
      AGitLab it;
      it.http.lose(kPostNote).on(kPostNote, 201, R"({"id":51})").on(kLookNotes, 200, each.list);
      auto shown = a_shown();
      shown.comments.push_back({"40", summary_body()});
      CHECK(apply(it, publish::CreateComment{marker, summary_body()}, shown));
      CHECK(it.http.count(kPostNote) == each.posts);
    }
  }
  SUBCASE("a note") {
    AGitLab it;
    it.http.lose(kPostDiscussion);
    it.http.on("GET " + kDiscussions + kPage, 200, "[" + discussion_json("d1", note_json("60", note_marker())) + "]");
    CHECK(apply(it, publish::PostNotes{{a_note(2)}}, with_lines()));
    CHECK(it.http.count(kPostDiscussion) == 1);
  }
  SUBCASE("a status") {
    for (const bool done : {true, false}) {
      CAPTURE(done);
      AGitLab it;
      it.http.lose(kPostStatus).on(kPostStatus, 201, "{}");
      const std::string status =
          R"({"id":5,"name":"gatepost","status":"failed","description":"2 findings","author":)" + kBot + "}";
      it.http.on(kStatuses, 200, done ? "[" + status + "]" : "[]");
      CHECK(apply(it, a_status()));
      CHECK(it.http.count(kPostStatus) == (done ? 1U : 2U));
    }
  }
}

TEST_CASE("gitlab: notes are discussions, each on its line") {
  AGitLab it;
  it.http.on(kPostDiscussion, 201, kMadeDiscussion);
  const auto applied =
      apply(it, publish::PostNotes{{a_note(2), a_note(4, 'B'), a_note(0, 'C', "logo.png")}}, with_lines());
  REQUIRE(applied);
  CHECK(applied->notes.empty());
  REQUIRE(it.http.count(kPostDiscussion) == 3);
  const std::string added = it.http.body_of(kPostDiscussion, 0), unchanged = it.http.body_of(kPostDiscussion, 1),
                    file = it.http.body_of(kPostDiscussion, 2);
  CHECK(added.find(R"("new_line":2})") != std::string::npos);
  CHECK(added.find("old_line") == std::string::npos);
  CHECK(added.find(R"("start_sha":")" + kStart) != std::string::npos);
  CHECK(unchanged.find(R"("old_line":2,"new_line":4)") != std::string::npos);
  CHECK(file.find(R"("position_type":"file")") != std::string::npos);
  // One after the other, because people are told of each.
  CHECK(it.time.total_slept() >= std::chrono::seconds(6));
}

TEST_CASE("gitlab: a note that is not taken beside its line is said without it, and the others are not kept back") {
  AGitLab it;
  it.http.once(kPostDiscussion, 201, kMadeDiscussion).once(kPostDiscussion, 400, kLineCode);
  it.http.on(kPostDiscussion, 201, kMadeDiscussion);
  const auto applied = apply(it, publish::PostNotes{{a_note(2), a_note(3, 'B'), a_note(4, 'C')}}, with_lines());
  REQUIRE(applied);
  REQUIRE(it.http.count(kPostDiscussion) == 4);
  CHECK(it.http.body_of(kPostDiscussion, 2) == R"({"body":")" + note_marker('B') + R"(\nbad"})");
  CHECK(it.http.body_of(kPostDiscussion, 3).find("\"position\"") != std::string::npos);
  REQUIRE(applied->notes.size() == 1);
  CHECK(applied->notes.front().find("src/a.c:3") != std::string::npos);
  CHECK(applied->notes.front().find("line_code") != std::string::npos);
}

TEST_CASE("gitlab: a note on a file that the diff does not have is said without a place") {
  AGitLab it;
  it.http.on(kPostDiscussion, 201, kMadeDiscussion);
  const auto applied = apply(it, publish::PostNotes{{a_note(2, 'A', "gone.c")}}, with_lines());
  REQUIRE(applied);
  CHECK(it.http.count(kPostDiscussion) == 1);
  CHECK(it.http.body_of(kPostDiscussion).find("position") == std::string::npos);
  CHECK(applied->notes.size() == 1);
}

TEST_CASE("gitlab: a note on a line of a file whose lines are not shown goes to the file, and that is told") {
  AGitLab it;
  it.http.on(kPostDiscussion, 201, kMadeDiscussion);
  const auto applied = apply(it, publish::PostNotes{{a_note(2, 'A', "logo.png")}}, with_lines());
  REQUIRE(applied);
  CHECK(it.http.body_of(kPostDiscussion).find(R"("position_type":"file")") != std::string::npos);
  CHECK(applied->notes.size() == 1);
}

TEST_CASE("gitlab: notes that are forbidden are an error, so that they are said elsewhere") {
  AGitLab it;
  it.http.on(kPostDiscussion, 403, R"({"message":"403 Forbidden"})");
  const auto applied = apply(it, publish::PostNotes{{a_note(2), a_note(3, 'B')}}, with_lines());
  REQUIRE_FALSE(applied);
  CHECK(applied.error().kind == ErrorKind::denied);
  CHECK(it.http.count(kPostDiscussion) == 1);
}

TEST_CASE("gitlab: a thread that we may not resolve is told, and is no failure") {
  for (const auto& [status, body] :
       std::vector<std::pair<int, std::string>>{{403, R"({"message":"403 Forbidden"})"},
                                                {400, R"({"message":"400 Bad request - Note is not resolvable"})"}}) {
    AGitLab it;
    it.http.on("PUT " + kDiscussions + "/d1", status, body);
    const auto applied = apply(it, publish::ResolveThread{"d1"});
    REQUIRE(applied);
    CHECK(applied->notes.size() == 1);
  }
}

TEST_CASE("gitlab: a thread that cannot be named is not asked for") {
  AGitLab it;
  const auto applied = apply(it, publish::ResolveThread{""});
  REQUIRE(applied);
  CHECK(applied->notes.size() == 1);
  CHECK(it.http.writes().empty());
}

TEST_CASE("gitlab: a status that stands already is set, whatever GitLab says of going there") {
  const std::string refusal =
      R"json({"message":"Cannot transition status via :run from :running (Reason(s): Status cannot transition via \"run\")"})json";
  const struct {
    const char* shown;
    bool works;
  } kCases[] = {{"failed", true}, {"success", false}};
  for (const auto& each : kCases) {
    CAPTURE(each.shown);
    AGitLab it;
    it.http.on(kPostStatus, 400, refusal);
    it.http.on(kStatuses, 200, R"([{"id":5,"name":"gatepost","status":")" + std::string(each.shown) + R"("}])");
    CHECK(apply(it, a_status()).ok() == each.works);
  }
}

TEST_CASE("gitlab: a status that is being written is waited for") {
  AGitLab it;
  const std::string locked = R"({"message":"Another update to this commit status is in progress"})";
  SUBCASE("once") {
    it.http.once(kPostStatus, 409, locked).once(kPostStatus, 201, "{}");
    CHECK(apply(it, a_status()));
    CHECK(it.time.total_slept() >= std::chrono::seconds(3));
  }
  SUBCASE("but not for ever") {
    it.http.on(kPostStatus, 409, locked);
    CHECK(apply(it, a_status()).error().kind == ErrorKind::conflict);
    CHECK(it.http.count(kPostStatus) == 3);
  }
}

TEST_CASE("gitlab: a status is set on a commit and on nothing else") {
  AGitLab it;
  publish::SetStatus status = a_status();
  status.head = "../x";
  CHECK(apply(it, status).error().kind == ErrorKind::usage);
  CHECK(it.http.writes().empty());
}

TEST_CASE("gitlab: an external status check that the licence lacks is one sentence") {
  AGitLab it;
  it.http.on("POST " + kRequest + "/status_check_responses", 401, R"({"message":"401 Unauthorized"})");
  const auto applied = apply(it, publish::AnswerExternalCheck{3, kHead, true});
  REQUIRE_FALSE(applied);
  CHECK(applied.error().hint.find("Ultimate") != std::string::npos);
}

TEST_CASE("gitlab: labels with a comma are left out, because GitLab would take them for two") {
  AGitLab it;
  it.http.on("PUT " + kRequest, 200, "{}");
  const auto applied = apply(it, publish::ChangeLabels{{"a,b", "c"}, {}});
  REQUIRE(applied);
  CHECK(applied->notes.size() == 1);
  CHECK(it.http.body_of("PUT " + kRequest) == R"({"add_labels":"c"})");
  AGitLab none;
  CHECK(apply(none, publish::ChangeLabels{{"a,b"}, {}}));
  CHECK(none.http.writes().empty());
}

TEST_CASE("gitlab: those who were asked before stay asked; groups and who is not known are told") {
  AGitLab it;
  const auto with = [](const std::string& reviewers) { return R"({"iid":7,"reviewers":[)" + reviewers + "]}"; };
  const std::string bob = R"({"id":8,"username":"bob"})", ada = R"({"id":2000000009,"username":"Ada"})";
  it.http.on("GET /users?username=ada", 200, "[" + ada + "]").on("GET /users?username=nobody", 200, "[]");
  it.http.on("GET /users?username=bob", 200, "[" + bob + "]")
      .on("GET /users?username=eve", 200, R"([{"id":66,"username":"eve"}])");
  it.http.on("GET " + kRequest, 200, with(bob));
  it.http.on("PUT " + kRequest, 200, with(bob + "," + ada));
  const auto applied = apply(it, publish::RequestReviews{{"ada", "bob", "nobody", "eve"}, {"payments"}});
  REQUIRE(applied);
  CHECK(it.http.body_of("PUT " + kRequest) == R"({"reviewer_ids":[8,2000000009,66]})");
  REQUIRE(applied->notes.size() == 3);
  CHECK(applied->notes[0].find("payments") != std::string::npos);
  CHECK(applied->notes[1].find("@nobody") != std::string::npos);
  CHECK(applied->notes[2].find("@eve") != std::string::npos);

  AGitLab none;
  none.http.on("GET /users?username=bob", 200, "[" + bob + "]").on("GET " + kRequest, 200, with(bob));
  CHECK(apply(none, publish::RequestReviews{{}, {"payments"}}));
  CHECK(apply(none, publish::RequestReviews{{"bob"}, {}}));
  CHECK(none.http.writes().empty());
}
