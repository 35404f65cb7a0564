#include "policy/version_range.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace gatepost::policy {
namespace {

constexpr std::size_t kLongest = 256;          // bytes of a version
constexpr std::size_t kMostConstraints = 200;  // of a range

// Types of purls whose versions are those of SemVer.
constexpr std::array<std::string_view, 10> kSemVerTypes = {"npm",   "cargo", "golang", "hex",     "pub",
                                                           "swift", "conan", "julia",  "bitnami", "semver"};

bool follows_semver(std::string_view ecosystem) {
  return std::ranges::find(kSemVerTypes, ecosystem) != kSemVerTypes.end();
}

bool is_number(std::string_view text) { return !text.empty() && std::ranges::all_of(text, text::is_digit); }

std::optional<std::uint64_t> release_number(std::string_view text) {
  if (!is_number(text) || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  return text::parse_number(text);
}

bool is_label(std::string_view text) {
  const auto stands = [](char c) { return text::is_alnum(c) || c == '-'; };
  const bool padded = text.size() > 1 && text[0] == '0' && is_number(text);
  return !text.empty() && !padded && std::ranges::all_of(text, stands);
}

// Numbers come before words; numbers of any length are compared by length, then by digits.
int compare_labels(const std::string& a, const std::string& b) {
  const bool number_a = is_number(a), number_b = is_number(b);
  if (number_a != number_b) return number_a ? -1 : 1;
  if (number_a && a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a.compare(b);
}

}  // namespace

std::optional<SemVer> parse_semver(std::string_view text) {
  if (text.size() > kLongest) return std::nullopt;
  if (text.starts_with('v')) text.remove_prefix(1);
  text = text.substr(0, text.find('+'));
  SemVer version;
  const std::size_t dash = text.find('-');
  const auto parts = text::split(text.substr(0, dash), '.');
  if (parts.size() != version.release.size()) return std::nullopt;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto number = release_number(parts[i]);
    if (!number) return std::nullopt;
    version.release[i] = *number;
  }
  if (dash == std::string_view::npos) return version;
  for (const std::string_view label : text::split(text.substr(dash + 1), '.')) {
    if (!is_label(label)) return std::nullopt;
    version.prerelease.emplace_back(label);
  }
  return version;
}

int compare(const SemVer& a, const SemVer& b) {
  if (a.release != b.release) return a.release < b.release ? -1 : 1;
  if (a.prerelease.empty() != b.prerelease.empty()) return a.prerelease.empty() ? 1 : -1;
  for (std::size_t i = 0; i < std::min(a.prerelease.size(), b.prerelease.size()); ++i) {
    if (const int order = compare_labels(a.prerelease[i], b.prerelease[i]); order != 0) return order;
  }
  if (a.prerelease.size() == b.prerelease.size()) return 0;
  return a.prerelease.size() < b.prerelease.size() ? -1 : 1;
}

Result<VersionRange::Constraint> VersionRange::parse_constraint(std::string_view text) {
  struct Sign {
    std::string_view text;
    Compare compare;
  };
  constexpr std::array kSigns = {Sign{">=", Compare::gte}, Sign{"<=", Compare::lte}, Sign{"!=", Compare::ne},
                                 Sign{"=", Compare::eq},   Sign{">", Compare::gt},   Sign{"<", Compare::lt}};
  Constraint constraint;
  std::string_view rest = text::trim(text);
  for (const Sign& sign : kSigns) {
    if (!rest.starts_with(sign.text)) continue;
    constraint.compare = sign.compare;
    rest = text::trim(rest.substr(sign.text.size()));
    break;
  }
  auto version = parse_semver(rest);
  if (version) {
    constraint.version = std::move(*version);
    return constraint;
  }
  return error(ErrorKind::config, fmt::format("\"{}\" is no version; expected one of three numbers such as 1.2.3",
                                              text::printable(rest, 40)));
}

Result<VersionRange> VersionRange::parse(std::string_view text) {
  constexpr std::string_view kScheme = "vers:";
  const std::size_t slash = text.find('/');
  if (!text.starts_with(kScheme) || slash == std::string_view::npos) {
    return error(ErrorKind::config, fmt::format("\"{}\" is no range; expected one such as vers:npm/>=1.2.0|<2.0.0",
                                                text::printable(text, 60)));
  }
  VersionRange range;
  range.ecosystem_ = text::lower(text.substr(kScheme.size(), slash - kScheme.size()));
  if (!follows_semver(range.ecosystem_)) {
    return error(ErrorKind::config, fmt::format("versions of \"{}\" cannot be compared by this build; expected one of "
                                                "npm, cargo, golang, hex, pub, swift, conan, julia, bitnami, semver",
                                                text::printable(range.ecosystem_, 40)));
  }
  const auto constraints = text::split(text.substr(slash + 1), '|');
  if (constraints.size() > kMostConstraints)
    return error(ErrorKind::config, fmt::format("a range of more than {} constraints", kMostConstraints));
  range.everything_ = constraints.size() == 1 && text::trim(constraints[0]) == "*";
  if (range.everything_) return range;
  for (const std::string_view it : constraints) {
    GP_TRY(Constraint constraint, parse_constraint(it));
    range.constraints_.push_back(std::move(constraint));
  }
  std::ranges::stable_sort(range.constraints_,
                           [](const Constraint& a, const Constraint& b) { return compare(a.version, b.version) < 0; });
  return range;
}

std::optional<bool> VersionRange::contains(std::string_view ecosystem, std::string_view version) const {
  const bool fits = ecosystem == ecosystem_ || (ecosystem_ == "semver" && follows_semver(ecosystem));
  if (!fits) return std::nullopt;
  const auto parsed = parse_semver(version);
  if (!parsed) return std::nullopt;
  return everything_ || contains(*parsed);
}

// Of the constraints with < and >, in order of their versions, those on both sides of the version decide: it is inside
// when the one below opens upwards, or nothing lies below and the one above opens downwards.
bool VersionRange::contains(const SemVer& version) const {
  const Constraint* below = nullptr;
  const Constraint* above = nullptr;
  bool bounded = false;
  for (const Constraint& it : constraints_) {
    const int order = compare(version, it.version);
    if (it.compare == Compare::eq || it.compare == Compare::ne) {
      if (order == 0) return it.compare == Compare::eq;
      continue;
    }
    bounded = true;
    if (order == 0 && (it.compare == Compare::gte || it.compare == Compare::lte)) return true;
    if (order > 0) below = &it;
    if (order < 0 && above == nullptr) above = &it;
    if (order == 0) return false;
  }
  const bool only_exclusions =
      std::ranges::all_of(constraints_, [](const Constraint& it) { return it.compare == Compare::ne; });
  if (!bounded) return only_exclusions;
  const auto opens_up = [](const Constraint& it) { return it.compare == Compare::gt || it.compare == Compare::gte; };
  if (below != nullptr) return opens_up(*below);
  return above != nullptr && !opens_up(*above);
}

}  // namespace gatepost::policy
