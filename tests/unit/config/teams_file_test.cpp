#include <doctest/doctest.h>

#include <string>

#include "config/settings.hpp"
#include "support/processor_time.hpp"

using namespace gatepost;
using namespace gatepost::config;

namespace {

Result<Settings> read(std::string text) { return load({.teams = File{".gatepost/teams.yml", std::move(text)}}); }

}  // namespace

TEST_CASE("teams: each field is read, and tells where it stands") {
  const auto settings = read(R"(teams:
  - id: commerce
  - id: payments
    aliases: {github: [acme/payments], backstage: group:default/payments, email: payments@acme.example}
    parent: Commerce
    members: [alice, bob@acme.example]
    jira: {project: PAY, issuetype: Bug, component: api, security_level: Internal, assignee: lead, labels: [appsec]}
    linear: {team: PAY, project: Debt, labels: appsec, assignee: triage}
    chat: "#payments"
    sla: {critical: 7d, high: 2w}
)");
  REQUIRE_MESSAGE(settings.ok(), settings.error().message);
  REQUIRE(settings->teams.size() == 2);
  const Team& it = settings->teams[1];
  CHECK(it.aliases.size() == 3);
  CHECK(it.aliases[0] == TeamAlias{TeamSource::github, "acme/payments", ".gatepost/teams.yml:4:24"});
  CHECK(it.parent == "commerce");
  CHECK(it.members[1] == TeamMember{"bob@acme.example", ".gatepost/teams.yml:6:22"});
  REQUIRE(it.jira.has_value());
  CHECK(*it.jira == JiraTarget{"PAY", "Bug", "api", "Internal", "lead", {"appsec"}});
  REQUIRE(it.linear.has_value());
  CHECK(*it.linear == LinearTarget{"PAY", "Debt", "triage", {"appsec"}});
  CHECK(it.chat == "#payments");
  CHECK(it.sla_days[0] == 7);
  CHECK(it.sla_days[1] == 14);
  CHECK_FALSE(it.sla_days[2].has_value());
}

TEST_CASE("teams: what is wrong is told with its place") {
  const std::pair<const char*, const char*> cases[] = {
      {"teams: {}\n", "1:8: teams must be a list, not a mapping"},
      {"team: []\n", "did you mean \"teams\"?"},
      {"teams:\n  - {members: [a]}\n", "\"id\" is missing"},
      {"teams:\n  - {id: 'a b'}\n", "2:10: id \"a b\" is not allowed"},
      {"teams:\n  - {id: a}\n  - {id: A}\n", "3:10: team \"A\" was already given at .gatepost/teams.yml:2:5"},
      {"teams:\n  - {id: a, membrs: [x]}\n", "did you mean \"members\"?"},
      {"teams:\n  - {id: a, aliases: {githb: x}}\n", "did you mean \"github\"?"},
      {"teams:\n  - {id: a, aliases: {github: acme/x}}\n  - {id: b, aliases: {gitlab: ['@ACME/X']}}\n",
       "3:32: \"@ACME/X\" already stands for team a at .gatepost/teams.yml:2:31"},
      {"teams:\n  - {id: a, aliases: {github: [x, X]}}\n", "\"X\" already stands for team a at"},
      {"teams:\n  - {id: a, aliases: {backstage: pay}}\n  - {id: b, aliases: {backstage: group:default/pay}}\n",
       "already stands for team a"},
      {"teams:\n  - {id: a, aliases: {github: 'ac*e/x'}}\n", "has a * elsewhere"},
      {"teams:\n  - {id: a, aliases: {github: '*'}}\n", "has a * elsewhere"},
      {"teams:\n  - {id: a, aliases: {email: nobody}}\n", "is no mail address"},
      {"teams:\n  - {id: a, members: [x, X]}\n", "member \"X\" was already given"},
      {"teams:\n  - {id: a, parent: paymnts}\n  - {id: payments}\n",
       "2:21: parent \"paymnts\" is no team of this file; did you mean \"payments\"?"},
      {"teams:\n  - {id: a, parent: a}\n", "2:21: parents go round in a circle: a -> a"},
      {"teams:\n  - {id: x, parent: a}\n  - {id: a, parent: b}\n  - {id: b, parent: A}\n",
       "parents go round in a circle: a -> b -> a"},
      {"teams:\n  - {id: a, jira: {issuetype: Bug}}\n", "\"project\" is missing"},
      {"teams:\n  - {id: a, jira: {project: P, isuetype: Bug}}\n", "did you mean \"issuetype\"?"},
      {"teams:\n  - {id: a, sla: {critical: 0d}}\n", "critical is \"0d\"; expected a time like 7d"},
      {"teams:\n  - {id: a, sla: {critical: 99999999999w}}\n", "expected a time like 7d"},
      {"teams:\n  - {id: a, sla: {hihg: 1d}}\n", "did you mean \"high\"?"},
  };
  for (const auto& [text, expected] : cases) {
    const auto settings = read(text);
    INFO(std::string(text));
    REQUIRE_FALSE(settings.ok());
    INFO(settings.error().message);
    CHECK(settings.error().message.find(expected) != std::string::npos);
    CHECK(settings.error().message.find(".gatepost/teams.yml:") != std::string::npos);
  }
}

TEST_CASE("teams: one alias of several sources of a team is no contradiction") {
  CHECK(read("teams:\n  - {id: payments, aliases: {cortex: payments, datadog: payments}}\n").ok());
}

TEST_CASE("teams: a chain of twenty thousand parents costs no more than reading it") {
  std::string text = "teams:\n- {id: t0}\n";
  for (int i = 1; i < 20'000; ++i)
    text += "- {id: t" + std::to_string(i) + ", parent: t" + std::to_string(i - 1) + "}\n";
  const test::ProcessorTime time;
  CHECK(read(std::move(text)).ok());
  CHECK(time.seconds() < 60);
}

TEST_CASE("teams: the settings say who takes over, and whether the history is asked") {
  const auto settings = load({.settings = File{".gatepost.yml",
                                               "version: 1\nrouting: {repository_team: '@acme/all', assignee: "
                                               "most-specific, infer: true}\n"}});
  REQUIRE_MESSAGE(settings.ok(), settings.error().message);
  CHECK(settings->assignee == AssigneeChoice::most_specific);
  CHECK(settings->infers_owners);
  REQUIRE(settings->repository_owners.size() == 1);
  CHECK(settings->repository_owners[0].because == ".gatepost.yml:2:28 routing.repository_team");
  CHECK_FALSE(load({.settings = File{".gatepost.yml", "version: 1\nrouting: {assignee: frist}\n"}}).ok());
}
