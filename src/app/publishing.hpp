// Tells the forge: asks what it shows, plans, carries the plan out. What is refused is said in another place.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "app/ci.hpp"
#include "forge/forge.hpp"
#include "publish/plan.hpp"
#include "publish/settings.hpp"

namespace gatepost::app {

struct Told {
  std::vector<std::size_t> inline_findings;  // told of one by one at their lines: sorted
  std::vector<std::string> problems;         // what could not be told, and why, in sentences
  std::vector<std::string> notes;            // what was left out on purpose
  std::string url;                           // of the summary comment; "" when there is none
  bool complete = true;                      // everything that was planned has been done
};

// Never fails: the verdict stands whatever becomes of its publication.
// `shown` is what the forge showed a moment ago.
Told tell_forge(forge::Forge& forge, const publish::Input& input, const publish::Shown& shown,
                const publish::Settings& settings);

Told failure_of(const Error& failure);

// The change request that a run of the CI belongs to. `judged` is the commit that was judged.
forge::Wanted wanted_of(const CiFacts& ci, const std::string& judged, const publish::Settings& settings);
// What was scanned, for code scanning: of a change request never a branch, whose alerts would be replaced.
std::string sarif_ref(const CiFacts& ci, const std::string& judged);
publish::Dialect publish_dialect(CiFacts::System system);
// The pipeline that a commit status of `head` belongs to; 0 when this run is in none of them.
std::uint64_t pipeline_of(const CiFacts& ci, const std::string& head);
publish::Stamp stamp_of(const CiFacts& ci, const std::string& head);

}  // namespace gatepost::app
