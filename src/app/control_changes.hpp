// Changes that a change makes to the rules it is judged by: they are findings of their own, so that nobody has to
// notice them by reading the diff.
#pragma once

#include <string_view>
#include <vector>

#include "model/change.hpp"
#include "model/change_signal.hpp"
#include "model/observation_table.hpp"

namespace gatepost::app {

inline constexpr std::string_view kChangeEngine = "gatepost";
inline constexpr std::string_view kChangeFormat = "change";  // of the report that holds them

// Adds an observation of engine "gatepost" for each changed file that controls a gate, a scanner or who reviews:
// policies, waivers, CODEOWNERS, CI workflows, ignore files and scanner configurations
// (config/rules/control-files.yaml).
void add_control_changes(const ChangeSet& change, ObservationTable& table);

// The same as signals of the change's risk: one of each kind.
std::vector<ChangeSignal> control_signals(const ChangeSet& change);

}  // namespace gatepost::app
