// Matches as observations, as if a scanner had reported them: what the correlator takes.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "advisory/match.hpp"
#include "model/observation_table.hpp"

namespace gatepost::advisory {

inline constexpr std::string_view kEngine = "gatepost-osv";

// "GHSA-… affects lodash 4.17.20: …", for people.
std::string sentence_of(const Advisory& advisory, const Verdict& verdict, const StoredPart& part);

// Adds a report with one observation for each match to the table. `complete` says that all inventories and advisories
// could be read: only then may what is not in there be taken as fixed.
void observe(const Inventory& inventory, std::span<const Advisory> advisories, const Matches& matches, bool complete,
             ObservationTable& table);

}  // namespace gatepost::advisory
