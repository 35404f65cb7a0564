// How bad a problem is in general, in the one scale that everything is brought to. How bad it is here is Risk.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatepost {

// In ascending order; unknown is a label of its own and never compares as "least" where it matters: see
// Policy's unknown_severity.
enum class SeverityLabel : std::uint8_t { unknown, info, low, medium, high, critical };

inline constexpr std::array<std::string_view, 6> kSeverityNames = {"unknown", "info", "low",
                                                                   "medium",  "high", "critical"};
inline std::string_view to_string(SeverityLabel label) { return kSeverityNames[static_cast<std::size_t>(label)]; }
// Exactly one of the six names.
std::optional<SeverityLabel> parse_severity_label(std::string_view name);
// What tools and databases call severities, in any case: "Important", "MODERATE", "blocker", "style" … Empty for a word
// nobody has told us about. Source: the mapping tables of the vendors, see docs/severity.md.
std::optional<SeverityLabel> severity_from_word(std::string_view word);

// CVSS v3.x and v4.0 qualitative scale, also GitHub's bands of security-severity: 0 info, 1-39 low, 40-69 medium,
// 70-89 high, 90-100 critical.
SeverityLabel label_for_tenths(int tenths);
// The middle of a label's band, for when only a label is known: critical 95, high 80, medium 55, low 25, info 0,
// unknown 50.
int tenths_for_label(SeverityLabel label);

// How a claim was made; ranked from strongest to weakest where one source makes several.
enum class SeverityMethod : std::uint8_t {
  cvss40,
  cvss31,
  cvss30,
  cvss2,              // a vector or a score that names the version
  security_severity,  // SARIF's property: a number, not always CVSS
  score,              // a number from 0 to 10 of unknown making
  label,              // a word
  level,              // SARIF's level
  rank,               // SARIF's rank
  derived,            // from a table of ours, because the tool says nothing
};
std::string_view to_string(SeverityMethod method);
// The label of a score made this way: v2 has three bands, low from 0, medium from 40, high from 70; for all others
// label_for_tenths().
SeverityLabel label_for_tenths(int tenths, SeverityMethod method);
// Exactly one of the names that to_string gives.
std::optional<SeverityMethod> parse_severity_method(std::string_view name);

// One source's statement. All are kept; which one is effective is decided in risk.
struct SeverityClaim {
  SeverityLabel label = SeverityLabel::unknown;
  std::optional<int> tenths;  // 0 to 100; empty when the source gives no number
  SeverityMethod method = SeverityMethod::label;
  std::string source;  // "nvd", "ghsa", or the tool's id
  std::string vector;  // CVSS vector as given, or ""
  friend auto operator<=>(const SeverityClaim&, const SeverityClaim&) = default;
};

// The effective severity: a label, always with a number in tenths.
struct Severity {
  SeverityLabel label = SeverityLabel::unknown;
  int tenths = 50;
  SeverityMethod method = SeverityMethod::derived;
  std::string source;
  std::string vector;
  friend auto operator<=>(const Severity&, const Severity&) = default;
};

}  // namespace gatepost
