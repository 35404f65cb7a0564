// Where settings, policies and waivers are read from.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "config/settings.hpp"
#include "git/tree.hpp"

namespace gatepost::app {

// The text of a file of what a change goes into; empty when there is none.
using ReadFile = std::function<Result<std::optional<std::string>>(std::string_view path)>;

// Those that `read` finds.
Result<config::Files> settings_files(const ReadFile& read);
// Those of a commit.
Result<config::Files> settings_files(const git::Tree& tree);
// Those that lie in a work tree, committed or not.
Result<config::Files> settings_files(const std::string& work_tree);

// Puts the file that --config names into the place of the settings; "" names none.
Status use_config(const std::string& config, config::Files& files);

}  // namespace gatepost::app
