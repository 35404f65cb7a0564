#include "git/change_base.hpp"

#include "git/revision.hpp"
#include "unit/git/fixture.hpp"

using namespace gatepost;
using namespace gatepost::test;

namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// A target that went on, a change with two commits, their merge, the merge of a queue, and oddities.
const std::vector<GitCommit> kHistory = {{"root"},
                                         {"fork", {"root"}},
                                         {"main", {"fork"}},
                                         {"first", {"fork"}},
                                         {"topic", {"first"}},
                                         {"merge", {"main", "topic"}},
                                         {"old-merge", {"main", "first"}},
                                         {"squash", {"main"}},
                                         {"queue", {"squash", "topic"}},
                                         {"octopus", {"main", "topic", "squash"}},
                                         {"criss", {"main", "topic"}},
                                         {"cross", {"topic", "main"}},
                                         {"stranger"}};

struct Facts {
  std::string head, base, merge_commit, change_head, queue_base, forge_merge_base, event_base, target_branch, push_base;
};

struct Case {
  std::string name;
  Facts said;        // by branch; `base` and `target_branch` are passed on as they are
  std::string base;  // branch, "" for none
  BaseSource source = BaseSource::none;
  std::string code = {};  // of the one note; "" for none
  bool confident = true;
  std::string change_head = {};  // branch; "" for the head
};

const std::vector<Case> kCases = {
    {"nothing said", {.head = "topic"}, "", BaseSource::none},
    {"the user's base wins",
     {.head = "merge", .base = "root", .merge_commit = "merge", .queue_base = "squash", .target_branch = "main"},
     "root",
     BaseSource::given},
    {"the user's base is where the two part", {.head = "topic", .base = "main"}, "fork", BaseSource::given},
    {"the user's base by a short way to say it", {.head = "topic", .base = "main~1"}, "fork", BaseSource::given},
    {"the user's base has nothing in common",
     {.head = "topic", .base = "stranger"},
     "stranger",
     BaseSource::given,
     "no-common-ancestor",
     false},
    {"the user's base has several merge bases",
     {.head = "criss", .base = "cross"},
     "topic",
     BaseSource::given,
     "several-merge-bases",
     false},
    {"merge queue",
     {.head = "queue", .merge_commit = "queue", .queue_base = "squash", .target_branch = "main"},
     "squash",
     BaseSource::merge_queue},
    {"merge commit",
     {.head = "merge", .merge_commit = "merge", .change_head = "topic", .event_base = "fork", .target_branch = "main"},
     "main",
     BaseSource::merge_parents,
     "",
     true,
     "topic"},
    {"merge commit of an older head",
     {.head = "old-merge", .merge_commit = "old-merge", .change_head = "topic"},
     "main",
     BaseSource::merge_parents,
     "merge-commit-of-other-head",
     false,
     "first"},
    {"merge commit of something else",
     {.head = "merge", .merge_commit = "merge", .change_head = "squash", .target_branch = "main"},
     "main",
     BaseSource::merge_base,
     "merge-commit-of-other-head",
     false,
     "squash"},
    {"merge commit of three",
     {.head = "octopus", .merge_commit = "octopus"},
     "main",
     BaseSource::merge_parents,
     "",
     true,
     "topic"},
    {"merge commit that is no merge",
     {.head = "squash", .merge_commit = "squash", .target_branch = "main"},
     "main",
     BaseSource::merge_base},
    {"merge commit that is not what we look at",
     {.head = "topic", .merge_commit = "merge", .event_base = "main", .target_branch = "main"},
     "fork",
     BaseSource::merge_base},
    {"the forge's merge base",
     {.head = "topic", .forge_merge_base = "fork", .event_base = "root", .target_branch = "main"},
     "fork",
     BaseSource::merge_base},
    {"target branch", {.head = "topic", .event_base = "root", .target_branch = "main"}, "fork", BaseSource::merge_base},
    {"target branch already contains the change",
     {.head = "first", .target_branch = "topic"},
     "first",
     BaseSource::merge_base},
    {"target branch with several merge bases",
     {.head = "criss", .target_branch = "cross"},
     "topic",
     BaseSource::merge_base,
     "several-merge-bases",
     false},
    {"the commit before a push", {.head = "topic", .push_base = "fork"}, "fork", BaseSource::event},
    {"the commit before a push that took commits away",
     {.head = "topic", .push_base = "main"},
     "main",
     BaseSource::event},
    {"the event's base when the target branch is not here",
     {.head = "topic", .event_base = "main", .target_branch = "gone"},
     "fork",
     BaseSource::event,
     "event-base",
     false},
    {"the event's base when the target branch is a stranger",
     {.head = "topic", .event_base = "fork", .target_branch = "stranger"},
     "fork",
     BaseSource::event,
     "event-base",
     false},
    {"the event's base with nothing in common",
     {.head = "topic", .event_base = "stranger"},
     "stranger",
     BaseSource::event,
     "event-base",
     false},
};

git::ChangeFacts facts_of(const git::Repository& repository, const Facts& said) {
  const auto id = [&](const std::string& name) { return name.empty() ? "" : commit_id(repository, name).hex(); };
  return {.base = said.base,
          .head = said.head,
          .merge_commit = id(said.merge_commit),
          .change_head = id(said.change_head),
          .queue_base = id(said.queue_base),
          .forge_merge_base = id(said.forge_merge_base),
          .push_base = id(said.push_base),
          .event_base = id(said.event_base),
          .target_branch = said.target_branch};
}

// The newest commit known of what the change goes into.
std::string rules_of(const Case& it) {
  switch (it.source) {
    case BaseSource::given:
      return it.said.base;
    case BaseSource::merge_base:
      return it.said.target_branch;
    case BaseSource::event:
      return it.said.push_base.empty() ? it.said.event_base : it.said.push_base;
    default:
      return it.base;
  }
}

}  // namespace

TEST_CASE("change base: the first rung of the ladder that holds is taken") {
  if (!have_git()) return;
  const TempDir temp;
  make_repository(temp / "r", kHistory, true);
  const auto repository = open_repository(temp / "r");
  for (const Case& it : kCases) {
    CAPTURE(it.name);
    const auto facts = facts_of(repository, it.said);
    const auto base = git::resolve_change_base(repository, facts);
    REQUIRE_MESSAGE(base.ok(), base.error().message);
    CHECK(base->base.has_value() == !it.base.empty());
    if (base->base && !it.base.empty()) CHECK(*base->base == commit_id(repository, it.base));
    CHECK(base->head == commit_id(repository, it.said.head));
    CHECK(base->change_head == commit_id(repository, it.change_head.empty() ? it.said.head : it.change_head));
    CHECK(base->rules.has_value() == base->base.has_value());
    if (base->rules) CHECK(base->rules == git::resolve_commit(repository, rules_of(it)).value());
    CHECK(base->source == it.source);
    CHECK(base->confident == it.confident);
    CHECK((base->notes.empty() ? "" : base->notes.front().code) == it.code);
  }
}

TEST_CASE("change base: without --head the commit checked out is looked at") {
  if (!have_git()) return;
  const TempDir temp;
  make_repository(temp / "r", kHistory);
  run_git(temp / "r", {"checkout", "-q", "--detach", "merge"});
  const auto repository = open_repository(temp / "r");
  const auto base = git::resolve_change_base(
      repository, {.merge_commit = commit_id(repository, "merge").hex(), .target_branch = "main"});
  REQUIRE(base.ok());
  CHECK(base->head == commit_id(repository, "merge"));
  CHECK(base->source == BaseSource::merge_parents);
}

TEST_CASE("change base: a commit that is not the change's is not judged") {
  if (!have_git()) return;
  const TempDir temp;
  make_repository(temp / "r", kHistory);
  const auto repository = open_repository(temp / "r");
  const auto facts = [&](const char* change) {
    return git::ChangeFacts{.change_head = commit_id(repository, change).hex(), .target_branch = "main"};
  };
  run_git(temp / "r", {"checkout", "-q", "--detach", "main"});
  const auto base_instead = git::resolve_change_base(repository, facts("topic"));
  REQUIRE_FALSE(base_instead.ok());
  CHECK(base_instead.error().kind == ErrorKind::bad_input);
  CHECK(contains(base_instead.error().message, "is checked out, but the change's head is"));
  // A commit that the pipeline made on top of the change is fine.
  run_git(temp / "r", {"checkout", "-q", "--detach", "topic"});
  CHECK(git::resolve_change_base(repository, facts("topic")).ok());
  CHECK(git::resolve_change_base(repository, facts("first")).ok());
}

TEST_CASE("change base: the remote's target branch counts, not a local one left behind") {
  if (!have_git()) return;
  const TempDir temp;
  make_repository(temp / "r", {{"old"}, {"new", {"old"}}, {"topic", {"new"}}, {"main", {"old"}}}, true);
  run_git(temp / "r", {"update-ref", "refs/remotes/origin/main", "new"});
  const auto repository = open_repository(temp / "r");
  const auto base = git::resolve_change_base(repository, {.head = "topic", .target_branch = "main"});
  REQUIRE(base.ok());
  CHECK(base->base == commit_id(repository, "new"));
}

TEST_CASE("change base: what cannot be resolved is an error with the way out") {
  if (!have_git()) return;
  const TempDir temp;
  make_repository(temp / "r", kHistory, true);
  const auto repository = open_repository(temp / "r");
  const std::string absent(40, 'e');
  struct Failure {
    git::ChangeFacts facts;
    std::string message, hint;
  };
  for (const Failure& it : {
           Failure{{.head = "topic", .target_branch = "gone"},
                   "the target branch \"gone\" has no known common commit with",
                   "run: git fetch --no-tags origin +refs/heads/gone:refs/remotes/origin/gone"},
           Failure{{.head = "topic", .target_branch = "a$(b)"},
                   "the target branch \"a$(b)\"",
                   "run: git fetch --no-tags origin"},
           Failure{{.base = "gone", .head = "topic"}, "--base: revision \"gone\": no such commit", "git fetch"},
           Failure{{.base = "main", .head = "gone"}, "--head: revision \"gone\": no such commit", "git fetch"},
           Failure{
               {.base = absent, .head = "topic"}, "--base: commit " + absent, "git fetch --no-tags origin " + absent},
           Failure{{.head = absent}, "--head: commit " + absent, "git fetch --no-tags origin " + absent},
           Failure{{.head = "topic", .queue_base = absent},
                   "the base of the change, commit " + absent + ", is not in this clone",
                   "run: git fetch --no-tags origin " + absent},
           Failure{{.head = "topic", .forge_merge_base = absent}, absent, absent},
           Failure{{.head = "topic", .event_base = absent}, absent, absent},
           Failure{{.head = "topic", .event_base = "main"}, "the event's base: \"main\" is not a full commit id", ""},
           Failure{{.head = "topic", .merge_commit = "HEAD"}, "the CI's merge commit: \"HEAD\"", ""},
       }) {
    CAPTURE(it.message);
    const auto base = git::resolve_change_base(repository, it.facts);
    REQUIRE(!base.ok());
    CHECK_MESSAGE(contains(base.error().message, it.message), base.error().message);
    CHECK_MESSAGE(contains(base.error().hint, it.hint), base.error().hint);
    CHECK_FALSE(contains(base.error().hint, "$("));
  }
}

TEST_CASE("change base: a clone too shallow for the target branch is an error, or the event's base with a doubt") {
  if (!have_git()) return;
  const TempDir temp;
  make_repository(temp / "origin", kHistory, true);
  run_git(temp.path().string(),
          {"clone", "-q", "--bare", "--depth=1", "--branch=topic", "file://" + (temp / "origin"), "r"});
  run_git(temp / "r", {"fetch", "-q", "--depth=1", "origin", "main:main"});
  const auto shallow = open_repository(temp / "r");
  REQUIRE(shallow.is_shallow());
  const git::ChangeFacts facts{.head = "topic", .target_branch = "main"};
  const auto failed = git::resolve_change_base(shallow, facts);
  REQUIRE(!failed.ok());
  CHECK(failed.error().hint == "this clone is shallow; run: git fetch --no-tags --unshallow origin");

  const auto main = commit_id(shallow, "main");
  const auto by_event =
      git::resolve_change_base(shallow, {.head = "topic", .event_base = main.hex(), .target_branch = "main"});
  REQUIRE(by_event.ok());
  CHECK(by_event->base == main);
  CHECK(by_event->source == BaseSource::event);
  CHECK_FALSE(by_event->confident);

  const auto by_user = git::resolve_change_base(shallow, {.base = "main", .head = "topic"});
  REQUIRE(by_user.ok());
  CHECK(by_user->base == main);
  CHECK_FALSE(by_user->confident);
  REQUIRE(by_user->notes.size() == 1);
  CHECK(by_user->notes[0].code == "shallow-history");
  CHECK(contains(by_user->notes[0].text, "git fetch --no-tags --unshallow origin"));

  REQUIRE(run_shell(temp / "r", "git fetch --no-tags --unshallow origin").exit_code == 0);
  const auto full = open_repository(temp / "r");
  const auto base = git::resolve_change_base(full, facts);
  REQUIRE(base.ok());
  CHECK(base->base == commit_id(open_repository(temp / "origin"), "fork"));
  CHECK(base->confident);
}

TEST_CASE("change base: the user's base that the head descends from is certain at any depth") {
  if (!have_git()) return;
  const TempDir temp;
  make_repository(temp / "origin", kHistory, true);
  run_git(temp.path().string(),
          {"clone", "-q", "--bare", "--depth=1", "--branch=merge", "file://" + (temp / "origin"), "r"});
  run_git(temp / "r", {"fetch", "-q", "--depth=1", "origin", "main"});
  const auto repository = open_repository(temp / "r");
  const auto main = commit_id(open_repository(temp / "origin"), "main");
  const auto base = git::resolve_change_base(repository, {.base = main.hex(), .head = "merge"});
  REQUIRE(base.ok());
  CHECK(base->base == main);
  CHECK(base->confident);
  CHECK(base->notes.empty());
}
