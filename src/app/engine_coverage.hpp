// What the reports of one side of a comparison looked for.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "model/observation_table.hpp"

namespace gatepost::app {

class EngineCoverage {
 public:
  // Engines with a complete report, and no incomplete one, among the table's.
  explicit EngineCoverage(const ObservationTable& table);

  // True when what reported a row of another table looked for such a thing here as well. A report of the same file name
  // is its counterpart. Where reports of an engine have counterparts and this one has none, nobody looked; where none
  // has, names tell nothing, and an engine whose reports here are all about something else (packages, not
  // configurations) did not look: many scanners are several in one.
  [[nodiscard]] bool covers(const ObservationTable& other, Row row) const;
  // The same of a finding without a report: by what the engine's reports here are about.
  [[nodiscard]] bool covers(std::string_view engine, Kind kind) const;
  [[nodiscard]] bool is_complete(std::string_view engine) const { return complete_.contains(engine); }

 private:
  struct Seen {
    std::set<std::uint8_t> domains;
    std::set<std::string, std::less<>> file_names;
  };
  std::map<std::string, Seen, std::less<>> complete_;
};

}  // namespace gatepost::app
