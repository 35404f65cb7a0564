// A policy file of another repository, at one commit.
#pragma once

#include <cstdint>
#include <string>

#include "app/ports.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"

namespace gatepost::app {

// From a repository on this machine, or over https: one commit without its history, at most 64 MiB packed, within a
// minute. The CI's token goes along to the CI's own server and nowhere else. A pack that was fetched is kept below
// `cache_folder` ("": where the environment says) and never asked for again. Nothing of the repository is run.
Result<std::string> pinned_file(const Ports& ports, const config::Wanted::PinnedFile& wanted,
                                const std::string& cache_folder, std::uint64_t limit);

}  // namespace gatepost::app
