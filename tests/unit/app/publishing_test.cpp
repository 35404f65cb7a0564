#include "app/publishing.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "unit/publish/scene.hpp"

using namespace gatepost;
using namespace gatepost::app;
using publish::Channel;
using publish::Scene;

namespace {

// A forge that refuses some channels, and loses its answer to none of the others.
class RefusingForge final : public forge::Forge {
 public:
  explicit RefusingForge(Scene& scene) : scene_(scene), head_(scene.shown.request.head) {}

  Result<std::string> identity() override { return std::string("gatepost[bot]"); }
  Result<publish::Shown> shown(const forge::Wanted&) override { return scene_.shown; }
  Result<std::string> current_head(std::uint64_t) override { return head_; }
  Result<std::optional<std::string>> file_at(std::string_view, const std::string&) override {
    return std::optional<std::string>();
  }
  Result<forge::Applied> apply(const publish::Action& action, const publish::Shown&) override {
    asked.push_back(action.key);
    if (refused.contains(action.channel))
      return error(ErrorKind::denied, "the token may not write a " + std::string(to_string(action.channel)));
    done.push_back(action.channel);
    if (!other_summary.empty()) scene_.shown.comments.push_back({"1", std::exchange(other_summary, "")});
    publish::Plan plan;
    plan.actions.push_back(action);
    test::ForgeDouble(scene_.shown).apply(plan);
    return forge::Applied{.url = "https://forge.example/told"};
  }

  // Nobody says anything here.
  Result<std::optional<forge::SaidComment>> comment(const forge::CommentPlace&) override {
    return std::optional<forge::SaidComment>();
  }
  Result<std::vector<forge::SaidComment>> comments(std::uint64_t, std::string_view) override {
    return std::vector<forge::SaidComment>();
  }
  Result<std::string> level_of(const forge::SaidComment&) override { return std::string("none"); }
  Result<std::optional<bool>> is_member(const forge::SaidComment&, const std::string&) override {
    return std::optional<bool>();
  }
  Result<std::uint64_t> account(const std::string&) override { return std::uint64_t{0}; }
  Result<std::vector<std::uint64_t>> open_requests() override { return std::vector<std::uint64_t>(); }
  Result<std::optional<forge::StoredFile>> stored_result(const forge::WantedResult&) override {
    return std::optional<forge::StoredFile>();
  }
  Status acknowledge(const forge::CommentPlace&) override { return Done{}; }
  Result<forge::Applied> answer(const forge::CommentPlace&, const std::string&, const std::string&) override {
    return forge::Applied{};
  }

  std::set<Channel> refused;
  std::vector<std::string> asked;  // keys, in their order
  std::vector<Channel> done;
  std::string other_summary;  // that another run writes just before our first word
  Scene& scene_;
  std::string head_;
};

Scene scene_with_findings() {
  return Scene(
      publish::an_assessment()
          .finding(publish::a_finding("SQL injection").at("src/a.c", 3).by("semgrep", "sqli").risk(900).blocks())
          .finding(publish::a_finding("Weak hash").at("src/a.c", 9).by("semgrep", "md5").risk(500).blocks())
          .says(Outcome::fail));
}

Told tell(Scene& scene, RefusingForge& forge) {
  const publish::Shown before = scene.shown;
  const report::Input report = scene.report_input();
  return tell_forge(forge, scene.input(report), before, scene.settings);
}

bool has_done(const RefusingForge& forge, Channel channel) {
  return std::ranges::find(forge.done, channel) != forge.done.end();
}

}  // namespace

TEST_CASE("publishing: what could not be read is a problem where it keeps us from speaking") {
  for (const bool may : {true, false}) {
    CAPTURE(may);
    Scene scene = scene_with_findings();
    scene.shown.may.comment = may;
    scene.shown.notes = {"the forge says less than it could"};
    RefusingForge forge(scene);
    const Told told = tell(scene, forge);
    const auto has = [&](const std::vector<std::string>& list) {
      return std::ranges::find(list, scene.shown.notes.front()) != list.end();
    };
    CHECK(has(told.notes) == may);
    CHECK(has(told.problems) == !may);
  }
}

TEST_CASE("publishing: what is planned is done once, in its order") {
  Scene scene = scene_with_findings();
  scene.settings.status = true;
  RefusingForge forge(scene);
  const Told told = tell(scene, forge);
  CHECK(told.complete);
  CHECK(told.problems.empty());
  CHECK(told.url == "https://forge.example/told");
  CHECK(told.inline_findings.size() == 2);
  CHECK(forge.done == std::vector<Channel>{Channel::comment, Channel::review, Channel::status});
}

TEST_CASE("publishing: a second run with nothing new asks for no write") {
  Scene scene = scene_with_findings();
  RefusingForge first(scene);
  CHECK(tell(scene, first).complete);
  RefusingForge second(scene);
  CHECK(tell(scene, second).complete);
  CHECK(second.asked.empty());
}

TEST_CASE("publishing: what one channel refuses is told in another, and nothing twice") {
  struct Row {
    const char* name;
    std::set<Channel> refused;
    std::vector<Channel> expected;
    std::size_t inline_findings;
  };
  const Row rows[] = {
      {"the comment is refused: a check run says it", {Channel::comment}, {Channel::review, Channel::check_run}, 2},
      {"notes are refused: the comment has them anyway, and the log's annotations follow",
       {Channel::review},
       {Channel::comment},
       0},
      {"everything is refused", {Channel::comment, Channel::review, Channel::check_run, Channel::status}, {}, 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Scene scene = scene_with_findings();
    RefusingForge forge(scene);
    forge.refused = row.refused;
    const Told told = tell(scene, forge);
    std::vector<Channel> done = forge.done;
    std::ranges::sort(done);
    CHECK(done == row.expected);
    CHECK_FALSE(told.complete);
    CHECK(told.inline_findings.size() == row.inline_findings);
    CHECK(told.problems.size() >= 1);
    CHECK(std::ranges::count_if(scene.shown.comments, [](const auto&) { return true; }) <= 1);
  }
}

TEST_CASE("publishing: when somebody pushed meanwhile, the run for the new commit speaks to the change request") {
  Scene scene = scene_with_findings();
  scene.settings.status = true;
  RefusingForge forge(scene);
  forge.head_ = "0000000000000000000000000000000000000001";
  const Told told = tell(scene, forge);
  CHECK_FALSE(told.complete);
  CHECK_FALSE(has_done(forge, Channel::comment));
  CHECK_FALSE(has_done(forge, Channel::review));
  // The status hangs on the commit that was judged.
  CHECK(has_done(forge, Channel::status));
  REQUIRE(told.problems.size() == 1);
  CHECK(told.problems[0].find("moved on to 000000000000") != std::string::npos);
}

TEST_CASE("publishing: of two runs that speak at the same moment the newer is heard, once") {
  for (const std::uint64_t other : {6U, 8U}) {
    CAPTURE(other);
    Scene scene = scene_with_findings();  // run 7
    RefusingForge forge(scene);
    forge.other_summary = publish::summary_marker("gatepost", {publish::kHead, other, 1}) + "\nthe other";
    CHECK(tell(scene, forge).problems.empty());
    REQUIRE(scene.shown.comments.size() == 1);
    CHECK(scene.shown.comments[0].id == "1");
    CHECK(publish::parse_summary_marker(scene.shown.comments[0].body)->stamp.run == std::max<std::uint64_t>(other, 7));
  }
}
