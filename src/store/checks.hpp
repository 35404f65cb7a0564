// What every store asks of what it is given to keep.
#pragma once

#include <span>
#include <string_view>

#include "base/result.hpp"
#include "ledger/line.hpp"
#include "store/store.hpp"

namespace gatepost::store {

// The events continue a ledger that ends at `expected`, each is one line, and the documents have names that are safe as
// paths in any store.
Status check_append(const ledger::Head& expected, std::span<const ledger::Line> events, const Documents& documents);

// Relative, of letters, digits and . _ - + @ between slashes, no part of it "." or "..", no part that starts with a
// dot.
bool is_document_name(std::string_view name);

// Somebody else was faster: `found` is where the ledger of `store` ends by now.
Error conflict(std::string_view store, const ledger::Head& expected, const ledger::Head& found);

// Where the ledger ends after these events.
ledger::Head head_after(const ledger::Head& head, std::span<const ledger::Line> events);

}  // namespace gatepost::store
