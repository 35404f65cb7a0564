// `gatepost advisories`: stored inventories against new advisories, and how ecosystems order versions.
#pragma once

#include <string>
#include <vector>

#include "app/exit_code.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"

namespace gatepost::app {

struct MatchRequest {
  std::vector<std::string> sboms;  // bills of materials, or inventories; "-" for standard input
  std::vector<std::string> osv;    // records, folders, archives
  std::string service;             // whose components these are; "" takes what the documents say
  std::string since;               // only advisories modified then or later; "" for all
  bool json = false;
  std::string inventory;     // file to write all components to, as an inventory; "" for none
  std::string observations;  // file to write the matches to, as a report that `check` reads; "" for none
  std::string version;       // of gatepost
};
// Exit code 3 when some record or component could not be read; what could be matched is told all the same.
Result<ExitCode> match_advisories(const Ports& ports, const MatchRequest& request);

struct CompareRequest {
  std::string ecosystem;              // "PyPI" of OSV, or the type of a package URL
  std::vector<std::string> versions;  // two; or "-": lines "a < b" to be checked
};
// Two versions: "a < b". Of lines: those that are not so, and exit code 1 when there is one.
Result<ExitCode> compare_versions(const Ports& ports, const CompareRequest& request);

}  // namespace gatepost::app
