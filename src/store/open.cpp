#include "store/open.hpp"

#include "base/assert.hpp"
#include "store/postgresql_store.hpp"
#include "store/sqlite_store.hpp"

namespace gatepost::store {
namespace {

struct Maker {
  Kind kind;
  Result<std::unique_ptr<Store>> (*make)(const Settings&);
};

// One line a store.
constexpr std::array<Maker, 3> kMakers = {{
    {Kind::git, [](const Settings& it) { return open_git(it.git); }},
    {Kind::sqlite, [](const Settings& it) { return open_sqlite(it.path); }},
    {Kind::postgresql, [](const Settings& it) { return open_postgresql(it.address, it.repository); }},
}};

}  // namespace

Result<std::unique_ptr<Store>> open(const Settings& settings) {
  for (const Maker& maker : kMakers) {
    if (maker.kind == settings.kind) return maker.make(settings);
  }
  GP_ASSERT(false);
  return error(ErrorKind::config, "no such store");
}

}  // namespace gatepost::store
