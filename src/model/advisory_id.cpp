#include "model/advisory_id.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace gatepost {
namespace {

// Sources: the OSV schema's list of database prefixes, and the vendors' own pages.
constexpr std::array<std::string_view, 28> kDatabases = {
    "CVE",  "GHSA", "GO",   "RUSTSEC", "PYSEC", "OSV", "MAL",  "SNYK", "DSA", "DLA",      "DTSA", "USN", "RHSA", "RHBA",
    "RHEA", "ALAS", "ALSA", "RLSA",    "ELSA",  "GMS", "TEMP", "HSEC", "PSF", "SONATYPE", "NPM",  "GSD", "XRAY", "CAN"};

bool all_digits(std::string_view s) { return !s.empty() && std::ranges::all_of(s, text::is_digit); }

// CVE-<4 digits>-<4 digits or more>
bool is_cve_number(std::string_view rest) {
  return rest.size() >= 9 && all_digits(rest.substr(0, 4)) && rest[4] == '-' && all_digits(rest.substr(5));
}

// Three groups of four letters or digits.
bool is_ghsa_number(std::string_view rest) {
  if (rest.size() != 14 || rest[4] != '-' || rest[9] != '-') return false;
  return std::ranges::all_of(rest, [](char c) { return c == '-' || text::is_alnum(c); });
}

std::string_view database_of(std::string_view id) {
  const std::string_view prefix = id.substr(0, id.find_first_of("-:"));
  for (const std::string_view known : kDatabases) {
    if (prefix.size() < id.size() && text::equal_ignoring_case(known, prefix)) return known;
  }
  return {};
}

}  // namespace

std::optional<AdvisoryId> AdvisoryId::parse(std::string_view given) {
  const std::string_view id = text::trim(given);
  const auto acceptable = [](char c) {
    return static_cast<unsigned char>(c) > ' ' && static_cast<unsigned char>(c) < 0x7F;
  };
  if (id.empty() || id.size() > 128 || !std::ranges::all_of(id, acceptable)) return std::nullopt;
  const std::string_view database = database_of(id);
  if (database.empty()) return AdvisoryId(std::string(id));
  const std::string_view rest = id.substr(database.size() + 1);
  if (database == "CVE" && !is_cve_number(rest)) return std::nullopt;
  if (database == "GHSA" && !is_ghsa_number(rest)) return std::nullopt;
  const std::string number = database == "GHSA" ? text::lower(rest) : std::string(rest);
  return AdvisoryId(std::string(database) + id[database.size()] + number);
}

bool looks_like_advisory(std::string_view text) {
  const std::string_view database = database_of(text);
  if (database.empty() || text[database.size()] != '-') return false;
  // Words such as "go-vet" or "npm-audit" begin like an id: a number must follow somewhere.
  const bool numbered = std::ranges::any_of(text.substr(database.size()), text::is_digit);
  return numbered && AdvisoryId::parse(text).has_value();
}

}  // namespace gatepost
