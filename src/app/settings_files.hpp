// Where settings, policies and waivers are read from.
#pragma once

#include <string>

#include "base/result.hpp"
#include "config/settings.hpp"
#include "git/tree.hpp"

namespace gatepost::app {

// Those of a commit.
Result<config::Files> settings_files(const git::Tree& tree);
// Those that lie in a work tree, committed or not.
Result<config::Files> settings_files(const std::string& work_tree);

// Puts the file that --config names into the place of the settings; "" names none.
Status use_config(const std::string& config, config::Files& files);

}  // namespace gatepost::app
