// Every way a CI hands us a clone, times every kind of change: the change set must be the same.
#include <unistd.h>

#include <algorithm>

#include "git/change_base.hpp"
#include "git/diff.hpp"
#include "unit/git/changes.hpp"
#include "unit/git/fixture.hpp"

using namespace gatepost;
using namespace gatepost::test;

namespace {

// What the CI says, as names of the commits of a case.
struct Said {
  std::string head, merge_commit, forge_merge_base, event_base, target_branch, base;
};

enum class Obstacle {
  none,
  base_missing,   // resolving the base fails until the advised command has run
  trees_missing,  // the diff fails until the advised command has run
  blobs_missing,  // the diff is coarse until the command in its note has run
};

// One way to clone. The script runs beside the bare repository "origin", which has for case 7 the branches 7-fork (the
// true base), 7-main (the base went on), 7-topic (the change) and 7-merge, also as refs/pull/7/merge.
struct Shape {
  std::string name, script;
  std::string open = "r";
  Said said;
  BaseSource source = BaseSource::merge_base;
  Obstacle obstacle = Obstacle::none;
  bool sees_base_changes = false;  // the base is not the true one: what went on there shows as well
  bool trusted = false;
};

const Said kMerge = {.head = "merge", .merge_commit = "merge", .event_base = "fork", .target_branch = "main"};
const Said kTopic = {.head = "topic", .merge_commit = "merge", .event_base = "main", .target_branch = "main"};
const std::string kPullHeads = "'+refs/heads/*-topic:refs/remotes/origin/*-topic'";

const std::vector<Shape> kShapes = {
    {.name = "merge commits at depth 1",
     .script = "git init -q r; cd r; git remote add origin \"file://$PWD/../origin\"; "
               "git fetch -q --depth=1 origin '+refs/pull/*/merge:refs/remotes/pull/*/merge'",
     .said = kMerge,
     .source = BaseSource::merge_parents,
     .obstacle = Obstacle::base_missing},
    {.name = "heads at depth 1, the event's base",
     .script = "git init -q r; cd r; git remote add origin \"file://$PWD/../origin\"; "
               "git fetch -q --depth=1 origin " +
               kPullHeads,
     .said = kTopic,
     .source = BaseSource::event,
     .obstacle = Obstacle::base_missing,
     .sees_base_changes = true},
    {.name = "heads at depth 1, the forge's merge base",
     .script = "git init -q r; cd r; git remote add origin \"file://$PWD/../origin\"; "
               "git fetch -q --depth=1 origin " +
               kPullHeads,
     .said = {.head = "topic", .forge_merge_base = "fork", .target_branch = "main"},
     .source = BaseSource::merge_base,
     .obstacle = Obstacle::base_missing},
    {.name = "heads at depth 1, the user's base",
     .script = "git init -q r; cd r; git remote add origin \"file://$PWD/../origin\"; "
               "git fetch -q --depth=1 origin " +
               kPullHeads,
     .said = {.head = "topic", .base = "fork"},
     .source = BaseSource::given,
     .obstacle = Obstacle::base_missing,
     .sees_base_changes = false},
    {.name = "depth 50",
     .script = "git clone -q --depth=50 --no-single-branch \"file://$PWD/origin\" r",
     .said = kTopic},
    {.name = "full", .script = "git clone -q origin r", .said = kTopic},
    {.name = "full, the user's base",
     .script = "git clone -q origin r",
     .said = {.head = "topic", .base = "main"},
     .source = BaseSource::given},
    {.name = "full, the merge commit",
     .script = "git clone -q origin r",
     .said = kMerge,
     .source = BaseSource::merge_parents},
    {.name = "sharing its objects", .script = "git clone -q --shared origin r", .said = kTopic},
    {.name = "partial without blobs",
     .script = "git clone -q --no-checkout --filter=blob:none \"file://$PWD/origin\" r",
     .said = kTopic,
     .obstacle = Obstacle::blobs_missing},
    {.name = "partial without trees",
     .script = "git clone -q --no-checkout --filter=tree:0 \"file://$PWD/origin\" r",
     .said = kTopic,
     .obstacle = Obstacle::trees_missing},
    {.name = "sparse, with a configuration of the work tree",
     .script = "git clone -q --sparse origin r; cd r; git config extensions.worktreeConfig true; "
               "git config core.repositoryformatversion 1; git sparse-checkout set --cone nowhere",
     .said = kTopic},
    {.name = "linked work tree",
     .script = "git clone -q origin main; cd main; git worktree add -q --detach ../r",
     .said = kTopic},
    {.name = "sub-directory",
     .script = "git clone -q origin r; mkdir -p r/below/it",
     .open = "r/below/it",
     .said = kTopic},
    {.name = "bare", .script = "git clone -q --bare origin r", .said = kTopic},
    {.name = "packed references", .script = "git clone -q origin r; cd r; git pack-refs --all", .said = kTopic},
    {.name = "another user's",
     .script = "git clone -q origin r; chown -R 12345:12345 r",
     .said = kTopic,
     .trusted = true},
};

std::string name_of(std::size_t number, const std::string& part) {
  return part.empty() ? "" : std::to_string(number) + "-" + part;
}

std::vector<GitFile> with(std::vector<GitFile> files, const std::string& elsewhere) {
  files.push_back({"zz/elsewhere", elsewhere});
  return files;
}

// The commits of one case. In a criss-cross history "other" and "fork" are both merge bases of main and topic, and git
// names the younger one, "fork", first; seen from there, what "other" brought to both sides seems to be the change's.
std::vector<GitCommit> commits_of(std::size_t number) {
  const ChangeCase& it = change_cases()[number];
  const auto name = [&](const char* part) { return name_of(number, part); };
  const auto before = [&](const std::string& elsewhere) { return with(it.before, elsewhere); };
  if (it.history == ChangeHistory::criss_cross) {
    return {{name("root"), {}, before("0\n0\n")},
            {name("other"), {name("root")}, before("1\n0\n")},
            {name("fork"), {name("root")}, before("0\n2\n")},
            {name("criss"), {name("other"), name("fork")}, before("1\n2\n")},
            {name("cross"), {name("fork"), name("other")}, before("1\n2\n")},
            {name("main"), {name("criss")}, before("1\n2\n3\n")},
            {name("topic"), {name("cross")}, with(it.after, "1\n2\n")},
            {name("merge"), {name("main"), name("topic")}, with(it.after, "1\n2\n3\n")}};
  }
  std::vector<GitCommit> commits = {{name("fork"), {}, before("1\n2\n")},
                                    {name("main"), {name("fork")}, before("1\n2\n3\n")}};
  std::vector<std::string> parents = {name("fork")};
  if (it.history == ChangeHistory::octopus) {
    parents = {name("first"), name("second"), name("third")};
    for (const std::string& side : parents) commits.push_back({side, {name("fork")}, before("1\n2\n")});
  }
  commits.push_back({name("topic"), parents, with(it.after, "1\n2\n")});
  commits.push_back({name("merge"), {name("main"), name("topic")}, with(it.after, "1\n2\n3\n")});
  return commits;
}

// All cases in one repository.
void make_origin(const std::string& directory) {
  std::vector<GitCommit> commits;
  const auto& cases = change_cases();
  for (std::size_t i = 0; i < cases.size(); ++i) {
    std::ranges::move(commits_of(i), std::back_inserter(commits));
  }
  make_repository(directory, commits, true);
  for (const char* key : {"uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"}) {
    run_git(directory, {"config", key, "true"});
  }
  for (std::size_t i = 0; i < cases.size(); ++i) {
    run_git(directory, {"update-ref", "refs/pull/" + std::to_string(i) + "/merge", name_of(i, "merge")});
  }
}

// Carries out "run: COMMAND" at the end of a text.
void follow_advice(const std::string& directory, const std::string& text) {
  const std::size_t at = text.rfind("run: ");
  REQUIRE_MESSAGE(at != std::string::npos, text);
  const ProcessResult ran = run_shell(directory, text.substr(at + 5));
  REQUIRE_MESSAGE(ran.exit_code == 0, text << ": " << ran.err);
}

class MatrixRun {
 public:
  MatrixRun(const Shape& shape, const std::string& directory, const git::Repository& origin)
      : shape_(shape), directory_(directory), origin_(origin) {}

  void run(std::size_t number) {
    number_ = number;
    const auto base = resolve();
    CHECK(base.source == shape_.source);
    CHECK(base.confident == (shape_.source != BaseSource::event && !is_in_doubt()));
    auto difference = compare(base);
    if (shape_.obstacle == Obstacle::blobs_missing) difference = after_blobs(base, std::move(difference));
    CHECK(describe(difference.change) == expected());
    if (shape_.source != BaseSource::event) CHECK(difference.notes.empty() == !is_in_doubt());
  }

 private:
  bool is_criss_cross() const { return change_cases()[number_].history == ChangeHistory::criss_cross; }
  bool is_in_doubt() const {
    const Said& said = shape_.said;
    // There are two merge bases, and nobody said which one it is.
    const bool searches = shape_.source == BaseSource::merge_base || said.base == "main";
    if (is_criss_cross() && searches && said.forge_merge_base.empty()) return true;
    // What the head descends from beyond its parents is not in this clone.
    return change_cases()[number_].history != ChangeHistory::straight && said.base == "fork";
  }
  // See commits_of().
  bool sees_other_side() const {
    return is_criss_cross() && (shape_.source == BaseSource::merge_base || shape_.source == BaseSource::given);
  }

  std::string id(const std::string& part) const {
    return part.empty() ? "" : commit_id(origin_, name_of(number_, part)).hex();
  }

  git::ChangeFacts facts() const {
    return {.base = id(shape_.said.base),
            .head = id(shape_.said.head),
            .merge_commit = id(shape_.said.merge_commit),
            .change_head = id("topic"),
            .forge_merge_base = id(shape_.said.forge_merge_base),
            .event_base = id(shape_.said.event_base),
            .target_branch = name_of(number_, shape_.said.target_branch)};
  }

  git::ChangeBase resolve() {
    auto base = git::resolve_change_base(open(), facts());
    if (shape_.obstacle == Obstacle::base_missing && !base) {
      CHECK(base.error().hint.starts_with("run: git fetch --no-tags --depth=1 origin "));
      follow_advice(directory_ + "/" + shape_.open, base.error().hint);
      base = git::resolve_change_base(open(), facts());
    }
    REQUIRE_MESSAGE(base.ok(), base.error().message);
    return *std::move(base);
  }

  git::Difference compare(const git::ChangeBase& base) {
    auto difference = git::diff(open(), base);
    // Nothing changes in the first case, so that nothing is missing either.
    if (shape_.obstacle == Obstacle::trees_missing && number_ == 1) {
      REQUIRE(!difference.ok());
      follow_advice(directory_ + "/" + shape_.open, difference.error().hint);
      difference = git::diff(open(), base);
    }
    REQUIRE_MESSAGE(difference.ok(), difference.error().message);
    return *std::move(difference);
  }

  // Without blobs the paths are right and lines are said to be unknown; with them all is well.
  git::Difference after_blobs(const git::ChangeBase& base, git::Difference coarse) {
    if (number_ != 1) return coarse;
    CHECK(describe(coarse.change) == "M a unknown\n");
    REQUIRE(coarse.notes.size() == 1);
    CHECK(coarse.notes[0].code == "contents-missing");
    follow_advice(directory_ + "/" + shape_.open, coarse.notes[0].text);
    return compare(base);
  }

  std::string expected() const {
    std::vector<std::string> lines = change_cases()[number_].expected;
    // Seen from a base that went on, its changes show the other way round.
    if (shape_.sees_base_changes) lines.push_back("M zz/elsewhere @3,1>2,0");
    if (sees_other_side()) lines.push_back("M zz/elsewhere @1,1>1,1");
    std::ranges::stable_sort(lines, {},
                             [](const std::string& it) { return it.substr(it.find(' ')).starts_with(" \xFF"); });
    return lines_of(lines);
  }

  git::Repository open() const { return open_repository(directory_ + "/" + shape_.open, shape_.trusted); }

  const Shape& shape_;
  std::string directory_;
  const git::Repository& origin_;
  std::size_t number_ = 0;
};

}  // namespace

TEST_CASE("matrix: every clone gives the same change set") {
  if (!have_git()) return;
  const TempDir temp;
  make_origin(temp / "origin");
  const auto origin = open_repository(temp / "origin");
  for (const Shape& shape : kShapes) {
    CAPTURE(shape.name);
    if (shape.trusted && ::geteuid() != 0) continue;  // the tests of repository say that this was skipped
    const TempDir place;
    std::filesystem::create_directory_symlink(temp / "origin", place / "origin");
    const ProcessResult made = run_shell(place.path().string(), "set -e; " + shape.script);
    REQUIRE_MESSAGE(made.exit_code == 0, made.err);
    MatrixRun matrix(shape, place.path().string(), origin);
    for (std::size_t i = 0; i < change_cases().size(); ++i) {
      CAPTURE(change_cases()[i].name);
      matrix.run(i);
    }
  }
}
