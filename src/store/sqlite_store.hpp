// A ledger in one SQLite file, for one machine: the file must not lie on a network share.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "store/store.hpp"

namespace gatepost::store {

// The file need not be there: reading finds nothing then, and the first append makes it. Refuses, each with a sentence
// of its own: a file that is no database, one of another program, one that a newer gatepost wrote.
Result<std::unique_ptr<Store>> open_sqlite(const std::string& path);

}  // namespace gatepost::store
