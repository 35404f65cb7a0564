#include "policy/tighten.hpp"

#include <doctest/doctest.h>

#include "base/time.hpp"

using namespace gatepost;
using namespace gatepost::policy;

namespace {

Condition is(const char* field, Op op, std::vector<Operand> operands) {
  auto condition = Condition::leaf(*find_field(field), op, std::move(operands));
  REQUIRE(condition.ok());
  return std::move(*condition);
}

Policy locked_policy() {
  return {.id = {"secrets"},
          .on = {Event::pull_request},
          .match = is("kind", Op::eq, {{"secret"}}),
          .threshold = {Threshold::Measure::count, true, 2},
          .action = Action::require_review,
          .review = {{"@acme/appsec"}, 1},
          .grace = Grace{14, "kev_added", is("kev_added", Op::older_than, {{"14d"}})},
          .where = "policy.yml:3:5"};
}

std::string why(void (*change)(Policy&)) {
  Policy own = locked_policy();
  change(own);
  return laxer(own, Mode::enforce, locked_policy(), Mode::enforce);
}

}  // namespace

TEST_CASE("tighten: what is as strict or stricter is let through") {
  CHECK(why([](Policy&) {}).empty());
  CHECK(why([](Policy& it) { it.action = Action::block; }).empty());
  CHECK(why([](Policy& it) { it.on.clear(); }).empty());
  CHECK(why([](Policy& it) { it.match.reset(); }).empty());
  CHECK(why([](Policy& it) {
          it.match = Condition::any({is("malicious", Op::eq, {{"true"}}), is("kind", Op::eq, {{"secret"}})});
        }).empty());
  CHECK(why([](Policy& it) { it.match = is("kind", Op::in, {{"secret"}, {"sast"}}); }).empty());
  CHECK(why([](Policy& it) { it.threshold.limit = 1; }).empty());
  CHECK(why([](Policy& it) { it.threshold = {Threshold::Measure::count, false, 1}; }).empty());
  CHECK(why([](Policy& it) { it.grace.reset(); }).empty());
  CHECK(why([](Policy& it) { it.review.approvals = 2; }).empty());
  CHECK(why([](Policy& it) { it.match_unknown = true; }).empty());
}

TEST_CASE("tighten: whatever loosens is told") {
  struct Case {
    void (*change)(Policy&);
    const char* why;
  };
  const Case cases[] = {
      {[](Policy& it) { it.action = Action::warn; }, "action warn is weaker than require_review"},
      {[](Policy& it) { it.mode = Mode::monitor; }, "mode monitor is weaker than enforce"},
      {[](Policy& it) { it.on = {Event::push}; }, "it leaves out events"},
      {[](Policy& it) { it.valid_until = parse_date("2027-01-01"); }, "it counts on fewer days"},
      {[](Policy& it) { it.valid_from = parse_date("2027-01-01"); }, "it counts on fewer days"},
      {[](Policy& it) { it.threshold.limit = 3; }, "its threshold is higher"},
      {[](Policy& it) { it.threshold.measure = Threshold::Measure::sum_risk; },
       "its threshold measures something else"},
      {[](Policy& it) { it.match = is("kind", Op::eq, {{"sast"}}); },
       "its match is not known to cover the other; add to it with any"},
      {[](Policy& it) {
         it.match = Condition::all({is("kind", Op::eq, {{"secret"}}), is("waiver", Op::eq, {{"none"}})});
       },
       "its match is not known to cover the other; add to it with any"},
      {[](Policy& it) { it.scope.include = is("path", Op::glob, {{"src/**"}}); }, "its scope is narrower"},
      {[](Policy& it) { it.scope.exclude = is("path", Op::glob, {{"src/**"}}); }, "it excludes more"},
      {[](Policy& it) { it.grace->days = 15; }, "its grace is longer"},
      {[](Policy& it) { it.grace->from = "published"; }, "its grace is longer"},
      {[](Policy& it) { it.review.teams = {"@acme/web"}; }, "it asks for fewer reviews"},
      {[](Policy& it) { it.review = {}; }, "it asks for fewer reviews"},
  };
  for (const Case& test : cases) {
    CAPTURE(test.why);
    CHECK(why(test.change) == test.why);
  }
  Policy unknown = locked_policy();
  unknown.match_unknown = true;
  CHECK(laxer(locked_policy(), Mode::enforce, unknown, Mode::enforce) == "what is unknown no longer counts");
}

TEST_CASE("tighten: what acts without any finding goes on doing so") {
  const auto missing = [] { return is("evidence.missing", Op::any, {{"sast"}}); };
  const Policy locked{.id = {"p"}, .match = missing()};
  const auto told = [&](std::optional<Condition> match) {
    return laxer({.id = {"p"}, .match = std::move(match)}, Mode::enforce, locked, Mode::enforce);
  };
  CHECK(told(missing()).empty());
  CHECK(told(Condition::any({missing(), is("branch", Op::eq, {{"main"}})})).empty());
  CHECK(told(std::nullopt) == "its match is no longer about the run alone");
  CHECK(told(Condition::any({missing(), is("kind", Op::eq, {{"secret"}})})) ==
        "its match is no longer about the run alone");
}

TEST_CASE("tighten: what is locked stands, what is not gives way, what is new is added") {
  Rules base{.name = "org.yml"};
  base.policies.push_back(locked_policy());
  base.policies[0].locked = true;
  base.policies.push_back({.id = {"open"}, .action = Action::block});
  Rules own{.name = "policy.yml"};
  own.policies.push_back({.id = {"secrets"}, .action = Action::warn, .where = "policy.yml:3:5"});
  own.policies.push_back({.id = {"open"}, .action = Action::warn});
  own.policies.push_back({.id = {"new"}, .action = Action::warn});
  std::vector<std::string> refused;
  const Rules rules = extended(base, own, refused);
  REQUIRE(rules.policies.size() == 3);
  CHECK(rules.policies[0].action == Action::require_review);
  CHECK(rules.policies[1].action == Action::warn);
  CHECK(rules.policies[2].id.value == "new");
  REQUIRE(refused.size() == 1);
  CHECK(refused[0] ==
        "policy.yml:3:5: policy secrets is locked by org.yml: action warn is weaker than require_review; "
        "what is locked stands");
}

TEST_CASE("tighten: a locked whole keeps its mode, its stand-in severity and its waiver limits") {
  Rules base{.mode = Mode::enforce, .unknown_severity = SeverityLabel::high, .locked = true, .name = "org.yml"};
  base.waivers.approvers[4] = {"lead@acme.example"};
  base.waivers.longest_days[4] = 7;
  Rules own{.mode = Mode::monitor,
            .unknown_severity = SeverityLabel::low,
            .name = "policy.yml",
            .says_mode = true,
            .says_unknown_severity = true};
  own.waivers.approvers[4] = {"lead@acme.example", "me@acme.example"};
  own.waivers.longest_days[4] = 14;
  own.waivers.says_days[4] = true;
  own.waivers.apply_unapproved = true;
  std::vector<std::string> refused;
  Rules rules = extended(base, own, refused);
  CHECK(refused.size() == 5);
  CHECK(rules.mode == Mode::enforce);
  CHECK(rules.unknown_severity == SeverityLabel::high);
  CHECK(rules.waivers.approvers[4] == base.waivers.approvers[4]);
  CHECK(rules.waivers.longest_days[4] == 7);
  CHECK_FALSE(rules.waivers.apply_unapproved);
  refused.clear();
  base.locked = false;
  rules = extended(base, own, refused);
  CHECK(refused.empty());
  CHECK(rules.mode == Mode::monitor);
  CHECK(rules.waivers.longest_days[4] == 14);
}

TEST_CASE("tighten: conditions are compared by what meets them") {
  const auto severity = [](const char* least) { return is("severity", Op::gte, {{least}}); };
  const auto kind = [](const char* name) { return is("kind", Op::eq, {{name}}); };
  const auto told = [](std::optional<Condition> own, std::optional<Condition> locked) {
    return laxer({.id = {"p"}, .match = std::move(own)}, Mode::enforce, {.id = {"p"}, .match = std::move(locked)},
                 Mode::enforce);
  };
  CHECK(told(severity("low"), severity("high")).empty());
  CHECK_FALSE(told(severity("high"), severity("low")).empty());
  CHECK(told(severity("low"), Condition::all({severity("high"), kind("sast")})).empty());
  CHECK(
      told(Condition::all({severity("low"), kind("sast")}), Condition::all({kind("sast"), severity("high")})).empty());
  CHECK_FALSE(told(Condition::all({severity("high"), kind("sast")}), severity("high")).empty());
  CHECK(told(Condition::any({kind("sast"), severity("medium")}), Condition::any({severity("high"), kind("sast")}))
            .empty());
  CHECK_FALSE(told(kind("sast"), Condition::any({severity("high"), kind("sast")})).empty());
}

TEST_CASE("tighten: what weakens rules as a whole is told, and nothing else") {
  Rules before;
  before.policies = {locked_policy()};
  const auto weaker = [&](void (*change)(Rules&)) {
    Rules now = before;
    change(now);
    return weakening(before, now);
  };
  CHECK(weaker([](Rules&) {}) == "");
  CHECK(weaker([](Rules& it) { it.policies.push_back({.id = {"one-more"}}); }) == "");
  CHECK(weaker([](Rules& it) { it.policies[0].action = Action::block; }) == "");
  CHECK(weaker([](Rules& it) { it.mode = Mode::warn; }) == "mode warn is weaker than enforce");
  CHECK(weaker([](Rules& it) { it.policies.clear(); }) == "policy secrets is gone");
  CHECK(weaker([](Rules& it) { it.policies[0].action = Action::warn; }) ==
        "policy secrets: action warn is weaker than require_review");
  CHECK(weaker([](Rules& it) { it.unknown_severity = SeverityLabel::low; }) ==
        "unknown_severity low is lower than medium");
  CHECK(weaker([](Rules& it) { it.waivers.longest_days[0] += 1; }) == "waivers of info risk may last longer");
  CHECK(weaker([](Rules& it) { it.waivers.apply_unapproved = true; }) == "waivers count without approval");
}
