// An observation is one tool's statement about one problem at one place. It is never changed after ingest. This is what
// a caller sees of one row; a million of them live in an ObservationTable.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "model/advisory_id.hpp"
#include "model/cwe.hpp"
#include "model/kind.hpp"
#include "model/location.hpp"
#include "model/severity.hpp"

namespace gatepost {

// How sure the tool is that the problem is real. In ascending order; unknown: it does not say.
enum class Confidence : std::uint8_t { unknown, low, medium, high, confirmed };
inline constexpr std::array<std::string_view, 5> kConfidenceNames = {"unknown", "low", "medium", "high", "confirmed"};
inline std::string_view to_string(Confidence confidence) {
  return kConfidenceNames[static_cast<std::size_t>(confidence)];
}
// "HIGH", "very-high", "certain", "firm", "tentative" …; unknown for words we do not know.
Confidence confidence_from_word(std::string_view word);

// What a dependency is needed for.
enum class Scope : std::uint8_t { unknown, runtime, dev, test, optional };
inline constexpr std::array<std::string_view, 5> kScopeNames = {"unknown", "runtime", "dev", "test", "optional"};
inline std::string_view to_string(Scope scope) { return kScopeNames[static_cast<std::size_t>(scope)]; }

// Evidence that the code in question runs; the names and their order of strength are those of risk's reach table.
enum class Reach : std::uint8_t {
  unknown,
  observed,
  called,
  loaded,
  imported,
  first_party,
  not_imported,
  unreachable_loaded,
  not_loaded,
  test_only,
  unreachable
};
inline constexpr std::array<std::string_view, 11> kReachNames = {
    "unknown",      "observed",           "called",     "loaded",    "imported",   "first_party",
    "not_imported", "unreachable_loaded", "not_loaded", "test_only", "unreachable"};
inline std::string_view to_string(Reach reach) { return kReachNames[static_cast<std::size_t>(reach)]; }

struct Component {
  std::string purl;     // canonical, or "" when the tool gives none and none can be made
  std::string package;  // as the tool writes it
  std::string version;
  Scope scope = Scope::unknown;
  std::optional<bool> direct;
  std::vector<std::string> fixed_versions;
  std::vector<std::string> dependency_path;  // from the root's dependency to the package
  friend bool operator==(const Component&, const Component&) = default;
};

struct Endpoint {
  std::string method, url, parameter;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// A secret without the secret: `id` is "hmac:…" and empty when the tool had masked the value already.
struct SecretMark {
  std::string kind, id;
  std::optional<bool> verified;  // the tool tried it and it works, or it does not; empty: not tried
  std::string former_id = {};    // the same by the key before; "" without one
  friend bool operator==(const SecretMark&, const SecretMark&) = default;
};

struct Suppression {
  std::string by;  // "tool" or the kind the report gives ("inSource", "external")
  std::string reason;
  friend bool operator==(const Suppression&, const Suppression&) = default;
};

// One proposed change: replace the range of the path by the text.
struct Edit {
  std::string path;
  Range range;
  std::string text;
  friend bool operator==(const Edit&, const Edit&) = default;
};
struct Fix {
  std::string description;
  std::vector<Edit> edits;
  friend bool operator==(const Fix&, const Fix&) = default;
};

struct Observation {
  std::uint32_t report = 0;  // index into the reports
  std::string at;            // JSON pointer or the like of the record in its report
  std::string engine;        // "semgrep"
  Kind kind = Kind::other;
  std::string rule, title, message, help_url;
  std::vector<SeverityClaim> claims;
  Confidence confidence = Confidence::unknown;
  Location place;                   // the primary place; an empty path when there is none
  std::vector<Location> locations;  // all places, the primary one first; empty when there is only one
  std::vector<Location> related;
  std::vector<Location> flow;  // from source to sink, of all code flows
  std::optional<Component> component;
  std::vector<AdvisoryId> advisories;
  std::vector<Cwe> cwes;
  std::string resource, image;
  std::optional<Endpoint> endpoint;
  std::optional<SecretMark> secret;
  Reach reach = Reach::unknown;
  std::optional<std::uint32_t> epss_ppm;
  std::optional<bool> kev;
  std::optional<Suppression> suppression;
  bool needs_review = false;  // the tool asks rather than states
  std::string vendor_status;
  std::vector<Fix> fixes;
  std::string uid;                                                // the tool's own id
  std::vector<std::pair<std::string, std::string>> fingerprints;  // the tool's own, by name
  std::uint32_t occurrences = 1;                                  // as the tool counts them
  Digest128 context;  // of the code around the place as the report shows it; empty when it shows none
  friend bool operator==(const Observation&, const Observation&) = default;
};

}  // namespace gatepost
