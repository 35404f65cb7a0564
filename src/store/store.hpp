// Where a ledger is kept. One class for each place; tests/unit/store/contract_test.cpp runs the same cases on all.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "ledger/line.hpp"

namespace gatepost::store {

// What is kept beside the events and replaced as a whole: the baseline of the last scan, inventories, checkpoints.
// Names are relative paths ("baseline/semgrep.jsonl"); no value: the document goes.
using Documents = std::map<std::string, std::optional<std::string>>;

class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  // "git refs/gatepost/ledger of origin", "SQLite file posture.db": for messages.
  [[nodiscard]] virtual std::string name() const = 0;
  // The newest state that the store can see; a store that nobody has written to has none.
  virtual Result<ledger::Head> head() = 0;
  // Events behind `after`, in order. They are as they were written: the reader verifies the chain.
  virtual Result<std::vector<ledger::Line>> read(std::uint64_t after) = 0;
  virtual Result<std::optional<std::string>> document(std::string_view name) = 0;
  virtual Result<std::vector<std::string>> document_names(std::string_view prefix) = 0;  // sorted
  // Events and documents together or nothing of them, and only when the ledger still ends at `expected`: otherwise an
  // error of kind conflict, upon which the caller reads again and thinks again.
  virtual Status append(const ledger::Head& expected, std::span<const ledger::Line> events,
                        const Documents& documents) = 0;
};

}  // namespace gatepost::store
