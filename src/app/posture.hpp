// The ledger as reports show it.
#pragma once

#include <string>
#include <vector>

#include "app/ledger_access.hpp"
#include "base/time.hpp"
#include "config/settings.hpp"
#include "ledger/people.hpp"
#include "ledger/rules.hpp"
#include "model/assessment.hpp"
#include "model/posture.hpp"

namespace gatepost::app {

struct PostureRequest {
  std::string project, branch, blob_url, version;
  Timestamp now;
  std::int64_t days = 90;  // that the period is long
  ledger::Rules rules = ledger::built_in_rules();
  const config::Settings* settings = nullptr;  // what the files say about waivers; nullptr: nobody looked
  std::vector<std::string> notes;              // that readers see first
  const ledger::People* people = nullptr;
  // What a run knows beside the ledger: why each risk is what it is, and what to do first. nullptr: nothing.
  const Assessment* assessment = nullptr;
};

// Of a ledger that verifies.
Posture posture_of(const LedgerView& ledger, const PostureRequest& request);

// An event in a few words: "severity medium → severity high".
std::string event_text(const ledger::Event& event, const ledger::People* people);

}  // namespace gatepost::app
