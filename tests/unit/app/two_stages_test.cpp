// The first stage writes what it found, the second judges it again: both come to the same.
#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <string>

#include "app/forge_change.hpp"
#include "app/rules_of_base.hpp"
#include "context/change_signals.hpp"
#include "support/process.hpp"
#include "support/skip.hpp"
#include "unit/app/stages.hpp"

using namespace gatepost;

namespace {

struct Shop {
  test::TempDir directory;
  bool made = false;
  Shop() {
    if (!test::have_git()) return;
    const auto script = test::run_process({"/bin/sh", GATEPOST_SOURCE_DIR "/examples/make_repository.sh", path()}, "/",
                                          {{"PATH", "/usr/local/bin:/usr/bin:/bin"}});
    REQUIRE_MESSAGE(script.exit_code == 0, script.err);
    made = true;
  }
  [[nodiscard]] std::string path() const { return directory / "shop"; }
};

std::map<std::string, Presence> presence_by_id(const Assessment& it, bool with_unrelated = false) {
  std::map<std::string, Presence> all;
  for (std::size_t i = 0; i < it.findings.all.size(); ++i) {
    if (!with_unrelated && it.assessed[i].presence == Presence::unrelated) continue;
    const Finding& finding = it.findings.all[i];
    all.emplace(to_string(finding.id) + (finding.in_base_only ? " gone" : ""), it.assessed[i].presence);
  }
  return all;
}

Assessment second_stage(const test::FirstStage& first) {
  auto result = app::read_result(first.result(), "result.json");
  REQUIRE_MESSAGE(result.ok(), result.error().message);
  const auto request = test::request_of(first.assessment.change);
  CHECK(app::check_belongs(*result, request).ok());
  const context::Surroundings surroundings = first.surroundings(*result);
  return app::rejudge(std::move(*result), request, first.basis(surroundings));
}

}  // namespace

namespace {

void check_same(const test::FirstStage& first) {
  const Assessment second = second_stage(first);
  CHECK(first.assessment.verdict.outcome == Outcome::fail);
  CHECK(second.verdict == first.assessment.verdict);
  CHECK(second.totals == first.assessment.totals);
  CHECK(presence_by_id(second) == presence_by_id(first.assessment));
  CHECK(test::written_as("markdown", second) == test::written_as("markdown", first.assessment));
  CHECK(test::written_as("terminal", second) == test::written_as("terminal", first.assessment));
}

}  // namespace

TEST_CASE("two stages: verdict, ids and comment are the same to the byte") {
  const Shop shop;
  if (!shop.made) return;
  SUBCASE("with the example's reports of the base") {
    const auto first = test::first_stage(shop.path(), {"scans/head/*"});
    CHECK(first.evidence.base_files.has_value());
    check_same(first);
  }
  SUBCASE("without") {
    const std::string config = shop.directory / "config.yml";
    std::ofstream(config) << "version: 1\nreports: ['scans/head/*']\n";
    const auto first = test::first_stage(shop.path(), {"scans/head/*"}, {}, config);
    CHECK_FALSE(first.evidence.base_files.has_value());
    check_same(first);
  }
}

TEST_CASE("two stages: with a base report what stands on a new line is introduced, and all else is the same") {
  const Shop shop;
  if (!shop.made) return;
  const auto first = test::first_stage(shop.path(), {"scans/head/*"}, {"scans/base/*"});
  const Assessment second = second_stage(first);
  CHECK(second.verdict.outcome == first.assessment.verdict.outcome);
  const auto before = presence_by_id(first.assessment, true), after = presence_by_id(second);
  std::size_t raised = 0, fixed = 0;
  for (const auto& [id, presence] : after) {
    CAPTURE(id);
    REQUIRE(before.contains(id));
    fixed += presence == Presence::fixed ? 1 : 0;
    if (presence == before.at(id)) continue;
    CHECK(presence == Presence::introduced);
    CHECK(before.at(id) == Presence::touched);
    ++raised;
  }
  CHECK(fixed > 0);
  CHECK(raised < 5);
  CHECK(report::overview_of(second).elsewhere == report::overview_of(first.assessment).elsewhere);
}

TEST_CASE("two stages: the same evidence gives the same result, whatever the number of threads") {
  const Shop shop;
  if (!shop.made) return;
  const std::string once = test::first_stage(shop.path(), {"scans/head/*"}, {"scans/base/*"}).result();
  CHECK(once == test::first_stage(shop.path(), {"scans/head/*"}, {"scans/base/*"}).result());
  for (const std::string& word : {std::string("verdict"), std::string("waive"), std::string("decision"),
                                  std::string("\"risk\""), std::string("owners"), shop.path()}) {
    CAPTURE(word);
    CHECK(once.find(word) == std::string::npos);
  }
}

TEST_CASE("two stages: the lines of the change's tip come along") {
  const Shop shop;
  if (!shop.made) return;
  const auto first = test::first_stage(shop.path(), {"scans/head/bandit.sarif"});
  std::string text;
  const auto lines = [&](std::size_t i) -> std::optional<publish::Lines> {
    const std::uint32_t line = first.assessment.findings.all[i].range.first_line;
    if (line % 2 == 0) return std::nullopt;
    return publish::Lines{line + 1, line + 2};
  };
  const app::ResultInput input{first.assessment, first.found, first.evidence.settings, first.evidence.ci, {}, lines};
  const Status written = app::write_result(input, [&](std::string_view piece) -> Status {
    text += piece;
    return Done{};
  });
  REQUIRE(written.ok());
  const auto result = app::read_result(text, "result.json");
  REQUIRE_MESSAGE(result.ok(), result.error().message);
  REQUIRE_FALSE(result->head_lines.empty());
  for (const Finding& finding : result->found.assessment.findings.all) {
    if (finding.in_base_only || finding.range.first_line == 0) continue;
    REQUIRE(result->head_lines.contains(finding.id));
    const auto& known = result->head_lines.at(finding.id);
    REQUIRE(known.has_value() == (finding.range.first_line % 2 == 1));
    if (known) CHECK(*known == publish::Lines{finding.range.first_line + 1, finding.range.first_line + 2});
  }
}

TEST_CASE("two stages: a result that was cut is refused wherever the cut is") {
  const Shop shop;
  if (!shop.made) return;
  const std::string whole = test::first_stage(shop.path(), {"scans/head/bandit.sarif"}).result();
  for (std::size_t length = 0; length + 1 < whole.size(); length += 97)
    CHECK_FALSE(app::read_result(whole.substr(0, length), "result.json").ok());
}

TEST_CASE("two stages: the forge's diff gives the change that git sees") {
  const Shop shop;
  if (!shop.made) return;
  const auto first = test::first_stage(shop.path(), {"scans/head/bandit.sarif"});
  const ChangeSet& seen = first.assessment.change;
  const ChangeSet told = app::change_of(test::request_of(seen));
  REQUIRE(told.files.size() == seen.files.size());
  for (std::size_t i = 0; i < seen.files.size(); ++i) {
    CAPTURE(seen.files[i].new_path);
    CHECK(told.files[i].kind == seen.files[i].kind);
    CHECK(told.files[i].old_path == seen.files[i].old_path);
    CHECK(told.files[i].new_path == seen.files[i].new_path);
    CHECK(told.files[i].hunks == seen.files[i].hunks);
  }
}

TEST_CASE("two stages: the rules of the base come from a callback as they come from git") {
  const Shop shop;
  if (!shop.made) return;
  const auto first = test::first_stage(shop.path(), {"scans/head/bandit.sarif"});
  const auto read = [&](std::string_view path) -> Result<std::optional<std::string>> {
    const auto shown = test::try_git(shop.path(), {"show", "main:" + std::string(path)});
    if (shown.exit_code != 0) return std::optional<std::string>{};
    return std::optional(shown.out);
  };
  auto rules = app::rules_of_base(read, OwnersDialect::github);
  REQUIRE_MESSAGE(rules.ok(), rules.error().message);
  CHECK(rules->settings.rules.policies.size() == first.evidence.settings.rules.policies.size());
  CHECK(rules->settings.repository == first.evidence.settings.repository);
  CHECK(rules->owners.exists());
  auto result = app::read_result(first.result(), "result.json");
  REQUIRE(result.ok());
  app::take_exposures(rules->surroundings.services, result->exposures);
  app::take_code_facts(*result, test::request_of(first.assessment.change), rules->surroundings);
  const app::Basis basis{rules->settings, rules->owners, policy::Event::pull_request, test::FirstStage::now(),
                         &rules->surroundings};
  const Assessment second = app::rejudge(std::move(*result), test::request_of(first.assessment.change), basis);
  CHECK(second.verdict == first.assessment.verdict);
  CHECK(test::written_as("markdown", second) == test::written_as("markdown", first.assessment));
}

TEST_CASE("two stages: what a result says about exposure raises, and never lowers") {
  Service shop{.name = "shop", .claims = {{ServiceClaim::By::path, "shop", "services.yml:2:1"}}};
  Service stated = shop;
  stated.name = "stated";
  stated.claims.front().pattern = "stated";
  stated.context.exposure = Exposure::internal;
  stated.because.exposure = "services.yml:7:1";
  const auto taken = [&](const std::string& service, Exposure before, Exposure after) {
    context::Surroundings::Services services;
    services.catalogue = context::Catalogue({shop, stated});
    const app::CarriedExposure carried{service, {before, "a"}, {after, "b"}};
    app::take_exposures(services, std::span(&carried, 1));
    return services;
  };
  const auto exposure = [](const context::Surroundings::Services& it, std::size_t service) {
    return it.catalogue.services()[service].context.exposure;
  };

  const auto raised = taken("shop", Exposure::unknown, Exposure::internet);
  CHECK(exposure(raised, 0) == Exposure::internet);
  CHECK(raised.changes.size() == 1);
  CHECK(exposure(taken("shop", Exposure::internet, Exposure::internet), 0) == Exposure::internet);
  CHECK(taken("shop", Exposure::internet, Exposure::internet).changes.empty());

  const auto lowered = taken("shop", Exposure::internal, Exposure::internal);
  CHECK(exposure(lowered, 0) == Exposure::unknown);
  REQUIRE(lowered.notes.size() == 1);
  CHECK(lowered.notes.front().code == "exposure-not-taken");
  CHECK(exposure(taken("stated", Exposure::isolated, Exposure::isolated), 1) == Exposure::internal);
  CHECK(taken("stated", Exposure::isolated, Exposure::isolated).notes.empty());
  CHECK(taken("stated", Exposure::unknown, Exposure::internet).changes.size() == 1);

  CHECK(taken("nobody", Exposure::unknown, Exposure::internet).changes.empty());
}

TEST_CASE("two stages: signals of the change's lines come along, and a result never lowers what the forge shows") {
  app::ResultFile result;
  publish::ChangeRequest request{.number = 7, .head = test::kTip, .target_branch = "main", .files = {}};
  request.files.push_back({.old_path = "src/auth/login.py", .new_path = "src/auth/login.py", .hunks = {}});
  const auto signals = [&] {
    context::Surroundings out;
    app::take_code_facts(result, request, out);
    std::string all;
    for (const ChangeSignal& it : out.signals) all += it.signal + "+" + std::to_string(it.points) + " ";
    return all;
  };
  CHECK(signals() == "sensitive-path+15 ");
  result.signals = context::counted_signals({*context::signal_of("suppression", "nosec", "a.py", 3)});
  CHECK(signals() == "sensitive-path+15 suppression+10 ");
}
