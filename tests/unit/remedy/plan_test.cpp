#include "remedy/plan.hpp"

#include <doctest/doctest.h>

#include <string>

#include "support/an_assessment.hpp"
#include "support/processor_time.hpp"

using namespace gatepost;
using test::a_finding;
using test::an_assessment;
using test::AssessmentBuilder;
using test::FindingSpec;

namespace {

FindingSpec in_package(std::string name, std::string version, std::vector<std::string> fixed, std::uint16_t risk,
                       std::string manifest = "package-lock.json") {
  static int number = 0;
  ++number;
  return a_finding("problem " + std::to_string(number))
      .by("trivy", "CVE-2024-" + std::to_string(1000 + number))
      .at(std::move(manifest), 0)
      .of(Kind::sca)
      .package(std::move(name), std::move(version), std::move(fixed))
      .risk(risk);
}

FindingSpec brought_by(FindingSpec spec, std::string parent) {
  Component& it = *spec.seen.component;
  it.direct = false;
  it.dependency_path = {std::move(parent), it.package + "@" + it.version};
  return spec;
}

FindingSpec in_image(std::string name, std::string version, std::vector<std::string> fixed, std::uint16_t risk) {
  FindingSpec spec = in_package(name, version, std::move(fixed), risk).of(Kind::container);
  spec.seen.component->purl = "pkg:deb/debian/" + name + "@" + version;
  spec.seen.image = "shop:1";
  spec.in_file = false;
  spec.seen.place = {};
  return spec;
}

// One line for each action.
std::vector<std::string> lines(AssessmentBuilder builder) {
  const test::BuiltAssessment built = builder.build();
  const FixPlan plan = remedy::plan(built.assessment);
  std::vector<std::string> all;
  for (const FixAction& it : plan.actions) {
    std::string line = std::string(to_string(it.way)) + " " + it.package + it.image + " " + it.from + ">" + it.to;
    line += " " + std::to_string(it.closes.size()) + "+" + std::to_string(it.may_close.size()) + " cost " +
            std::to_string(it.cost) + " " + std::to_string(it.before_tenths) + ">" + std::to_string(it.after_tenths);
    if (it.manifests > 1) line += " in " + std::to_string(it.manifests);
    if (it.leaves > 0) line += " leaves " + std::to_string(it.leaves);
    for (const std::string& parent : it.parents) line += " by " + parent;
    if (!it.steps.empty()) line += " | " + it.steps.front().edit + it.steps.front().command;
    all.push_back(line);
  }
  return all;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("plan: one upgrade of a package in several files closes what all its advisories say") {
  CHECK(lines(an_assessment()
                  .finding(in_package("lodash", "4.17.15", {"4.17.19"}, 500))
                  .finding(in_package("lodash", "4.17.15", {"4.17.21"}, 400))
                  .finding(in_package("lodash", "4.17.15", {"4.17.21"}, 300, "web/package-lock.json"))
                  .finding(a_finding("code").risk(100))) ==
        Lines{"upgrade lodash 4.17.15>4.17.21 3+0 cost 1 1300>100 in 2 | npm install lodash@4.17.21 "
              "--package-lock-only"});
}

TEST_CASE("plan: a package that another one brings is pinned, and the other one's upgrade may close it") {
  CHECK(lines(an_assessment()
                  .finding(in_package("express", "4.17.1", {"4.19.2"}, 463))
                  .finding(brought_by(in_package("qs", "6.7.0", {"6.7.3"}, 514), "express@4.17.1"))) ==
        Lines{"upgrade express 4.17.1>4.19.2 1+1 cost 1 977>514 | npm install express@4.19.2 --package-lock-only",
              "pin qs 6.7.0>6.7.3 1+0 cost 8 514>0 by express@4.17.1 | \"overrides\": {\"qs\": \"6.7.3\"} in "
              "package.jsonnpm install --package-lock-only"});
}

TEST_CASE("plan: leaving the major version costs more, and what stays in it is offered beside it") {
  CHECK(lines(an_assessment()
                  .finding(in_package("a", "1.0.0", {"1.4.0"}, 600))
                  .finding(in_package("a", "1.0.0", {"2.1.0"}, 300))) ==
        Lines{"upgrade a 1.0.0>1.4.0 1+0 cost 1 900>300 leaves 1 | npm install a@1.4.0 --package-lock-only",
              "upgrade a 1.0.0>2.1.0 1+0 cost 3 300>0 | npm install a@2.1.0 --package-lock-only"});
}

TEST_CASE("plan: a newer base of an image closes what many single upgrades would") {
  AssessmentBuilder many = an_assessment();
  for (const char* name : {"a", "b", "c", "d", "e", "f", "g"}) many.finding(in_image(name, "1.0-1", {"1.0-2"}, 300));
  many.finding(in_image("z", "1.0-1", {}, 300));
  CHECK(lines(many) == Lines{"base_image shop:1 > 7+0 cost 5 2400>300"});
  CHECK(lines(an_assessment().finding(in_image("a", "1.0-1", {"1.0-2"}, 300))) ==
        Lines{"upgrade ashop:1 1.0-1>1.0-2 1+0 cost 1 300>0 | apt-get update && apt-get install --yes "
              "--only-upgrade a"});
}

TEST_CASE("plan: only what is open counts") {
  CHECK(lines(an_assessment()
                  .finding(in_package("a", "1.0.0", {"1.4.0"}, 600).is(Presence::fixed))
                  .finding(in_package("h", "1.0.0", {"1.4.0"}, 600).is(Presence::unrelated))
                  .finding(in_package("b", "1.0.0", {"1.4.0"}, 600).is(Presence::not_evaluated))
                  .finding(in_package("c", "1.0.0", {"1.4.0"}, 600).suppressed("tool", "no"))
                  .finding(in_package("d", "1.0.0", {"1.4.0"}, 600).waived({{"W-1"}, "risk_accepted", "", "", ""}))
                  .finding(in_package("e", "1.0.0", {"1.4.0"}, 0))
                  .finding(in_package("f", "1.0.0", {}, 500))
                  .finding(in_package("g", "2.0.0", {"1.4.0"}, 500)))
            .empty());
}

TEST_CASE("plan: each owner has a list of their own, and the best of all comes first") {
  const auto of = [](FindingSpec spec, const char* team) { return spec.owned_by(team, "CODEOWNERS:1"); };
  const auto built = an_assessment()
                         .finding(of(in_package("a", "1.0.0", {"1.4.0"}, 200), "@acme/a"))
                         .finding(of(in_package("b", "1.0.0", {"1.4.0"}, 300), "@acme/b"))
                         .finding(of(in_package("c", "1.0.0", {"1.4.0"}, 100), "@acme/a"))
                         .build();
  const FixPlan plan = remedy::plan(built.assessment);
  REQUIRE(plan.actions.size() == 3);
  CHECK(plan.actions[0].package == "b");
  CHECK(plan.actions[0].before_tenths == 300);
  CHECK(plan.actions[1].package == "a");
  CHECK(plan.actions[1].owner_rank == 1);
  CHECK(plan.actions[1].before_tenths == 300);
  CHECK(plan.actions[2].owner_rank == 2);
  CHECK(plan.actions[2].after_tenths == 0);
  for (std::size_t i = 0; i < built.assessment.findings.all.size(); ++i) CHECK(plan.of(i) != nullptr);
}

TEST_CASE("plan: two versions of one package are two upgrades") {
  CHECK(lines(an_assessment()
                  .finding(in_package("a", "1.0.0", {"1.0.5", "2.0.5"}, 300))
                  .finding(in_package("a", "2.0.0", {"1.0.5", "2.0.5"}, 200))) ==
        Lines{"upgrade a 1.0.0>1.0.5 1+0 cost 1 500>200 | npm install a@1.0.5 --package-lock-only",
              "upgrade a 2.0.0>2.0.5 1+0 cost 1 200>0 | npm install a@2.0.5 --package-lock-only"});
}

TEST_CASE("plan: there is no command for a manifest that is no file of the commit") {
  FindingSpec elsewhere = in_package("a", "1.0.0", {"1.4.0"}, 300, "../../etc/package-lock.json");
  elsewhere.in_file = false;
  CHECK(lines(an_assessment().finding(elsewhere)) == Lines{"upgrade a 1.0.0>1.4.0 1+0 cost 1 300>0"});
}

TEST_CASE("plan: a stranger's name is no command") {
  for (const auto& line : lines(an_assessment().finding(in_package("$(id)", "1.0.0", {"1.4.0"}, 300))))
    CHECK(line == "upgrade $(id) 1.0.0>1.4.0 1+0 cost 1 300>0");
}

TEST_CASE("plan: 20,000 findings of 4,000 packages are planned in no time") {
  AssessmentBuilder builder = an_assessment();
  for (int i = 0; i < 20'000; ++i) {
    const std::string fixed = "1.0." + std::to_string(1 + i / 4'000);
    builder.finding(
        in_package("p" + std::to_string(i % 4'000), "1.0.0", {fixed}, static_cast<std::uint16_t>(1 + i % 900)));
  }
  const test::BuiltAssessment built = builder.build();
  const test::ProcessorTime time;
  const FixPlan plan = remedy::plan(built.assessment);
  CHECK(plan.actions.size() == 4'000);
  CHECK(time.seconds() < 30);
}
