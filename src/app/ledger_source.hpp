// A ledger as its lines, wherever it is kept.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/ports.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "ledger/line.hpp"
#include "ledger/people.hpp"
#include "store/store.hpp"

namespace gatepost::app {

// Where the ledger is: a file, else the store that is named, else the one of the settings.
struct LedgerSource {
  std::string file;   // a file of its lines, "-" for standard input
  std::string store;  // "git", "postgresql", "sqlite:FILE"
  std::string repository, config;
  std::optional<Timestamp> now;  // empty: the clock
};

struct LedgerText {
  std::string name;                                              // for messages
  std::string bytes;                                             // the lines, each with its end
  std::vector<ledger::Line> stored;                              // of a store: what it says of them
  std::vector<std::pair<std::string, std::string>> checkpoints;  // of a store: name and text
  ledger::People people;

  // They point into the bytes.
  [[nodiscard]] std::vector<std::string_view> lines() const;
};

// The store of a source that is no file. A git::Library must run.
Result<std::unique_ptr<store::Store>> open_store(const Ports& ports, const LedgerSource& source);

Result<LedgerText> read_ledger(const Ports& ports, const LedgerSource& source);

}  // namespace gatepost::app
