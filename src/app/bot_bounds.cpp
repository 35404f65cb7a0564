#include "app/bot_bounds.hpp"

#include <fmt/core.h>

#include "app/ci.hpp"
#include "app/ledger_store.hpp"
#include "base/text.hpp"

namespace gatepost::app {
namespace {

constexpr std::size_t kShown = 100;  // bytes of a setting

bool is_job_of_bot(const Ports& ports) { return ports.environment("GATEPOST_PASSING_FOLDER").has_value(); }

// Of two spellings of one address the same.
std::string plain(std::string_view address) {
  std::string all = text::lower(text::trim(address));
  while (all.ends_with('/')) all.pop_back();
  if (all.ends_with(".git")) all.resize(all.size() - 4);
  return all;
}

Status check_remote(const std::string& remote, const CiFacts& ci) {
  const std::string own = ci.server + "/" + ci.repository;
  if (remote.empty() || plain(https_address(remote)) == plain(own)) return Done{};
  return error(ErrorKind::config,
               fmt::format("ledger.remote is \"{}\", and the bot keeps the ledger of {} at {}",
                           text::printable(remote, kShown), ci.repository, own),
               "leave ledger.remote out, or start the bot with --store");
}

Status check_name(const std::string& name, const CiFacts& ci) {
  if (name.empty() || text::equal_ignoring_case(name, ci.repository)) return Done{};
  return error(ErrorKind::config,
               fmt::format("repository is \"{}\", and to the bot it is {}: it takes no ledger under another name",
                           text::printable(name, kShown), ci.repository),
               "leave repository out, or keep the ledger in git");
}

}  // namespace

Status check_own_ledger(const Ports& ports, const config::Settings& settings) {
  if (!is_job_of_bot(ports)) return Done{};
  const CiFacts ci = detect_ci(ports);
  switch (settings.ledger.store) {
    case config::Ledger::Store::git:
      return check_remote(settings.ledger.remote, ci);
    case config::Ledger::Store::postgresql:
      return check_name(settings.repository, ci);
    case config::Ledger::Store::sqlite:
    case config::Ledger::Store::none:
      break;
  }
  return Done{};
}

Status check_no_own_file(const Ports& ports, std::string_view what, const std::string& path) {
  if (!is_job_of_bot(ports)) return Done{};
  return error(ErrorKind::config,
               fmt::format("{} is \"{}\": there is no checkout here, and that is a file of the bot's machine", what,
                           text::printable(path, kShown)),
               what == "ledger.path" ? "git or postgresql will do, or start the bot with --store"
                                     : "name an address that begins with https://");
}

Status check_tracker_address(const Ports& ports, const std::string& variable, std::string_view address,
                             std::string_view otherwise) {
  if (!is_job_of_bot(ports)) return Done{};
  const std::string meant = ports.environment(variable.c_str()).value_or(std::string(otherwise));
  if (!meant.empty() && plain(meant) == plain(address)) return Done{};
  if (meant.empty()) {
    return error(ErrorKind::config,
                 fmt::format("the bot has a token for a tracker, and {} is not there: nobody says that it is for {}",
                             variable, text::printable(address, kShown)),
                 fmt::format("start the bot with {}=https://…", variable));
  }
  return error(ErrorKind::config,
               fmt::format("the settings name a tracker at {}, and the bot's token is for {}",
                           text::printable(address, kShown), text::printable(meant, kShown)),
               "name that tracker, or ask whoever runs the bot");
}

}  // namespace gatepost::app
