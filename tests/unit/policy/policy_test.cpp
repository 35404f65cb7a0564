#include "policy/policy.hpp"

#include <doctest/doctest.h>

#include "base/time.hpp"
#include "policy/program.hpp"

using namespace gatepost;
using namespace gatepost::policy;

namespace {

const Timestamp kNow = *parse_timestamp("2026-11-21T12:00:00Z");
const Reading kReading{.now = kNow};

Condition is(const char* field, Op op, std::vector<Operand> operands) {
  auto condition = Condition::leaf(*find_field(field), op, std::move(operands));
  REQUIRE(condition.ok());
  return std::move(*condition);
}

std::string refusal(const char* field, Op op, std::vector<Operand> operands) {
  const auto condition = Condition::leaf(*find_field(field), op, std::move(operands));
  REQUIRE_FALSE(condition.ok());
  return condition.error().message;
}

Truth truth(const Condition& condition, const Facts& facts) { return condition.evaluate(facts, kReading); }

Policy a_policy(const char* id, Condition match, Action action) {
  return {.id = {id}, .match = std::move(match), .action = action};
}

FindingId id_of(std::size_t i) {
  FindingId id;
  id.digest.bytes[0] = static_cast<std::uint8_t>(i + 1);
  return id;
}

Evaluation run(const Rules& rules, const std::vector<Facts>& facts, const RiskTotals& totals = {}) {
  return evaluate(rules, {facts.size(), [&](std::size_t i) { return facts[i]; }, id_of}, totals,
                  {Event::pull_request, kNow, {}});
}

}  // namespace

TEST_CASE("condition: severities are ordered, and an unknown one counts as its stand-in") {
  const Condition at_least_medium = is("severity", Op::gte, {{"medium"}});
  CHECK(truth(at_least_medium, {.severity = SeverityLabel::high}) == Truth::yes);
  CHECK(truth(at_least_medium, {.severity = SeverityLabel::low}) == Truth::no);
  CHECK(truth(at_least_medium, {.severity = SeverityLabel::unknown}) == Truth::yes);
  CHECK(at_least_medium.evaluate({.severity = SeverityLabel::unknown}, {SeverityLabel::low, kNow}) == Truth::no);
}

TEST_CASE("condition: each type compares as its operators say") {
  const Facts facts{.kind = Kind::sca,
                    .risk_tenths = 775,
                    .presence = Presence::introduced,
                    .path = "services/pay/app.py",
                    .rule = "B608",
                    .scope = Scope::runtime};
  CHECK(truth(is("risk", Op::gte, {{"77.5"}}), facts) == Truth::yes);
  CHECK(truth(is("risk", Op::gt, {{"77.5"}}), facts) == Truth::no);
  CHECK(truth(is("risk", Op::between, {{"70"}, {"80"}}), facts) == Truth::yes);
  CHECK(truth(is("risk_band", Op::eq, {{"high"}}), facts) == Truth::yes);
  CHECK(truth(is("kind", Op::in, {{"sast"}, {"sca"}}), facts) == Truth::yes);
  CHECK(truth(is("category", Op::ne, {{"sca"}}), facts) == Truth::no);
  CHECK(truth(is("presence", Op::eq, {{"introduced"}}), facts) == Truth::yes);
  CHECK(truth(is("path", Op::glob, {{"services/**/*.py"}}), facts) == Truth::yes);
  CHECK(truth(is("path", Op::glob, {{"*.py"}}), facts) == Truth::no);
  CHECK(truth(is("rule", Op::regex, {{"^B6"}}), facts) == Truth::yes);
  CHECK(truth(is("scope", Op::eq, {{"runtime"}}), facts) == Truth::yes);
}

TEST_CASE("condition: sets") {
  const Cwe cwes[] = {Cwe{79}, Cwe{89}};
  Facts facts{.cwes = {std::begin(cwes), std::end(cwes)}};
  facts.owners = {"@acme/web"};
  CHECK(truth(is("cwe", Op::any, {{"89"}, {"22"}}), facts) == Truth::yes);
  CHECK(truth(is("cwe", Op::all, {{"89"}, {"22"}}), facts) == Truth::no);
  CHECK(truth(is("cwe", Op::none, {{"22"}}), facts) == Truth::yes);
  CHECK(truth(is("owner", Op::any, {{"@acme/web"}}), facts) == Truth::yes);
  CHECK(truth(is("owner", Op::empty, {{"true"}}), Facts{}) == Truth::yes);
}

TEST_CASE("condition: what is unknown stays unknown through all, any and not") {
  const Facts facts{.kind = Kind::sca};
  const auto unknown = [] { return is("fix_available", Op::eq, {{"true"}}); };
  const auto yes = [] { return is("kind", Op::eq, {{"sca"}}); };
  const auto no = [] { return is("kind", Op::eq, {{"sast"}}); };
  CHECK(truth(unknown(), facts) == Truth::unknown);
  CHECK(truth(Condition::negation(unknown()), facts) == Truth::unknown);
  CHECK(truth(Condition::all({unknown(), yes()}), facts) == Truth::unknown);
  CHECK(truth(Condition::all({unknown(), no()}), facts) == Truth::no);
  CHECK(truth(Condition::any({unknown(), yes()}), facts) == Truth::yes);
  CHECK(truth(Condition::any({unknown(), no()}), facts) == Truth::unknown);
  CHECK(truth(Condition::negation(no()), facts) == Truth::yes);
}

TEST_CASE("condition: a wrong operator or value is refused with what would be right") {
  CHECK(refusal("severity", Op::gte, {{"hihg"}}) == "severity: \"hihg\" is not known; did you mean \"high\"?");
  CHECK(refusal("severity", Op::glob, {{"x"}}).find("expected one of eq, ne, lt") != std::string::npos);
  CHECK(refusal("risk", Op::gte, {{"lots"}}).find("expected a number") != std::string::npos);
  CHECK(refusal("risk", Op::gte, {{"1.25"}}).find("at most one decimal") != std::string::npos);
  CHECK(refusal("direct", Op::eq, {{"maybe"}}).find("expected true or false") != std::string::npos);
  CHECK(refusal("path", Op::glob, {{"a["}}).find("not closed") != std::string::npos);
  CHECK(refusal("rule", Op::regex, {{"("}}).find("regular expression") != std::string::npos);
  CHECK(refusal("risk", Op::between, {{"1"}}).find("takes 2 values") != std::string::npos);
  CHECK(refusal("kind", Op::in, {}).find("empty list") != std::string::npos);
  CHECK(refusal("risk", Op::gte, {{"600"}}) ==
        "risk: \"600\" is no score; expected a number from 0 to 100 with at most one decimal");
  CHECK(refusal("risk", Op::eq, {{"-1"}}).find("from 0 to 100") != std::string::npos);
  CHECK(refusal("cwe", Op::any, {{"79"}, {"abc"}}) ==
        "cwe: \"abc\" is no weakness; expected a number like 79 or CWE-79");
  CHECK(refusal("cwe", Op::any, {{"0"}}).find("no weakness") != std::string::npos);
  CHECK(refusal("cwe", Op::any, {{"2000"}}).find("no weakness") != std::string::npos);
  CHECK(refusal("owner", Op::empty, {{"maybe"}}) == "owner: \"maybe\"; expected true or false");
  CHECK(refusal("package", Op::eq, {{""}}) == "package: the text is empty; expected one that a finding can have");
}

TEST_CASE("condition: what no finding can meet is refused") {
  CHECK(refusal("risk", Op::between, {{"60"}, {"10"}}) ==
        "risk: \"between\" 60 and 10 is never true; expected the lower value first");
  CHECK(refusal("severity", Op::between, {{"high"}, {"low"}}).find("the lower value first") != std::string::npos);
  CHECK(refusal("risk", Op::gt, {{"100"}}) == "risk: \"gt\" 100 is never true: that is the highest value");
  CHECK(refusal("risk", Op::lt, {{"0"}}) == "risk: \"lt\" 0 is never true: that is the lowest value");
  CHECK(refusal("severity", Op::gt, {{"critical"}}).find("the highest value") != std::string::npos);
  CHECK(truth(is("risk", Op::lte, {{"100"}}), {.risk_tenths = 1000}) == Truth::yes);
  CHECK(truth(is("risk", Op::between, {{"100"}, {"100"}}), {.risk_tenths = 1000}) == Truth::yes);
}

TEST_CASE("condition: a weakness may be written with its prefix") {
  const Cwe cwes[] = {Cwe{79}};
  const Facts facts{.cwes = {std::begin(cwes), std::end(cwes)}};
  CHECK(truth(is("cwe", Op::any, {{"CWE-79"}}), facts) == Truth::yes);
  CHECK(truth(is("cwe", Op::any, {{"cwe-079"}}), facts) == Truth::yes);
  CHECK(truth(is("cwe", Op::any, {{"CWE-7"}}), facts) == Truth::no);
}

TEST_CASE("condition: every field has a name of its own, operators and a help text") {
  for (const Field& field : fields()) {
    CAPTURE(field.name);
    CHECK(find_field(field.name) == &field);
    CHECK_FALSE(ops_of(field.type).empty());
    CHECK_FALSE(field.help.empty());
    Texts room;
    CHECK_FALSE(shown(field, value_of(field, Facts{}, room)).empty());
  }
}

TEST_CASE("policy: the strongest action decides, and each finding knows its own") {
  Rules rules;
  rules.policies.push_back(a_policy("warn-medium", is("severity", Op::gte, {{"medium"}}), Action::warn));
  rules.policies.push_back(a_policy("block-high", is("severity", Op::gte, {{"high"}}), Action::block));
  const Evaluation result = run(
      rules,
      {{.severity = SeverityLabel::medium}, {.severity = SeverityLabel::critical}, {.severity = SeverityLabel::low}});
  CHECK(result.outcome == Outcome::fail);
  REQUIRE(result.reasons.size() == 2);
  CHECK(result.reasons[0].policy.value == "block-high");
  CHECK(result.reasons[0].findings == std::vector{id_of(1)});
  CHECK(result.reasons[1].findings.size() == 2);
  CHECK(result.actions == std::vector{Action::warn, Action::block, Action::none});
}

TEST_CASE("policy: nothing matched means pass") {
  Rules rules;
  rules.policies.push_back(a_policy("block-high", is("severity", Op::gte, {{"high"}}), Action::block));
  const Evaluation result = run(rules, {{.severity = SeverityLabel::low}});
  CHECK(result.outcome == Outcome::pass);
  CHECK(result.reasons.empty());
}

TEST_CASE("policy: monitor mode says what it would do and never closes the gate") {
  Rules rules{.mode = Mode::monitor};
  rules.policies.push_back(a_policy("block-high", is("severity", Op::gte, {{"high"}}), Action::block));
  const Evaluation result = run(rules, {{.severity = SeverityLabel::high}});
  CHECK(result.outcome == Outcome::warn);
  CHECK(result.reasons[0].text.find("monitor mode: would close the gate") != std::string::npos);
}

TEST_CASE("policy: one policy may be monitored on its own, none may enforce in a monitored whole") {
  Rules rules;
  rules.policies.push_back(a_policy("new", is("severity", Op::gte, {{"high"}}), Action::block));
  rules.policies[0].mode = Mode::monitor;
  CHECK(run(rules, {{.severity = SeverityLabel::high}}).outcome == Outcome::warn);
  rules.mode = Mode::monitor;
  rules.policies[0].mode = Mode::enforce;
  CHECK(run(rules, {{.severity = SeverityLabel::high}}).outcome == Outcome::warn);
}

TEST_CASE("policy: thresholds count findings or sum risks") {
  const std::vector<Facts> facts(3, Facts{.severity = SeverityLabel::high, .risk_tenths = 300});
  const auto with = [&](Threshold threshold, const RiskTotals& totals = {}) {
    Rules rules;
    rules.policies.push_back(a_policy("p", is("severity", Op::gte, {{"high"}}), Action::block));
    rules.policies[0].threshold = threshold;
    return run(rules, facts, totals).outcome;
  };
  CHECK(with({Threshold::Measure::count, false, 2}) == Outcome::fail);
  CHECK(with({Threshold::Measure::count, false, 3}) == Outcome::pass);
  CHECK(with({Threshold::Measure::sum_risk, true, 900}) == Outcome::fail);
  CHECK(with({Threshold::Measure::sum_risk, false, 900}) == Outcome::pass);
  CHECK(with({Threshold::Measure::pr_risk, false, 600}, {.pr_risk_tenths = 601}) == Outcome::fail);
  CHECK(with({Threshold::Measure::change_risk, true, 40}, {.change_risk = 39}) == Outcome::pass);
}

TEST_CASE("policy: an unknown match counts only when asked for") {
  Rules rules;
  rules.policies.push_back(a_policy("p", is("fix_available", Op::eq, {{"true"}}), Action::block));
  CHECK(run(rules, {Facts{}}).outcome == Outcome::pass);
  rules.policies[0].match_unknown = true;
  CHECK(run(rules, {Facts{}}).outcome == Outcome::fail);
}

TEST_CASE("policy: is in force from its first to its last day") {
  const auto outcome = [](const char* from, const char* until) {
    Rules rules;
    rules.policies.push_back(a_policy("p", is("severity", Op::gte, {{"high"}}), Action::block));
    rules.policies[0].valid_from = parse_date(from);
    rules.policies[0].valid_until = parse_date(until);
    return run(rules, {{.severity = SeverityLabel::high}}).outcome;
  };
  CHECK(outcome("2026-11-21", "2026-11-21") == Outcome::fail);
  CHECK(outcome("2026-11-22", "2027-01-01") == Outcome::pass);
  CHECK(outcome("2026-01-01", "2026-11-20") == Outcome::pass);
}

namespace {

ReportInfo report(const char* path, const char* engine, ReportState state) {
  return {.path = path, .engines = {engine}, .state = state};
}

Outcome concluded(Outcome outcome, const Evidence& evidence, const std::vector<ReportInfo>& reports) {
  Evaluation evaluation;
  evaluation.outcome = outcome;
  return conclude(std::move(evaluation), missing_evidence(evidence, reports)).outcome;
}

}  // namespace

TEST_CASE("evidence: what cannot be read makes a verdict inconclusive, never a pass") {
  const Evidence strict;
  for (const ReportState bad : {ReportState::partial, ReportState::unrecognised, ReportState::tool_error}) {
    CHECK(concluded(Outcome::pass, strict, {report("a", "x", ReportState::complete), report("b", "y", bad)}) ==
          Outcome::inconclusive);
    CHECK(concluded(Outcome::warn, strict, {report("b", "y", bad)}) == Outcome::inconclusive);
    CHECK(concluded(Outcome::fail, strict, {report("b", "y", bad)}) == Outcome::fail);
    CHECK(concluded(Outcome::pass, {.tolerate_incomplete = true}, {report("b", "y", bad)}) == Outcome::warn);
  }
  CHECK(concluded(Outcome::pass, strict, {}) == Outcome::inconclusive);
  CHECK(concluded(Outcome::pass, strict, {report("a", "x", ReportState::complete_empty)}) == Outcome::pass);
}

TEST_CASE("evidence: a required scanner must have reported completely") {
  const Evidence evidence{.required_scanners = {"semgrep"}};
  CHECK(concluded(Outcome::pass, evidence, {report("a", "semgrep", ReportState::complete)}) == Outcome::pass);
  CHECK(concluded(Outcome::pass, evidence, {report("a", "trivy", ReportState::complete)}) == Outcome::inconclusive);
  const auto reasons = missing_evidence({.required_scanners = {"semgrep"}, .tolerate_incomplete = true},
                                        {report("a", "semgrep", ReportState::partial)});
  REQUIRE(reasons.size() == 2);
  CHECK(reasons[0].text == "the required scanner semgrep reported, but not completely");
  CHECK(concluded(Outcome::pass, {.required_scanners = {"semgrep"}, .tolerate_incomplete = true},
                  {report("a", "semgrep", ReportState::partial)}) == Outcome::inconclusive);
}

TEST_CASE("policy: is about its events, paths and owners only") {
  Rules rules;
  rules.policies.push_back(a_policy("p", is("severity", Op::gte, {{"high"}}), Action::block));
  Policy& policy = rules.policies[0];
  Facts facts{.severity = SeverityLabel::high, .path = "services/pay/app.py"};
  facts.owners = {"@acme/pay"};
  const auto outcome = [&] { return run(rules, {facts}).outcome; };
  policy.on = {Event::push};
  CHECK(outcome() == Outcome::pass);
  policy.on = {Event::push, Event::pull_request};
  CHECK(outcome() == Outcome::fail);
  policy.scope.include = is("path", Op::glob, {{"web/**"}});
  CHECK(outcome() == Outcome::pass);
  policy.scope.include = is("path", Op::glob, {{"web/**"}, {"services/**"}});
  CHECK(outcome() == Outcome::fail);
  policy.scope.exclude = is("path", Op::glob, {{"services/pay/**"}});
  CHECK(outcome() == Outcome::pass);
  policy.scope.exclude = is("service", Op::eq, {{"pay"}});  // nobody knows: that excludes nothing
  CHECK(outcome() == Outcome::fail);
  policy.scope.exclude.reset();
  policy.scope.include = is("owner", Op::glob, {{"@acme/web"}});
  CHECK(outcome() == Outcome::pass);
  policy.scope.include = is("owner", Op::glob, {{"@acme/*"}});
  CHECK(outcome() == Outcome::fail);
}

namespace {

Truth of(const char* field, Op op, std::vector<Operand> operands, const Facts& facts) {
  return truth(is(field, op, std::move(operands)), facts);
}

}  // namespace

TEST_CASE("condition: what can be unknown is unknown, unless the policy asks for just that") {
  const Facts nothing;
  Facts production;
  production.context.environment = Environment::production;
  for (const char* const field : {"environment", "exposure", "criticality", "reach", "confidence"}) {
    CAPTURE(field);
    CHECK(of(field, Op::eq, {{"unknown"}}, nothing) == Truth::yes);
    CHECK(of(field, Op::ne, {{"unknown"}}, nothing) == Truth::no);
  }
  CHECK(of("environment", Op::in, {{"production"}}, nothing) == Truth::unknown);
  CHECK(of("environment", Op::in, {{"production"}, {"unknown"}}, nothing) == Truth::yes);
  CHECK(of("environment", Op::in, {{"staging"}, {"unknown"}}, production) == Truth::no);
  CHECK(of("environment", Op::gte, {{"staging"}}, production) == Truth::yes);
  CHECK(of("severity", Op::eq, {{"unknown"}}, nothing) == Truth::yes);
  CHECK(refusal("reach", Op::gte, {{"unknown"}}) == "reach: \"unknown\" has no rank; ask for it with eq, ne or in");
}

TEST_CASE("condition: the strongest of reach, exposure and criticality compare as the highest") {
  const auto reach = [](Reach it) { return Facts{.reach = it}; };
  CHECK(of("reach", Op::gte, {{"loaded"}}, reach(Reach::observed)) == Truth::yes);
  CHECK(of("reach", Op::gte, {{"loaded"}}, reach(Reach::loaded)) == Truth::yes);
  CHECK(of("reach", Op::gte, {{"loaded"}}, reach(Reach::imported)) == Truth::no);
  CHECK(of("reach", Op::gte, {{"imported"}}, reach(Reach::first_party)) == Truth::yes);
  CHECK(of("reach", Op::lt, {{"not_imported"}}, reach(Reach::unreachable)) == Truth::yes);
  CHECK(refusal("exposure", Op::gt, {{"internet"}}).find("the highest value") != std::string::npos);
  CHECK(refusal("criticality", Op::lt, {{"low"}}).find("the lowest value") != std::string::npos);
}

TEST_CASE("condition: numbers have the decimals of their field") {
  Facts facts{.epss_ppm = 123'456};
  CHECK(of("epss", Op::gt, {{"0.123455"}}, facts) == Truth::yes);
  CHECK(of("epss", Op::gte, {{"0.2"}}, facts) == Truth::no);
  CHECK(of("epss", Op::lte, {{"1"}}, facts) == Truth::yes);
  CHECK(of("epss", Op::gt, {{"0.5"}}, Facts{}) == Truth::unknown);
  CHECK(refusal("epss", Op::gt, {{"36"}}) ==
        "epss: \"36\" is no number; expected a number from 0 to 1 with at most 6 decimals");
  CHECK(refusal("epss", Op::gt, {{"0."}}).find("is no number") != std::string::npos);
  CHECK(refusal("depth", Op::gt, {{"1.5"}}).find("a whole number") != std::string::npos);
}

TEST_CASE("condition: times are compared with now and with days") {
  const Facts facts{.kev_added = parse_timestamp("2026-11-07T00:00:00Z")};
  CHECK(of("kev_added", Op::older_than, {{"14d"}}, facts) == Truth::yes);
  CHECK(of("kev_added", Op::older_than, {{"15"}}, facts) == Truth::no);
  CHECK(of("kev_added", Op::newer_than, {{"3w"}}, facts) == Truth::yes);
  CHECK(of("kev_added", Op::newer_than, {{"36h"}}, facts) == Truth::no);
  CHECK(of("kev_added", Op::before, {{"2026-11-08"}}, facts) == Truth::yes);
  CHECK(of("kev_added", Op::after, {{"2026-11-08"}}, facts) == Truth::no);
  CHECK(of("kev_added", Op::after, {{"2026-11-08"}}, Facts{}) == Truth::unknown);
  CHECK(refusal("kev_added", Op::older_than, {{"soon"}}).find("is no span of time") != std::string::npos);
  CHECK(refusal("kev_added", Op::before, {{"soon"}}).find("is no time") != std::string::npos);
}

TEST_CASE("condition: versions are compared as their ecosystem orders them") {
  struct Case {
    const char *ecosystem, *version, *range;
    Truth truth;
  };
  const Case cases[] = {
      {"npm", "4.17.20", "vers:npm/<4.17.21", Truth::yes},
      {"npm", "4.17.20", "vers:npm/>=4.17.21", Truth::no},
      {"npm", "4.17.20", "vers:semver/<4.17.21", Truth::yes},
      {"julia", "1.2.0", "vers:semver/<1.2.1", Truth::yes},
      {"npm", "1.0.0-alpha.1", "vers:npm/<1.0.0", Truth::yes},
      {"golang", "v1.2.3+incompatible", "vers:golang/=1.2.3", Truth::yes},
      {"npm", "1.2.0", "vers:npm/>=1.0.0|!=1.2.0|<2.0.0", Truth::no},
      {"npm", "9.9.9", "vers:npm/*", Truth::yes},
      {"pypi", "1.0rc1", "vers:pypi/<1.0", Truth::yes},
      {"pypi", "2.0.post1", "vers:pypi/<=2.0", Truth::no},
      {"maven", "1.1-SNAPSHOT", "vers:maven/<1.1", Truth::yes},
      {"deb", "2.0-1", "vers:deb/<1%3A1.0-1", Truth::yes},
      {"rpm", "1:1.0-1.el9", "vers:rpm/>2.0-1.el9", Truth::yes},
      {"apk", "3.0.9-r1", "vers:alpine/<3.0.10-r0", Truth::yes},
      {"gem", "7.0.0.rc1", "vers:gem/<7.0.0", Truth::yes},
      {"nuget", "13.0.1.0", "vers:nuget/=13.0.1", Truth::yes},
      {"composer", "2.0.0-beta1", "vers:composer/<2.0.0", Truth::yes},
      {"cargo", "1.0.0", "vers:npm/<2.0.0", Truth::unknown},
      {"pypi", "1.0.0", "vers:semver/<2.0.0", Truth::unknown},
      {"npm", "latest", "vers:npm/<4.17.21", Truth::unknown},
      {"generic", "1.0.0", "vers:semver/<2.0.0", Truth::unknown},
      {"", "1.0.0", "vers:semver/<2.0.0", Truth::unknown},
  };
  for (const Case& it : cases) {
    CAPTURE(it.ecosystem);
    CAPTURE(it.version);
    CAPTURE(it.range);
    CHECK(of("version", Op::vers, {{it.range}}, {.ecosystem = it.ecosystem, .version = it.version}) == it.truth);
  }
}

TEST_CASE("condition: the epoch of an RPM package counts although its version leaves it out") {
  Facts facts{.ecosystem = "rpm", .version = "1.0-1.el9"};
  CHECK(of("version", Op::vers, {{"vers:rpm/>2.0-1.el9"}}, facts) == Truth::no);
  facts.full_version = "1:1.0-1.el9";
  CHECK(of("version", Op::vers, {{"vers:rpm/>2.0-1.el9"}}, facts) == Truth::yes);
}

TEST_CASE("condition: a range that can hold nothing is refused with what would be right") {
  const auto says = [](const char* range, const char* words) {
    CAPTURE(range);
    CHECK(refusal("version", Op::vers, {{range}}).find(words) != std::string::npos);
  };
  says("<1.0.0", "is no range; expected one such as vers:npm/>=1.2.0|<2.0.0");
  says("vers:npm/>=", "is no range");
  says("vers:brew/<1.0.0", "versions of \"brew\" cannot be compared by this build; expected one of npm, cargo");
  says("vers:npm/<latest", "\"latest\" is no version of npm; expected one such as 1.2.3");
  says("vers:apk/<1.x", "\"1.x\" is no version of apk; expected one such as 1.2.3-r0");
}

TEST_CASE("condition: a field that this build never knows is unknown, whatever is asked") {
  std::size_t never = 0;
  for (const Field& field : fields()) {
    if (field.get != nullptr) continue;
    ++never;
    Texts room;
    CHECK_FALSE(value_of(field, Facts{}, room).known);
  }
  CHECK(never > 5);
  CHECK(of("sla_state", Op::eq, {{"breached"}}, Facts{}) == Truth::unknown);
  CHECK(of("first_detected", Op::older_than, {{"1d"}}, Facts{}) == Truth::unknown);
  CHECK(of("owasp", Op::none, {{"A01"}}, Facts{}) == Truth::unknown);
}

TEST_CASE("condition: a waiver that has expired is none") {
  const Facts expired{.waiver = WaiverState::expired}, active{.waiver = WaiverState::active}, none;
  CHECK(of("waiver", Op::eq, {{"none"}}, expired) == Truth::yes);
  CHECK(of("waiver", Op::eq, {{"expired"}}, expired) == Truth::yes);
  CHECK(of("waiver", Op::ne, {{"none"}}, expired) == Truth::no);
  CHECK(of("waiver", Op::ne, {{"active"}}, expired) == Truth::yes);
  CHECK(of("waiver", Op::eq, {{"none"}}, active) == Truth::no);
  CHECK(of("waiver", Op::in, {{"none"}, {"active"}}, expired) == Truth::yes);
  CHECK(of("waiver", Op::eq, {{"expired"}}, none) == Truth::no);
}

TEST_CASE("condition: given values take the place of a finding's") {
  const Given given = {
      {"licence", {.text = "MIT OR AGPL-3.0-only"}}, {"cwe", {.set = {"79"}}}, {"reach", {.number = 3}}};
  const Facts facts{.given = &given, .kind = Kind::sca};
  CHECK(of("licence", Op::deny, {{"AGPL-3.0-only"}}, facts) == Truth::no);
  CHECK(of("licence", Op::deny, {{"AGPL-3.0-only"}, {"MIT"}}, facts) == Truth::yes);
  CHECK(of("licence", Op::allow, {{"MIT"}}, facts) == Truth::yes);
  CHECK(of("cwe", Op::any, {{"CWE-79"}}, facts) == Truth::yes);
  CHECK(of("reach", Op::eq, {{"loaded"}}, facts) == Truth::yes);
  CHECK(of("kind", Op::eq, {{"sca"}}, facts) == Truth::unknown);
}

TEST_CASE("policy: the lattice of actions") {
  Rules rules;
  const auto outcome = [&](Action action, Mode mode = Mode::enforce) {
    rules.mode = mode;
    rules.policies = {a_policy("p", is("severity", Op::gte, {{"high"}}), action)};
    rules.policies[0].review.teams = {"@acme/appsec"};
    return run(rules, {{.severity = SeverityLabel::high}});
  };
  CHECK(outcome(Action::allow).outcome == Outcome::pass);
  CHECK(outcome(Action::notify).outcome == Outcome::pass);
  CHECK(outcome(Action::warn).outcome == Outcome::warn);
  CHECK(outcome(Action::require_review).outcome == Outcome::warn);
  CHECK(outcome(Action::require_review).reasons[0].text == "policy p; needs 1 approval of @acme/appsec");
  CHECK(outcome(Action::require_review).reasons[0].reviewers == std::vector<std::string>{"@acme/appsec"});
  CHECK(outcome(Action::require_review, Mode::warn).actions[0] == Action::require_review);
  CHECK(outcome(Action::require_review, Mode::monitor).actions[0] == Action::warn);
  CHECK(outcome(Action::block, Mode::warn).reasons[0].text == "policy p; warn mode: would close the gate");
}

TEST_CASE("policy: what is missing in a run needs no finding") {
  Rules rules;
  rules.policies.push_back(
      a_policy("evidence", is("evidence.missing", Op::any, {{"secret"}, {"sast"}}), Action::block));
  const auto outcome = [&](std::optional<std::vector<std::string_view>> missing) {
    return evaluate(rules, {}, {}, {Event::pull_request, kNow, {.missing = std::move(missing)}});
  };
  CHECK(outcome(std::vector<std::string_view>{"secret"}).outcome == Outcome::fail);
  CHECK(outcome(std::vector<std::string_view>{"dast"}).outcome == Outcome::pass);
  CHECK(outcome(std::nullopt).outcome == Outcome::pass);
}

TEST_CASE("policy: a threshold on the change's risk is about its files as well") {
  Rules rules;
  rules.policies.push_back(a_policy("sensitive", is("path", Op::glob, {{"infra/**"}}), Action::require_review));
  rules.policies[0].threshold = {Threshold::Measure::change_risk, true, 40};
  const auto outcome = [&](const char* file, int risk) {
    return evaluate(rules, {.changed_files = {file}}, {.change_risk = risk}, {Event::pull_request, kNow, {}}).outcome;
  };
  CHECK(outcome("infra/main.tf", 40) == Outcome::warn);
  CHECK(outcome("infra/main.tf", 39) == Outcome::pass);
  CHECK(outcome("src/main.c", 40) == Outcome::pass);
}

TEST_CASE("policy: a risk budget of the change is not spent by what the policy does not mean") {
  Rules rules;
  rules.policies.push_back(a_policy("budget", is("presence", Op::eq, {{"introduced"}}), Action::block));
  rules.policies[0].threshold = {Threshold::Measure::pr_risk, false, 600};
  CHECK(run(rules, {{.presence = Presence::introduced}}, {.pr_risk_tenths = 700}).outcome == Outcome::fail);
  CHECK(run(rules, {{.presence = Presence::unrelated}}, {.pr_risk_tenths = 700}).outcome == Outcome::pass);
}

TEST_CASE("policy: grace ends after its days, and does not when nobody knows when it began") {
  Rules rules;
  rules.policies.push_back(a_policy("kev", is("kev", Op::eq, {{"true"}}), Action::block));
  rules.policies[0].grace = Grace{14, "kev_added", is("kev_added", Op::older_than, {{"14d"}})};
  const auto outcome = [&](const char* added) {
    return run(rules, {{.kev = true, .kev_added = parse_timestamp(added)}}).outcome;
  };
  CHECK(outcome("2026-11-01") == Outcome::fail);
  CHECK(outcome("2026-11-10") == Outcome::pass);
  CHECK(outcome("") == Outcome::pass);
  rules.policies[0].match_unknown = true;
  CHECK(outcome("") == Outcome::fail);
}

TEST_CASE("program: the compiled conditions answer as the conditions do") {
  const Facts all_facts[] = {{.kind = Kind::sca, .severity = SeverityLabel::high, .path = "a/b"},
                             {.kind = Kind::sast, .fix_available = true},
                             {.kind = Kind::secret, .severity = SeverityLabel::low, .path = "c"}};
  std::vector<Condition> leaves;
  leaves.push_back(is("kind", Op::in, {{"sca"}, {"sast"}}));
  leaves.push_back(is("fix_available", Op::eq, {{"true"}}));
  leaves.push_back(is("path", Op::glob, {{"a/**"}}));
  leaves.push_back(is("severity", Op::gte, {{"high"}}));
  for (std::size_t shape = 0; shape < 256; ++shape) {
    CAPTURE(shape);
    const auto pick = [&](std::size_t at) {
      const Condition& leaf = leaves[shape >> at & 3U];
      return (shape >> at & 4U) != 0 ? Condition::negation(leaf) : leaf;
    };
    const Condition inner = (shape & 1U) != 0 ? Condition::any({pick(0), pick(3)}) : Condition::all({pick(0), pick(3)});
    const Condition whole =
        (shape & 2U) != 0 ? Condition::any({inner, pick(5)}) : Condition::all({inner, pick(5), inner});
    Program program;
    const Program::Root first = program.add(whole);
    CHECK(program.add(whole) == first);
    for (const Facts& facts : all_facts) {
      program.look_at(facts);
      CHECK(program.truth(first, kReading) == whole.evaluate(facts, kReading));
    }
  }
}

TEST_CASE("program: long operands that differ at their end are told apart") {
  const std::string long_name(300, 'a');
  Program program;
  CHECK(program.add(is("path", Op::eq, {{long_name + "1"}})) != program.add(is("path", Op::eq, {{long_name + "2"}})));
}
TEST_CASE("policy: what one of several tools says closes the gate, whatever another one says as well") {
  Rules rules;
  rules.mode = Mode::enforce;
  rules.policies = {a_policy("bandit", is("engine", Op::eq, {{"bandit"}}), Action::block)};
  Facts facts{.rule = "py/sql-injection", .engine = "codeql"};
  CHECK(run(rules, {facts}).outcome == Outcome::pass);
  facts.claims = {{id_of(0), Kind::sast, SeverityLabel::high, "py/sql-injection", "codeql", ""},
                  {id_of(1), Kind::sast, SeverityLabel::low, "B608", "bandit", ""}};
  CHECK(run(rules, {facts}).outcome == Outcome::fail);
  rules.policies = {a_policy("others", is("engine", Op::ne, {{"bandit"}}), Action::block)};
  CHECK(run(rules, {facts}).outcome == Outcome::fail);
}

TEST_CASE("policy: a severity that one tool gives closes the gate, whatever another one makes of it") {
  Rules rules;
  rules.mode = Mode::enforce;
  rules.policies = {a_policy("critical", is("severity", Op::gte, {{"critical"}}), Action::block)};
  Facts facts{.severity = SeverityLabel::medium};
  facts.claims = {{id_of(0), Kind::sast, SeverityLabel::medium, "a", "x", ""},
                  {id_of(1), Kind::sast, SeverityLabel::critical, "b", "y", ""}};
  CHECK(run(rules, {facts}).outcome == Outcome::fail);
}

TEST_CASE("condition: a rule's family and the way to the first fix are known where they are") {
  const Facts facts{.rule = "B608",
                    .engine = "bandit",
                    .ecosystem = "npm",
                    .version = "1.2.3",
                    .family_of = [](std::string_view engine, std::string_view rule) -> std::string_view {
                      return engine == "bandit" && rule == "B608" ? "sqli" : "";
                    },
                    .fixed_versions = {"3.0.0"}};
  CHECK(of("rule_family", Op::eq, {{"sqli"}}, facts) == Truth::yes);
  CHECK(of("version_distance.major", Op::gte, {{"2"}}, facts) == Truth::yes);
  CHECK(of("version_distance.minor", Op::gte, {{"0"}}, facts) == Truth::unknown);
  CHECK(of("rule_family", Op::ne, {{"sqli"}}, {.rule = "B1", .engine = "bandit", .family_of = facts.family_of}) ==
        Truth::unknown);
  CHECK(of("version_distance.major", Op::gte, {{"0"}}, {.ecosystem = "npm", .version = "1.2.3"}) == Truth::unknown);
}

TEST_CASE("record: a reason tells the values that its policy asked for, each once, of the first findings") {
  Policy policy = a_policy("p",
                           Condition::all({is("severity", Op::gte, {{"high"}}), is("severity", Op::ne, {{"info"}}),
                                           is("licence", Op::deny, {{"MIT"}})}),
                           Action::block);
  policy.match_unknown = true;
  const Facts facts{.severity = SeverityLabel::high};
  const Evaluation evaluation = run({.policies = {policy}}, std::vector<Facts>(kMostRecorded + 2, facts));
  REQUIRE(evaluation.reasons.size() == 1);
  const Reason& reason = evaluation.reasons[0];
  CHECK(reason.findings.size() == kMostRecorded + 2);
  REQUIRE(reason.used.size() == kMostRecorded);
  for (std::size_t i = 0; i < reason.used.size(); ++i) CHECK(reason.used[i].finding == reason.findings[i]);
  CHECK(reason.used[0].values == std::vector<UsedValues::Value>{{"severity", "high"}, {"licence", "unknown"}});
}

TEST_CASE("record: of a finding of several tools the values are those of the tool that matches") {
  const Policy policy = a_policy("p", is("rule", Op::eq, {{"B608"}}), Action::block);
  Facts facts{.rule = "other"};
  facts.claims = {{.rule = "none"}, {.rule = "B608"}, {.rule = "last"}};
  CHECK(values_used(policy, facts, kReading) == std::vector<UsedValues::Value>{{"rule", "B608"}});
  facts.claims = {};
  CHECK(values_used(policy, facts, kReading) == std::vector<UsedValues::Value>{{"rule", "other"}});
}
