// What is known about a finding beside the reports: how likely its exploitation is, and what vendors say about it. Each
// fact comes with where it was read and of which day it is.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/runtime.hpp"
#include "model/vex.hpp"

namespace gatepost {

// How far an exploit has come, as feeds say; in ascending order.
enum class Maturity : std::uint8_t { unknown, none, poc, weaponized, active };
inline constexpr std::array<std::string_view, 5> kMaturityNames = {"unknown", "none", "poc", "weaponized", "active"};
inline std::string_view to_string(Maturity it) { return kMaturityNames[static_cast<std::size_t>(it)]; }

// The probability of exploitation in the next 30 days, in parts per million.
struct EpssFact {
  std::uint32_t ppm = 0;
  std::optional<std::uint32_t> percentile_ppm;
  std::string cve;     // "" when a tool says it
  std::string source;  // "EPSS", or the engines that say so
  std::string date;    // "2026-11-20"; "" when nobody says
  std::string model;   // of the feed: "v2025.03.14"
  friend auto operator<=>(const EpssFact&, const EpssFact&) = default;
};

// Somebody exploits it.
struct KevFact {
  std::string cve, source;
  std::string since, due;          // days; "" when nobody says
  std::optional<bool> ransomware;  // used in ransomware campaigns; empty: not known
  std::string date;                // of the feed
  friend auto operator<=>(const KevFact&, const KevFact&) = default;
};

// What CISA's coordinators decided about the CVE.
struct SsvcFact {
  std::string cve;
  Maturity exploitation = Maturity::unknown;
  std::optional<bool> automatable, total_impact;
  std::string date;
  friend auto operator<=>(const SsvcFact&, const SsvcFact&) = default;
};

struct Enrichment {
  std::optional<EpssFact> epss;
  std::optional<KevFact> kev;
  std::optional<std::string> not_in_kev;  // the catalogue of this day does not have it; "" when it has no date
  std::optional<SsvcFact> ssvc;
  std::vector<VexFact> vex;  // the one that decides first
  std::optional<RuntimeFact> runtime;

  // The problem does not exist here: a trusted statement says so.
  [[nodiscard]] bool not_applicable() const {
    return !vex.empty() && vex.front().decides && suppresses(vex.front().status);
  }
  // The strongest of what is known.
  [[nodiscard]] Maturity maturity() const {
    const Maturity seen = ssvc ? ssvc->exploitation : Maturity::unknown;
    return kev ? Maturity::active : seen;
  }
  [[nodiscard]] bool has_threat() const { return epss || kev || not_in_kev || ssvc; }
  [[nodiscard]] bool empty() const { return !has_threat() && vex.empty() && !runtime; }
  friend auto operator<=>(const Enrichment&, const Enrichment&) = default;
};

}  // namespace gatepost
