// What a run is told to do: .gatepost.yml, .gatepost/policy.yml, .gatepost/waivers.yml, .gatepost/services.yml and
// .gatepost/teams.yml, all of them optional, as one validated value. Command line flags are put over it in cli.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/note.hpp"
#include "base/result.hpp"
#include "command/authority.hpp"
#include "config/waiver_file.hpp"
#include "context/routing.hpp"
#include "context/runtime.hpp"
#include "context/vex_resolution.hpp"
#include "model/owner.hpp"
#include "model/ownership.hpp"
#include "model/risk.hpp"
#include "model/routing.hpp"
#include "model/service.hpp"
#include "model/severity.hpp"
#include "model/team.hpp"
#include "policy/policy.hpp"
#include "policy/waiver.hpp"
#include "publish/settings.hpp"
#include "publish/tickets.hpp"

namespace gatepost::config {

inline constexpr std::string_view kSettingsPaths[] = {".gatepost.yml", ".gatepost.yaml", ".github/gatepost.yml",
                                                      ".gitlab/gatepost.yml"};
inline constexpr std::string_view kPolicyPath = ".gatepost/policy.yml";
inline constexpr std::string_view kWaiversPath = ".gatepost/waivers.yml";
inline constexpr std::string_view kServicesPath = ".gatepost/services.yml";
inline constexpr std::string_view kTeamsPath = ".gatepost/teams.yml";

inline constexpr std::string_view kDialectNames[] = {"auto", "github", "gitlab"};

// Where feeds are read: files below the root of the work tree, absolute paths, or addresses. Empty: not at all.
struct Feeds {
  std::string epss, kev, vulnrichment;
  std::vector<std::string> osv;  // for the night: what is new about packages of stored inventories
};

// VEX documents, whose statements count, and what a contradiction does.
struct Vex {
  std::vector<std::string> files = {".gatepost/vex/**/*.{json,jsonld,xml}"};  // globs below the root
  context::VexRules rules;
};

struct Runtime {
  std::vector<std::string> files;  // globs below the root
  std::int64_t max_age_days = context::RuntimeEvidence::kDefaultMaxAgeDays;
  context::RuntimeColumns columns;  // of CSV exports
};

// Where the memory of the repository's findings is kept.
struct Ledger {
  enum class Store : std::uint8_t { git, sqlite, postgresql, none };
  Store store = Store::git;
  std::string path;     // of sqlite: a file, relative to the root of the work tree
  std::string remote;   // of git: a remote's name, an address, a path, "none"; "" for what the pipeline says
  bool stated = false;  // the settings say something of it
};
inline constexpr std::string_view kStoreNames[] = {"git", "sqlite", "postgresql", "none"};

// Something that nobody may change for now: every gate that has to do with the service is closed.
struct Freeze {
  std::string service;
  std::string since, by;  // a day; who said so
};

// Within how many days a finding has to be gone, where that is not as config/rules/lifecycle.yaml says. 0: no day.
struct ServiceLevels {
  std::array<std::optional<std::int64_t>, kPriorityNames.size()> decision_days;
  std::array<std::optional<std::int64_t>, kBandNames.size()> band_days;
  std::optional<std::int64_t> kev_days, least_after_waiver, warning_percent;
};

// Which trackers tickets are written to, and when. Whose board is where, the teams' file says.
struct Tickets {
  // Address of the site of a Jira in the cloud (of a scoped token https://api.atlassian.com/ex/jira/ID), and of a Data
  // Center with its context path.
  std::optional<std::string> jira, jira_data_center;
  std::optional<std::string> linear;  // address of its GraphQL interface
  bool issues = false;                // of the forge that the pipeline runs at
  publish::TicketSettings rules;
  [[nodiscard]] bool wanted() const { return jira || jira_data_center || linear || issues; }
};

// Where a run of the gate leaves at the forge what it found, for those that judge it again.
struct StoredResult {
  std::string artifact = "gatepost";              // GitHub: an artifact of the run; GitLab: a job
  std::string file = "gatepost-out/result.json";  // in it
};

struct Settings {
  std::vector<Note> notes;           // what people should know about the files, though they count
  std::string repository;            // part of every identity; "" unless configured
  std::vector<std::string> reports;  // patterns, each with "=FORMAT" behind it or not
  std::vector<std::string> base_reports;
  std::optional<OwnersDialect> codeowners_dialect;  // empty: by the forge, or by the file
  policy::Rules rules;
  std::string policy_sha256;  // of the bytes of what `rules` was read from: files that are extended, then the own one
  policy::Evidence evidence;
  std::vector<policy::Waiver> waivers;
  std::vector<BrokenWaiver> broken_waivers;  // not to be understood: they do not apply
  publish::Settings publishing;
  std::vector<Service> services;              // of the services' file, in its order
  std::vector<context::RoutingRule> routing;  // before CODEOWNERS; the first that applies counts
  std::vector<Owner> repository_owners;       // whom findings go to that no file of the repository gives to anybody
  std::vector<Owner> default_owners;          // whom findings go to that nobody owns
  AssigneeChoice assignee = AssigneeChoice::first;
  bool infers_owners = false;  // whether the history is asked who wrote what nobody owns
  std::vector<Team> teams;     // of the teams' file, in its order
  Feeds feeds;
  Vex vex;
  Runtime runtime;
  Ledger ledger;
  command::Roles command_roles = command::default_roles();  // who may give which comment command
  std::int64_t most_refused = 5;  // commands of one person within an hour that are answered although they are refused
  StoredResult result;
  std::vector<Freeze> freezes;  // of the ledger, by service
  std::string unread_ledger;    // why it is not known what was decided in the ledger that somebody states; "": it is
  ServiceLevels service_levels;
  Tickets tickets;
};

// A file as it was read, wherever from; `name` is what messages call it.
struct File {
  std::string name;
  std::string text;
};

struct Files {
  std::optional<File> settings, policy, waivers, services, teams;
  std::vector<File> extended;       // policy files that `policy` extends, by path
  std::vector<File> scanner_files;  // scanners' own lists of what they ignore, by path
};

// What else a policy file wants to have read: paths in the same revision. Nothing for a file with mistakes.
struct Wanted {
  struct Address {
    std::string url, sha256, where;
  };
  struct PinnedFile {
    std::string repository;    // "https://…", "file:///…", "/…"
    std::string commit, path;  // 40 hex digits; in that commit
    std::string name, where;
  };
  std::vector<std::string> extended, scanner_files;
  std::vector<Address> addresses;  // of files to extend that lie elsewhere; Files::extended has them by their url
  std::vector<PinnedFile> pinned;  // of other repositories; there by their name
};
Wanted wanted_by(const File& policy);

// What the command line or the pipeline says in place of the files.
struct Overrides {
  std::optional<std::string> fail_on;  // one of kGateNames; refused beside a policy file
  std::optional<policy::Mode> mode;
};
// Severities a gate can be set to; "none" never acts.
inline constexpr std::string_view kGateNames[] = {"low", "medium", "high", "critical", "none"};

// Without any file: the default policy, which closes the gate on new findings of high severity and on new secrets.
Result<Settings> load(const Files& files, const Overrides& overrides = {});

// What a run puts up with and their author should not: waivers that cannot be understood, attempts at what is locked.
Status check_strictly(const Settings& settings);

}  // namespace gatepost::config
