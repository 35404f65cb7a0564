// `gatepost owners --json` and `gatepost owners check --json`.
#pragma once

#include <span>
#include <string>

#include "doc/json_writer.hpp"
#include "model/ownership.hpp"

namespace gatepost::report {

// One element of the array; for callers who write it piece by piece.
void write_owners(doc::JsonWriter& json, const OwnershipAnswer& answer);
// The whole array, in the order given, with a line end.
std::string owners_json(std::span<const OwnershipAnswer> answers);
std::string owners_check_json(const OwnersCheck& check);

}  // namespace gatepost::report
