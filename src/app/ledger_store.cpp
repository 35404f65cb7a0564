#include "app/ledger_store.hpp"

#include <fmt/core.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include "app/bot_bounds.hpp"
#include "app/ci.hpp"
#include "app/git_server.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "git/side_ref.hpp"
#include "net/client.hpp"
#include "store/open.hpp"

namespace gatepost::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSqlite = "sqlite:";

constexpr std::uint64_t kLargestAnswer = std::uint64_t{512} << 20;
constexpr net::Limits kLimits{.total = std::chrono::seconds(300),
                              .one_exchange = std::chrono::seconds(120),
                              .waiting = std::chrono::seconds(60),
                              .retries = 3};
// The gate has an answer without it.
constexpr net::Limits kGateLimits{.total = std::chrono::seconds(60),
                                  .one_exchange = std::chrono::seconds(30),
                                  .waiting = std::chrono::seconds(10),
                                  .retries = 1};

std::string root_of(const git::Repository& repository) {
  return repository.is_bare() ? repository.git_directory() : repository.work_tree();
}

std::string path_below(const std::string& root, const std::string& path) {
  return path.starts_with('/') ? path : root + "/" + path;
}

// The address in GATEPOST_LEDGER_URL, or in the file that GATEPOST_LEDGER_URL_FILE names.
Result<Secret> database_address(const Ports& ports) {
  constexpr std::uint64_t kLongest = 65'536;
  if (auto address = ports.environment("GATEPOST_LEDGER_URL")) return Secret(*std::move(address));
  const auto file = ports.environment("GATEPOST_LEDGER_URL_FILE");
  if (!file) {
    return error(ErrorKind::config, "ledger.store is postgresql, and no address is there",
                 "set GATEPOST_LEDGER_URL, or GATEPOST_LEDGER_URL_FILE to a file that has it");
  }
  GP_TRY(std::string text, read_file(*file, kLongest));
  Secret address{std::string(text::trim(text))};
  wipe(text);
  return address;
}

// Where the ledger's ref is: as the settings say; else in the repository of the forge, of a change from a fork in the
// one that it goes into; else in the checkout.
Result<std::string> remote_of(const config::Ledger& ledger, const CiFacts& ci, const git::Repository& repository) {
  if (ledger.remote == "none") return std::string();
  if (ledger.remote.empty()) {
    const std::string& target = ci.target_repository.empty() ? ci.repository : ci.target_repository;
    if (ci.system == CiFacts::System::none || ci.server.empty() || target.empty()) return std::string();
    return fmt::format("{}/{}.git", ci.server, target);
  }
  const bool is_place = ledger.remote.find_first_of("/:") != std::string::npos;
  if (is_place) return ledger.remote;
  GP_TRY(const auto url, git::remote_url(repository, ledger.remote));
  if (url) return *url;
  return error(ErrorKind::config, fmt::format("ledger.remote: the repository has no remote \"{}\"", ledger.remote),
               "name one of git remote, an address, a path, or none");
}

Result<store::GitOptions> git_options(const Ports& ports, const config::Ledger& ledger,
                                      const git::Repository& repository, LedgerUse use) {
  constexpr std::string_view kFile = "file://";
  store::GitOptions options{.now = ports.clock()};
  GP_TRY(std::string remote, remote_of(ledger, detect_ci(ports), repository));
  const std::string address = https_address(remote);
  if (address.empty()) {
    if (remote.starts_with(kFile)) remote.erase(0, kFile.size());
    options.directory = remote.empty() ? root_of(repository) : path_below(root_of(repository), remote);
    return options;
  }
  GP_TRY(options.exchange,
         exchange_with(ports, address, kLargestAnswer, use == LedgerUse::gate ? kGateLimits : kLimits));
  options.remote = address;
  std::error_code failure;
  options.scratch = fs::temp_directory_path(failure).string();
  if (failure) return error(ErrorKind::unavailable, "there is no folder for temporary files; TMPDIR may name one");
  return options;
}

}  // namespace

std::string https_address(std::string_view remote) {
  const auto without_user = [](std::string_view rest) {
    const std::size_t at = rest.substr(0, rest.find('/')).rfind('@');
    return std::string(at == std::string_view::npos ? rest : rest.substr(at + 1));
  };
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (remote.starts_with(scheme)) return std::string(scheme) + without_user(remote.substr(scheme.size()));
  }
  constexpr std::string_view kSsh = "ssh://";
  if (remote.starts_with(kSsh)) {
    const std::string rest = without_user(remote.substr(kSsh.size()));
    const std::size_t slash = rest.find('/'), port = rest.substr(0, slash).find(':');
    if (slash == std::string::npos) return {};
    return "https://" + rest.substr(0, std::min(port, slash)) + rest.substr(slash);
  }
  // "git@github.com:acme/shop.git"; a slash before the colon makes it a path.
  const std::size_t colon = remote.find(':');
  if (colon == std::string_view::npos || colon == 0 || remote.find('/') < colon || remote.starts_with("file:"))
    return {};
  return "https://" + without_user(remote.substr(0, colon)) + "/" + std::string(remote.substr(colon + 1));
}

Status choose_ledger(const Ports& ports, const std::string& store, config::Ledger& ledger) {
  if (store.empty()) {
    return ledger.store == config::Ledger::Store::sqlite ? check_no_own_file(ports, "ledger.path", ledger.path)
                                                         : Status(Done{});
  }
  if (store.starts_with(kSqlite) && store.size() > kSqlite.size()) {
    const std::string path = store.substr(kSqlite.size());
    ledger.store = config::Ledger::Store::sqlite;
    ledger.path = path.starts_with('/') ? path : ports.directory + "/" + path;
    return Done{};
  }
  using Store = config::Ledger::Store;
  for (const Store known : {Store::git, Store::postgresql, Store::none}) {
    if (store != config::kStoreNames[static_cast<std::size_t>(known)]) continue;
    ledger.store = known;
    return Done{};
  }
  return error(ErrorKind::usage, fmt::format("--store is \"{}\"", text::printable(store, 60)),
               "expected git, sqlite:FILE, none, or postgresql, whose address is in GATEPOST_LEDGER_URL");
}

Result<std::unique_ptr<store::Store>> open_ledger(const Ports& ports, const config::Settings& settings,
                                                  const git::Repository& repository, LedgerUse use) {
  const config::Ledger& ledger = settings.ledger;
  GP_CHECK(check_own_ledger(ports, settings));
  store::Settings wanted;
  switch (ledger.store) {
    case config::Ledger::Store::none:
      return std::unique_ptr<store::Store>();
    case config::Ledger::Store::git: {
      GP_TRY(wanted.git, git_options(ports, ledger, repository, use));
      break;
    }
    case config::Ledger::Store::sqlite:
      wanted.kind = store::Kind::sqlite;
      wanted.path = path_below(root_of(repository), ledger.path);
      break;
    case config::Ledger::Store::postgresql: {
      wanted.kind = store::Kind::postgresql;
      GP_TRY(wanted.address, database_address(ports));
      wanted.repository = settings.repository.empty() ? detect_ci(ports).repository : settings.repository;
      break;
    }
  }
  return store::open(wanted);
}

Result<std::unique_ptr<store::Store>> open_chosen_ledger(const Ports& ports, config::Settings settings,
                                                         const git::Repository& repository, const std::string& store) {
  GP_CHECK(choose_ledger(ports, store, settings.ledger));
  GP_TRY(auto opened, open_ledger(ports, settings, repository));
  if (opened) return opened;
  return error(ErrorKind::config, "ledger.store is none: there is no ledger", "name one with --store");
}

}  // namespace gatepost::app
