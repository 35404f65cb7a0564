// Advisories in the format of OSV. Specification: https://ossf.github.io/osv-schema
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "advisory/ecosystem.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "doc/document.hpp"
#include "model/advisory_id.hpp"
#include "model/cwe.hpp"
#include "model/severity.hpp"

namespace gatepost::advisory {

struct Event {
  enum class Kind : std::uint8_t { introduced, fixed, last_affected };
  Kind kind = Kind::introduced;
  std::string version;  // "0": before every version
};

// Events in the order of their versions, which is found once: nothing is sorted for each component.
struct Range {
  VersionScheme scheme = VersionScheme::semver;
  std::vector<Event> events;
  std::vector<std::string> limits;  // versions from which on nothing is affected; empty: none
  bool comparable = true;           // false: some event is no version of the scheme, and nobody can tell
};

struct Affected {
  PackageKey key;
  std::vector<Range> ranges;
  std::vector<std::string> versions;  // sorted
  std::vector<SeverityClaim> claims;  // of this package; empty: those of the record
};

struct Advisory {
  std::string id;
  std::vector<std::string> aliases;  // without the id
  std::string summary, reference;
  std::string modified;  // as written; RFC 3339
  std::optional<Timestamp> published;
  bool withdrawn = false;
  bool malicious = false;
  std::vector<SeverityClaim> claims;
  std::vector<Cwe> cwes;
  std::vector<Affected> affected;
};

// What was left out of the records that were read. Nothing of it is an error of ours, and all of it is told.
struct ReadCounts {
  std::size_t records = 0;             // that are advisories
  std::size_t damaged = 0;             // that are none, not JSON, or list more than anybody could mean
  std::size_t withdrawn = 0;           // are kept, and match nothing
  std::size_t unchanged = 0;           // older than what was asked for
  std::size_t other_packages = 0;      // about no package that was asked for
  std::size_t unknown_ecosystems = 0;  // packages of ecosystems that we cannot compare
  std::size_t git_ranges = 0;          // ranges of commits, which need a repository
  std::size_t bad_ranges = 0;          // with events that are no versions, or of no known type
};

struct ReadOptions {
  std::optional<Timestamp> since = {};  // only what was modified at that time or later
  // Whether anybody has this package; without it all are kept.
  std::function<bool(const PackageKey&)> wanted = {};
};

// Empty for what is no advisory, and for what nobody asked for; `counts` says which.
std::optional<Advisory> read_record(doc::View record, const ReadOptions& options, ReadCounts& counts);

}  // namespace gatepost::advisory
