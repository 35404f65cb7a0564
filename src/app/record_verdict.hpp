// What the gate said about a change or a push, as an event of the ledger: the record that it was there. Only when it is
// asked for: it takes a job that may write.
#pragma once

#include <string>

#include "app/ci.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "config/settings.hpp"
#include "git/repository.hpp"
#include "model/assessment.hpp"

namespace gatepost::app {

struct VerdictRecord {
  const config::Settings& settings;
  const git::Repository& repository;
  const CiFacts& ci;
  const Assessment& assessment;
  std::string store;  // as app::open_chosen_ledger takes it
  Timestamp now;
  bool trusted = false;  // the second stage: it judges by rules and in a job that no change can reach
};

// Once for each attempt of a run. A run for a change from a fork records nothing, and says so: its author chose what
// runs in it. A failure is an error and nothing was recorded.
Status record_verdict(const Ports& ports, const VerdictRecord& record);

}  // namespace gatepost::app
