// Which version of a package to go to. What is safe is judged by the advisories at hand, and by nothing else: no list
// of releases is asked for, so a version that no tool names is never chosen.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "model/fix_plan.hpp"
#include "model/version.hpp"

namespace gatepost::remedy {

// The versions that fix one problem, as one tool states them: often one for each release line.
using FixedVersions = std::vector<std::string_view>;

// One finding: all of its lists have to be content. Indices into Question::lists; empty: nobody knows a fix.
struct Demand {
  std::vector<std::uint32_t> lists;
  std::int64_t risk_tenths = 0;
};

struct Question {
  std::optional<VersionScheme> scheme;  // empty: nobody can compare these versions
  std::string_view current;             // "": unknown
  std::vector<FixedVersions> lists;
  std::vector<Demand> demands;
};

struct Chosen {
  FixAction::Choice choice = FixAction::Choice::minimal;
  bool breaking = false;
  std::string_view to;                   // "": see `stated`
  std::vector<std::string_view> stated;  // the first of what the tools state
  std::vector<std::uint32_t> closes;     // indices of demands, ascending
};

// One way out, or two: what closes all by leaving the major version, and what closes most without. Empty when no tool
// names a version that is newer than the current one. Never goes back, and to a pre-release only from one.
std::vector<Chosen> choose(const Question& question);

// True when `version` is beyond one of `fixed`, and in the same release line, should the list have several: of "2.8.11"
// and "2.9.5", 2.8.12 is fixed and 2.9.1 is not.
bool is_fixed_in(VersionScheme scheme, std::string_view version, const FixedVersions& fixed);

// True when nothing left of the first number that is not 0 differs, and neither does it: as "^1.2.3" and "^0.2.3" mean.
// The releases of a distribution's packages are all of one line.
bool is_same_major(VersionScheme scheme, std::string_view a, std::string_view b);

}  // namespace gatepost::remedy
