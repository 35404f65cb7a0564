// What a policy can ask about one finding.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "model/finding.hpp"
#include "model/observation.hpp"
#include "model/risk.hpp"
#include "model/severity.hpp"

namespace gatepost::policy {

// Views into the assessment; valid while it lives. An empty text or optional is unknown.
struct Facts {
  Kind kind = Kind::other;
  SeverityLabel severity = SeverityLabel::unknown;
  int risk_tenths = 0;
  Presence presence = Presence::unrelated;
  std::string_view path, rule, engine, title;
  std::string_view package, ecosystem;
  Scope scope = Scope::unknown;
  Confidence confidence = Confidence::unknown;
  Reach reach = Reach::unknown;
  std::optional<bool> direct, fix_available, verified_secret, kev;
  bool malicious = false;
  bool severity_conflict = false;
  bool waived = false;
  bool suppressed = false;       // by the tools themselves
  std::optional<Priority> ssvc;  // of vulnerabilities of packages
  std::vector<Cwe> cwes;
  std::vector<std::string_view> owners;
};

}  // namespace gatepost::policy
