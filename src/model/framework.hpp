// A framework of rules that auditors ask about, as a file of config/compliance/ or .gatepost/compliance/ says: its
// controls, and which evidence of a ledger belongs to each.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/context.hpp"
#include "model/kind.hpp"
#include "model/risk.hpp"

namespace gatepost {

// What evidence is about; docs/compliance.md tells what each shows and when it is enough.
enum class EvidenceTopic : std::uint8_t {
  findings,
  service_levels,
  repairs,
  exceptions,
  decisions,
  scans,
  scanners,
  gate,
  policy,
  integrity,
  retention,
  feeds,
  inventory,
  ranking,
  causes
};
inline constexpr std::array<std::string_view, 15> kEvidenceTopicNames = {
    "findings", "service_levels", "repairs",   "exceptions", "decisions", "scans",   "scanners", "gate",
    "policy",   "integrity",      "retention", "feeds",      "inventory", "ranking", "causes"};
inline std::string_view to_string(EvidenceTopic it) { return kEvidenceTopicNames[static_cast<std::size_t>(it)]; }

// Findings that have all of it; an empty list asks for nothing.
struct FindingSelector {
  std::vector<Kind> kinds;
  std::vector<std::uint32_t> classes;     // of CWE's view 1400; or
  std::vector<std::uint32_t> weaknesses;  // CWE numbers; sorted
  std::vector<std::uint32_t> except;      // CWE numbers that do not count; sorted
  std::vector<Band> bands;                // of risk
  bool known_exploited = false;
  friend bool operator==(const FindingSelector&, const FindingSelector&) = default;
};

struct Control {
  std::string id, title;
  std::vector<FindingSelector> any_of;  // findings that one of them selects; empty: it is not about findings
  std::vector<Kind> looks;              // kinds of scanners that would see such findings; empty: any
  std::vector<EvidenceTopic> evidence;  // in the order of the file
  std::string elsewhere;                // what else the control asks for, and gatepost does not see
  friend bool operator==(const Control&, const Control&) = default;
};

struct Framework {
  std::string id, name, version;
  std::optional<DataClass> data;  // only services that hold such data are in scope
  std::vector<Control> controls;
  friend bool operator==(const Framework&, const Framework&) = default;
};

}  // namespace gatepost
