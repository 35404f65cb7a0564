#include "model/advisory_id.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace gatepost {
namespace {

// What follows a database's prefix.
enum class Rest { cve, ghsa, year_and_number, number, anything };

struct Database {
  std::string_view prefix;
  Rest rest;
};
// Sources: the OSV schema's list of database prefixes, and the vendors' own pages.
constexpr std::array<Database, 28> kDatabases = {{
    {"CVE", Rest::cve},
    {"CAN", Rest::cve},  // candidates, until 2005
    {"GHSA", Rest::ghsa},
    {"GO", Rest::year_and_number},
    {"RUSTSEC", Rest::year_and_number},
    {"PYSEC", Rest::year_and_number},
    {"OSV", Rest::year_and_number},
    {"MAL", Rest::year_and_number},
    {"GMS", Rest::year_and_number},
    {"HSEC", Rest::year_and_number},
    {"PSF", Rest::year_and_number},
    {"GSD", Rest::year_and_number},
    {"SONATYPE", Rest::year_and_number},
    {"RHSA", Rest::year_and_number},
    {"RHBA", Rest::year_and_number},
    {"RHEA", Rest::year_and_number},
    {"ALSA", Rest::year_and_number},
    {"RLSA", Rest::year_and_number},
    {"ELSA", Rest::year_and_number},
    {"ALAS", Rest::year_and_number},
    {"DSA", Rest::number},
    {"DLA", Rest::number},
    {"DTSA", Rest::number},
    {"USN", Rest::number},
    {"TEMP", Rest::number},
    {"XRAY", Rest::number},
    {"NPM", Rest::anything},   // "npm:lodash:20180130" of Snyk's early days
    {"SNYK", Rest::anything},  // "SNYK-JS-LODASH-567746"
}};

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool all_digits(std::string_view s) { return !s.empty() && std::ranges::all_of(s, is_digit); }

// <4 digits>-<digits>, as in "2024-0001", "2024:1234" or "2021-1234-2".
bool is_year_and_number(std::string_view rest) {
  if (rest.size() < 6 || !all_digits(rest.substr(0, 4)) || !is_digit(rest[5])) return false;
  return rest[4] == '-' || rest[4] == ':';
}

// <4 digits>-<4 digits or more>
bool is_cve_number(std::string_view rest) {
  return rest.size() >= 9 && all_digits(rest.substr(0, 4)) && rest[4] == '-' && all_digits(rest.substr(5));
}

// Three groups of four letters or digits.
bool is_ghsa_number(std::string_view rest) {
  if (rest.size() != 14 || rest[4] != '-' || rest[9] != '-') return false;
  const auto letters = [&](std::size_t at) { return std::ranges::all_of(rest.substr(at, 4), text::is_alnum); };
  return letters(0) && letters(5) && letters(10);
}

bool has_shape(std::string_view rest, Rest shape) {
  switch (shape) {
    case Rest::cve:
      return is_cve_number(rest);
    case Rest::ghsa:
      return is_ghsa_number(rest);
    case Rest::year_and_number:
      return is_year_and_number(rest);
    case Rest::number:
      return !rest.empty() && is_digit(rest[0]);
    case Rest::anything:
      return !rest.empty();
  }
  return false;
}

const Database* database_of(std::string_view id) {
  const std::string_view prefix = id.substr(0, id.find_first_of("-:"));
  if (prefix.empty()) return nullptr;
  constexpr unsigned kLower = 0x20;
  const unsigned first = static_cast<unsigned char>(prefix[0]) | kLower;
  const auto known = std::ranges::find_if(kDatabases, [&](const Database& it) {
    return (static_cast<unsigned char>(it.prefix[0]) | kLower) == first && text::equal_ignoring_case(it.prefix, prefix);
  });
  return prefix.size() == id.size() || known == kDatabases.end() ? nullptr : &*known;
}

}  // namespace

std::optional<AdvisoryId> AdvisoryId::parse(std::string_view given) {
  const std::string_view id = text::trim(given);
  const auto acceptable = [](char c) {
    return static_cast<unsigned char>(c) > ' ' && static_cast<unsigned char>(c) < 0x7F;
  };
  if (id.empty() || id.size() > 128 || !std::ranges::all_of(id, acceptable)) return std::nullopt;
  const Database* const database = database_of(id);
  if (database == nullptr) return AdvisoryId(std::string(id));
  const std::string_view separator = id.substr(database->prefix.size(), 1);
  const std::string_view rest = id.substr(database->prefix.size() + 1);
  if (!has_shape(rest, database->rest)) return std::nullopt;
  const std::string number = database->rest == Rest::ghsa ? text::lower(rest) : std::string(rest);
  return AdvisoryId(std::string(database->prefix).append(separator).append(number));
}

bool looks_like_advisory(std::string_view text) {
  const Database* const database = database_of(text);
  if (database == nullptr || text[database->prefix.size()] != '-') return false;
  // "npm-audit" and "snyk-code" begin like an id: a number must follow somewhere, for npm at once.
  const std::string_view rest = text.substr(database->prefix.size() + 1);
  const bool numbered = std::ranges::any_of(rest, is_digit);
  const bool at_once = !rest.empty() && is_digit(rest[0]);
  return (database->prefix == "NPM" ? at_once : numbered) && AdvisoryId::parse(text).has_value();
}

}  // namespace gatepost
