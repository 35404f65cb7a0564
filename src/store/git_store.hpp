// A ledger on a ref of a git repository, beside the branches. docs/stores.md shows its files.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "git/protocol.hpp"
#include "store/store.hpp"

namespace gatepost::store {

inline constexpr std::string_view kLedgerRef = "refs/gatepost/ledger";

struct GitOptions {
  // The repository that has the ref, when it is on this disk: bare or not.
  std::string directory;
  // Else how to reach a server that has it, and what messages call that.
  git::Exchange exchange;
  std::string remote;
  std::string scratch;  // a folder for what is fetched, of which a temporary one inside is made and removed
  std::string ref = std::string(kLedgerRef);
  Timestamp now;  // of commits that add documents only; those with events have the time of the last
};

Result<std::unique_ptr<Store>> open_git(const GitOptions& options);

}  // namespace gatepost::store
