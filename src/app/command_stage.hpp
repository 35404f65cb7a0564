// Where comment commands are carried out: the change, the rules of its base, the ledger, and what was found.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/ci.hpp"
#include "app/comment_command.hpp"
#include "app/ledger_decisions.hpp"
#include "app/second_stage.hpp"
#include "app/spoken.hpp"
#include "app/stored_result.hpp"
#include "command/authority.hpp"
#include "forge/forge.hpp"
#include "store/store.hpp"

namespace gatepost::app {

struct CommandStage {
  const Ports& ports;
  const CommandRequest& request;
  CiFacts ci;
  forge::Forge& forge;
  Asked asked;
  config::Settings rules;  // of the base, before anything of the ledger
  store::Store& ledger;
  Timestamp now;
  std::optional<FoundResult> result = std::nullopt;  // what was found; asked for once, when it is needed
  bool looked_for_result = false;
};

// What a stored result says by the decisions of now.
struct StoredEvidence {
  std::string judged;  // the commit
  TipLines lines;
  Assessment assessment;
};
// Empty without a result. One that the forge keeps and that cannot be had is told, and is none.
Result<std::optional<StoredEvidence>> judge_stored(CommandStage& stage, const LedgerDecisions& decisions);

// A finding that a command may be about: of the result, else of the ledger. What the ledger knows of it counts more.
struct KnownFinding {
  FindingId id;
  std::string path;
  int risk_tenths = 0;
  std::optional<std::size_t> index;  // into the assessment's findings
};
// All that `id` names.
Result<std::vector<KnownFinding>> findings_named(CommandStage& stage, const StoredEvidence* evidence,
                                                 std::string_view id);

// What the forge never gives to somebody else: "github:1"; "" when it does not say.
std::string account_of(const CiFacts& ci, const forge::SaidComment& said);

// What is known about one command. The findings are those that it is about, also by a request.
struct CommandFacts {
  command::Facts facts;
  std::vector<KnownFinding> findings;
  std::vector<std::string> teams;  // of which the person is a member
};
Result<CommandFacts> ask_facts(CommandStage& stage, const Spoken& spoken, const LedgerDecisions& decisions,
                               const StoredEvidence* evidence);

}  // namespace gatepost::app
