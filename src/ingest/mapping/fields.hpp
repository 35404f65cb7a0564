// What a mapping can set on a finding. One line of a table each.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/format.hpp"
#include "ingest/mapping/value.hpp"
#include "model/observation.hpp"

namespace gatepost::ingest::mapping {

// An observation while its fields are being set, with what only makes sense when all of them are known.
struct Draft {
  Observation observation;
  std::vector<Location> places;  // one for each path, when there are several
  std::string severity, severity_source, ecosystem, name_space, package, version, purl;
  std::vector<std::string> vectors;  // CVSS
  std::optional<double> score;
  std::string secret, secret_kind;
  std::optional<bool> verified;
  bool suppressed = false;
  std::string suppressed_by, suppression_note;
  std::string host, port, protocol;
  std::vector<std::string> unknown;  // "reachability \"x\"": values that no field of this kind has
};

struct Field {
  std::string_view name;
  std::string_view takes;  // for people: what the value is
  bool place;              // says where the problem is
  void (*put)(Draft& draft, const Value& value);
};

std::span<const Field> fields();  // in the order of the alphabet
const Field* find_field(std::string_view name);

// What all records of one mapping share.
struct Origin {
  std::string_view engine;
  Kind kind;
};

// Makes the draft's observation what it is: claims, purl, endpoint and secret are made, texts bounded, secrets masked
// in them.
void finish(Draft& draft, const Origin& origin, ReportWriter& out, const std::string& at);

// What `collect` adds of a record that is folded into an earlier one: lists grow, everything else stays.
void fold(Observation& kept, Observation&& other);

}  // namespace gatepost::ingest::mapping
