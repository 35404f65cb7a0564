// Ranges of versions as "vers:npm/>=1.2.0|<2.0.0" writes them, compared by Semantic Versioning. What is not comparable
// is unknown, never a guess.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace gatepost::policy {

// A version of SemVer 2, as its parts; also Go's "v1.2.3" and "1.2.3+incompatible".
struct SemVer {
  std::array<std::uint64_t, 3> release{};
  std::vector<std::string> prerelease;  // none: a release, which comes after its pre-releases
};
std::optional<SemVer> parse_semver(std::string_view text);
// Negative, 0 or positive as a is lower than, of the same precedence as, or higher than b.
int compare(const SemVer& a, const SemVer& b);

class VersionRange {
 public:
  // "vers:<ecosystem>/<constraint>|…"; the ecosystem is the type of a purl, "semver" stands for all that follow SemVer.
  static Result<VersionRange> parse(std::string_view text);
  // Empty: the version cannot be compared, or the ecosystem is another one.
  [[nodiscard]] std::optional<bool> contains(std::string_view ecosystem, std::string_view version) const;

 private:
  enum class Compare : std::uint8_t { eq, ne, lt, lte, gt, gte };
  struct Constraint {
    Compare compare = Compare::eq;
    SemVer version;
  };
  static Result<Constraint> parse_constraint(std::string_view text);
  [[nodiscard]] bool contains(const SemVer& version) const;
  std::string ecosystem_;
  bool everything_ = false;              // "vers:npm/*"
  std::vector<Constraint> constraints_;  // ascending by version
};

}  // namespace gatepost::policy
