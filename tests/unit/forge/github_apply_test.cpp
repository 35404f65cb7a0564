#include <doctest/doctest.h>

#include <numeric>

#include "base/base64.hpp"
#include "base/bytes.hpp"
#include "support/key_pair.hpp"
#include "unit/forge/github_fixture.hpp"

using namespace gatepost;
using namespace gatepost::test;
using publish::Channel;

namespace {

const std::string kPostComment = "POST " + kIssue + "/comments", kPostReview = "POST " + kPull + "/reviews";
const std::string kPostNote = "POST " + kPull + "/comments", kPostCheck = "POST " + kRepo + "/check-runs";
const std::string kAsk = "POST " + kPull + "/requested_reviewers";
const std::string kUpload = "POST " + kRepo + "/code-scanning/sarifs";
const std::string kLook = "GET " + kRepo + "/code-scanning/sarifs/u-1";
constexpr const char* kMade = R"({"id":3000000005,"html_url":"https://github.com/acme/shop/pull/7#issuecomment-5"})";

publish::Shown with_lines() {
  publish::Shown shown = a_shown();
  publish::ShownFile file{.old_path = "src/a.c", .new_path = "src/a.c"};
  file.hunks = *publish::parse_patch("@@ -1,2 +1,4 @@\n a\n+b\n+c\n d\n@@ -20,1 +22,2 @@\n x\n+y\n");
  shown.request.files.push_back(file);
  shown.request.files.push_back({.old_path = "logo.png", .new_path = "logo.png", .added = true, .lines_known = false});
  return shown;
}

publish::Note a_note(std::uint32_t first, std::uint32_t last, const std::string& path = "src/a.c", char letter = 'A') {
  return {note_marker(letter), note_marker(letter) + "\nbad", path, path, {0, first}, {0, last}};
}

Result<forge::Applied> apply(AGitHub& it, publish::What what, const publish::Shown& shown = a_shown()) {
  return it.forge->apply({.key = "key", .channel = Channel::comment, .what = std::move(what)}, shown);
}

publish::WriteCheckRun a_check_run(std::size_t annotations) {
  publish::WriteCheckRun run{.name = "gatepost",
                             .head = kHead,
                             .external_id = "gatepost:check:1",
                             .details_url = "https://ci/1",
                             .conclusion = "failure",
                             .title = "1 finding",
                             .summary = "text"};
  for (std::size_t i = 1; i <= annotations; ++i) {
    const auto line = static_cast<std::uint32_t>(i);
    run.annotations.push_back({"./src/a.c", line, line, 0, 0, "warning", "t", "m" + std::to_string(i)});
  }
  return run;
}

std::size_t occurrences(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

}  // namespace

TEST_CASE("github: each action is one request, as the contract has it") {
  const struct {
    const char* what;
    publish::What action;
    std::string request, body;
    int status;
  } kCases[] = {
      {"comment", publish::CreateComment{"<!-- m -->", "<!-- m -->\nhello"}, kPostComment,
       R"({"body":"<!-- m -->\nhello"})", 201},
      {"comment again", publish::UpdateComment{"3000000005", "new"}, "PATCH " + kRepo + "/issues/comments/3000000005",
       R"({"body":"new"})", 200},
      {"a second comment", publish::DeleteComment{"6"}, "DELETE " + kRepo + "/issues/comments/6", "", 204},
      {"a second comment that is gone", publish::DeleteComment{"6"}, "DELETE " + kRepo + "/issues/comments/6", "", 404},
      {"note again", publish::UpdateNote{"T1", "8", "new"}, "PATCH " + kRepo + "/pulls/comments/8", R"({"body":"new"})",
       200},
      {"no note", publish::DeleteNote{"T1", "8"}, "DELETE " + kRepo + "/pulls/comments/8", "", 204},
      {"no note that is gone", publish::DeleteNote{"T1", "8"}, "DELETE " + kRepo + "/pulls/comments/8", "", 404},
      {"status", publish::SetStatus{kHead, "gatepost", "fine", "https://ci/1", "success"},
       "POST " + kRepo + "/statuses/" + kHead,
       R"({"state":"success","context":"gatepost","description":"fine","target_url":"https://ci/1"})", 201},
      {"status without a page", publish::SetStatus{kHead, "gatepost", "fine", "", "success"},
       "POST " + kRepo + "/statuses/" + kHead, R"({"state":"success","context":"gatepost","description":"fine"})", 201},
      {"label", publish::ChangeLabels{{"sec: open"}, {}}, "POST " + kIssue + "/labels", R"({"labels":["sec: open"]})",
       200},
      {"no label", publish::ChangeLabels{{}, {"a/b c%"}}, "DELETE " + kIssue + "/labels/a%2Fb%20c%25", "", 200},
      {"no label that is not there", publish::ChangeLabels{{}, {"x"}}, "DELETE " + kIssue + "/labels/x", "", 404},
      {"reviewers", publish::RequestReviews{{"bob"}, {"payments"}}, kAsk,
       R"({"reviewers":["bob"],"team_reviewers":["payments"]})", 201},
      {"one review of all notes", publish::PostNotes{{a_note(2, 2), a_note(1, 3, "src/a.c", 'B')}}, kPostReview,
       R"({"commit_id":")" + kHead + R"(","event":"COMMENT","body":"gatepost: 2 notes on the lines of this change.",)" +
           R"("comments":[{"path":"src/a.c","body":")" + note_marker('A') + R"(\nbad","line":2,"side":"RIGHT"},)" +
           R"({"path":"src/a.c","body":")" + note_marker('B') +
           R"(\nbad","line":3,"side":"RIGHT","start_line":1,"start_side":"RIGHT"}]})",
       200},
      {"a note on a file", publish::PostNotes{{a_note(0, 0, "logo.png")}}, kPostNote,
       R"({"body":")" + note_marker() + R"(\nbad","commit_id":")" + kHead +
           R"(","path":"logo.png","subject_type":"file"})",
       201},
      {"check run", a_check_run(1), kPostCheck,
       R"({"name":"gatepost","head_sha":")" + kHead +
           R"(","external_id":"gatepost:check:1","details_url":"https://ci/1","status":"completed","conclusion":"failure",)" +
           R"("output":{"title":"1 finding","summary":"text","annotations":[{"path":"src/a.c","start_line":1,"end_line":1,)" +
           R"("annotation_level":"warning","message":"m1","title":"t"}]}})",
       201},
  };
  for (const auto& one : kCases) {
    CAPTURE(one.what);
    AGitHub it;
    it.http.on(kGraphql, 200, kViewer).once(one.request, one.status, one.status == 204 ? "" : kMade);
    it.http.on(kNotesPage, 200, "[]");
    const auto applied = apply(it, one.action, with_lines());
    REQUIRE(applied);
    CHECK(applied->notes.empty());
    CHECK(it.http.body_of(one.request) == one.body);
    CHECK(it.http.writes().size() == 2);  // the first is the question who we are
  }
}

TEST_CASE("github: a note that somebody answered meanwhile is not deleted") {
  const auto reply = [](const std::string& to, const std::string& user) {
    return R"([{"id":9,"in_reply_to_id":)" + to + R"(,"user":)" + user + R"(,"body":"why?"}])";
  };
  const struct {
    const char* what;
    std::string list;
    bool deleted;
  } kCases[] = {
      {"nobody", "[]", true},
      {"somebody", reply("8", kStranger), false},
      {"ourselves", reply("8", kBot), true},
      {"another note", reply("7", kStranger), true},
  };
  const std::string drop = "DELETE " + kRepo + "/pulls/comments/8";
  for (const auto& one : kCases) {
    CAPTURE(one.what);
    AGitHub it;
    it.http.on(kGraphql, 200, kViewer).on(kNotesPage, 200, one.list).on(drop, 204, "");
    const auto applied = apply(it, publish::DeleteNote{"T1", "8"}, with_lines());
    REQUIRE(applied);
    CHECK(it.http.count(drop) == (one.deleted ? 1 : 0));
    CHECK(applied->notes.empty() == one.deleted);
  }
  AGitHub unknown;
  unknown.http.on(kGraphql, 200, kViewer).on(kNotesPage, 403, kNotAccessible);
  CHECK_FALSE(apply(unknown, publish::DeleteNote{"T1", "8"}, with_lines()));
}

TEST_CASE("github: the same report of a commit is not uploaded for a pull request again") {
  const std::string report =
      R"({"version":"2.1.0","runs":[{"automationDetails":{"id":"gatepost/sast/"},"results":[{},{}]}]})";
  const auto analysis = [](int results, const std::string& commit, const std::string& error) {
    return R"([{"commit_sha":")" + commit + R"(","category":"gatepost/sast","results_count":)" +
           std::to_string(results) + R"(,"error":")" + error + R"("}])";
  };
  const struct {
    const char* what;
    std::string ref, list;
    bool uploaded;
  } kCases[] = {
      {"the same", "refs/pull/7/merge", analysis(2, kHead, ""), false},
      {"another number", "refs/pull/7/merge", analysis(3, kHead, ""), true},
      {"another commit", "refs/pull/7/merge", analysis(2, kOther, ""), true},
      {"one that failed", "refs/pull/7/merge", analysis(2, kHead, "bad"), true},
      {"none", "refs/pull/7/merge", "[]", true},
      {"a branch, always", "refs/heads/main", analysis(2, kHead, ""), true},
  };
  for (const auto& one : kCases) {
    CAPTURE(one.what);
    AGitHub it;
    const std::string list = "GET " + kRepo + "/code-scanning/analyses?tool_name=gatepost&ref=";
    it.http.on(kGraphql, 200, kViewer).on(list + "refs%2Fpull%2F7%2Fmerge&per_page=100", 200, one.list);
    it.http.on(kUpload, 202, R"({"id":"u-1"})").on(kLook, 200, R"({"processing_status":"complete"})");
    REQUIRE(apply(it, publish::UploadSarif{kHead, one.ref, report}));
    CHECK(it.http.count(kUpload) == (one.uploaded ? 1 : 0));
  }
}

TEST_CASE("github: what was made is named by its page") {
  AGitHub it;
  it.http.on(kGraphql, 200, kViewer).once(kPostComment, 201, kMade);
  CHECK(apply(it, publish::CreateComment{"m", "m"})->url == "https://github.com/acme/shop/pull/7#issuecomment-5");
  it.http.once(kPostComment, 201, "<html>");
  CHECK(apply(it, publish::CreateComment{"m", "m"})->url.empty());
  it.http.once(kPostComment, 201, R"x({"html_url":"javascript:alert(1)"})x");
  CHECK(apply(it, publish::CreateComment{"m", "m"})->url.empty());
}

TEST_CASE("github: what an answer was lost of is looked for, and made again only when it is not there") {
  const std::string marker = "<!-- gatepost:summary gatepost head= run=1.1 -->";
  const auto listed = [&](int id, const std::string& user) {
    return R"([{"id":)" + std::to_string(id) + R"(,"html_url":"https://github.com/x","body":)" +
           json_text(marker + "\nx") + R"(,"user":)" + user + "}]";
  };
  const struct {
    const char* what;
    std::string list;
    std::size_t posts;
  } kCases[] = {
      {"made", listed(5, kBot), 1},
      {"not made", "[]", 2},
      {"a stranger wrote the same", listed(5, kStranger), 2},
      {"it was there before", listed(4, kBot), 2},
  };
  for (const auto& one : kCases) {
    CAPTURE(one.what);
    AGitHub it;
    it.http.on(kGraphql, 200, kViewer).lose(kPostComment).once(kCommentsPage, 200, one.list);
    if (one.posts == 2) it.http.once(kPostComment, 201, kMade);
    auto shown = a_shown();
    shown.comments.push_back({"4", marker});
    REQUIRE(apply(it, publish::CreateComment{marker, marker + "\nx"}, shown));
    CHECK(it.http.count(kPostComment) == one.posts);
  }
}

TEST_CASE("github: a review that was lost is not posted twice") {
  for (const bool made : {true, false}) {
    AGitHub it;
    const std::string there = R"([{"id":5,"body":)" + json_text(note_marker() + "\nbad") + R"(,"user":)" + kBot + "}]";
    it.http.on(kGraphql, 200, kViewer).lose(kPostReview).once(kNotesPage, 200, made ? there : "[]");
    if (!made) it.http.once(kPostReview, 200, "{}");
    REQUIRE(apply(it, publish::PostNotes{{a_note(2, 2)}}, with_lines()));
    CHECK(it.http.count(kPostReview) == (made ? 1 : 2));
  }
}

TEST_CASE("github: a check run that was lost is not made twice") {
  AGitHub it;
  it.http.on(kGraphql, 200, kViewer).lose(kPostCheck);
  it.http.once(kChecksPage, 200, R"({"check_runs":[{"id":3,"external_id":"gatepost:check:old"},
    {"id":4,"external_id":"gatepost:check:1","html_url":"https://github.com/c/4"}]})");
  const auto applied = apply(it, a_check_run(0));
  REQUIRE(applied);
  CHECK(applied->url == "https://github.com/c/4");
  CHECK(it.http.count(kPostCheck) == 1);
}

TEST_CASE("github: a line that the diff does not show takes a note on the file; a file that is not in it takes none") {
  AGitHub it;
  it.http.on(kGraphql, 200, kViewer)
      .once(kPostReview, 200, "{}")
      .once(kPostNote, 201, kMade)
      .once(kPostNote, 201, kMade);
  const auto applied = apply(it, publish::PostNotes{{a_note(9, 9), a_note(2, 2), a_note(2, 23)}}, with_lines());
  REQUIRE(applied);
  CHECK(applied->notes.size() == 2);
  CHECK(occurrences(it.http.body_of(kPostReview), "\"path\"") == 1);

  const auto none = apply(it, publish::PostNotes{{a_note(2, 2), a_note(2, 2, "gone.c")}}, with_lines());
  REQUIRE_FALSE(none);
  CHECK(none.error().message == "github: gone.c is not among the files of #7, so it takes no note");
  CHECK(it.http.count(kPostReview) == 1);
}

TEST_CASE("github: a review that is refused is an error at once") {
  AGitHub it;
  it.http.on(kGraphql, 200, kViewer);
  it.http.once(kPostReview, 422, R"({"message":"Unprocessable Entity","errors":
    ["Pull request review thread line must be part of the diff"]})");
  const auto applied = apply(it, publish::PostNotes{{a_note(2, 2)}}, with_lines());
  REQUIRE_FALSE(applied);
  CHECK(applied.error().kind == ErrorKind::bad_input);
  CHECK(applied.error().message.find("line must be part of the diff") != std::string::npos);
  CHECK(it.http.writes().size() == 2);
}

// --- check runs ---

TEST_CASE("github: annotations go 50 at a time, and the check is completed with the last") {
  const struct {
    std::size_t annotations;
    std::vector<std::size_t> batches;
  } kCases[] = {{0, {0}}, {50, {50}}, {51, {50, 1}}, {101, {50, 50, 1}}};
  const std::string patch = "PATCH " + kRepo + "/check-runs/3000000005";
  for (const auto& one : kCases) {
    CAPTURE(one.annotations);
    AGitHub it;
    it.http.on(kGraphql, 200, kViewer).once(kPostCheck, 201, kMade);
    for (std::size_t i = 1; i < one.batches.size(); ++i) it.http.once(patch, 200, kMade);
    REQUIRE(apply(it, a_check_run(one.annotations)));
    for (std::size_t i = 0; i < one.batches.size(); ++i) {
      const std::string body = i == 0 ? it.http.body_of(kPostCheck) : it.http.body_of(patch, i - 1);
      CHECK(occurrences(body, "\"annotation_level\"") == one.batches[i]);
      CHECK((body.find("\"completed\"") != std::string::npos) == (i + 1 == one.batches.size()));
      CHECK((body.find("\"conclusion\"") != std::string::npos) == (i + 1 == one.batches.size()));
    }
  }
}

TEST_CASE("github: the buttons of a check run come when it is completed") {
  const std::string patch = "PATCH " + kRepo + "/check-runs/3000000005";
  AGitHub it;
  it.http.on(kGraphql, 200, kViewer).once(kPostCheck, 201, kMade).once(patch, 200, kMade);
  publish::WriteCheckRun run = a_check_run(51);
  run.buttons = {{"Check again", "Judge this commit once more", "gatepost-recheck"}};
  REQUIRE(apply(it, run));
  CHECK(it.http.body_of(kPostCheck).find("actions") == std::string::npos);
  CHECK(it.http.body_of(patch).find(R"("actions":[{"label":"Check again","description":"Judge this commit once more",)"
                                    R"("identifier":"gatepost-recheck"}])") != std::string::npos);
}

TEST_CASE("github: a check that cannot be extended is completed all the same") {
  const std::string patch = "PATCH " + kRepo + "/check-runs/3000000005";
  AGitHub it;
  it.http.on(kGraphql, 200, kViewer).once(kPostCheck, 201, kMade);
  it.http.once(patch, 422, R"({"message":"no"})").once(patch, 200, kMade);
  const auto applied = apply(it, a_check_run(60));
  REQUIRE(applied);
  REQUIRE(applied->notes.size() == 1);
  CHECK(applied->notes[0].starts_with("the check run lacks 10 annotations: "));
  CHECK(it.http.body_of(patch, 1).find("\"completed\"") != std::string::npos);
}

TEST_CASE("github: an extension that was lost is made again only when it is not there") {
  const std::string check = kRepo + "/check-runs/3000000005";
  for (const int there : {50, 100}) {
    AGitHub it;
    it.http.on(kGraphql, 200, kViewer).once(kPostCheck, 201, kMade).lose("PATCH " + check);
    it.http.once(
        "GET " + check, 200,
        R"({"id":3000000005,"status":"in_progress","output":{"annotations_count":)" + std::to_string(there) + "}}");
    if (there == 50) it.http.once("PATCH " + check, 200, kMade);
    it.http.once("PATCH " + check, 200, kMade);
    REQUIRE(apply(it, a_check_run(101)));
    CHECK(it.http.count("PATCH " + check) == (there == 50 ? 3 : 2));
  }
}

TEST_CASE("github: what a run that ended early wrote is not written again") {
  const std::string check = kRepo + "/check-runs/12";
  AGitHub it;
  it.http.on(kGraphql, 200, kViewer).once("PATCH " + check, 200, R"({"id":12})");
  it.http.once("GET " + check + "/annotations?per_page=100", 200,
               R"([{"path":"src/a.c","start_line":1,"title":"t","message":"m1"},
                   {"path":"src/a.c","start_line":2,"title":"t","message":"other"}])");
  auto run = a_check_run(3);
  run.id = "12";
  REQUIRE(apply(it, run));
  const std::string body = it.http.body_of("PATCH " + check);
  CHECK(occurrences(body, "\"annotation_level\"") == 2);
  CHECK(body.find("\"m1\"") == std::string::npos);
  CHECK(body.find("head_sha") == std::string::npos);
}

TEST_CASE("github: columns only on one line, and nothing longer than it may be") {
  auto run = a_check_run(0);
  run.annotations = {{"/a.c", 3, 3, 5, 2, "failure", std::string(300, 't'), std::string(70'000, 'm')},
                     {"a.c", 3, 4, 5, 9, "notice", "", "m"},
                     {"a.c", 0, 0, 0, 0, "notice", "only a title", ""}};
  AGitHub it;
  it.http.on(kGraphql, 200, kViewer).once(kPostCheck, 201, kMade);
  REQUIRE(apply(it, run));
  const std::string body = it.http.body_of(kPostCheck);
  CHECK(body.find(R"("path":"a.c","start_line":3,"end_line":3,"start_column":5,"end_column":5)") != std::string::npos);
  CHECK(occurrences(body, "start_column") == 1);
  CHECK(occurrences(body, std::string(255, 't')) == 1);
  CHECK(body.find(std::string(64'001, 'm')) == std::string::npos);
  CHECK(body.find(R"("start_line":1,"end_line":1,"annotation_level":"notice","message":"only a title")") !=
        std::string::npos);
}

// --- threads, reviewers ---

TEST_CASE("github: a thread that may not be resolved is told, and nothing is given up for it") {
  const struct {
    const char* answer;
    std::size_t notes;
  } kCases[] = {
      {R"({"data":{"resolveReviewThread":{"thread":{"id":"T1","isResolved":true}}}})", 0},
      {R"({"data":{"resolveReviewThread":{"thread":{"id":"T1","isResolved":false}}}})", 1},
      {R"({"data":{"resolveReviewThread":null},"errors":[{"type":"FORBIDDEN","message":"Resource not accessible"}]})",
       1},
  };
  for (const auto& one : kCases) {
    CAPTURE(one.answer);
    AGitHub it;
    it.http.once(kGraphql, 200, kViewer).once(kGraphql, 200, one.answer);
    const auto applied = apply(it, publish::ResolveThread{"T1", true});
    REQUIRE(applied);
    CHECK(applied->notes.size() == one.notes);
    CHECK(it.http.body_of(kGraphql, 1).find(R"("variables":{"id":"T1"})") != std::string::npos);
  }
}

TEST_CASE("github: one name that GitHub does not take does not keep the others from being asked") {
  constexpr const char* kRefused = R"({"message":"Reviews may only be requested from collaborators."})";
  SUBCASE("the teams") {
    AGitHub it;
    it.http.on(kGraphql, 200, kViewer).once(kAsk, 422, kRefused).once(kAsk, 201, "{}");
    const auto applied = apply(it, publish::RequestReviews{{"bob"}, {"payments"}});
    REQUIRE(applied);
    REQUIRE(applied->notes.size() == 1);
    CHECK(applied->notes[0].starts_with("no review is asked of @acme/payments: "));
    CHECK(applied->notes[0].find("members: read") != std::string::npos);
    CHECK(it.http.body_of(kAsk, 1) == R"({"reviewers":["bob"]})");
  }
  SUBCASE("a team alone, for want of a permission") {
    AGitHub it;
    it.http.on(kGraphql, 200, kViewer).on(kAsk, 403, kNotAccessible);
    const auto applied = apply(it, publish::RequestReviews{{}, {"payments"}});
    REQUIRE_FALSE(applied);
    CHECK(applied.error().hint.find("members: read") != std::string::npos);
  }
  SUBCASE("one person of two") {
    AGitHub it;
    it.http.on(kGraphql, 200, kViewer).once(kAsk, 422, kRefused).once(kAsk, 422, kRefused).once(kAsk, 201, "{}");
    const auto applied = apply(it, publish::RequestReviews{{"gone", "bob"}, {}});
    REQUIRE(applied);
    REQUIRE(applied->notes.size() == 1);
    CHECK(applied->notes[0].starts_with("no review is asked of @gone: "));
  }
  SUBCASE("everybody") {
    AGitHub it;
    it.http.on(kGraphql, 200, kViewer).on(kAsk, 422, kRefused);
    std::vector<std::string> many;
    for (int i = 0; i < 12; ++i) many.push_back("user-" + std::to_string(i));
    CHECK_FALSE(apply(it, publish::RequestReviews{many, {"payments"}}));
    CHECK(it.http.count(kAsk) == 7);
  }
  SUBCASE("without the permission nobody is asked one by one") {
    AGitHub it;
    it.http.on(kGraphql, 200, kViewer).on(kAsk, 403, kNotAccessible);
    const auto applied = apply(it, publish::RequestReviews{{"bob", "carol"}, {"payments"}});
    REQUIRE_FALSE(applied);
    CHECK(applied.error().kind == ErrorKind::denied);
    CHECK(it.http.count(kAsk) == 2);
  }
  SUBCASE("a server that does not answer is not asked name by name") {
    AGitHub it(an_access(), {.retries = 0});
    it.http.on(kGraphql, 200, kViewer).once(kAsk, 500, "{}");
    it.http.on("GET " + kPull + "/requested_reviewers", 200, "{}");
    CHECK_FALSE(apply(it, publish::RequestReviews{{"bob", "carol"}, {}}));
    CHECK(it.http.count(kAsk) == 1);
  }
  SUBCASE("who was asked before, and the author, are not asked") {
    AGitHub it;
    it.http.on(kGraphql, 200, kViewer);
    auto shown = a_shown();
    shown.reviewers = {"acme/payments", "bob"};
    REQUIRE(apply(it, publish::RequestReviews{{"Bob", "Alice"}, {"payments"}}, shown));
    CHECK(it.http.count(kAsk) == 0);
  }
}

TEST_CASE("github: what would lead to another address is not asked") {
  AGitHub it;
  it.http.on(kGraphql, 200, kViewer);
  CHECK(apply(it, publish::ChangeLabels{{}, {".", "..", "a/.."}}));
  CHECK_FALSE(apply(it, publish::SetStatus{"../../x", "g", "d", "", "success"}));
  auto run = a_check_run(0);
  run.head = "main";
  CHECK_FALSE(apply(it, run));
  CHECK_FALSE(it.forge->file_at("../../user", kBase));
  CHECK_FALSE(it.forge->file_at("", kBase));
  CHECK(it.http.writes() == std::vector<std::string>{kGraphql});
}

TEST_CASE("github: an external status check is GitLab's") {
  AGitHub it;
  it.http.on(kGraphql, 200, kViewer);
  CHECK(apply(it, publish::AnswerExternalCheck{1, kHead, true}).error().kind == ErrorKind::usage);
}

// --- SARIF ---

TEST_CASE("github: SARIF is packed, uploaded, and what becomes of it is told") {
  const struct {
    const char* what;
    std::vector<std::string> looks;  // answers
    const char* note;                // beginning; "" for none
    const char* hint;                // of the error; "" for none
    int slept;                       // seconds
  } kCases[] = {
      {"complete", {R"({"processing_status":"pending"})", R"({"processing_status":"complete"})"}, "", "", 15},
      {"never done",
       {R"({"processing_status":"pending"})", R"({"processing_status":"pending"})",
        R"({"processing_status":"pending"})"},
       "GitHub took the SARIF document and is still processing it",
       "",
       35},
      {"refused",
       {R"({"processing_status":"failed","errors":["could not convert rules: invalid security severity value, is not a number"]})"},
       "",
       "a rule's security-severity is not a number from 0.0 to 10.0",
       5},
      {"refused for another reason",
       {R"({"processing_status":"failed","errors":["weird"]})"},
       "",
       "the document is in the output folder as report.sarif",
       5},
      {"not to be looked at", {R"([])"}, "GitHub took the SARIF document and is still processing it", "", 35},
  };
  for (const auto& one : kCases) {
    CAPTURE(one.what);
    AGitHub it;
    it.http.on(kGraphql, 200, kViewer).once(kUpload, 202, R"({"id":"u-1","url":"https://api.github.com/x"})");
    for (const std::string& look : one.looks) it.http.once(kLook, 200, look);
    if (one.what == std::string("not to be looked at")) it.http.on(kLook, 200, "[]");
    const auto applied = apply(it, publish::UploadSarif{kHead, "refs/pull/7/merge", R"({"version":"2.1.0"})"});
    CHECK(applied.ok() == (std::string(one.hint).empty()));
    if (applied) {
      CHECK((applied->notes.empty() ? "" : applied->notes[0]) == one.note);
    } else {
      CHECK(applied.error().hint == one.hint);
    }
    const auto slept = it.time.total_slept();
    CHECK(slept == std::chrono::seconds(one.slept));
    const std::string body = it.http.body_of(kUpload);
    const std::size_t begin = body.find("\"sarif\":\"") + 9;
    const auto packed = base64_decode(body.substr(begin, body.find('"', begin) - begin));
    REQUIRE(packed);
    CHECK(gunzip(Bytes::of(*packed), {.unpacked_bytes = 1000})->all(1000).value() == R"({"version":"2.1.0"})");
  }
}

TEST_CASE("github: SARIF that cannot be taken says why") {
  AGitHub it;
  it.http.on(kGraphql, 200, kViewer);
  CHECK(apply(it, publish::UploadSarif{"abc", "refs/heads/main", "{}"}).error().kind == ErrorKind::usage);
  CHECK(apply(it, publish::UploadSarif{kHead, "main", "{}"}).error().kind == ErrorKind::usage);
  it.http.once(kUpload, 403, R"({"message":"Code scanning is not enabled for this repository."})");
  const auto off = apply(it, publish::UploadSarif{kHead, "refs/heads/main", "{}"});
  REQUIRE_FALSE(off);
  CHECK(off.error().hint == "turn on code scanning in the repository's settings, or leave upload-sarif off");
}

// --- refusals ---

TEST_CASE("github: a refusal is one sentence that says what to grant") {
  using forge::TokenKind;
  const struct {
    const char* what;
    TokenKind kind;
    publish::What action;
    std::string request;
    int status;
    const char* said;
    const char *author, *message, *hint;
    bool fork;
  } kCases[] = {
      {"a workflow", TokenKind::github_actions, a_check_run(0), kPostCheck, 403,
       "Resource not accessible by integration", "alice",
       "github: the token may not write checks on acme/shop (403 Forbidden, Resource not accessible by integration)",
       "grant \"checks: write\" in the workflow's permissions", false},
      {"a fork", TokenKind::github_actions, publish::CreateComment{"m", "m"}, kPostComment, 403,
       "Resource not accessible by integration", "stranger",
       "github: the token may not write comments on acme/shop (403 Forbidden, Resource not accessible by integration)",
       "the change comes from a fork, whose runs get a token that may only read: publish from a second workflow, on "
       "workflow_run, that has \"pull-requests: write\"",
       true},
      {"Dependabot", TokenKind::github_actions, publish::ChangeLabels{{"a"}, {}}, "POST " + kIssue + "/labels", 403,
       "Resource not accessible by integration", "dependabot[bot]",
       "github: the token may not change labels on acme/shop (403 Forbidden, Resource not accessible by integration)",
       "runs for Dependabot get a token that may only read: publish from a second workflow, on workflow_run, that has "
       "\"pull-requests: write\"",
       false},
      {"a person's check", TokenKind::user, a_check_run(0), kPostCheck, 403, "You must authenticate via a GitHub App.",
       "alice",
       "github: the token may not write checks on acme/shop (403 Forbidden, You must authenticate via a GitHub App.)",
       "check runs are written by Apps only: use GITHUB_TOKEN or a GitHub App", false},
      {"a person's status", TokenKind::user, publish::SetStatus{kHead, "g", "d", "", "success"},
       "POST " + kRepo + "/statuses/" + kHead, 404, "Not Found", "alice",
       "github: the token may not set commit statuses on acme/shop (404 Not Found, Not Found)",
       "give the token the permission \"statuses: write\", or a classic one the scope \"repo\"", false},
      {"a token that ended", TokenKind::github_actions, publish::UpdateComment{"4", "m"},
       "PATCH " + kRepo + "/issues/comments/4", 401, "Bad credentials", "alice",
       "github: write comments on acme/shop: 401 Unauthorized, Bad credentials",
       "is the token right, and has it not expired?", false},
      {"a locked discussion", TokenKind::github_actions, publish::CreateComment{"m", "m"}, kPostComment, 403,
       "Unable to create comment because issue is locked.", "alice",
       "github: write comments on acme/shop: 403 Forbidden, Unable to create comment because issue is locked.", "",
       false},
  };
  for (const auto& one : kCases) {
    CAPTURE(one.what);
    AGitHub it(an_access(one.kind));
    it.http.on(kGraphql, 200, kViewer);
    it.http.once(one.request, one.status, R"({"message":)" + json_text(one.said) + "}");
    auto shown = a_shown();
    shown.request.author = one.author;
    shown.request.from_fork = one.fork;
    const auto applied = apply(it, one.action, shown);
    REQUIRE_FALSE(applied);
    CHECK(applied.error().kind == ErrorKind::denied);
    CHECK(applied.error().message == one.message);
    CHECK(applied.error().hint == one.hint);
  }
}

TEST_CASE("github: a token that a server sends back is in no message") {
  AGitHub it;
  const std::string echo = R"({"message":"no right for Bearer )" + a_token() + R"( here"})";
  for (const auto& page : {kCommentsPage, kNotesPage, kFilesPage, kReviewsPage, kChecksPage, kStatusesPage}) {
    it.http.on(page, 403, echo);
  }
  it.http.on("GET " + kPull, 200, pull_json()).on(kGraphql, 403, echo).on(kPostComment, 422, echo);
  const auto shown = it.forge->shown(a_wanted());
  REQUIRE(shown);
  CHECK(shown->notes.size() == 6);
  for (const std::string& note : shown->notes) CHECK(note.find(a_token()) == std::string::npos);
  const auto applied = apply(it, publish::CreateComment{"m", "m"});
  REQUIRE_FALSE(applied);
  CHECK(applied.error().message.find(a_token()) == std::string::npos);
}

TEST_CASE("github: what cannot work is not tried") {
  const struct {
    forge::Access access;
    ErrorKind kind;
  } kCases[] = {
      {{.api = "https://api.github.com", .repository = "acme/shop"}, ErrorKind::denied},
      {{.api = "https://api.github.com", .repository = "acme/shop", .kind = forge::TokenKind::user}, ErrorKind::denied},
      {{.api = "https://api.github.com",
        .repository = "acme/shop",
        .kind = forge::TokenKind::github_app,
        .app_id = "1"},
       ErrorKind::denied},
      {{.api = "https://api.github.com", .repository = "acme", .kind = forge::TokenKind::user, .token = Secret("t")},
       ErrorKind::config},
      {{.api = "https://api.github.com", .repository = "acme/..", .kind = forge::TokenKind::user, .token = Secret("t")},
       ErrorKind::config},
      {{.api = "https://api.github.com", .repository = "a b/c?", .kind = forge::TokenKind::user, .token = Secret("t")},
       ErrorKind::config},
  };
  for (const auto& one : kCases) {
    CAPTURE(one.access.repository);
    AGitHub it(one.access);
    const auto shown = it.forge->shown(a_wanted());
    REQUIRE_FALSE(shown);
    CHECK(shown.error().kind == one.kind);
    CHECK_FALSE(it.forge->identity());
    CHECK_FALSE(apply(it, publish::UpdateComment{"1", "x"}));
    CHECK(it.http.seen.empty());
  }
}

// --- a GitHub App ---

namespace {

forge::Access an_app() {
  static const std::string pem = KeyPair::make().private_pem;
  forge::Access access = an_access(forge::TokenKind::github_app);
  access.token = {};
  access.app_id = "99";
  access.app_key = Secret(pem);
  return access;
}

const std::string kInstallation = "GET " + kRepo + "/installation";
const std::string kTokens = "POST /app/installations/3000000042/access_tokens";

std::string app_token(const std::string& token, const std::string& expires) {
  return R"({"token":")" + token + R"(","expires_at":")" + expires +
         R"(","permissions":{"checks":"write","contents":"read","metadata":"read","pull_requests":"write"}})";
}

}  // namespace

TEST_CASE("github: an App asks for a token of this repository with what it needs, and no more") {
  AGitHub it(an_app());
  it.quiet();
  it.http.once(kInstallation, 200, R"({"id":3000000042,"app_slug":"gate","permissions":
    {"checks":"write","contents":"read","pull_requests":"write","administration":"write","metadata":"read"}})");
  it.http.once(kTokens, 201, app_token("of-the-app-1", "2100-01-01T00:00:00Z"));
  it.http.on(kGraphql, 403, kNotAccessible);
  const auto shown = it.forge->shown(a_wanted());
  REQUIRE(shown);
  CHECK(
      it.http.body_of(kTokens) ==
      R"({"repositories":["shop"],"permissions":{"checks":"write","contents":"read","metadata":"read","pull_requests":"write"}})");
  CHECK(shown->may.is_app);
  CHECK(shown->may.comment);
  CHECK(shown->may.check);
  CHECK_FALSE(shown->may.status);
  CHECK_FALSE(shown->may.upload_sarif);
  for (const auto& seen : it.http.seen) {
    const bool as_app = seen.what == kInstallation || seen.what == kTokens;
    CHECK(seen.authorization.starts_with(as_app ? "Bearer ey" : "Bearer of-the-app-1"));
  }
  CHECK(it.forge->identity().value() ==
        "gate[bot], a GitHub App with checks: write, contents: read, metadata: read, pull_requests: write");
}

TEST_CASE("github: an App's token is renewed before it ends, and once when it is refused") {
  AGitHub it(an_app());
  it.http.on(kInstallation, 200, R"({"id":3000000042,"app_slug":"gate","permissions":{"pull_requests":"read"}})");
  it.http.once(kTokens, 201, app_token("first", to_string(Timestamp{it.time.now.unix_ms + 3'600'000})));
  it.http.on("GET " + kPull, 200, pull_json());
  REQUIRE(it.forge->current_head(7));
  REQUIRE(it.forge->current_head(7));
  CHECK(it.http.count(kTokens) == 1);
  it.time.now.unix_ms += 56 * 60'000;
  it.http.once(kTokens, 201, app_token("second", to_string(Timestamp{it.time.now.unix_ms + 3'600'000})));
  REQUIRE(it.forge->current_head(7));
  CHECK(it.http.count(kTokens) == 2);
  it.http.once("GET " + kPull, 401, R"({"message":"Bad credentials"})")
      .once("GET " + kPull, 401, R"({"message":"Bad credentials"})");
  it.http.once(kTokens, 201, app_token("third", to_string(Timestamp{it.time.now.unix_ms + 3'600'000})));
  CHECK(it.forge->current_head(7).error().kind == ErrorKind::denied);
  CHECK(it.http.count(kTokens) == 3);
  CHECK(it.http.seen.back().authorization == "Bearer third");
}

TEST_CASE("github: an App that cannot get a token says what to look at") {
  const struct {
    int installation, tokens;
    const char* hint;
  } kCases[] = {
      {404, 0, "is the App installed on acme/shop, and are its id and private key the right ones?"},
      {401, 0, "is the App installed on acme/shop, and are its id and private key the right ones?"},
      {200, 422, "has the App's owner accepted its permissions for the installation?"},
  };
  for (const auto& one : kCases) {
    CAPTURE(one.installation);
    AGitHub it(an_app());
    it.http.on(kInstallation, one.installation, R"({"id":3000000042,"message":"no"})");
    if (one.tokens != 0) it.http.on(kTokens, one.tokens, R"({"message":"no"})");
    const auto head = it.forge->current_head(7);
    REQUIRE_FALSE(head);
    CHECK(head.error().hint == one.hint);
    CHECK(head.error().message.find("BEGIN") == std::string::npos);
  }
  forge::Access broken = an_app();
  broken.app_key = Secret("no key at all");
  AGitHub it(broken);
  CHECK_FALSE(it.forge->current_head(7));
  CHECK(it.http.seen.empty());
}
