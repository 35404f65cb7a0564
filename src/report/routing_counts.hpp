// How many findings each step of the search for an owner settles, and how many it leaves.
#pragma once

#include <string>

#include "doc/json_writer.hpp"
#include "model/assessment.hpp"

namespace gatepost::report {

// A member "routing" of an object that is open.
void write_routing_counts(doc::JsonWriter& json, const Assessment& assessment);

// `gatepost owners findings`: the counts, then the teams with what they have to look at.
std::string routing_text(const Assessment& assessment);
std::string routing_json(const Assessment& assessment);

}  // namespace gatepost::report
