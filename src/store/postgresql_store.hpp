// Ledgers of many repositories in one PostgreSQL database, each seen by its own logins. config/postgresql has the
// tables; docs/stores.md the roles.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "store/store.hpp"

namespace gatepost::store {

// `address` is what libpq takes ("postgresql://…", "host=… dbname=…"); it may have a password, and no message shows it.
// Makes the tables, or brings them up to date, when the login may. Refuses tables of a newer gatepost.
Result<std::unique_ptr<Store>> open_postgresql(const Secret& address, const std::string& repository);

}  // namespace gatepost::store
