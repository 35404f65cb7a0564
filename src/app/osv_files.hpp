// Reads advisories of OSV: a record, a list or lines of them, a folder, or an archive as it is published for each
// ecosystem.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "advisory/record.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace gatepost::app {

struct OsvRecords {
  std::vector<advisory::Advisory> advisories;  // by id; of one id only the newest
  advisory::ReadCounts counts;
  std::string first_damage;  // "all.zip: GHSA-x.json: why"; "" for none
};
// Gets what an address names; without it addresses are refused.
using FetchOsv = std::function<Result<Bytes>(const std::string& address)>;
// Fails when a place cannot be read at all; damaged records are counted.
Result<OsvRecords> read_osv(const std::vector<std::string>& places, const advisory::ReadOptions& options,
                            const FetchOsv& fetch = {});

// What --since says; nothing for "".
Result<std::optional<Timestamp>> parse_since(const std::string& text);

}  // namespace gatepost::app
