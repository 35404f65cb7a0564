// What every report out of the ledger begins with: the repository, its settings, the ledger and its people.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/ledger_access.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "config/settings.hpp"
#include "git/library.hpp"
#include "git/object_id.hpp"
#include "git/repository.hpp"
#include "ledger/people.hpp"
#include "store/store.hpp"

namespace gatepost::app {

struct LedgerPlace {
  std::string repository, config;  // as the command line names them
  std::string store;               // as app::open_chosen_ledger takes it
  std::optional<Timestamp> now;
};

struct ReportMaterial {
  git::Library library;
  git::Repository repository;
  git::ObjectId rules;  // the commit whose settings count
  config::Settings settings;
  std::unique_ptr<store::Store> store;
  LedgerView ledger;
  ledger::People people;
  std::string project;
  Timestamp now;
};
Result<ReportMaterial> gather_report_material(const Ports& ports, const LedgerPlace& place);
// A ledger without events is an error where it is all that there is to report.
Status require_events(const ReportMaterial& material);

}  // namespace gatepost::app
