// Reads the world for `check`: the repository, the change, the settings of its base, the reports.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/ci.hpp"
#include "app/inputs.hpp"
#include "app/ports.hpp"
#include "base/digest.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "config/settings.hpp"
#include "context/owners.hpp"
#include "context/surroundings.hpp"
#include "correlate/identity.hpp"
#include "correlate/presence.hpp"
#include "git/repository.hpp"
#include "ledger/state.hpp"
#include "model/baseline.hpp"
#include "model/change.hpp"
#include "model/observation_table.hpp"
#include "policy/waiver.hpp"

namespace gatepost::app {

struct Evidence;

// What the command line says. Empty: not said.
struct GatherRequest {
  std::string repository;  // --repo
  std::string config;      // --config
  std::string base, head;
  std::vector<std::string> reports;  // patterns; those of the settings when empty
  std::vector<std::string> base_reports;
  std::vector<std::string> vex, runtime;  // files: --vex, --runtime
  std::string cache_dir;                  // --cache-dir
  unsigned threads = 0;                   // 0: as many as the machine has
  Flags flags;                            // of inputs.def
  bool without_base = false;              // the head as it stands, whatever the CI says of a change
  std::string store;                      // --store: the ledger to compare with, as app::choose_ledger takes it
  bool asks_forge = false;       // the forge is spoken to anyway: a ledger that nobody names is looked for there
  std::optional<Timestamp> now;  // --now
  // Adds to what the reports say, before anything is made of it. May be empty.
  std::function<Status(Evidence& evidence)> add_observations;
};

// What the repository's files say about the observations of one table.
struct SourceFacts {
  correlate::Placement placement;
  std::vector<Digest128> contexts;                                 // by row
  std::vector<correlate::PackageChange> packages;                  // by row; empty without a change
  std::vector<bool> doubtful_lines;                                // by row: its number may mean another line
  std::map<Row, std::vector<policy::WaiverReference>> references;  // comments that name waivers, beside the row's line
  correlate::CodeFactsByRow code;  // of rows on edited lines; only when two scans are compared
};

// What is remembered of the branch that the change goes into.
struct LedgerBase {
  ledger::State state;
  Baseline baseline;
};

struct Evidence {
  explicit Evidence(git::Repository opened) : repository(std::move(opened)) {}

  git::Repository repository;
  CiFacts ci;
  config::Files settings_files;        // that the settings were made of
  config::Settings settings;           // with what people decided in the ledger of the target
  std::optional<policy::Event> event;  // as the pipeline says; empty: by what the CI says
  ChangeSet change;
  std::string settings_revision;  // the commit that settings, policies and CODEOWNERS come from
  std::optional<context::CodeOwners> owners;
  ObservationTable table, base_table;
  std::optional<correlate::FileIndex> head_files, base_files;
  SourceFacts sources, base_sources;
  std::optional<LedgerBase> ledger;  // what the change is compared with in place of reports of the base
  context::Surroundings surroundings;
  unsigned threads = 1;
  std::vector<std::string> missing;  // reports that should be there and are not, in sentences
  std::vector<Note> notes;
};

Result<Evidence> gather(const Ports& ports, const GatherRequest& request);

// The request with what the pipeline says where the command line says nothing.
GatherRequest with_inputs(const Inputs& inputs, GatherRequest request);

// Parts of it that other commands need alone.

// The repository of --repo, else the one around the current directory; trusted when --repo or the CI names it.
Result<git::Repository> open_repository(const Ports& ports, const std::string& directory, const CiFacts& ci);
struct FoundChange {
  ChangeSet change;
  git::ObjectId rules;              // the commit whose settings, policies and CODEOWNERS judge the change
  bool looks_at_work_tree = false;  // a person's own, neither a CI's nor another commit
};
// The change between the base and head that the request and the CI state. Who proposes a change must not choose the
// rules it is judged by: they come from what it goes into. Without a base nobody proposes anything, and the head's
// count.
Result<FoundChange> find_change(const git::Repository& repository, const CiFacts& ci, const std::string& base,
                                const std::string& head, std::vector<Note>& notes);
// CODEOWNERS at a commit.
Result<context::CodeOwners> read_owners(const git::Repository& repository, const git::ObjectId& commit,
                                        std::optional<OwnersDialect> dialect);
// Settings, policies and waivers that judge a change; `request.config` names a file on disk that takes the place
// of the settings. Who looks at the own work tree without a base tries something out: the files that lie there count.
Result<config::Settings> read_settings(const Ports& ports, const git::Repository& repository, const FoundChange& found,
                                       const GatherRequest& request, const Inputs& inputs);

}  // namespace gatepost::app
