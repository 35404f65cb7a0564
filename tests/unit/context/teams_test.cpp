#include "context/teams.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "context/backstage.hpp"
#include "context/owners_check.hpp"

using namespace gatepost;
using namespace gatepost::context;

namespace {

Team team(std::string id, std::vector<TeamAlias> aliases = {}, std::vector<std::string> members = {},
          std::string parent = "") {
  Team it{.id = std::move(id), .where = "teams.yml:1:1", .aliases = std::move(aliases), .parent = std::move(parent)};
  for (std::string& name : members) it.members.push_back({std::move(name), "teams.yml:2:2"});
  return it;
}

TeamDirectory directory() {
  return TeamDirectory({team("commerce", {{TeamSource::github, "acme/*", "t:1"}}),
                        team("payments",
                             {{TeamSource::github, "acme/payments", "t:2"},
                              {TeamSource::backstage, "payments-group", "t:3"},
                              {TeamSource::email, "payments@acme.example", "t:4"}},
                             {"alice", "bob@acme.example"}, "commerce"),
                        team("web", {{TeamSource::gitlab, "acme/shop/*", "t:5"}}, {"alice", "carol"}, "payments")});
}

std::string found(const TeamDirectory& teams, std::string_view owner) {
  const auto match = teams.team_of(owner);
  return match ? teams.teams()[match->team].id : "";
}

std::string ids(const std::vector<RoutedTeam>& teams) {
  std::string out;
  for (const RoutedTeam& it : teams) out += (out.empty() ? "" : " ") + it.team;
  return out;
}

std::vector<Owner> owners(std::initializer_list<const char*> names) {
  std::vector<Owner> all;
  for (const char* name : names) all.push_back({TeamId{name}, ""});
  return all;
}

}  // namespace

TEST_CASE("teams: an owner is known by any of its names") {
  const TeamDirectory teams = directory();
  const std::pair<const char*, const char*> cases[] = {
      {"@acme/payments", "payments"},
      {"@ACME/Payments", "payments"},
      {"acme/payments", "payments"},
      {"@acme/other", "commerce"},  // the wildcard
      {"@acme/shop/cart", "web"},   // the longer one
      {"@acmebank/payments", ""},   // no segment of its own
      {"@acme", ""},                // above the wildcard
      {"payments@acme.example", "payments"},
      {"Bob@acme.example", "payments"},
      {"@alice", "payments"},  // of two teams the first
      {"@carol", "web"},
      {"12+carol@users.noreply.github.com", "web"},
      {"7-carol@users.noreply.gitlab.com", "web"},
      {"carol@elsewhere.example", ""},
      {"payments-group", "payments"},  // Backstage's, with its defaults
      {"group:default/Payments-Group", "payments"},
      {"user:default/carol", "web"},
      {"web", "web"},  // our own id
      {"@web", ""},    // a stranger on the forge, not our id
      {"@@maintainer", ""},
      {"", ""},
      {"@", ""},
  };
  for (const auto& [owner, expected] : cases) {
    INFO(std::string(owner));
    CHECK(found(teams, owner) == expected);
  }
  CHECK(teams.team_of("@acme/payments")->because == "t:2 github acme/payments");
  CHECK(teams.team_of("@alice")->because == "teams.yml:2:2 member alice");
}

TEST_CASE("teams: of several owners one takes over, the others watch") {
  const TeamDirectory teams = directory();
  const auto all = owners({"@ghost", "@acme/x", "@acme/payments", "payments@acme.example", "@carol"});
  struct Case {
    AssigneeChoice choice;
    const char *assignees, *watchers;
  };
  for (const Case& test :
       {Case{AssigneeChoice::first, "commerce", "payments web"}, Case{AssigneeChoice::last, "web", "commerce payments"},
        Case{AssigneeChoice::all, "commerce payments web", ""},
        Case{AssigneeChoice::most_specific, "web", "commerce payments"}}) {
    Routing routing;
    REQUIRE(route_to_teams(teams, all, OwnershipStep::codeowners, test.choice, routing));
    CHECK(ids(routing.assignees) == test.assignees);
    CHECK(ids(routing.watchers) == test.watchers);
    CHECK(routing.team_step == OwnershipStep::codeowners);
  }
  Routing routing;
  CHECK_FALSE(route_to_teams(teams, owners({"@ghost"}), OwnershipStep::service, AssigneeChoice::first, routing));
  CHECK(routing == Routing{});
}

TEST_CASE("teams: groups and users of Backstage join what is stated, and never take an alias away") {
  const CatalogFile file{"catalog-info.yaml", R"(apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: payments, annotations: {github.com/team-slug: acme/payments}}
spec: {type: team, children: [], parent: commerce, profile: {email: pay@acme.example}, members: [alice]}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: web}
spec: {type: team, children: [], parent: payments}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: web, namespace: other}
spec: {type: team, children: [], profile: {email: pay@acme.example}}
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: {name: bob, annotations: {github.com/user-login: bobby}}
spec: {memberOf: [web], profile: {email: bob@acme.example}}
)"};
  const BackstageCatalogue catalogue = read_backstage({&file, 1});
  REQUIRE(catalogue.groups.size() == 3);
  std::vector<Note> notes;
  const TeamDirectory teams(merge_teams(
      {team("commerce"), team("money", {{TeamSource::github, "acme/payments", "t:9"}})}, catalogue.groups, notes));
  CHECK(found(teams, "@acme/payments") == "money");
  CHECK(found(teams, "group:default/payments") == "money");
  CHECK(found(teams, "pay@acme.example") == "money");
  CHECK(found(teams, "@alice") == "money");
  CHECK(found(teams, "@bobby") == "web");
  CHECK(found(teams, "bob@acme.example") == "web");
  CHECK(teams.teams().size() == 4);
  CHECK(teams.teams()[2].parent == "money");
  CHECK(teams.depth(2) == 1);
  REQUIRE(notes.size() == 1);
  CHECK(notes[0].text == "pay@acme.example stands for team money already and is not taken for group:other/web");
}

TEST_CASE("teams: groups of Backstage that are each other's parents have none") {
  Team a = team("a", {{TeamSource::backstage, "group:default/a", ""}}, {}, "b");
  Team b = team("b", {{TeamSource::backstage, "group:default/b", ""}}, {}, "a");
  std::vector<Note> notes;
  const std::vector<Team> groups = {a, b};
  const TeamDirectory teams(merge_teams({}, groups, notes));
  CHECK(teams.depth(0) + teams.depth(1) <= 1);
}

TEST_CASE("teams: owners check tells unknown names, bots and teams of one person") {
  const CodeOwners owners({"CODEOWNERS",
                           "/a @acme/payments\n/b @ghost/team\n/c @renovate-bot\n/d @acme/solo\n/e @acme/payments "
                           "@acme/solo\n/f who@elsewhere.example\n",
                           ""},
                          OwnersDialect::github);
  TeamDirectory teams({team("payments", {{TeamSource::github, "acme/payments", ""}}, {"alice", "bob"}),
                       team("solo", {{TeamSource::github, "acme/solo", ""}}, {"carol"})});
  const OwnersCheck check =
      check_owners({.owners = owners, .paths = {}, .known = nullptr, .ignored = {}, .teams = &teams});
  std::string told;
  for (const OwnersDiagnostic& it : check.diagnostics) {
    if (it.kind == "unknown-owner" || it.kind == "bot-owner" || it.kind == "team-of-one")
      told += std::to_string(it.line.value_or(0)) + ":" + std::to_string(it.column.value_or(0)) + " " + it.kind + "\n";
  }
  CHECK(told == "2:4 unknown-owner\n3:4 bot-owner\n4:4 team-of-one\n6:4 unknown-owner\n");
}

TEST_CASE("teams: on GitLab, where a name may be a group, the directory tells that it is one person") {
  const CodeOwners owners({"CODEOWNERS", "/a @alice\n/b @alice @bob\n", ""}, OwnersDialect::gitlab);
  const TeamDirectory teams({team("payments", {{TeamSource::gitlab, "acme/payments", ""}}, {"alice", "bob"})});
  const OwnersCheck check =
      check_owners({.owners = owners, .paths = {}, .known = nullptr, .ignored = {}, .teams = &teams});
  const auto is_single = [](const OwnersDiagnostic& it) { return it.kind == "team-of-one"; };
  REQUIRE(std::ranges::count_if(check.diagnostics, is_single) == 1);
  CHECK(std::ranges::find_if(check.diagnostics, is_single)->line == 1);
}
