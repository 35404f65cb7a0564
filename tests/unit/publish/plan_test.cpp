#include "publish/plan.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "base/text.hpp"
#include "unit/publish/scene.hpp"

namespace gatepost::publish {
namespace {

test::FindingSpec blocker(std::uint32_t line = 3, const std::string& title = "SQL injection in the query") {
  return a_finding(title).at("src/a.c", line).by("semgrep", "sqli").risk(900).blocks().owned_by("@acme/db", "x");
}
test::AssessmentBuilder failing() { return an_assessment().finding(blocker()).says(Outcome::fail); }
test::AssessmentBuilder clean() { return an_assessment().says(Outcome::pass); }
test::AssessmentBuilder with_fixed() {
  return an_assessment().finding(blocker().is(Presence::fixed).asks_for(gatepost::Action::none));
}

// After a first run that told of the blocker.
Scene told_once() {
  Scene scene(failing());
  scene.run();
  return scene;
}

struct Row {
  const char* name;
  std::function<Scene()> scene;
  const char* actions;
};

void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const Scene scene = row.scene();
    const Plan plan = scene.plan();
    std::string notes;
    for (const std::string& note : plan.notes) notes += note + " ";
    CAPTURE(notes);
    CHECK(told(plan) == row.actions);
  }
}

// The scene with something changed about it.
std::function<Scene()> when(Scene (*begin)(), std::function<void(Scene&)> change) {
  return [=] {
    Scene scene = begin();
    change(scene);
    return scene;
  };
}
Scene first_run() { return Scene(failing()); }
Scene first_clean_run() { return Scene(clean()); }

}  // namespace

TEST_CASE("plan: the summary comment") {
  const auto never = [](Scene& it) { it.settings.comment = Comment::never; };
  const auto always = [](Scene& it) { it.settings.comment = Comment::always; };
  const auto on_failure = [](Scene& it) { it.settings.comment = Comment::on_failure; };
  check({
      {"findings make one", first_run, "create; notes src/a.c:3"},
      {"a clean first run makes none", first_clean_run, ""},
      {"unless there always is one", when(first_clean_run, always), "create"},
      {"what was fixed is told", [] { return Scene(with_fixed()); }, "create"},
      {"what is inconclusive is told", [] { return Scene(clean().says(Outcome::inconclusive)); }, "create"},
      {"on failure alone: a warning makes none",
       when([] { return Scene(an_assessment().says(Outcome::warn)); }, on_failure), ""},
      {"on failure alone: a failure makes one", when(first_run, on_failure), "create; notes src/a.c:3"},
      {"never", when(first_run, never), "notes src/a.c:3"},
      {"never a new one; what is there is kept true",
       when(told_once,
            [=](Scene& it) {
              never(it);
              it.shown.comments[0].body += "tampered";
            }),
       "update 1001"},
      {"the same again is nothing", told_once, ""},
      {"nor in a later run, whose page is another",
       when(told_once,
            [](Scene& it) {
              it.stamp.run = 8;
              it.stamp.attempt = 3;
            }),
       ""},
      {"nor when the forge changed line ends",
       when(told_once,
            [](Scene& it) {
              auto& body = it.shown.comments[0].body;
              body = text::replace_all(body, "\n", "\r\n") + "\r\n";
            }),
       ""},
      {"one that was changed is made true",
       when(told_once, [](Scene& it) { it.shown.comments[0] = {"5", it.shown.comments[0].body + "\nAll is well!"}; }),
       "update 5"},
      {"of several the oldest stays",
       when(told_once,
            [](Scene& it) {
              const std::string body = it.shown.comments[0].body;
              it.shown.comments = {{"10", body}, {"9", body}, {"11", body}};
            }),
       "delete 10; delete 11"},
      {"another gate's is not ours",
       when(told_once,
            [](Scene& it) {
              it.settings.name = "other";
              it.shown.threads.clear();
            }),
       "create; notes src/a.c:3"},
      {"a copy that quotes the marker is not ours",
       when(first_clean_run,
            [](Scene& it) { it.shown.comments = {{"4", "> " + summary_marker("gatepost", {kHead, 1, 1}) + "\nx"}}; }),
       ""},
      {"a clean run makes an existing one true even on failure alone",
       when(told_once,
            [=](Scene& it) {
              on_failure(it);
              it.of(clean());
              it.shown.comments[0].id = "5";
              it.shown.threads.clear();
            }),
       "update 5"},
  });
}

TEST_CASE("plan: a newer run is never overwritten") {
  const auto with_stamp = [](Stamp stamp) {
    return [stamp] {
      Scene scene = told_once();
      scene.settings.status = true;
      scene.shown.comments[0] = {"5", summary_marker("gatepost", stamp) + "\nother words"};
      scene.shown.threads.clear();
      return scene;
    };
  };
  check({
      {"an older run", with_stamp({kHead, 6, 9}), "update 5; notes src/a.c:3; status failure"},
      {"an older attempt", with_stamp({kHead, 7, 0}), "update 5; notes src/a.c:3; status failure"},
      {"a newer attempt on the same commit", with_stamp({kHead, 7, 2}), ""},
      {"a newer run on the same commit", with_stamp({kHead, 8, 1}), ""},
      {"a newer run on another commit", with_stamp({"abcdef", 8, 1}), "status failure"},
      {"a newer run that spoke at the same moment: ours goes",
       when(told_once,
            [](Scene& it) {
              it.shown.comments[0].id = "5";
              it.shown.comments.push_back({"4", summary_marker("gatepost", {kHead, 8, 1}) + "\nother words"});
              it.shown.comments.push_back({"6", summary_marker("gatepost", {kHead, 6, 1}) + "\nold words"});
            }),
       "delete 5"},
      {"but not when comments are refused",
       when(told_once,
            [](Scene& it) {
              it.shown.comments.push_back({"4", summary_marker("gatepost", {kHead, 8, 1}) + "\nother words"});
              it.lost = {Channel::comment};
            }),
       ""},
      {"nor when the change request is closed",
       when(told_once,
            [](Scene& it) {
              it.shown.comments.push_back({"4", summary_marker("gatepost", {kHead, 8, 1}) + "\nother words"});
              it.shown.request.open = false;
            }),
       ""},
  });
}

TEST_CASE("plan: a change request that is closed or has moved on is left alone") {
  const auto everything = [](Scene& it) {
    it.settings.status = it.settings.reviewers = true;
    it.settings.labels = {"blocked"};
    it.settings.check_run = CheckRun::on;
  };
  check({
      {"open", when(first_run, everything),
       "create; notes src/a.c:3; check failure 1; status failure; labels +blocked -; ask  / db"},
      {"closed",
       when(first_run,
            [=](Scene& it) {
              everything(it);
              it.shown.request.open = false;
            }),
       "check failure 1; status failure"},
      {"another head",
       when(first_run,
            [=](Scene& it) {
              everything(it);
              it.shown.request.head = "abc";
            }),
       "check failure 1; status failure"},
      {"none at all",
       when(first_run,
            [=](Scene& it) {
              everything(it);
              it.shown.request = {};
            }),
       "check failure 1; status failure"},
  });
  Scene closed(failing());
  closed.shown.request.open = false;
  REQUIRE(closed.plan().notes.size() == 1);
  CHECK(closed.plan().notes[0] == "Nothing is written to the change request: it is closed.");
}

TEST_CASE("plan: notes stand on lines that the diff shows") {
  const auto at = [](std::uint32_t first, std::uint32_t last) {
    return [=](Scene& it) { it.head_lines = Lines{first, last}; };
  };
  check({
      {"one line", when(first_run, at(3, 3)), "create; notes src/a.c:3"},
      {"several lines", when(first_run, at(3, 9)), "create; notes src/a.c:3-9"},
      {"lines that end behind the hunk", when(first_run, at(99, 120)), "create; notes src/a.c:99"},
      {"lines that begin before the hunk",
       when(first_run,
            [&](Scene& it) {
              at(1, 60)(it);
              it.with_file(a_file("src/a.c", 50, 80));
            }),
       "create; notes src/a.c:50"},
      {"lines of two hunks",
       when(first_run,
            [&](Scene& it) {
              at(8, 22)(it);
              ShownFile file = a_file("src/a.c", 1, 10);
              file.hunks.push_back(a_file("", 20, 30).hunks[0]);
              it.with_file(file);
            }),
       "create; notes src/a.c:8"},
      {"not in the diff", when(first_run, at(200, 210)), "create"},
      {"not in the head", when(first_run, [](Scene& it) { it.head_has_lines = false; }), "create"},
      {"not in the change", when(first_run, [](Scene& it) { it.shown.request.files.clear(); }), "create"},
      {"of a deleted file", when(first_run, [](Scene& it) { it.shown.request.files[0].deleted = true; }), "create"},
      {"of a file whose lines are not shown",
       when(first_run,
            [](Scene& it) {
              it.shown.request.files[0].lines_known = false;
              it.shown.request.files[0].hunks.clear();
            }),
       "create; notes src/a.c"},
      {"none are wanted", when(first_run, [](Scene& it) { it.settings.most_inline = 0; }), "create"},
  });
  Scene renamed(failing());
  renamed.shown.request.files[0].old_path = "src/old.c";
  renamed.shown.request.files[0].hunks[0].lines[2] = {40, 3};
  const Note note = only<PostNotes>(renamed.plan()).notes.at(0);
  CHECK(note.old_path == "src/old.c");
  CHECK(note.last == PatchLine{40, 3});
}

TEST_CASE("plan: findings on the same lines share a note, and many of one rule do") {
  auto assessment = an_assessment()
                        .says(Outcome::fail)
                        .finding(blocker(3))
                        .finding(blocker(3, "Another problem here").by("codeql", "py/x").risk(950));
  Scene same(assessment);
  const Plan together = same.plan();
  REQUIRE(only<PostNotes>(together).notes.size() == 1);
  const Note& note = only<PostNotes>(together).notes[0];
  CHECK(parse_note_marker(note.body)->findings.size() == 2);
  CHECK(note.body.find("Another problem") < note.body.find("SQL injection"));
  CHECK(together.told_inline.size() == 2);

  auto many = an_assessment().says(Outcome::fail);
  for (std::uint32_t line = 1; line <= 5; ++line) many.finding(blocker(line));
  CHECK(only<PostNotes>(Scene(many).plan()).notes.size() == 5);
  many.finding(blocker(6));
  const Plan folded = Scene(many).plan();
  REQUIRE(only<PostNotes>(folded).notes.size() == 1);
  CHECK(only<PostNotes>(folded).notes[0].body.find("… and 5 more findings of the rule `sqli`") != std::string::npos);
  CHECK(folded.told_inline.size() == 1);
}

TEST_CASE("plan: a note says what is wrong, why it matters here, whose it is and what to do") {
  Scene scene(
      an_assessment()
          .says(Outcome::fail)
          .finding(blocker().because("exposure", "internet", 0, "the service is public").fix("use bound parameters")));
  const std::string body = only<PostNotes>(scene.plan()).notes.at(0).body;
  const std::string id = short_form(scene.built.assessment.findings.all[0].id);
  for (const std::string& part :
       {std::string("SQL injection in the query"), std::string("Risk **90.0** of 100 (critical)"),
        std::string("blocks this change"), std::string("the service is public"), std::string("use bound parameters"),
        std::string("`@acme/db`"), "`gatepost explain " + id + "`", std::string("`sqli`")}) {
    CAPTURE(part);
    CAPTURE(body);
    CHECK(body.find(part) != std::string::npos);
  }
}

TEST_CASE("plan: what becomes of a note") {
  const auto outdated = [](Scene& it) {
    it.shown.threads[0].outdated = true;
    it.shown.threads[0].line = 0;
  };
  const auto replied = [](Scene& it) { it.shown.threads[0].has_replies = true; };
  const auto number = [](Scene& it) {
    it.shown.threads[0].comment = "5";
    it.shown.threads[0].thread = "T5";
  };
  const auto fixed = [](Scene& it) {
    it.of(clean());
    it.shown.comments.clear();
  };
  const auto all = [](std::vector<std::function<void(Scene&)>> changes) {
    return when(told_once, [=](Scene& it) {
      for (const auto& change : changes) change(it);
    });
  };
  const auto closed_by_us = [](Scene& it) {
    it.shown.threads[0].resolved = true;
    it.shown.threads[0].resolved_by_us = true;
  };
  const auto may_resolve = [](Scene& it) { it.shown.may.resolve = true; };
  check({
      {"the finding is there: it stays", all({number}), ""},
      {"its words differ: they are made true", all({number, [](Scene& it) { it.shown.threads[0].body += "x"; }}),
       "edit note 5"},
      {"a person closed it: it is left alone",
       all({number,
            [](Scene& it) {
              it.shown.threads[0].resolved = true;
              it.shown.threads[0].body += "x";
            }}),
       ""},
      {"we closed it, and its finding is back: it is opened again, with words that are true",
       all({number, may_resolve, closed_by_us, [](Scene& it) { it.shown.threads[0].body += "x"; }}),
       "reopen T5; edit note 5"},
      {"we closed it, and its finding is back elsewhere: written anew",
       all({number, may_resolve, closed_by_us, outdated}), "notes src/a.c:3"},
      {"we closed it, and may not open it: only its words are kept true", all({number, closed_by_us}), ""},
      {"outdated: written anew, and the old one goes", all({number, outdated}), "notes src/a.c:3; delete note 5"},
      {"outdated with answers: the old one is resolved", all({number, outdated, replied, may_resolve}),
       "notes src/a.c:3; resolve T5"},
      {"outdated with answers that nobody may resolve", all({number, outdated, replied}),
       "notes src/a.c:3; edit note 5"},
      {"outdated, but nowhere to put it: it stays",
       all({number, outdated, [](Scene& it) { it.shown.request.files.clear(); }}), ""},
      {"outdated, but no more are wanted: it stays",
       all({number, outdated, [](Scene& it) { it.settings.most_inline = 0; }}), ""},
      {"gone: deleted", all({number, fixed}), "delete note 5"},
      {"gone with answers: resolved", all({number, fixed, replied, may_resolve}), "resolve T5"},
      {"gone with answers that nobody may resolve: said", all({number, fixed, replied}), "edit note 5"},
      {"gone with answers, its thread unknown: said",
       all({number, fixed, replied, may_resolve, [](Scene& it) { it.shown.threads[0].thread.clear(); }}),
       "edit note 5"},
      {"gone and closed: left alone", all({number, fixed, [](Scene& it) { it.shown.threads[0].resolved = true; }}), ""},
      {"gone, but a report is damaged: left alone",
       all({number, fixed, [](Scene& it) { it.of(clean().report({.path = "r", .state = ReportState::partial})); }}),
       ""},
      {"not looked at: left alone",
       all({number,
            [](Scene& it) {
              it.of(an_assessment().finding(blocker().is(Presence::not_evaluated).asks_for(gatepost::Action::none)));
              it.shown.comments.clear();
            }}),
       ""},
      {"waived: gone",
       all({number,
            [](Scene& it) {
              it.of(an_assessment().finding(
                  blocker().asks_for(gatepost::Action::none).waived({.id = {"W"}, .reason = "risk_accepted"})));
              it.shown.comments.clear();
            }}),
       "delete note 5"},
      {"two of one finding: the older stays",
       all({number,
            [](Scene& it) {
              it.shown.threads.push_back(it.shown.threads[0]);
              it.shown.threads[1].comment = "40";
            }}),
       "delete note 40"},
      {"one that lives is kept before an older that is outdated",
       all({number, outdated, replied,
            [](Scene& it) {
              it.shown.threads.push_back(it.shown.threads[0]);
              auto& second = it.shown.threads[1];
              second.comment = "40";
              second.outdated = second.has_replies = false;
              second.line = 3;
            }}),
       "edit note 5"},
      {"another gate's is not touched", all({number, fixed, [](Scene& it) { it.settings.name = "other"; }}), ""},
  });
}

TEST_CASE("plan: a note that stays says why, once") {
  Scene scene = told_once();
  scene.shown.threads[0].has_replies = true;
  scene.of(clean());
  scene.run();
  const std::string& body = scene.shown.threads[0].body;
  CHECK(parse_note_marker(body));
  CHECK(body.find("Fixed: no scanner reports this any more (commit `9f8e7d6c`)") != std::string::npos);
  scene.stamp = {"aaaaaaaaaaaa", 9, 1};
  scene.shown.request.head = scene.stamp.head;
  CHECK(told(scene.run()).find("note") == std::string::npos);
  // And when the finding is back, so is the note.
  scene.of(failing());
  CHECK(told(scene.run()).find("edit note") != std::string::npos);
  CHECK(scene.shown.threads[0].body.find("SQL injection") != std::string::npos);
}

TEST_CASE("plan: five hundred findings end in one summary, ten notes and twelve writes") {
  for (const Dialect dialect : {Dialect::github, Dialect::gitlab}) {
    auto many = an_assessment().says(Outcome::fail);
    for (std::uint32_t i = 0; i < 500; ++i) {
      many.finding(blocker(1 + i % 90, "Problem number " + std::to_string(i) + " of many")
                       .by("semgrep", "rule-" + std::to_string(i % 150))
                       .risk(static_cast<std::uint16_t>(300 + i)));
    }
    Scene scene(many);
    scene.dialect = dialect;
    scene.settings.status = true;
    const Plan plan = scene.run();
    std::size_t writes = 0;
    for (const Action& action : plan.actions) writes += writes_of(action, dialect);
    CHECK(writes <= 12);
    CHECK(only<PostNotes>(plan).notes.size() == 10);
    CHECK(scene.shown.comments.size() == 1);
    CHECK(scene.shown.comments[0].body.size() <= 60'000);
    for (const ShownThread& thread : scene.shown.threads) CHECK(thread.body.size() <= 4'000);
    CHECK(told(scene.run()) == "");
    // A force-push with the same findings: the threads stay, the summary gets its new commit.
    scene.stamp = {"1111111111", 8, 1};
    scene.shown.request.head = scene.stamp.head;
    scene.shown.status.reset();  // of the other commit
    CHECK(told(scene.run()) == "update " + scene.shown.comments[0].id + "; status failure");
    // All is fixed: one edit says so, and the notes go.
    scene.of(clean());
    scene.run();
    CHECK(scene.shown.comments.size() == 1);
    CHECK(scene.shown.comments[0].body.find("Gate open") != std::string::npos);
    scene.run();
    CHECK(scene.shown.threads.empty());
    CHECK(told(scene.run()) == "");
  }
}

TEST_CASE("plan: what is cut is said, and done by the next run") {
  auto assessment = an_assessment().says(Outcome::fail);
  for (std::uint32_t line = 1; line <= 8; ++line) {
    assessment.finding(blocker(line).by("semgrep", "rule-" + std::to_string(line)));
  }
  Scene scene(assessment);
  scene.dialect = Dialect::gitlab;
  scene.settings.most_writes = 4;
  const Plan first = scene.run();
  CHECK(only<PostNotes>(first).notes.size() == 3);
  CHECK(first.told_inline.size() == 3);
  REQUIRE(first.notes.size() == 1);
  CHECK(first.notes[0] == "Left for the next run, because one run writes at most 4 times: 5 notes.");
  CHECK(only<PostNotes>(scene.run()).notes.size() == 4);
  CHECK(only<PostNotes>(scene.run()).notes.size() == 1);
  CHECK(told(scene.run()) == "");
}

TEST_CASE("plan: the check run") {
  const auto on = [](Scene& it) {
    it.settings.check_run = CheckRun::on;
    it.settings.comment = Comment::never;
    it.settings.most_inline = 0;
  };
  const auto outcome = [&](Outcome said) {
    return when(first_run, [=](Scene& it) {
      it.of(clean().says(said));
      on(it);
    });
  };
  check({
      {"not for a workflow's token", first_run, "create; notes src/a.c:3"},
      {"for an app", when(first_run, [](Scene& it) { it.shown.may.is_app = true; }),
       "create; notes src/a.c:3; check failure 1"},
      {"when the comment was refused", when(first_run, [](Scene& it) { it.lost = {Channel::comment}; }),
       "notes src/a.c:3; check failure 1"},
      {"when no comment may be written", when(first_run, [](Scene& it) { it.shown.may.comment = false; }),
       "notes src/a.c:3; check failure 1"},
      {"not when it is off",
       when(first_run,
            [](Scene& it) {
              it.lost = {Channel::comment};
              it.settings.check_run = CheckRun::off;
            }),
       "notes src/a.c:3"},
      {"nor when it was refused as well",
       when(first_run, [](Scene& it) { it.lost = {Channel::comment, Channel::check_run, Channel::review}; }), ""},
      {"nor at GitLab",
       when(first_run,
            [](Scene& it) {
              it.settings.check_run = CheckRun::on;
              it.dialect = Dialect::gitlab;
            }),
       "create; notes src/a.c:3"},
      {"pass", outcome(Outcome::pass), "check success 0"},
      {"warn", outcome(Outcome::warn), "check neutral 0"},
      {"fail", outcome(Outcome::fail), "check failure 0"},
      {"inconclusive", outcome(Outcome::inconclusive), "check action_required 0"},
  });
  Scene refused(failing());
  refused.lost = {Channel::comment, Channel::check_run, Channel::review};
  CHECK(refused.plan().notes.size() == 3);
}

TEST_CASE("plan: a check run is written once, and again when it says something else") {
  Scene scene(failing());
  scene.settings.check_run = CheckRun::on;
  const Plan first = scene.run();
  CHECK(only<WriteCheckRun>(first).id == "");
  scene.stamp.run = 8;
  CHECK(told(scene.plan()) == "");
  const std::string id = scene.shown.check->id;
  scene.shown.check->completed = false;
  CHECK(only<WriteCheckRun>(scene.plan()).id == id);
  scene.shown.check->completed = true;
  scene.of(clean());
  CHECK(only<WriteCheckRun>(scene.plan()).conclusion == "success");
  CHECK(only<WriteCheckRun>(scene.plan()).id == "");
}

TEST_CASE("plan: annotations are ranked by risk, those in the diff first, and have their limit") {
  auto assessment = an_assessment().says(Outcome::fail);
  assessment.finding(blocker(3, "in the diff, low risk").risk(100).asks_for(gatepost::Action::none));
  assessment.finding(blocker(300, "outside, high risk"));
  assessment.finding(blocker(4, "in the diff, high risk").asks_for(gatepost::Action::warn));
  assessment.finding(a_finding("nowhere").seen_at("GET", "/x"));
  Scene scene(assessment);
  scene.settings.check_run = CheckRun::on;
  const auto notes = only<WriteCheckRun>(scene.plan()).annotations;
  REQUIRE(notes.size() == 3);
  CHECK(notes[0].title == "in the diff, high risk");
  CHECK(notes[0].level == "warning");
  CHECK(notes[0].first_column == 5);
  CHECK(notes[1].title == "in the diff, low risk");
  CHECK(notes[1].level == "notice");
  CHECK(notes[2].title == "outside, high risk");
  CHECK(notes[2].level == "failure");
  CHECK(notes[2].first_line == 300);
  scene.settings.most_annotations = 1;
  CHECK(only<WriteCheckRun>(scene.plan()).annotations.size() == 1);
  scene.head_lines = Lines{4, 6};
  CHECK(only<WriteCheckRun>(scene.plan()).annotations[0].first_column == 0);
}

TEST_CASE("plan: status and external check") {
  const auto status = [](Scene& it) {
    it.settings.status = true;
    it.settings.comment = Comment::never;
  };
  const auto with = [&](Outcome outcome) {
    return when(first_clean_run, [=](Scene& it) {
      it.of(clean().says(outcome));
      status(it);
    });
  };
  const auto external = [](Scene& it) {
    it.settings.external_check = 4;
    it.dialect = Dialect::gitlab;
  };
  check({
      {"pass", with(Outcome::pass), "status success"},
      {"warn", with(Outcome::warn), "status success"},
      {"fail", with(Outcome::fail), "status failure"},
      {"inconclusive", with(Outcome::inconclusive), "status error"},
      {"inconclusive, of GitLab, which has no word for it",
       when(first_clean_run,
            [=](Scene& it) {
              it.of(clean().says(Outcome::inconclusive));
              it.dialect = Dialect::gitlab;
              status(it);
            }),
       "status failure"},
      {"refused",
       when(first_clean_run,
            [=](Scene& it) {
              status(it);
              it.lost = {Channel::status};
            }),
       ""},
      {"the same is there",
       when(first_clean_run,
            [=](Scene& it) {
              status(it);
              it.run();
              it.stamp.run = 99;
            }),
       ""},
      {"external, passed", when(first_clean_run, external), "external passed"},
      {"external, failed",
       when(first_clean_run,
            [=](Scene& it) {
              external(it);
              it.of(clean().says(Outcome::inconclusive));
              it.settings.comment = Comment::never;
            }),
       "external failed"},
      {"external, the same is there",
       when(first_clean_run,
            [=](Scene& it) {
              external(it);
              it.run();
            }),
       ""},
      {"external, of GitLab alone", when(first_clean_run, [](Scene& it) { it.settings.external_check = 4; }), ""},
  });
  Scene scene(failing());
  scene.settings.status = true;
  const auto set = only<SetStatus>(scene.plan());
  CHECK(set.context == "gatepost");
  CHECK(set.description == "Gate closed: 1 new finding blocks this change");
  CHECK(set.head == kHead);
}

TEST_CASE("plan: labels, reviewers and SARIF") {
  const auto quiet = [](Scene& it) {
    it.settings.comment = Comment::never;
    it.settings.most_inline = 0;
  };
  const auto label = [=](std::vector<std::string> shown) {
    return [=](Scene& it) {
      quiet(it);
      it.settings.labels = {"Blocked", "security", "blocked"};
      it.shown.labels = shown;
    };
  };
  const auto owners = [=](std::vector<std::string> names) {
    return [=](Scene& it) {
      auto spec = blocker();
      spec.owners.clear();
      for (const std::string& name : names) spec.owned_by(name, "");
      it.of(an_assessment().says(Outcome::fail).finding(spec));
      quiet(it);
      it.settings.reviewers = true;
    };
  };
  std::vector<std::string> many;
  for (char c = 'a'; c <= 't'; ++c) many.push_back(std::string("@") + c);
  check({
      {"closed: added", when(first_run, label({"mine"})), "labels +Blocked,security -"},
      {"closed: one is there", when(first_run, label({"BLOCKED"})), "labels +security -"},
      {"open: taken away, as they are written there", when(first_clean_run, label({"BLOCKED", "mine"})),
       "labels + -BLOCKED"},
      {"open: none is there", when(first_clean_run, label({"mine"})), ""},
      {"refused",
       when(first_run,
            [=](Scene& it) {
              label({})(it);
              it.shown.may.label = false;
            }),
       ""},
      {"owners", when(first_run, owners({"@bob", "@acme/db", "@ACME/web", "x@example.org", "@other/team"})),
       "ask bob / db,web"},
      {"teams, by a token that cannot ask any",
       when(first_run,
            [=](Scene& it) {
              owners({"@bob", "@acme/db"})(it);
              it.shown.may.request_team = false;
            }),
       "ask bob / "},
      {"not the author", when(first_run, owners({"@Alice"})), ""},
      {"not those who were asked",
       when(first_run,
            [=](Scene& it) {
              owners({"@bob", "@acme/db"})(it);
              it.shown.reviewers = {"acme/db", "bob"};
            }),
       ""},
      {"fifteen at most", when(first_run, owners(many)), "ask a,b,c,d,e,f,g,h,i,j,k,l,m,n,o / "},
      {"no strange names", when(first_run, owners({"@../x", "@acme/../y", "@a b"})), ""},
      {"GitLab asks people alone",
       when(first_run,
            [=](Scene& it) {
              owners({"@bob", "@acme/db"})(it);
              it.dialect = Dialect::gitlab;
            }),
       "ask bob / "},
      {"nobody for what is only warned of",
       when(first_run,
            [=](Scene& it) {
              it.of(an_assessment().says(Outcome::warn).finding(blocker().asks_for(gatepost::Action::warn)));
              quiet(it);
              it.settings.reviewers = true;
            }),
       ""},
      {"SARIF",
       when(first_clean_run,
            [](Scene& it) {
              it.settings.upload_sarif = true;
              it.sarif = "{}";
            }),
       "sarif refs/pull/7/merge"},
      {"SARIF, refused",
       when(first_clean_run,
            [](Scene& it) {
              it.settings.upload_sarif = true;
              it.sarif = "{}";
              it.lost = {Channel::sarif};
            }),
       ""},
      {"SARIF of a scan that broke off",
       when(first_clean_run,
            [](Scene& it) {
              it.of(clean().report({.path = "r", .state = ReportState::partial}));
              it.settings.upload_sarif = true;
              it.sarif = "{}";
            }),
       ""},
      {"SARIF without a scan that was asked for",
       when(first_clean_run,
            [=](Scene& it) {
              it.of(clean().says(Outcome::inconclusive));
              quiet(it);
              it.settings.upload_sarif = true;
              it.sarif = "{}";
            }),
       ""},
      {"SARIF without a document", when(first_clean_run, [](Scene& it) { it.settings.upload_sarif = true; }), ""},
  });
}

TEST_CASE("plan: who did not come when asked is asked again for a new commit, and by whoever starts the run again") {
  Scene scene(failing());
  scene.settings.reviewers = true;
  scene.run();
  scene.shown.reviewers.clear();  // the forge refused
  const auto asks = [](const Plan& plan) {
    return std::ranges::any_of(plan.actions, [](const auto& it) { return it.channel == Channel::reviewers; });
  };
  CHECK(asks(scene.plan()));
  ++scene.stamp.attempt;
  CHECK(asks(scene.plan()));
  ++scene.stamp.run;
  CHECK_FALSE(asks(scene.plan()));
  scene.shown.request.head = scene.stamp.head = std::string(40, 'e');
  CHECK(asks(scene.plan()));
}

TEST_CASE("plan: GitLab gets a status on a pipeline of the commit alone") {
  Scene scene(failing());
  scene.settings.status = true;
  scene.dialect = Dialect::gitlab;
  const auto status = [](const Plan& plan) {
    const auto found = std::ranges::find(plan.actions, Channel::status, &Action::channel);
    return found == plan.actions.end() ? 0 : std::get<SetStatus>(found->what).pipeline;
  };
  CHECK(status(scene.plan()) == 4);
  scene.pipeline = 0;
  CHECK(status(scene.plan()) == 0);
  CHECK(scene.plan().notes.back().find("No commit status is set") == 0);
}

TEST_CASE("plan: a person reads what would be done") {
  Scene scene(failing());
  scene.settings.status = true;
  scene.settings.check_run = CheckRun::on;
  const Plan plan = scene.plan();
  const std::string brief = describe(plan);
  CHECK(brief.find("review: write 1 note: src/a.c:3 [notes]\n") != std::string::npos);
  CHECK(brief.find("status: set status \"gatepost\" on 9f8e7d6c: failure, \"Gate closed: 1 new finding blocks this "
                   "change\", target https://forge.example/acme/shop/actions/runs/7 [status gatepost]\n") !=
        std::string::npos);
  CHECK(std::ranges::count(brief, '\n') == static_cast<std::ptrdiff_t>(plan.actions.size()));
  const std::string all = describe(plan, true);
  CHECK(all.find("    <!-- gatepost:note gatepost GP-") != std::string::npos);
  CHECK(all.find("  failure src/a.c:3 columns 5-20: SQL injection in the query\n") != std::string::npos);
  CHECK(describe(Plan{}) == "nothing to write\n");
}

}  // namespace gatepost::publish
