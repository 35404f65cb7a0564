// Runtime evidence: which packages were seen loaded or called, in which workload. docs/runtime.md tells the formats.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/note.hpp"
#include "base/result.hpp"
#include "model/purl.hpp"
#include "model/runtime.hpp"

namespace gatepost::context {

inline constexpr std::size_t kLargestRuntimeFile = std::size_t{256} << 20;
inline constexpr std::size_t kMostSightings = 500'000;  // of one document

// Which columns of a CSV export mean what; "" for none. A package is a purl, or made of type, name and version.
struct RuntimeColumns {
  std::string purl = "purl", type = "type", name = "name", version = "version";
  std::string service = "service", image = "image", loaded = "loaded", last_seen = "last_seen";
};

struct RuntimeDocument {
  std::string format;  // "CycloneDX", "Kubescape", "JSON lines", "CSV", "list"
  std::vector<RuntimeSighting> sightings;
  std::vector<RuntimeWatch> watches;
  std::vector<Note> notes;
  bool damaged = false;  // a part of it cannot be read: nothing follows from what it does not mention
};

// The format is told by the content. Fails on what is none of them, or too large: nothing of it counts then.
Result<RuntimeDocument> read_runtime(std::string text, const std::string& name, const RuntimeColumns& columns = {});

// Where a finding would run.
struct Workload {
  std::string service, image;
  bool absence_counts = true;  // false for what has not been deployed yet
};

// All sightings, found by package.
class RuntimeEvidence {
 public:
  RuntimeEvidence() = default;
  void add(RuntimeDocument document);
  [[nodiscard]] bool empty() const { return sightings_.empty() && watches_.empty(); }

  // How much of each workload is watched, in percent: of its ecosystems the least.
  [[nodiscard]] std::map<std::string, int> coverage() const;

  // What was seen of the package in the workload within `max_age` before `now`. That it is not loaded is never taken
  // from absence alone: somebody has to have watched 90 % of the workload and the ecosystem for at least seven days.
  // Empty when there is no evidence.
  [[nodiscard]] std::optional<RuntimeFact> about(const Purl& package, const Workload& where, Timestamp now,
                                                 std::int64_t max_age_days) const;

  static constexpr std::int64_t kDefaultMaxAgeDays = 14;
  static constexpr std::int64_t kShortestWindow = std::int64_t{7} * 24 * 3600;
  static constexpr int kLeastCoverage = 90;

 private:
  using Keys = std::vector<std::string>;
  [[nodiscard]] const RuntimeWatch* watch_of(const Purl& package, const Workload& where) const;
  [[nodiscard]] std::vector<const RuntimeSighting*> sightings_of(const Purl& package, const Workload& where) const;
  std::vector<RuntimeSighting> sightings_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> by_workload_;  // by workload and package
  std::unordered_map<std::string, RuntimeWatch> watches_;                    // by workload and ecosystem
};

// "P7D", "PT168H", "P1W"; in seconds. Empty for months and years, which have no length, and for anything else.
std::optional<std::int64_t> parse_duration(std::string_view text);

}  // namespace gatepost::context
