// How a repository stands and how it came to that, as reports show it: what the ledger says, put into words and
// numbers. Times are RFC 3339 texts, "" when unknown; hours and tenths are whole numbers.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/kind.hpp"
#include "model/severity.hpp"

namespace gatepost {

// Numbers of findings by severity, the worst first.
inline constexpr std::array<std::string_view, 6> kBySeverity = {"critical", "high", "medium", "low", "info", "unknown"};
using BySeverity = std::array<std::uint32_t, kBySeverity.size()>;
inline std::size_t by_severity(SeverityLabel label) { return kBySeverity.size() - 1 - static_cast<std::size_t>(label); }

struct PostureFinding {
  std::string id, title, state, path, subject, rule, team, service, package, waiver, why, fix;
  std::vector<std::string> engines, advisories;
  Kind kind = Kind::other;
  SeverityLabel severity = SeverityLabel::unknown;
  std::uint32_t line = 0;
  std::uint16_t risk_tenths = 0, reopened = 0;
  std::string first_detected, due, closed, since;  // since: it has its state
  std::string triage, because;                     // "new", "confirmed" … of open ones; why it has its state
  bool known_exploited = false;
  std::vector<std::uint32_t> cwes;
  std::string sla;  // ok, due_soon, breached, paused; "" when it has no day
};

// A team or a service, and what is open of it.
struct PostureGroup {
  std::string name;  // "" : nobody's
  BySeverity open{};
  std::int64_t risk_tenths = 0;
  std::uint32_t overdue = 0;
  std::string more;
};

struct PostureScanner {
  std::string engine, version, database, last_complete, state, note;
  std::uint32_t open = 0;
};

// state: active, unused (it covers nothing), later, refused (it does not apply), broken, expired. source: file, scanner
// (a scanner's own list), ledger. Days are like 2026-11-21, "" when there is none.
struct PostureWaiver {
  std::string id, state, source, where, reason, justification, requested_by, approved_by, created, expires;
  std::string note, lapsed;  // what to know about it; day and reason of its last lapse
  std::optional<std::int64_t> days_left;
  std::uint64_t seq = 0;  // of the newest event that decided by it; 0: the ledger has none
  std::string recorded_at;
  std::uint32_t findings = 0;
  std::vector<std::string> covered;  // their ids, sorted
};

struct PostureEvent {
  std::uint64_t seq = 0;
  std::string at, type, actor, subject, what, hash;
};

// A day on which something ran, and how it stood then.
struct PostureDay {
  std::int64_t unix_seconds = 0;
  BySeverity open{};
  std::uint32_t opened = 0, fixed = 0;
};

struct PostureUnit {
  std::string what, command, team;
  std::uint32_t closes = 0;
  std::int64_t risk_before = 0, risk_after = 0;  // tenths
};

struct PostureServiceLevel {
  std::string band;
  std::optional<std::int64_t> days;
  std::uint32_t due = 0, met = 0, late = 0, overdue = 0;
};

struct Posture {
  std::string project, branch, commit, generated, from, to, version;
  std::string blob_url;                  // what a path is put behind to show the file; "" when nobody knows
  std::vector<PostureFinding> findings;  // by risk, the highest first; equal ones by id
  std::vector<PostureDay> trend;         // by day
  std::vector<PostureUnit> fix_first;
  std::vector<PostureGroup> teams, services;
  std::vector<PostureScanner> scanners;  // by engine
  std::vector<PostureServiceLevel> service_levels;
  std::optional<std::int64_t> compliance_permille, mttr_median_h, mttr_p90_h, mttr_censored_h, mttd_median_h;
  std::size_t repaired = 0;  // that the times to repair are of
  struct Age {
    std::string label;
    BySeverity counts{};
  };
  std::vector<Age> backlog;
  std::vector<PostureWaiver> waivers;
  std::vector<PostureEvent> drift, audit;  // the newest first
  std::uint64_t events = 0;                // of the ledger in all
  bool verified = false;
  std::string verification;        // in a sentence
  std::vector<std::string> notes;  // what a reader has to know first: evidence that is missing
};

}  // namespace gatepost
