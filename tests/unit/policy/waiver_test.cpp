#include "policy/waiver.hpp"

#include <doctest/doctest.h>

#include "base/time.hpp"

using namespace gatepost;
using namespace gatepost::policy;

namespace {

const Timestamp kNow = *parse_timestamp("2026-11-21T12:00:00Z");

FindingId id_of(std::size_t i) {
  FindingId id;
  id.digest.bytes[0] = static_cast<std::uint8_t>(i + 1);
  return id;
}

Waiver a_waiver() {
  return {.id = {"W-1"},
          .rule = "B608",
          .reason = "risk_accepted",
          .justification = "because",
          .requested_by = "dev",
          .approved_by = {"lead"},
          .created = *parse_date("2026-11-20"),
          .expires = *parse_date("2026-12-01"),
          .max_findings = 5,
          .where = "waivers.yml:2:5"};
}

Waived run(const Waiver& waiver, std::vector<Facts> facts, const WaiverRules& rules = {}) {
  for (Facts& it : facts) it.advisories = {"CVE-2024-1000"};
  return apply({waiver}, rules, facts.size(), [&](std::size_t i) { return WaiverFacts{id_of(i), facts[i]}; },
               {.now = kNow});
}

Facts finding(int risk = 300) { return {.risk_tenths = risk, .path = "src/a.py", .rule = "B608", .package = "lodash"}; }

}  // namespace

TEST_CASE("waiver: covers what it names") {
  const Waived result = run(a_waiver(), {finding(), {.rule = "other"}});
  CHECK(result.waiver_of[0] == 0);
  CHECK(result.waiver_of[1] == Assessed::kNone);
  REQUIRE(result.applied.size() == 1);
  CHECK(result.applied[0].approved_by == "lead");
  CHECK(result.applied[0].expires == "2026-12-01");
  CHECK(result.notes.empty());
}

TEST_CASE("waiver: everything that it names must fit") {
  Waiver waiver = a_waiver();
  waiver.package = "lodash";
  waiver.advisory = "cve-2024-1000";
  waiver.path = *Glob::compile("src/**");
  CHECK(run(waiver, {finding()}).waiver_of[0] == 0);
  waiver.path = *Glob::compile("lib/**");
  CHECK(run(waiver, {finding()}).waiver_of[0] == Assessed::kNone);
}

TEST_CASE("waiver: by id covers that finding alone, in short and full form") {
  Waiver waiver = a_waiver();
  waiver.rule.clear();
  waiver.finding = short_form(id_of(1));
  const Waived result = run(waiver, {finding(), finding()});
  CHECK(result.waiver_of[0] == Assessed::kNone);
  CHECK(result.waiver_of[1] == 0);
}

namespace {

struct Case {
  const char* what;
  void (*change)(Waiver&);
  int risk;
  const char* note;
};

}  // namespace

TEST_CASE("waiver: does not apply, and says why") {
  const Case cases[] = {
      {"expired", [](Waiver& w) { w.expires = *parse_date("2026-11-20"); }, 300, "expired on 2026-11-20"},
      {"not begun", [](Waiver& w) { w.created = *parse_date("2026-11-22"); }, 300, "begins on 2026-11-22"},
      {"begun and ended in one far day", [](Waiver& w) { w.created = w.expires = *parse_date("2035-12-31"); }, 850,
       "begins on 2035-12-31"},
      {"longer than for any risk", [](Waiver& w) { w.expires = *parse_date("2028-01-01"); }, 0,
       "lasts 407 days; none may last more than 365"},
      {"nobody approved", [](Waiver& w) { w.approved_by.clear(); }, 300, "nobody approved it"},
      {"approved by the requester", [](Waiver& w) { w.approved_by = {"DEV"}; }, 300,
       "dev cannot approve an own request"},
      {"too broad", [](Waiver& w) { w.max_findings = 1; }, 300, "covers 2 findings, more than its max_findings of 1"},
      {"too long for a critical risk", [](Waiver& w) { w.expires = *parse_date("2026-12-31"); }, 850,
       "a finding of critical risk may be waived for 14"},
  };
  for (const Case& test : cases) {
    INFO(std::string(test.what));
    Waiver waiver = a_waiver();
    test.change(waiver);
    const Waived result = run(waiver, {finding(test.risk), finding(test.risk)});
    CHECK(result.waiver_of[0] == Assessed::kNone);
    CHECK(result.applied.empty());
    REQUIRE(result.notes.size() == 1);
    CHECK(result.notes[0].code == "waiver-not-applied");
    CHECK(result.notes[0].text.find(test.note) != std::string::npos);
    CHECK(result.notes[0].at == "waivers.yml:2:5");
  }
}

TEST_CASE("waiver: its first day counts") {
  Waiver waiver = a_waiver();
  waiver.created = day_of(kNow);
  CHECK(run(waiver, {finding()}).waiver_of[0] == 0);
}

TEST_CASE("waiver: its last day counts, and one approver besides the requester is enough") {
  Waiver waiver = a_waiver();
  waiver.expires = day_of(kNow);
  waiver.approved_by = {"dev", "lead"};
  CHECK(run(waiver, {finding()}).waiver_of[0] == 0);
}

TEST_CASE("waiver: one that covers nothing is told") {
  const Waived result = run(a_waiver(), {{.rule = "other"}});
  REQUIRE(result.notes.size() == 1);
  CHECK(result.notes[0].code == "waiver-unused");
}

TEST_CASE("waiver: lapses once a fix is available, where it says so") {
  Waiver waiver = a_waiver();
  waiver.until_fix_available = true;
  Facts fixed = finding();
  fixed.fix_available = true;
  const Waived result = run(waiver, {finding(), fixed});
  CHECK(result.waiver_of[0] == 0);
  CHECK(result.waiver_of[1] == Assessed::kNone);
  REQUIRE(result.notes.size() == 1);
  CHECK(result.notes[0].text == "waiver W-1 has lapsed for 1 finding: a fix is available");
}

TEST_CASE("waiver: lapses by a condition that is true, not by one that nobody knows") {
  Waiver waiver = a_waiver();
  auto kev = Condition::leaf(*find_field("kev"), Op::eq, {{"true"}});
  waiver.lapse_if.push_back({"kev eq true", std::move(*kev)});
  Facts exploited = finding();
  exploited.kev = true;
  const Waived result = run(waiver, {finding(), exploited});
  CHECK(result.waiver_of[0] == 0);
  CHECK(result.waiver_of[1] == Assessed::kNone);
  CHECK(result.notes[0].text == "waiver W-1 has lapsed for 1 finding: kev eq true");
}

TEST_CASE("waiver: one that is known to be in its scope is covered, no other") {
  Waiver waiver = a_waiver();
  auto scope = Condition::leaf(*find_field("service"), Op::glob, {{"cart*"}});
  waiver.scope = std::move(*scope);
  Facts cart = finding(), other = finding();
  cart.service = "cart-api";
  other.service = "pay";
  const Waived result = run(waiver, {cart, other, finding()});
  CHECK(result.waiver_of == std::vector<std::uint32_t>{0, Assessed::kNone, Assessed::kNone});
}

TEST_CASE("waiver: the approvers of the highest risk that it covers decide") {
  WaiverRules rules;
  rules.approvers[static_cast<std::size_t>(Band::high)] = {"Lead", "dev"};
  rules.approvers[static_cast<std::size_t>(Band::critical)] = {"ciso"};
  CHECK(run(a_waiver(), {finding(700)}, rules).waiver_of[0] == 0);
  CHECK(run(a_waiver(), {finding(300)}, rules).waiver_of[0] == 0);
  const Waived refused = run(a_waiver(), {finding(700), finding(900)}, rules);
  CHECK(refused.waiver_of[0] == Assessed::kNone);
  CHECK(refused.notes[0].text ==
        "waiver W-1 does not apply: nobody who approved it may do so for critical risk; those are ciso");
  Waiver own = a_waiver();
  own.approved_by = {"somebody", "dev"};  // dev may approve, but not an own request
  CHECK(run(own, {finding(700)}, rules).waiver_of[0] == Assessed::kNone);
}

TEST_CASE("waiver: what has expired is told apart from what never was") {
  Waiver waiver = a_waiver();
  waiver.expires = *parse_date("2026-11-20");
  const Waived result = run(waiver, {finding(), {.rule = "other"}});
  CHECK(result.waiver_of[0] == Assessed::kNone);
  CHECK(result.expired == std::vector<bool>{true, false});
  waiver.expires = *parse_date("2026-12-01");
  waiver.approved_by.clear();
  CHECK(run(waiver, {finding()}).expired == std::vector<bool>{false});
}

TEST_CASE("waiver: what a scanner's own file ignores counts only where the policy says so") {
  Waiver waiver;
  waiver.id = {".trivyignore:CVE-2024-1000"};
  waiver.rule_or_advisory = "cve-2024-1000";
  waiver.created = std::chrono::sys_days::min();
  waiver.expires = std::chrono::sys_days::max();
  waiver.max_findings = 100;
  waiver.imported_from = ".trivyignore";
  const Waived ignored = run(waiver, {finding(), finding()});
  CHECK(ignored.waiver_of[0] == Assessed::kNone);
  REQUIRE(ignored.notes.size() == 1);
  CHECK(ignored.notes[0].text ==
        "ignored by the scanner's own file, no approver: 1 entry of .trivyignore for 2 findings; they silence nothing "
        "here");
  const Waived applied = run(waiver, {finding()}, {.apply_unapproved = true});
  CHECK(applied.waiver_of[0] == 0);
  CHECK(applied.applied[0].approved_by == "nobody: .trivyignore");
  CHECK(applied.applied[0].expires.empty());
  waiver.expires = *parse_date("2026-11-20");
  CHECK(run(waiver, {finding()}, {.apply_unapproved = true}).waiver_of[0] == Assessed::kNone);
}

namespace {

// Bandit's part is low, CodeQL's is high and shows the finding.
Facts of_two_tools() {
  Facts facts{.risk_tenths = 300, .path = "src/a.py", .rule = "py/sql-injection", .engine = "codeql"};
  facts.claims = {{id_of(0), Kind::sast, SeverityLabel::high, "py/sql-injection", "codeql", ""},
                  {id_of(7), Kind::sast, SeverityLabel::low, "B608", "bandit", ""}};
  return facts;
}

bool is_waived(const Waiver& waiver) { return run(waiver, {of_two_tools()}).waiver_of[0] == 0; }

}  // namespace

TEST_CASE("waiver: one tool's id covers a finding of several unless another one calls it worse") {
  Waiver waiver = a_waiver();
  waiver.rule = {};
  waiver.finding = to_string(id_of(0));
  CHECK(is_waived(waiver));
  waiver.finding = to_string(id_of(7));
  CHECK_FALSE(is_waived(waiver));
  Facts equal = of_two_tools();
  equal.claims[1].severity = SeverityLabel::high;
  CHECK(run(waiver, {equal}).waiver_of[0] == 0);
  equal.claims[0].severity = equal.claims[1].severity = SeverityLabel::unknown;
  CHECK(run(waiver, {equal}).waiver_of[0] == Assessed::kNone);
}

TEST_CASE("waiver: a rule that is waived says nothing about what another rule found") {
  CHECK_FALSE(is_waived(a_waiver()));  // B608
  CHECK(run(a_waiver(), {of_two_tools()}).notes.at(0).text.find("another tool reports the same problem") !=
        std::string::npos);
  Waiver other = a_waiver();
  other.rule = "py/sql-injection";
  CHECK_FALSE(is_waived(other));
}

TEST_CASE("waiver: a requester is the same person however the name is written") {
  Waiver waiver = a_waiver();
  waiver.requested_by = "dev@acme.example";
  for (const char* const name : {" dev@acme.example", "Dev <DEV@acme.example>", "dev@acme.example\u200b"}) {
    CAPTURE(name);
    waiver.approved_by = {name};
    CHECK(run(waiver, {finding()}).waiver_of[0] == Assessed::kNone);
  }
  waiver.requested_by = "@dev";
  waiver.approved_by = {"Dev"};
  CHECK(run(waiver, {finding()}).waiver_of[0] == Assessed::kNone);
  waiver.approved_by = {"devon"};
  CHECK(run(waiver, {finding()}).waiver_of[0] == 0);
}

namespace {

Waived by_id(const FindingId& named, const std::vector<FormerId>& former_ids, Facts facts = finding()) {
  Waiver waiver = a_waiver();
  waiver.rule.clear();
  waiver.finding = to_string(named);
  return apply({waiver}, {}, 1, [&](std::size_t) { return WaiverFacts{id_of(0), facts, former_ids}; }, {.now = kNow});
}

}  // namespace

TEST_CASE("waiver: an id that the finding had before names it, and the waiver says so") {
  const FindingId now = id_of(0), former = id_of(5);
  const struct {
    FormerId::Why why;
    std::string says;
  } kCases[] = {
      {FormerId::Why::previous_key, "names this secret by the id of the previous key: " + to_string(former)},
      {FormerId::Why::base, "names this finding by its id in the base: " + to_string(former)},
  };
  for (const auto& it : kCases) {
    const Waived result = by_id(former, {{now, former, it.why}});
    CHECK(result.waiver_of[0] == 0);
    REQUIRE(result.notes.size() == 1);
    CHECK(result.notes[0].code == "waiver-by-former-id");
    CHECK(result.notes[0].text.starts_with("waiver W-1 " + it.says));
    CHECK(result.notes[0].text.find(to_string(now)) != std::string::npos);
    CHECK(by_id(id_of(6), {{now, former, it.why}}).waiver_of[0] == Assessed::kNone);
    CHECK(by_id(now, {{now, former, it.why}}).notes.empty());
  }
  CHECK(by_id(former, {}).waiver_of[0] == Assessed::kNone);
}

TEST_CASE("waiver: the former id of one tool's part covers no more than its id of today") {
  const std::vector<FormerId> former_ids = {{id_of(0), id_of(5), FormerId::Why::base},
                                            {id_of(7), id_of(8), FormerId::Why::base}};
  CHECK(by_id(id_of(5), former_ids, of_two_tools()).waiver_of[0] == 0);
  CHECK(by_id(id_of(8), former_ids, of_two_tools()).waiver_of[0] == Assessed::kNone);
}

namespace {

Waiver for_comments() {
  Waiver waiver = a_waiver();
  waiver.path = *Glob::compile("src/**");
  waiver.in_line = true;
  waiver.max_findings = 1;
  return waiver;
}

Waived run_with(const Waiver& waiver, const std::vector<Facts>& facts,
                const std::vector<std::vector<WaiverReference>>& references) {
  return apply({waiver}, {}, facts.size(),
               [&](std::size_t i) { return WaiverFacts{id_of(i), facts[i], {}, references[i]}; }, {.now = kNow});
}

const WaiverReference kNamed{.id = "W-1", .place = "src/a.py:7"};

}  // namespace

TEST_CASE("waiver: one for comments covers what a comment names it for, and nothing else") {
  const Waived result = run_with(for_comments(), {finding(), finding()}, {{kNamed}, {}});
  CHECK(result.waiver_of[0] == 0);
  CHECK(result.waiver_of[1] == Assessed::kNone);
  CHECK(result.notes.empty());
  CHECK(run_with(for_comments(), {finding()}, {{{.id = "W-2", .place = "src/a.py:7"}}}).waiver_of[0] ==
        Assessed::kNone);
}

TEST_CASE("waiver: a comment waives nothing beyond what was granted") {
  // Another rule, another place.
  for (const Facts& other : {Facts{.risk_tenths = 300, .path = "src/a.py", .rule = "B105"},
                             Facts{.risk_tenths = 300, .path = "lib/a.py", .rule = "B608"}}) {
    const Waived result = run_with(for_comments(), {other}, {{kNamed}});
    CHECK(result.waiver_of[0] == Assessed::kNone);
    REQUIRE_FALSE(result.notes.empty());
    CHECK(result.notes[0].code == "waiver-reference");
    CHECK(result.notes[0].at == "src/a.py:7");
  }
  // One more than granted, and it counts for none of them.
  const Waived many = run_with(for_comments(), {finding(), finding()}, {{kNamed}, {kNamed}});
  CHECK(many.waiver_of[0] == Assessed::kNone);
  CHECK(many.waiver_of[1] == Assessed::kNone);
  REQUIRE(many.notes.size() == 1);
  CHECK(many.notes[0].text.find("more than its max_findings of 1") != std::string::npos);
  // Nobody approved it, it has expired, or the risk is too high for so long.
  Waiver waiver = for_comments();
  waiver.approved_by = {"dev"};
  CHECK(run_with(waiver, {finding()}, {{kNamed}}).waiver_of[0] == Assessed::kNone);
  waiver = for_comments();
  waiver.created = *parse_date("2026-10-01");
  waiver.expires = *parse_date("2026-11-01");
  const Waived expired = run_with(waiver, {finding()}, {{kNamed}});
  CHECK(expired.waiver_of[0] == Assessed::kNone);
  CHECK(expired.expired[0]);
  waiver = for_comments();
  waiver.expires = *parse_date("2026-12-20");
  CHECK(run_with(waiver, {finding(900)}, {{kNamed}}).waiver_of[0] == Assessed::kNone);
}

TEST_CASE("waiver: a comment that the change brings along is told") {
  const Waived result = run_with(for_comments(), {finding()}, {{{.id = "W-1", .place = "src/a.py:7", .added = true}}});
  CHECK(result.waiver_of[0] == 0);
  REQUIRE(result.notes.size() == 1);
  CHECK(result.notes[0].code == "waiver-by-new-comment");
  CHECK(result.notes[0].level == Note::Level::warning);
  CHECK(result.notes[0].at == "src/a.py:7");
}

TEST_CASE("waiver: comments that name no waiver for comments are told") {
  Waiver plain = a_waiver();
  plain.id = {"W-2"};
  const auto notes =
      notes_on({{.id = "W-9", .place = "a:1"}, {.id = "W-2", .place = "a:2"}, {.id = "W-1", .place = "a:3"}},
               {for_comments(), plain});
  REQUIRE(notes.size() == 2);
  CHECK(notes[0].text == "the comment names waiver W-9, and no waiver that can be read has this id");
  CHECK(notes[1].text == "the comment names waiver W-2, which is not granted to comments (match: {inline: true})");
  CHECK(notes[1].at == "a:2");
  CHECK(notes_on(std::vector<WaiverReference>(1000, {.id = "W-9"}), {}).size() == 20);
}
