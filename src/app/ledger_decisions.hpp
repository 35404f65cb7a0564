// What people decided by comment commands, as the ledger has it: requests and their approval, freezes, whom findings
// were handed to. A granted command is one event; what holds now is the sum of them.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "command/authority.hpp"
#include "config/settings.hpp"
#include "context/catalogue.hpp"
#include "ledger/line.hpp"
#include "ledger/people.hpp"
#include "model/assessment.hpp"
#include "store/store.hpp"

namespace gatepost::app {

struct DecidedRequest : command::Request {
  bool false_positive = false;
  std::string text;               // why
  std::string requester_account;  // as ledger::People knows it: "github:1"; "" when nobody told
  std::string change_author;      // of the change that it was asked at: a name; "" when nobody told
  std::chrono::sys_days asked, until;
  std::uint64_t event = 0;  // of the request
};

struct Attempt {
  std::string person;
  Timestamp at;
};

// What became of a comment.
struct HandledComment {
  bool granted = false;
  std::string because;  // as in a ruling, without names of people
  std::string request;  // the one that it made, approved or took back; "" for other commands
};

// Tells something and changes nothing.
bool is_question(command::Verb verb);

struct LedgerDecisions {
  std::vector<DecidedRequest> requests;           // those that were not taken back, in their order
  std::map<std::string, config::Freeze> freezes;  // by service, as written when it was frozen
  std::map<std::string, Owner> assigned;          // by finding
  std::set<std::string> tickets;                  // findings that somebody wants a ticket for
  std::map<std::string, HandledComment> handled;  // by comment
  std::vector<Attempt> refusals;                  // in their order
  std::vector<Attempt> questions;                 // commands that decide nothing, answered or not
};

// Commands among the events, and tickets that people closed as not to be done. Names are those that the people have
// now: who was erased is a pseudonym, and approves nothing that the policy leaves to people by name.
Result<LedgerDecisions> decisions_of(std::span<const ledger::Line> lines, const ledger::People& people);

// Those of a store. A chain that is broken is an error: nothing may be built upon it.
Result<LedgerDecisions> read_decisions(store::Store& store, Timestamp now);

// Puts them into the settings: waivers behind those of the file, owners before those of all rules, freezes.
void honour(const LedgerDecisions& decisions, config::Settings& settings);

// Why the gate is closed whatever was found: services that are frozen and that the change has to do with.
std::vector<Reason> freeze_reasons(const Assessment& assessment, const std::vector<config::Freeze>& freezes,
                                   const context::Catalogue& catalogue);

}  // namespace gatepost::app
