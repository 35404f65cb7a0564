#include "report/overview.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "report/facts.hpp"
#include "report/words.hpp"
#include "support/an_assessment.hpp"

namespace gatepost::report {
namespace {

using test::a_finding;
using test::an_assessment;

std::vector<std::string> titles(const Assessment& assessment, const std::vector<FindingIndex>& findings) {
  std::vector<std::string> all;
  for (const FindingIndex finding : findings) all.push_back(title_of(assessment, finding));
  return all;
}

}  // namespace

TEST_CASE("overview: what a policy acts on is shown, whatever else is true of it") {
  const WaiverInfo waiver{.id = {"W"}, .reason = "risk_accepted"};
  for (const Presence presence : {Presence::unrelated, Presence::touched, Presence::moved, Presence::external,
                                  Presence::not_evaluated, Presence::introduced, Presence::worsened}) {
    auto finding = a_finding("x").is(presence).waived(waiver).suppressed("inSource", "");
    const auto quiet = an_assessment().finding(finding).build();
    CHECK(overview_of(quiet.assessment).news.empty());
    const auto acted_on = an_assessment().finding(finding.asks_for(Action::warn)).build();
    CHECK(overview_of(acted_on.assessment).news.size() == 1);
  }
}

TEST_CASE("overview: what may not be new is told by what is known of it") {
  auto unplaced = a_finding("a").is(Presence::touched).asks_for(Action::warn);
  unplaced.judged.unplaced = true;
  const auto built = an_assessment()
                         .finding(unplaced)
                         .finding(a_finding("b").is(Presence::touched).asks_for(Action::warn))
                         .finding(a_finding("c").is(Presence::unrelated).asks_for(Action::warn))
                         .build();
  CHECK(tallies(overview_of(built.assessment)) ==
        std::vector<std::string>{"1 in edited code", "1 in no file of the commit", "1 older but held against it"});
  CHECK(standing({.presence = Presence::touched, .unplaced = true}) == "not known whether new");
  CHECK(standing({.presence = Presence::touched}) == "in edited code");
  CHECK(standing({.presence = Presence::not_evaluated}) == "not evaluated");
}

TEST_CASE("overview: every finding is in one place") {
  struct Case {
    Presence presence;
    bool waived, suppressed;
    std::size_t Overview::* count;
    std::vector<FindingIndex> Overview::* list;
  };
  const WaiverInfo waiver{.id = {"W"}, .reason = "risk_accepted"};
  for (const Case& it : std::vector<Case>{{Presence::introduced, false, false, &Overview::introduced, &Overview::news},
                                          {Presence::worsened, false, false, &Overview::worsened, &Overview::news},
                                          {Presence::existing, false, false, &Overview::existing, &Overview::news},
                                          {Presence::touched, false, false, &Overview::touched, nullptr},
                                          {Presence::moved, false, false, &Overview::elsewhere, nullptr},
                                          {Presence::unrelated, false, false, &Overview::elsewhere, nullptr},
                                          {Presence::fixed, true, true, nullptr, &Overview::fixed},
                                          {Presence::external, false, false, nullptr, &Overview::external},
                                          {Presence::not_evaluated, false, false, &Overview::not_evaluated, nullptr},
                                          {Presence::introduced, true, true, nullptr, &Overview::waived},
                                          {Presence::introduced, false, true, nullptr, &Overview::suppressed}}) {
    auto finding = a_finding("x").is(it.presence);
    if (it.waived) finding.waived(waiver);
    if (it.suppressed) finding.suppressed("inSource", "");
    const auto built = an_assessment().finding(finding).build();
    const Overview overview = overview_of(built.assessment);
    CAPTURE(std::string(to_string(it.presence)));
    if (it.count != nullptr) CHECK(overview.*it.count == 1);
    if (it.list != nullptr) CHECK((overview.*it.list).size() == 1);
    const std::size_t lists = overview.news.size() + overview.fixed.size() + overview.external.size() +
                              overview.waived.size() + overview.suppressed.size();
    CHECK(lists + overview.touched + overview.elsewhere + overview.not_evaluated == 1);
  }
}

TEST_CASE("overview: the order is that of risk, then severity, path and line") {
  const auto built = an_assessment()
                         .finding(a_finding("line 9").at("a.c", 9).risk(500).severity(50))
                         .finding(a_finding("b").at("b.c", 1).risk(500).severity(50))
                         .finding(a_finding("severe").at("z.c", 1).risk(500).severity(90))
                         .finding(a_finding("line 2").at("a.c", 2).risk(500).severity(50))
                         .finding(a_finding("risky").at("z.c", 1).risk(501).severity(10))
                         .build();
  CHECK(titles(built.assessment, overview_of(built.assessment).news) ==
        std::vector<std::string>{"risky", "severe", "line 2", "line 9", "b"});
}

TEST_CASE("overview: when not all can be shown, what blocks is") {
  const auto built = an_assessment()
                         .finding(a_finding("first").risk(900))
                         .finding(a_finding("second").risk(800))
                         .finding(a_finding("blocks").risk(100).blocks())
                         .build();
  const Overview overview = overview_of(built.assessment);
  CHECK(titles(built.assessment, most_important(built.assessment, overview.news, 2)) ==
        std::vector<std::string>{"blocks", "first"});
}

TEST_CASE("overview: groups are those of equal teams, for whatever reason they own") {
  const auto built = an_assessment()
                         .finding(a_finding("1").risk(900).owned_by("@a", "CODEOWNERS:1"))
                         .finding(a_finding("2").risk(800))
                         .finding(a_finding("3").risk(700).owned_by("@a", "CODEOWNERS:2"))
                         .finding(a_finding("4").risk(600).owned_by("@b", "CODEOWNERS:3"))
                         .build();
  const auto all = overview_of(built.assessment).news;
  const auto groups = by_owner(built.assessment, {all[0], all[1]}, all);
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].teams == "@a");
  CHECK(groups[0].because == "CODEOWNERS:1");
  CHECK(groups[0].findings.size() == 1);
  CHECK(groups[0].total == 2);
  CHECK(groups[1].teams == "");
}

TEST_CASE("words: the headline counts what decides") {
  const auto headline = [](test::AssessmentBuilder builder) {
    const auto built = builder.build();
    const Headline it = headline_of(built.assessment, overview_of(built.assessment));
    return it.verdict + ": " + it.why;
  };
  CHECK(headline(an_assessment().finding(a_finding("x").blocks()).finding(a_finding("y")).says(Outcome::fail)) ==
        "Gate closed: 1 of the 2 new findings blocks this change");
  CHECK(
      headline(an_assessment().finding(a_finding("x").blocks()).finding(a_finding("y").blocks()).says(Outcome::fail)) ==
      "Gate closed: 2 new findings block this change");
  CHECK(headline(an_assessment().finding(a_finding("x").is(Presence::unrelated).blocks()).says(Outcome::fail)) ==
        "Gate closed: 1 finding blocks this change");
  CHECK(headline(an_assessment().finding(a_finding("x").asks_for(Action::require_review)).says(Outcome::fail)) ==
        "Gate closed: 1 new finding needs a review");
  CHECK(headline(an_assessment().says(Outcome::fail).reason("p", Action::block, "the risk is 91.3")) ==
        "Gate closed: the risk is 91.3");
  CHECK(headline(an_assessment().finding(a_finding("x"))) == "Gate open: 1 new finding, which does not block");
  CHECK(headline(an_assessment().finding(a_finding("x")).finding(a_finding("y"))) ==
        "Gate open: 2 new findings, none of them blocks");
  CHECK(headline(an_assessment()) == "Gate open: nothing new in this change");
  CHECK(headline(an_assessment().without_base()) == "Gate open: no findings");
  CHECK(headline(an_assessment().finding(a_finding("x").asks_for(Action::warn)).says(Outcome::warn)) ==
        "Gate open, with warnings: 1 new finding deserves a look");
  CHECK(headline(an_assessment().says(Outcome::inconclusive)) ==
        "Undecided, so the gate stays closed: the evidence is not complete");
  CHECK(headline(an_assessment().mode("monitor").finding(a_finding("x").asks_for(Action::warn)).says(Outcome::warn)) ==
        "Gate open, with warnings: 1 new finding deserves a look (monitor mode: nothing is held up)");
}

TEST_CASE("words: an explanation in one line names what is known to raise the risk and to lower it") {
  CHECK(why_so_risky({}) == "");
  const std::vector<Factor> factors = {{"severity", "9.8", 2, "x", Leaning::neutral},
                                       {"threat", "70 %", 3, "it is exploited", Leaning::raises},
                                       {"exposure", "unknown", 3, "nobody knows", Leaning::unknown},
                                       {"reach", "called", 0, "it is called", Leaning::raises}};
  CHECK(why_so_risky(factors) == "it is exploited, it is called");
  const std::vector<Factor> lowered = {{"severity", "5.0", 2, "x", Leaning::neutral},
                                       {"cap", "40", 0, "tests only", Leaning::lowers}};
  CHECK(why_so_risky(lowered) == "less, for tests only");
}

TEST_CASE("words: a report that was read in part says how much, and what follows") {
  CHECK(problem_of({.path = "r.json", .state = ReportState::complete}) == "");
  CHECK(problem_of({.path = "r.json", .state = ReportState::partial, .records = {.seen = 1, .rejected = 1}}) ==
        "r.json was read in part, 1 of 1 record could not be. What it does not list is not taken for fixed.");
  CHECK(problem_of(
            {.path = "r.json",
             .state = ReportState::partial,
             .notes = {{Note::Level::info, "a", "chatter", ""}, {Note::Level::warning, "b", "cut short", "line 9"}}}) ==
        "r.json was read in part: cut short (line 9). What it does not list is not taken for fixed.");
  CHECK(
      problem_of({.path = "r.json",
                  .state = ReportState::partial,
                  .notes = {{Note::Level::warning, "truncated", "it ends in the middle; is it complete?", ""}}}) ==
      "r.json was read in part: it ends in the middle; is it complete? What it does not list is not taken for fixed.");
  CHECK(problem_of({.path = "r.json", .state = ReportState::unrecognised}) ==
        "r.json is in no format that gatepost knows. Nothing in it was judged.");
}

TEST_CASE("facts: of a vulnerable package the title names it once") {
  const auto built = an_assessment()
                         .finding(a_finding("Prototype pollution").package("lodash", "4.17.11"))
                         .finding(a_finding("ReDoS in Lodash").package("lodash", "4.17.11"))
                         .build();
  auto seen = titles(built.assessment, overview_of(built.assessment).news);
  std::ranges::sort(seen);
  CHECK(seen == std::vector<std::string>{"ReDoS in Lodash", "lodash 4.17.11: Prototype pollution"});
}

TEST_CASE("facts: the fix is the caller's advice, else what the tools know") {
  const auto fix = [](const test::FindingSpec& spec) {
    const auto built = an_assessment().finding(spec).build();
    return fix_of(built.assessment, 0);
  };
  CHECK(fix(a_finding("x")) == "");
  CHECK(fix(a_finding("x").package("p", "1", {"2"})) == "upgrade p to 2");
  CHECK(fix(a_finding("x").package("p", "1", {"2", "3", "4", "5"})) == "upgrade p to one of 2, 3, 4, …");
  auto proposed = a_finding("x");
  proposed.seen.fixes = {{"", {}}, {"bind the parameter", {}}};
  CHECK(fix(proposed) == "bind the parameter");
  auto built = an_assessment().finding(a_finding("x").package("p", "1", {"2"})).build();
  built.assessment.fixes = {.actions = {{.package = "p", .from = "1", .to = "3"}}, .action_of = {0}};
  CHECK(fix_of(built.assessment, 0) == "upgrade p 1 to 3");
}

TEST_CASE("facts: numbers for people") {
  CHECK(points(913) == "91.3");
  CHECK(points(0) == "0.0");
  CHECK(points(-7) == "-0.7");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1,000");
  CHECK(grouped(12345678) == "12,345,678");
}

}  // namespace gatepost::report
