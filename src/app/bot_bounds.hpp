// What a job of the bot keeps to. The bot works for many repositories with what is its own: tokens, the address of a
// database, the files of its machine. Who may change the settings of one repository gets at nothing of another by them.
// Outside of the bot nothing is refused: there a pipeline has what belongs to its repository alone.
#pragma once

#include <string>
#include <string_view>

#include "app/ports.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"

namespace gatepost::app {

// ErrorKind::config when the ledger that the settings name is not the one of the job's repository: another ref or
// folder, or another name in the database.
Status check_own_ledger(const Ports& ports, const config::Settings& settings);

// ErrorKind::config: the settings name a file of the machine. `what`: the setting, for the message.
Status check_no_own_file(const Ports& ports, std::string_view what, const std::string& path);

// ErrorKind::config when a tracker's address is not the one that its token is for. That is in `variable`; without it,
// `otherwise`, where "" is none.
Status check_tracker_address(const Ports& ports, const std::string& variable, std::string_view address,
                             std::string_view otherwise = {});

}  // namespace gatepost::app
