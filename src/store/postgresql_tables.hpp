// The tables of one schema, made and brought up to date. Only .cpp files of this module include this.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "store/postgresql.hpp"

namespace gatepost::store {

struct PgTables {
  std::string_view schema;                       // its table `migrations` remembers the version
  std::span<const std::string_view> migrations;  // files of config/, in their order
  std::string_view what;                         // "ledger": for messages
  std::int64_t lock = 0;                         // of pg_advisory_xact_lock: one does it at a time
};

// Refuses tables of a newer gatepost.
Status bring_up_to_date(PgConnection& connection, const PgTables& tables);

}  // namespace gatepost::store
