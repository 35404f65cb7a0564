// The store that the settings name.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "store/git_store.hpp"
#include "store/store.hpp"

namespace gatepost::store {

enum class Kind : std::uint8_t { git, sqlite, postgresql };

struct Settings {
  Kind kind = Kind::git;
  GitOptions git;          // of git
  std::string path;        // of sqlite: the file
  Secret address;          // of postgresql
  std::string repository;  // of postgresql: whose ledger, "acme/shop"
};

Result<std::unique_ptr<Store>> open(const Settings& settings);

}  // namespace gatepost::store
