// What auditors get out of a ledger: controls with their evidence, what is missing of it, samples, exceptions and runs.
// Times are RFC 3339 texts, "" when unknown.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/kind.hpp"
#include "model/severity.hpp"

namespace gatepost {

// Never better than what was seen: what nobody looked at is `none`.
// not_applicable: there was nothing that it could be about; controls never are.
enum class EvidenceState : std::uint8_t { none, attention, partly, evidence, not_applicable };
inline constexpr std::array<std::string_view, 5> kEvidenceStateNames = {"none", "attention", "partly", "evidence",
                                                                        "not_applicable"};
inline constexpr std::size_t kControlStates = 4;
inline std::string_view to_string(EvidenceState it) { return kEvidenceStateNames[static_cast<std::size_t>(it)]; }
// As readers see it.
inline constexpr std::array<std::string_view, 5> kEvidenceStateWords = {"no evidence", "attention", "partly",
                                                                        "evidence", "not applicable"};
inline std::string_view words(EvidenceState it) { return kEvidenceStateWords[static_cast<std::size_t>(it)]; }

struct ComplianceFact {
  std::string topic;  // of EvidenceTopic
  EvidenceState state = EvidenceState::none;
  std::string text;
};

// Findings in scope that were there in the period, as they stood at its end.
struct CompliancePopulation {
  std::uint32_t all = 0, open = 0, overdue = 0, fixed = 0, waived = 0, false_positive = 0, not_affected = 0, other = 0;
};

struct ComplianceControl {
  std::string id, title, elsewhere;
  EvidenceState state = EvidenceState::none;
  bool has_population = false;
  CompliancePopulation population;
  std::vector<ComplianceFact> facts;
  std::vector<std::string> samples;       // ids of Compliance::samples
  std::vector<std::uint32_t> exceptions;  // numbers of Compliance::exceptions
};

struct ComplianceFramework {
  std::string id, name, version, scope;                // scope: which findings count, in a sentence
  std::uint32_t findings = 0;                          // in scope
  std::array<std::uint32_t, kControlStates> states{};  // controls by state
  std::vector<ComplianceControl> controls;
};

// A step in the course of a finding.
struct ComplianceStep {
  std::uint64_t seq = 0;  // of the event
  std::string at, event, by, what, commit, hash;
};

struct ComplianceSample {
  std::string id, title, state, place, package, service, team, first_detected, due, closed;
  Kind kind = Kind::other;
  SeverityLabel severity = SeverityLabel::unknown;
  std::uint16_t risk_tenths = 0;
  std::vector<std::string> engines, advisories;
  std::vector<std::uint32_t> cwes;
  std::vector<ComplianceStep> course;  // the oldest first
};

struct ComplianceRun {
  std::uint64_t seq = 0;
  std::string at, id, commit, url, policy, verdict;
  std::vector<std::string> complete, incomplete;  // scanners
  std::int64_t seen = 0, detected = 0, fixed = 0;
};

struct ComplianceScanner {
  std::string engine, kinds, version, database, first_complete, last_complete, note;
  std::uint32_t runs = 0, complete = 0;
  std::int64_t longest_gap_days = 0;  // between complete runs, and to the ends of the period
  EvidenceState state = EvidenceState::none;
};

// A decision that findings need not be repaired, and what became of it.
struct ComplianceException {
  std::uint32_t number = 0;  // in the report
  std::string id, kind;      // kind: waived, false_positive, not_affected
  std::string reason, justification, decided, until, requested_by, ended;
  std::vector<std::string> approved_by;
  std::uint64_t seq = 0;                // of the first event
  std::uint32_t findings = 0, now = 0;  // that it was given for; that it covers at the end of the period
  EvidenceState duties = EvidenceState::none;
  std::string duties_text;  // whether who asked and who approved are two
};

struct ComplianceLevel {
  std::string band;
  std::int64_t days = 0;  // 0: no day
  std::uint32_t due = 0, kept = 0, overdue = 0;
};

struct ComplianceIntegrity {
  std::uint64_t events = 0, last_seq = 0;
  std::string first_at, last_at, hash, ledger;  // ledger: which
  std::uint32_t checkpoints = 0;                // whose hash is the chain's
  std::vector<std::string> broken_checkpoints;
};

struct Compliance {
  std::string project, generated, from, to, version;
  std::string sampling;  // how samples are chosen, in a sentence
  std::vector<std::string> notes;
  std::vector<ComplianceFramework> frameworks;
  std::vector<ComplianceSample> samples;        // by id
  std::vector<ComplianceRun> runs;              // of the period, the oldest first
  std::vector<ComplianceScanner> scanners;      // by engine
  std::vector<ComplianceException> exceptions;  // by the day they were decided
  std::vector<ComplianceLevel> levels;          // the highest band first
  ComplianceIntegrity integrity;
};

}  // namespace gatepost
