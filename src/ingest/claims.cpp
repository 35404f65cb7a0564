#include "ingest/claims.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/printable.hpp"
#include "base/text.hpp"

namespace gatepost::ingest {
namespace {

constexpr std::size_t kLongestVector = 512;

struct NamedMethod {
  std::string_view name;
  SeverityMethod method;
  std::string_view prefix;  // of a vector of this version
};
constexpr NamedMethod kMethods[] = {
    {"CVSSv2", SeverityMethod::cvss2, ""},
    {"CVSSv3", SeverityMethod::cvss30, "CVSS:3.0/"},
    {"CVSSv30", SeverityMethod::cvss30, "CVSS:3.0/"},
    {"CVSSv31", SeverityMethod::cvss31, "CVSS:3.1/"},
    {"CVSSv4", SeverityMethod::cvss40, "CVSS:4.0/"},
    {"CVSSv40", SeverityMethod::cvss40, "CVSS:4.0/"},
};

const NamedMethod* method_named(std::string_view name) {
  name = text::trim(name);
  if (name.empty()) return nullptr;
  const auto* const found = std::ranges::find_if(
      kMethods, [&](const NamedMethod& known) { return text::equal_ignoring_case(known.name, name); });
  return found == std::end(kMethods) ? nullptr : found;
}

// Of CVSS v3 or v4 by its metrics, but without a prefix.
bool lacks_prefix(std::string_view vector) { return vector.starts_with("AV:") && !method_of_vector(vector); }

std::optional<int> tenths_of(std::optional<double> score) {
  if (!score || !(*score >= 0.0 && *score <= 10.0)) return std::nullopt;
  return static_cast<int>(std::lround(*score * 10));
}

}  // namespace

std::optional<SeverityMethod> method_of_vector(std::string_view vector) {
  static constexpr std::pair<std::string_view, SeverityMethod> kPrefixes[] = {
      {"CVSS:4.0/", SeverityMethod::cvss40},
      {"CVSS:3.1/", SeverityMethod::cvss31},
      {"CVSS:3.0/", SeverityMethod::cvss30},
      {"CVSS:2.0/", SeverityMethod::cvss2},
  };
  vector = text::trim(vector);
  for (const auto& [prefix, method] : kPrefixes) {
    if (text::equal_ignoring_case(vector.substr(0, prefix.size()), prefix)) return method;
  }
  if (vector.starts_with('(')) vector.remove_prefix(1);
  const bool version2 = vector.starts_with("AV:") && vector.find("/Au:") != std::string_view::npos;
  return version2 ? std::optional(SeverityMethod::cvss2) : std::nullopt;
}

std::optional<SeverityClaim> claim_of(const Rating& rating, std::string& unmapped) {
  SeverityClaim claim{.tenths = tenths_of(rating.score), .source = std::string(rating.source)};
  const NamedMethod* const stated = method_named(rating.method);
  std::string without_controls;
  std::string_view vector = rating.vector.substr(0, kLongestVector);
  if (end_of_printable(vector, 0) < vector.size())
    vector = without_controls = text::strip_controls(std::string(vector));
  vector = text::trim(vector);
  if (const auto shown = method_of_vector(vector)) {
    claim.method = *shown;
    claim.vector = vector;
  } else if (stated != nullptr && !stated->prefix.empty() && lacks_prefix(vector)) {
    claim.method = stated->method;
    claim.vector = std::string(stated->prefix) + std::string(vector);
  } else if (claim.tenths) {
    claim.method = stated == nullptr ? SeverityMethod::score : stated->method;
  }
  const std::string_view word = text::trim(rating.severity);
  unmapped.clear();
  if (const auto label = severity_from_word(word)) {
    claim.label = *label;
  } else {
    unmapped = text::printable(word, 40);
    if (claim.tenths) claim.label = label_for_tenths(*claim.tenths, claim.method);
  }
  const bool says_nothing = word.empty() && !claim.tenths && claim.vector.empty();
  return says_nothing ? std::nullopt : std::optional(std::move(claim));
}

std::string severity_source(std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> kSpellings[] = {
      {"nvd-cpe", "nvd"},
      {"national-vulnerability-database", "nvd"},
      {"nist", "nvd"},
      {"nist-nvd", "nvd"},
      {"github", "ghsa"},
      {"github-advisory", "ghsa"},
      {"github-advisories", "ghsa"},
      {"github-advisory-database", "ghsa"},
      {"github-security-advisory", "ghsa"},
      {"github-security-advisories", "ghsa"},
      {"red-hat", "redhat"},
  };
  const std::string plain = text::kebab_case(name.substr(0, 100));
  if (plain.starts_with("github-language-")) return "ghsa";
  for (const auto& [spelling, source] : kSpellings) {
    if (plain == spelling) return std::string(source);
  }
  return plain;
}

}  // namespace gatepost::ingest
