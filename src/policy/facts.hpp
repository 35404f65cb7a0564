// What a policy can ask about one finding, one changed file, or the run as a whole.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "model/context.hpp"
#include "model/finding.hpp"
#include "model/observation.hpp"
#include "model/risk.hpp"
#include "model/severity.hpp"

namespace gatepost::policy {

// One tool's part of a finding that several tools report in their own words.
struct ClaimFacts {
  FindingId id;
  Kind kind = Kind::other;
  SeverityLabel severity = SeverityLabel::unknown;
  std::string_view rule, engine, title;
};

// What a waiver does for a finding. In ascending order of strength.
enum class WaiverState : std::uint8_t { none, expired, active };
inline constexpr std::array<std::string_view, 3> kWaiverStateNames = {"none", "expired", "active"};

enum class State : std::uint8_t {
  open,
  fixed,
  waived,
  suppressed,
  not_evaluated,
  false_positive,
  not_affected,
  withdrawn
};
inline constexpr std::array<std::string_view, 8> kStateNames = {
    "open", "fixed", "waived", "suppressed", "not_evaluated", "false_positive", "not_affected", "withdrawn"};

// What is the same for all findings of a run.
struct RunFacts {
  std::string_view repo, branch;
  std::optional<std::vector<std::string_view>> missing;  // kinds of problems that no complete report looked for
};

// A value as a fixture states it: by hand, in place of a finding's.
struct GivenValue {
  std::int64_t number = 0;
  std::string text;
  std::vector<std::string> set;
};
// By name of the field; what is not there is unknown.
using Given = std::map<std::string_view, GivenValue>;

enum class Subject : std::uint8_t { run, file, finding };

// Views into the assessment; valid while it lives. An empty text or optional is unknown.
struct Facts {
  Subject subject = Subject::finding;  // of a file only its path is known, of the run only what is in `run`
  const RunFacts* run = nullptr;
  const Given* given = nullptr;  // when there, everything comes from it

  Kind kind = Kind::other;
  SeverityLabel severity = SeverityLabel::unknown;
  int risk_tenths = 0;
  std::optional<int> cvss_tenths;
  std::optional<std::uint32_t> epss_ppm, epss_percentile_ppm;
  Presence presence = Presence::unrelated;
  std::string_view path, rule, engine, title;
  std::string_view package, ecosystem, purl, version, image, resource, url;
  std::string full_version;  // what to compare in place of `version`, when that leaves the epoch out
  std::uint32_t line = 0;    // 0: none
  Scope scope = Scope::unknown;
  Confidence confidence = Confidence::unknown;
  Reach reach = Reach::unknown;
  std::optional<bool> direct, fix_available, verified_secret, kev, kev_ransomware, severity_conflict;
  std::optional<std::int64_t> depth;
  std::int64_t engines = 1;
  bool malicious = false;
  WaiverState waiver = WaiverState::none;
  bool suppressed = false;  // by the tools themselves, or by VEX
  State state = State::open;
  std::optional<Priority> ssvc;     // of vulnerabilities of packages
  std::optional<std::uint8_t> vex;  // position in kVexNames
  std::optional<Timestamp> kev_added;
  Context context;
  std::string_view service;
  std::string_view (*family_of)(std::string_view engine, std::string_view rule) = nullptr;
  std::vector<std::string_view> fixed_versions;  // as all tools state them
  std::vector<Cwe> cwes;
  std::vector<Cwe> top_cwes;  // those of them in the Top 25
  std::vector<std::string_view> owners, advisories;
  std::vector<ClaimFacts> claims;  // of a finding of several tools: what holds for one of them holds for the finding
};
inline constexpr std::array<std::string_view, 4> kVexNames = {"not_affected", "fixed", "under_investigation",
                                                              "affected"};

}  // namespace gatepost::policy
