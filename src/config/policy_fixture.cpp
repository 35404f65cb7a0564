#include "config/policy_fixture.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "base/time.hpp"

namespace gatepost::config {
namespace {

using policy::Field;
using policy::FieldType;
using policy::Given;
using policy::GivenValue;

constexpr std::size_t kMostCases = 10'000;
struct Alias {
  std::string_view one, other;
};
constexpr std::array kAliases = {Alias{"kind", "category"}, Alias{"presence", "change"}, Alias{"decision", "ssvc"},
                                 Alias{"owner", "team"}};

class FindingReader {
 public:
  explicit FindingReader(Problems& problems) : problems_(problems) {}

  FixtureFinding read(doc::View view, std::size_t number) {
    FixtureFinding finding{.id = std::to_string(number)};
    if (!view.is_object()) {
      problems_.add(view, fmt::format("a finding must be a mapping of fields, found {}", kind_text(view)));
      return finding;
    }
    for (const auto& [key, value] : view.members()) {
      if (key == "id") {
        finding.id = value.scalar();
        continue;
      }
      const Field* const field = policy::find_field(key);
      if (field == nullptr) {
        problems_.add_at_key(value, unknown_name("field", key, names()));
      } else {
        take(*field, value, finding.given);
      }
    }
    complete(finding);
    return finding;
  }

 private:
  static std::vector<std::string_view> names() {
    std::vector<std::string_view> names = {"id"};
    for (const Field& field : policy::fields()) names.push_back(field.name);
    return names;
  }

  void take(const Field& field, doc::View view, Given& given) {
    GivenValue value;
    if (read_value(field, view, value)) given[field.name] = std::move(value);
  }

  bool refuse(const Field& field, doc::View view, std::string_view expected) {
    problems_.add(view,
                  fmt::format("{} is \"{}\"; expected {}", field.name, text::printable(view.scalar(), 40), expected));
    return false;
  }

  bool read_value(const Field& field, doc::View view, GivenValue& value) {
    switch (field.type) {
      case FieldType::ordered:
      case FieldType::choice: {
        const auto found = std::ranges::find(field.names, view.scalar());
        if (found == field.names.end()) {
          problems_.add(view, unknown_name(field.name, view.scalar(), field.names));
          return false;
        }
        value.number = found - field.names.begin();
        return true;
      }
      case FieldType::number: {
        const auto number = policy::parse_decimal(field, view.scalar());
        if (!number) return refuse(field, view, "a number that it can be");
        value.number = *number;
        return true;
      }
      case FieldType::boolean:
        if (!view.boolean()) return refuse(field, view, "true or false");
        value.number = *view.boolean() ? 1 : 0;
        return true;
      case FieldType::time: {
        const auto time = parse_timestamp(view.scalar());
        if (!time) return refuse(field, view, "a date like 2026-12-31");
        value.number = time->unix_ms;
        return true;
      }
      case FieldType::set:
        return read_set(field, view, value);
      case FieldType::text:
      case FieldType::version:
      case FieldType::licence:
        if (view.scalar().empty()) return refuse(field, view, "a text");
        value.text = view.scalar();
        return true;
    }
    return false;
  }

  bool read_set(const Field& field, doc::View view, GivenValue& value) {
    std::vector<doc::View> items;
    for (const doc::View item : view.items()) items.push_back(item);
    if (!view.is_array()) items.push_back(view);
    for (const doc::View item : items) {
      auto member = policy::parse_member(field, std::string(item.scalar()));
      if (!member) {
        problems_.add(item, member.error().message);
        return false;
      }
      value.set.push_back(std::move(*member));
    }
    return true;
  }

  // What every finding has, and what follows from the rest.
  static void complete(FixtureFinding& finding) {
    Given& given = finding.given;
    for (const char* const field : {"waiver", "suppressed", "malicious", "state"}) given.try_emplace(field);
    for (const auto& [one, other] : kAliases) {
      if (given.contains(one)) given.try_emplace(other, given[one]);
      if (given.contains(other)) given.try_emplace(one, given[other]);
    }
    if (const auto risk = given.find("risk"); risk != given.end()) {
      finding.risk_tenths = static_cast<int>(risk->second.number);
      given.try_emplace("risk_band", GivenValue{.number = static_cast<int>(band_for_tenths(finding.risk_tenths))});
    }
    if (given.contains("version") && given.contains("ecosystem")) given["version"].set = {given["ecosystem"].text};
  }

  Problems& problems_;
};

std::vector<ExpectedPolicy> read_expected(doc::View view, Problems& problems) {
  std::vector<ExpectedPolicy> expected;
  for (const doc::View item : view.items()) expected.push_back({std::string(item.scalar()), std::nullopt});
  for (const auto& [id, list] : view.members()) {
    std::vector<std::string> ids;
    for (const doc::View item : list.items()) ids.emplace_back(item.scalar());
    std::ranges::sort(ids);
    expected.push_back({std::string(id), std::move(ids)});
  }
  if (!view.is_array() && !view.is_object())
    problems.add(view, "policies must be a list of ids, or a mapping of ids to lists of findings");
  return expected;
}

void read_totals(Section& section, RiskTotals& totals) {
  totals.pr_risk_tenths = section.integer("pr_risk", 0, 100).value_or(0) * 10;
  totals.change_risk = section.integer("change_risk", 0, 100).value_or(0);
}

FixtureCase read_case(doc::View view, Problems& problems) {
  Section section(view, problems);
  FixtureCase test{.name = section.required_text("name"), .where = view.where()};
  if (const auto event = section.choice("event", policy::kEventNames)) test.event = static_cast<policy::Event>(*event);
  const doc::View now = section.get("now");
  test.now = *parse_timestamp("2026-01-01");
  if (now.exists()) {
    const auto time = parse_timestamp(now.scalar());
    if (time) test.now = *time;
    if (!time) problems.add(now, "now must be a time like 2026-11-21 or 2026-11-21T10:00:00Z");
  }
  test.repo = section.text("repo");
  test.branch = section.text("branch");
  if (section.get("missing").exists()) test.missing = section.texts("missing");
  test.changed_files = section.texts("changed_files");
  read_totals(section, test.totals);
  FindingReader reader(problems);
  for (const doc::View item : section.get("findings").items())
    test.findings.push_back(reader.read(item, test.findings.size()));
  const doc::View expect = section.get("expect");
  Section expected(expect, problems);
  constexpr std::array<std::string_view, 3> kOutcomes = {"pass", "warn", "fail"};
  if (const auto outcome = expected.choice("outcome", kOutcomes)) test.outcome = static_cast<Outcome>(*outcome);
  if (const doc::View policies = expected.get("policies"); policies.exists())
    test.policies = read_expected(policies, problems);
  expected.finish();
  if (!test.outcome && !test.policies) problems.add(view, "\"expect\" is missing: outcome, policies, or both");
  section.finish();
  return test;
}

// What holds for the run holds for each finding.
Given with_run(const FixtureCase& test, Given given) {
  if (!test.repo.empty()) given.try_emplace("repo", GivenValue{.text = test.repo});
  if (!test.branch.empty()) given.try_emplace("branch", GivenValue{.text = test.branch});
  if (test.missing) given.try_emplace("evidence.missing", GivenValue{.set = *test.missing});
  return given;
}

// Numbers as ids, in the order of the findings.
FindingId id_of(std::size_t finding) {
  FindingId id;
  for (int byte = 0; byte < 4; ++byte)
    id.digest.bytes[static_cast<std::size_t>(byte)] = static_cast<std::uint8_t>(finding >> (24 - 8 * byte));
  return id;
}

std::string list_of(const std::vector<std::string>& ids) { return ids.empty() ? "nothing" : text::join(ids, ", "); }

std::vector<std::string> named(const FixtureCase& test, const std::vector<FindingId>& ids) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < test.findings.size(); ++i) {
    if (std::ranges::find(ids, id_of(i)) != ids.end()) names.push_back(test.findings[i].id);
  }
  std::ranges::sort(names);
  return names;
}

std::string wrong_policies(const FixtureCase& test, const std::vector<Reason>& reasons) {
  std::string wrong;
  const auto add = [&](const std::string& what) { wrong += (wrong.empty() ? "" : "; ") + what; };
  for (const ExpectedPolicy& expected : *test.policies) {
    const auto acts = [&](const Reason& reason) { return reason.policy.value == expected.id; };
    const auto reason = std::ranges::find_if(reasons, acts);
    if (reason == reasons.end()) {
      add(fmt::format("{} does not act", expected.id));
    } else if (expected.findings && named(test, reason->findings) != *expected.findings) {
      add(fmt::format("{} acts on {}, expected {}", expected.id, list_of(named(test, reason->findings)),
                      list_of(*expected.findings)));
    }
  }
  for (const Reason& reason : reasons) {
    const auto is_expected = [&](const ExpectedPolicy& it) { return it.id == reason.policy.value; };
    if (std::ranges::none_of(*test.policies, is_expected))
      add(fmt::format("{} acts on {}, expected nothing of it", reason.policy.value,
                      list_of(named(test, reason.findings))));
  }
  return wrong;
}

}  // namespace

Fixture read_fixture(doc::View root, Problems& problems) {
  Section section(root, problems);
  Fixture fixture{.policy = section.text("policy"), .only = section.texts("only")};
  const doc::View cases = section.get("cases");
  if (!cases.is_array() || cases.size() == 0)
    problems.add(root, fmt::format("\"cases\" must be a list of cases, found {}", kind_text(cases)));
  for (const doc::View view : cases.items()) {
    if (fixture.cases.size() >= kMostCases) {
      problems.add(view, fmt::format("more than the limit of {} cases", kMostCases));
      break;
    }
    fixture.cases.push_back(read_case(view, problems));
  }
  section.finish();
  return fixture;
}

std::string run_case(const policy::Rules& rules, const FixtureCase& test) {
  std::vector<Given> given;
  for (const FixtureFinding& finding : test.findings) given.push_back(with_run(test, finding.given));
  policy::Subjects subjects{.findings = test.findings.size(),
                            .facts_of =
                                [&](std::size_t i) {
                                  policy::Facts facts;
                                  facts.given = &given[i];
                                  facts.risk_tenths = test.findings[i].risk_tenths;
                                  return facts;
                                },
                            .id_of = id_of};
  for (const std::string& path : test.changed_files) subjects.changed_files.push_back(path);
  policy::Occasion occasion{test.event, test.now, {.repo = test.repo, .branch = test.branch}};
  if (test.missing) occasion.run.missing.emplace(test.missing->begin(), test.missing->end());
  const policy::Evaluation answer = policy::evaluate(rules, subjects, test.totals, occasion);
  std::string wrong = test.policies ? wrong_policies(test, answer.reasons) : "";
  if (test.outcome && answer.outcome != *test.outcome)
    wrong += fmt::format("{}the outcome is {}, expected {}", wrong.empty() ? "" : "; ", to_string(answer.outcome),
                         to_string(*test.outcome));
  return wrong;
}

}  // namespace gatepost::config
