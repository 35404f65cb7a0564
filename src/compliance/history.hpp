// What happened in a period, by what auditors ask for: runs, scanners, exceptions, and the course of each finding.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "compliance/material.hpp"
#include "model/compliance.hpp"

namespace gatepost::compliance {

struct Scanner {
  std::set<Kind> kinds;
  std::vector<std::int64_t> complete;  // when runs of the period ended well
  std::uint32_t runs = 0;
};

struct History {
  std::vector<ComplianceRun> runs;
  std::vector<std::int64_t> run_times;
  std::map<std::string, Scanner> scanners;                // of all that the ledger knows, by engine
  std::vector<ComplianceException> exceptions;            // decided or in force in the period
  std::vector<std::vector<std::uint32_t>> exceptions_of;  // by position of the finding: numbers of exceptions
  std::vector<std::vector<std::uint32_t>> events_of;      // by position of the finding: positions of events
  std::map<std::string, std::string> feeds;               // name to the newest version of the period
  std::vector<std::string> policies;                      // in force in the period, in the order of their use
  std::map<std::string, std::size_t> verdicts_on_changes, verdicts_on_pushes;  // of the gate, by what it said
  std::uint32_t decisions = 0;                                                 // of people in the period
  std::uint32_t weakened = 0, reopened = 0, lapsed = 0;                        // events of the period
};

History history_of(const Material& material);

// The longest time without one of `times`, in days, from the beginning to the end of the period.
std::int64_t longest_gap_days(const std::vector<std::int64_t>& times, const Material& material);

}  // namespace gatepost::compliance
