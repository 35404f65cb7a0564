#include "report/funnel.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "report/facts.hpp"
#include "report/markdown.hpp"
#include "report/terminal.hpp"
#include "support/an_assessment.hpp"

namespace gatepost::report {
namespace {

using test::a_finding;
using test::an_assessment;
using test::BuiltAssessment;

struct Package {
  std::string title;
  Scope scope = Scope::runtime;
  Environment environment = Environment::production;
  Exposure exposure = Exposure::internet;
  Reach seen = Reach::loaded;   // at run time
  Reach said = Reach::unknown;  // by the report
  std::vector<VexStatus> vex;   // statements that count
  bool doubted_vex = false;     // a statement that does not count
  bool waived = false, suppressed = false;
  Presence presence = Presence::unrelated;
  Kind kind = Kind::sca;
  bool second_tool = false;
};

RuntimeFact seen_as(Reach reach) {
  return {.reach = reach,
          .state = "loaded",
          .workload = "cart",
          .source = "sensor",
          .document = "runtime/cart.jsonl#1",
          .last_seen = "2026-11-20",
          .doubt = reach == Reach::unknown ? "longer ago than 14 days" : ""};
}

VexFact statement(VexStatus status, bool decides) {
  VexFact fact;
  fact.status = status;
  fact.decides = decides;
  return fact;
}

// Each has a file of its own that is called like it.
std::string name_of(const Assessment& assessment, FindingIndex finding) {
  return std::string(assessment.findings.path_of(assessment.findings.all[finding]));
}

BuiltAssessment with(const std::vector<Package>& packages) {
  auto builder = an_assessment();
  std::map<std::string, const Package*> by_title;
  for (const Package& it : packages) {
    by_title.emplace(it.title, &it);
    auto spec = a_finding(it.title).of(it.kind).package("velnodex", "1.2.3").is(it.presence).at(it.title, 1);
    spec.seen.component->scope = it.scope;
    spec.seen.reach = it.said;
    if (it.second_tool) spec.also_by("grype", "rules.other");
    if (it.waived) spec.waived({.id = {"W"}, .reason = "risk_accepted"});
    if (it.suppressed) spec.suppressed("inSource", "");
    builder.finding(spec);
  }
  BuiltAssessment built = builder.build();
  Assessment& out = built.assessment;
  out.services.push_back({.name = "cart", .context = {.exposure = Exposure::internet}});
  for (FindingIndex i = 0; i < out.assessed.size(); ++i) {
    const Package& it = *by_title.at(name_of(out, i));
    out.assessed[i].context = {.exposure = it.exposure, .environment = it.environment};
    out.assessed[i].service = 0;
    out.assessed[i].enrichment = static_cast<std::uint32_t>(out.enrichments.size());
    Enrichment known;
    known.runtime = seen_as(it.seen);
    for (const VexStatus status : it.vex) known.vex.push_back(statement(status, true));
    if (it.doubted_vex) known.vex.push_back(statement(VexStatus::not_affected, false));
    out.enrichments.push_back(std::move(known));
  }
  return built;
}

std::map<std::string, std::size_t> counts(const Funnel& funnel) {
  std::map<std::string, std::size_t> all;
  for (const FunnelStep& step : funnel.steps) all.emplace(to_string(step.stage), step.count);
  return all;
}

const Package kStays = {.title = "stays"};
const Package kDoubted = {.title = "doubted", .doubted_vex = true};
const Package kWaived = {.title = "waived", .waived = true};

}  // namespace

TEST_CASE("funnel: each finding of a package falls out where its first no is") {
  struct Case {
    Package package;
    std::string stage;  // "" for one that is not counted
  };
  const std::vector<Case> cases = {
      {{.title = "a dependency of development", .scope = Scope::dev}, "unique"},
      {{.title = "a dependency of tests", .scope = Scope::test}, "unique"},
      {{.title = "not deployed", .environment = Environment::not_deployed}, "unique"},
      {{.title = "optional", .scope = Scope::optional}, "open"},
      {{.title = "of unknown scope", .scope = Scope::unknown}, "open"},
      {{.title = "of unknown environment", .environment = Environment::unknown}, "open"},
      {{.title = "in staging", .environment = Environment::staging}, "open"},
      {{.title = "not loaded", .seen = Reach::not_loaded}, "shipped"},
      {{.title = "nobody knows whether loaded", .seen = Reach::unknown}, "shipped"},
      {{.title = "called", .seen = Reach::called}, "open"},
      {{.title = "called, as the report says", .seen = Reach::unknown, .said = Reach::called}, "open"},
      {{.title = "loaded, but out of reach", .said = Reach::unreachable}, "shipped"},
      {{.title = "inside", .exposure = Exposure::internal}, "loaded"},
      {{.title = "for partners", .exposure = Exposure::external_restricted}, "loaded"},
      {{.title = "nobody knows whether exposed", .exposure = Exposure::unknown}, "loaded"},
      {{.title = "not affected", .vex = {VexStatus::not_affected}}, "internet_facing"},
      {{.title = "fixed by the vendor", .vex = {VexStatus::fixed}}, "internet_facing"},
      {{.title = "affected", .vex = {VexStatus::affected}}, "open"},
      {kDoubted, "open"},
      {kWaived, "without_vex"},
      {{.title = "suppressed", .suppressed = true}, "without_vex"},
      {{.title = "malicious", .seen = Reach::unknown, .kind = Kind::malware}, "open"},
      {{.title = "in an image", .kind = Kind::container}, "open"},
      {{.title = "new", .presence = Presence::introduced}, "open"},
      {{.title = "fixed", .presence = Presence::fixed}, ""},
      {{.title = "not evaluated", .presence = Presence::not_evaluated}, ""},
      {{.title = "code", .kind = Kind::sast}, ""},
      {{.title = "a licence", .kind = Kind::license}, ""},
  };
  for (const Case& it : cases) {
    CAPTURE(it.package.title);
    // The others see to it that every stage is there.
    std::vector<Package> packages = {it.package, {.title = "another", .second_tool = true}};
    for (const Package& other : {kDoubted, kWaived}) {
      if (other.title != it.package.title) packages.push_back(other);
    }
    const BuiltAssessment built = with(packages);
    const Assessment& assessment = built.assessment;
    const Funnel funnel = funnel_of(assessment);
    REQUIRE(funnel.steps.size() == kFunnelStageNames.size());
    for (FindingIndex i = 0; i < assessment.assessed.size(); ++i) {
      if (name_of(assessment, i) != it.package.title) continue;
      const auto stage = funnel.stage_of(assessment, i);
      CHECK((stage ? std::string(to_string(*stage)) : "") == it.stage);
      CHECK((std::ranges::find(funnel.left, i) != funnel.left.end()) == (it.stage == "open"));
    }
  }
}

TEST_CASE("funnel: counts are of observations first, then of findings; what is unknown is told") {
  const BuiltAssessment built = with({{.title = "twice", .second_tool = true},
                                      {.title = "for tests", .scope = Scope::test, .second_tool = true},
                                      {.title = "who knows", .seen = Reach::unknown},
                                      {.title = "not loaded", .seen = Reach::not_loaded},
                                      {.title = "where", .exposure = Exposure::unknown},
                                      {.title = "spared", .vex = {VexStatus::fixed}},
                                      {.title = "code", .kind = Kind::sast},
                                      {.title = "gone", .presence = Presence::fixed}});
  const Funnel funnel = funnel_of(built.assessment);
  CHECK(funnel.steps == std::vector<FunnelStep>{{FunnelStage::raw, 8},
                                                {FunnelStage::unique, 6},
                                                {FunnelStage::shipped, 5},
                                                {FunnelStage::loaded, 3, 1},
                                                {FunnelStage::internet_facing, 2, 1},
                                                {FunnelStage::without_vex, 1}});
  CHECK(in_one_line(funnel) ==
        "8 raw → 6 unique → 5 shipped → 3 loaded → 2 internet-facing → 1 to act on; 1 more: not known whether loaded; "
        "1 more: not known whether internet-facing");
  REQUIRE(funnel.left.size() == 1);
  CHECK(name_of(built.assessment, funnel.left[0]) == "twice");
}

TEST_CASE("funnel: stages that nobody can know are left out, and without the most important there is none") {
  const auto change = [](const std::function<void(Assessment&)>& edit) {
    BuiltAssessment built = with({kStays, kDoubted});
    edit(built.assessment);
    return counts(funnel_of(built.assessment));
  };
  CHECK(change([](Assessment&) {}).size() == 6);
  CHECK(change([](Assessment& it) { it.services.clear(); }).empty());
  CHECK(change([](Assessment& it) { it.elsewhere = 1; }).empty());
  const auto no_runtime = [](Assessment& it) {
    for (Enrichment& known : it.enrichments) known.runtime.reset();
  };
  CHECK(change(no_runtime).empty());
  const auto old_evidence = [](Assessment& it) {
    for (Enrichment& known : it.enrichments) known.runtime = seen_as(Reach::unknown);
  };
  CHECK(change(old_evidence).empty());
  const auto no_exposure = change([](Assessment& it) { it.services[0].context.exposure = Exposure::unknown; });
  CHECK_FALSE(no_exposure.contains("internet_facing"));
  CHECK(no_exposure.contains("without_vex"));
  const auto no_vex = change([](Assessment& it) {
    for (Enrichment& known : it.enrichments) known.vex.clear();
  });
  CHECK_FALSE(no_vex.contains("without_vex"));
  CHECK(no_vex.contains("internet_facing"));
  CHECK(counts(funnel_of(with({{.title = "code", .kind = Kind::sast}}).assessment)).empty());
}

TEST_CASE("funnel: terminal and comment show it, and say nothing without one") {
  const auto shown = [](const BuiltAssessment& built) {
    const Input input{.assessment = built.assessment};
    std::string terminal, markdown;
    const auto into = [](std::string& text) {
      return [&text](std::string_view bytes) -> Status {
        text += bytes;
        return Done{};
      };
    };
    REQUIRE(write_terminal(input, into(terminal)).ok());
    REQUIRE(write_markdown(input, into(markdown)).ok());
    return std::pair(terminal, markdown);
  };
  const auto [terminal, markdown] = shown(with({kStays, {.title = "inside", .exposure = Exposure::internal}}));
  CHECK(terminal.find("All vulnerable packages · stage by stage\n"
                      "  2  reported, each tool for itself\n"
                      "  2  unique\n"
                      "  2  shipped: not for development or tests, in a deployed service\n"
                      "  2  loaded at run time\n"
                      "  1  in an internet-facing service\n"
                      "\n"
                      "To act on · 1 finding\n"
                      "  ·  50.0  ") != std::string::npos);
  CHECK(markdown.find("All vulnerable packages: 2 raw → 2 unique → 2 shipped → 2 loaded → 1 to act on\n\n") !=
        std::string::npos);
  const auto [other_terminal, other_markdown] = shown(with({{.title = "code", .kind = Kind::sast}}));
  CHECK(other_terminal.find("stage by stage") == std::string::npos);
  CHECK(other_terminal.find("To act on") == std::string::npos);
  CHECK(other_markdown.find("vulnerable packages") == std::string::npos);
}

}  // namespace gatepost::report
