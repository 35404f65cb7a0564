// tests/data/command/authority.yaml has who may give which command.
#include "command/authority.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/time.hpp"
#include "command/grammar.hpp"
#include "support/yaml_cases.hpp"

using namespace gatepost;
using namespace gatepost::command;

namespace {

std::vector<std::string> texts(doc::View list) {
  std::vector<std::string> all;
  for (const doc::View item : list.items()) all.emplace_back(item.scalar());
  return all;
}

std::vector<Request> requests(doc::View list) {
  std::vector<Request> all;
  for (const doc::View it : list.items()) {
    all.push_back({.id = std::string(it.at("id").text()),
                   .finding = "GP-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
                   .requested_by = std::string(it.at("by").text()),
                   .approved_by = texts(it.at("approved_by"))});
  }
  return all;
}

void put(Facts& facts, doc::View from) {
  for (const auto& [key, it] : from.members()) {
    const bool yes = it.boolean() == true;
    if (key == "person")
      facts.person = it.text();
    else if (key == "author")
      facts.author = it.text();
    else if (key == "head")
      facts.head = it.text();
    else if (key == "judged")
      facts.judged = it.text();
    else if (key == "level")
      facts.level = it.text() == "none" ? Level::none : std::optional<Level>();
    else if (key == "findings")
      facts.findings = static_cast<std::size_t>(it.integer().value_or(0));
    else if (key == "owners")
      facts.owners = texts(it);
    else if (key == "approvers")
      facts.approvers = texts(it);
    else if (key == "member_of")
      facts.member_of = texts(it);
    else if (key == "hidden_teams")
      facts.hidden_teams = texts(it);
    else if (key == "requests")
      facts.requests = requests(it);
    else if (key == "longest_days")
      facts.longest_days = it.integer().value_or(0);
    else if (key == "today")
      facts.today = parse_date(it.scalar()).value();
    else if (key == "deleted")
      facts.deleted = yes;
    else if (key == "edited")
      facts.edited = yes;
    else if (key == "by_bot")
      facts.by_bot = yes;
    else if (key == "open")
      facts.open = yes;
    else if (key == "frozen")
      facts.frozen = yes;
    else if (key == "service_known")
      facts.service_known = yes;
    else
      FAIL("no fact is called ", std::string(key));
    if (key != "level") continue;
    if (const auto role = parse_role(it.text())) facts.level = role->level;
  }
}

}  // namespace

TEST_CASE("a command is granted or refused as the cases say") {
  const doc::Document document = test::yaml_cases("command/authority.yaml");
  std::size_t count = 0;
  for (const doc::View one : document.root().at("cases").items()) {
    ++count;
    CAPTURE(std::string(one.at("name").text()));
    const Reading reading = read(std::string(kName) + " " + std::string(one.at("command").text()));
    REQUIRE(reading.command.has_value());
    Facts facts;
    put(facts, document.root().at("defaults"));
    put(facts, one.at("facts"));
    Roles roles = default_roles();
    if (one.at("roles").exists()) {
      auto& own = roles[static_cast<std::size_t>(reading.command->verb)];
      own.clear();
      for (const doc::View role : one.at("roles").items()) own.push_back(parse_role(role.text()).value());
    }
    const Ruling ruling = rule(*reading.command, facts, roles);
    CHECK_MESSAGE(ruling.granted == one.at("granted").exists(), ruling.because);
    if (one.at("granted").exists()) CHECK(ruling.because == one.at("granted").text());
    if (one.at("about").exists()) CHECK(ruling.request.value().id == one.at("about").text());
    for (const doc::View piece : one.at("refused").items())
      CHECK_MESSAGE(ruling.because.find(piece.scalar()) != std::string::npos, ruling.because);
  }
  CHECK(count > 45);
}

TEST_CASE("every command says who may give it") {
  const Roles roles = default_roles();
  CHECK(usages().size() == roles.size());
  for (const Usage& usage : usages()) {
    const auto& own = roles[static_cast<std::size_t>(usage.verb)];
    std::string names;
    for (const Role& role : own) names += (names.empty() ? "" : ", ") + to_string(role);
    CHECK(names == usage.asked);  // none of them was misspelt
  }
}

TEST_CASE("teams are asked for only when they decide") {
  Facts facts{.owners = {"@carol", "@Acme/Payments"}, .approvers = {"@acme/security", "@bob"}};
  const auto ask = [&](std::string_view body) { return teams_of(*read(body).command, facts, default_roles()); };
  CHECK(ask("/gatepost approve W-1") == std::vector<std::string>{"acme/payments", "acme/security"});
  CHECK(ask("/gatepost revoke W-1") == std::vector<std::string>{"acme/payments"});
  CHECK(ask("/gatepost recheck").empty());
}
