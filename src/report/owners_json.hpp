// `gatepost owners --json` and `gatepost owners check --json`.
#pragma once

#include <span>
#include <string>

#include "doc/json_writer.hpp"
#include "model/ownership.hpp"
#include "model/routing.hpp"

namespace gatepost::report {

// One element of the array; for callers who write it piece by piece. `routing`: the teams, where there is a directory.
void write_owners(doc::JsonWriter& json, const OwnershipAnswer& answer, const Routing* routing = nullptr);
// Members of an object that is open: "assignees" and "watchers", each only when there are some.
void write_teams(doc::JsonWriter& json, const Routing& routing);
// The whole array, in the order given, with a line end.
std::string owners_json(std::span<const OwnershipAnswer> answers);
std::string owners_check_json(const OwnersCheck& check);

}  // namespace gatepost::report
