// Reads what a change adds, for the signals of its risk.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "git/repository.hpp"
#include "model/change.hpp"
#include "model/change_signal.hpp"

namespace gatepost::app {

// `tip` is the commit that the change's author made, which may not be the one that is judged. Nothing without a base.
std::vector<ChangeSignal> gather_signals(const git::Repository& repository, const ChangeSet& change,
                                         const std::string& tip);

}  // namespace gatepost::app
