// Where settings, policies and waivers are read from.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "app/ports.hpp"
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

// Adds the files elsewhere that the policy extends, from the network or from the copies of earlier runs below
// `cache_folder` ("": where the environment says). One that cannot be had is an error: a policy without what it extends
// would be laxer than it was meant.
Status add_addresses(const Ports& ports, const std::string& cache_folder, config::Files& files);

// Puts the file that --config names into the place of the settings; "" names none.
Status use_config(const std::string& config, config::Files& files);

}  // namespace gatepost::app
