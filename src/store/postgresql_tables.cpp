#include "store/postgresql_tables.hpp"

#include <fmt/core.h>

#include <string>

#include "base/assert.hpp"
#include "base/resource.hpp"

namespace gatepost::store {
namespace {

Result<std::size_t> version_of(PgConnection& connection, const PgTables& tables) {
  // Not by to_regclass: within a transaction that remembers what was not there before it waited.
  const std::string schema(tables.schema);
  GP_TRY(const PgRows there, connection.ask("SELECT FROM pg_catalog.pg_tables WHERE schemaname = $1 AND "
                                            "tablename = 'migrations'",
                                            std::span(&schema, 1)));
  if (there.size() == 0) return std::size_t{0};
  GP_TRY(const PgRows rows,
         connection.ask(fmt::format("SELECT coalesce(max(version), 0) FROM {}.migrations", schema).c_str()));
  return static_cast<std::size_t>(rows.number(0, 0));
}

Status migrate(PgConnection& connection, const PgTables& tables, std::size_t version) {
  if (version == 0) {
    GP_CHECK(connection.run(
        fmt::format("CREATE SCHEMA IF NOT EXISTS {0};"
                    "CREATE TABLE {0}.migrations (version int PRIMARY KEY, applied_at timestamptz NOT NULL "
                    "DEFAULT now())",
                    tables.schema)));
  }
  for (std::size_t next = version; next < tables.migrations.size(); ++next) {
    const auto sql = find_resource(tables.migrations[next]);
    GP_ASSERT(sql.has_value());
    GP_CHECK(connection.run(std::string(*sql)));
    GP_CHECK(connection.run(fmt::format("INSERT INTO {}.migrations (version) VALUES ({})", tables.schema, next + 1)));
  }
  return Done{};
}

}  // namespace

Status bring_up_to_date(PgConnection& connection, const PgTables& tables) {
  GP_TRY(const std::size_t before, version_of(connection, tables));
  if (before == tables.migrations.size()) return Done{};
  return connection.transaction([&]() -> Status {
    GP_CHECK(connection.run(fmt::format("SELECT pg_advisory_xact_lock({})", tables.lock)));
    GP_TRY(const std::size_t version, version_of(connection, tables));  // somebody else may have done it meanwhile
    if (version > tables.migrations.size()) {
      return error(ErrorKind::config,
                   fmt::format("the {}'s tables are of version {}; this gatepost knows them up to {}", tables.what,
                               version, tables.migrations.size()),
                   "a newer gatepost made them: use that one");
    }
    return migrate(connection, tables, version);
  });
}

}  // namespace gatepost::store
