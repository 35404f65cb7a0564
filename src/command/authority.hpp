// Who may give a command: a decision over facts that were asked for a moment ago. Nothing is asked here, and what
// nobody could tell counts against the command.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "command/command.hpp"

namespace gatepost::command {

// What a forge lets somebody do with the repository. GitLab: Guest, Reporter, Developer, Maintainer, Owner.
enum class Level : std::uint8_t { none, read, triage, write, maintain, admin };
inline constexpr std::array<std::string_view, 6> kLevelNames = {"none", "read", "triage", "write", "maintain", "admin"};

// One way to be allowed something.
struct Role {
  enum class Kind : std::uint8_t {
    level,      // at least that level
    owners,     // whom CODEOWNERS of the base names for the finding's file
    requester,  // whose request it is
    person,     // a person, or a member of a team, by name
  };
  Kind kind = Kind::level;
  Level level = Level::write;
  std::string name;  // of a person: as plain_name() makes it
  friend bool operator==(const Role&, const Role&) = default;
};
// "write", "owners", "requester", "@bob", "@acme/security"; empty for anything else.
std::optional<Role> parse_role(std::string_view text);
std::string to_string(const Role& role);

// By Verb: any of the list will do.
using Roles = std::array<std::vector<Role>, 13>;
Roles default_roles();

// How names are compared: "@Bob" is "bob".
std::string plain_name(std::string_view name);
// "acme/security", but no person.
bool is_team(std::string_view name);

// A request to accept a finding, from the ledger.
struct Request {
  std::string id;            // "W-123"
  std::string finding;       // in full
  std::string requested_by;  // a name
  std::vector<std::string> approved_by;
  friend bool operator==(const Request&, const Request&) = default;
};

struct Facts {
  // The comment, as the forge shows it at this moment.
  bool deleted = false, edited = false, by_bot = false;
  std::string person;          // who wrote it: a name
  std::optional<Level> level;  // empty: the forge does not say
  // The change it stands at.
  bool open = true;
  std::string author, head;
  std::string judged;  // the commit of the result at hand; "" when there is none
  // Of the teams that count, those that the person is in, and those of which the forge does not say.
  std::vector<std::string> member_of, hidden_teams;
  // The finding that the command names.
  std::size_t findings = 0;            // how many the id fits
  std::vector<std::string> owners;     // CODEOWNERS of the base
  std::vector<std::string> approvers;  // whom the policy lets approve a finding of its risk; empty: anybody
  std::int64_t longest_days = 0;       // that its risk may be accepted for
  // Requests that its id names, and that were not taken back.
  std::vector<Request> requests;
  // The service that the command names.
  bool service_known = true, frozen = false;
  std::chrono::sys_days today;
};

struct Ruling {
  bool granted = false;
  std::string because;             // a sentence; of what is granted by which role
  std::optional<Request> request;  // the one that an approve or a revoke is about
};

// The first reason to refuse, or the role by which it is granted. Nobody approves an own request, nor for an own
// change.
Ruling rule(const Command& command, const Facts& facts, const Roles& roles);

// The teams whose members decide about the command: what to ask the forge.
std::vector<std::string> teams_of(const Command& command, const Facts& facts, const Roles& roles);

}  // namespace gatepost::command
