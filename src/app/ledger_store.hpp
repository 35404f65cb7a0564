// Opens the ledger that the settings name, in the place where this run finds it.
#pragma once

#include <memory>
#include <string>

#include "app/ports.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"
#include "git/repository.hpp"
#include "store/store.hpp"

namespace gatepost::app {

// What a run does with the ledger: the gate reads, and does not wait long for it.
enum class LedgerUse { keep, gate };

// No store when the settings want none. `repository` is the checkout; the git store without a remote is a ref of it,
// and a file's path is relative to its root. A git::Library must run.
Result<std::unique_ptr<store::Store>> open_ledger(const Ports& ports, const config::Settings& settings,
                                                  const git::Repository& repository, LedgerUse use = LedgerUse::keep);

// Puts what the command line says in the place of the settings; "" says nothing.
Status choose_ledger(const Ports& ports, const std::string& store, config::Ledger& ledger);

// The same where there has to be one. `store`, unless it is "", takes the place of what the settings name: "git",
// "postgresql", "sqlite:FILE", the file relative to the current directory.
Result<std::unique_ptr<store::Store>> open_chosen_ledger(const Ports& ports, config::Settings settings,
                                                         const git::Repository& repository, const std::string& store);

// How a ledger's server is called over HTTPS: without a user, and in place of "git@HOST:PATH" or "ssh://…", for the
// pipeline's token is no key. Empty for a path.
std::string https_address(std::string_view remote);

}  // namespace gatepost::app
