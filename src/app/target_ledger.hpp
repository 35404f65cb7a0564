// The ledger of the branch that a change goes into, as a gate reads it: once, without writing, and without believing
// what the change brings along.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/ledger_access.hpp"
#include "app/ledger_decisions.hpp"
#include "app/ports.hpp"
#include "base/note.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "config/settings.hpp"
#include "git/repository.hpp"
#include "model/change.hpp"

namespace gatepost::app {

struct TargetLedgerRequest {
  const git::Repository& repository;  // the checkout
  const ChangeSet& change;            // a ledger that comes with it is not believed; empty where none is checked out
  std::string store;                  // --store, as app::choose_ledger takes it
  bool asks_forge = false;            // the forge is spoken to anyway: a ledger that nobody names is looked for there
  Timestamp now;
};

struct TargetLedger {
  config::Ledger place;
  LedgerView view;
  LedgerDecisions decisions;
};

struct TargetLedgerAnswer {
  std::optional<TargetLedger> ledger;
  // What is wrong with the ledger that the settings or the command line state: what was frozen there is not known, so
  // no gate may open. "" when nothing is, and for a ledger that nobody states. A ref or a file that is not there yet is
  // an empty ledger.
  std::string unread;
};

// No ledger when there is none: nobody states one, and none lies where looking costs nothing. One that cannot be read,
// that is no longer what was written, or that comes with the change is a note. An error is one of the command line
// alone.
Result<TargetLedgerAnswer> read_target_ledger(const Ports& ports, const config::Settings& settings,
                                              const TargetLedgerRequest& request, std::vector<Note>& notes);

// Makes what was decided there count, or says in the settings why that is not known.
void honour(const TargetLedgerAnswer& answer, config::Settings& settings);

}  // namespace gatepost::app
