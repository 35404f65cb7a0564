#include "model/version_range.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "model/repo_path.hpp"

namespace gatepost {
namespace {

constexpr std::size_t kMostBounds = 1000;
using Sign = VersionRange::Sign;
constexpr std::pair<std::string_view, Sign> kSigns[] = {
    {">=", Sign::greater_or_equal}, {"<=", Sign::less_or_equal}, {"!=", Sign::unequal},
    {">", Sign::greater},           {"<", Sign::less},           {"=", Sign::equal}};

std::optional<VersionRange::Bound> bound_of(std::string_view text) {
  Sign sign = Sign::equal;
  for (const auto& [mark, meaning] : kSigns) {
    if (!text.starts_with(mark)) continue;
    sign = meaning;
    text.remove_prefix(mark.size());
    break;
  }
  std::string version = percent_decode(text::trim(text));
  if (version.empty() || version.size() > kLongestVersion) return std::nullopt;
  return VersionRange::Bound{sign, std::move(version)};
}

bool includes_itself(Sign sign) {
  return sign == Sign::equal || sign == Sign::less_or_equal || sign == Sign::greater_or_equal;
}
bool opens(Sign sign) { return sign == Sign::greater || sign == Sign::greater_or_equal; }
bool is_side(Sign sign) { return sign != Sign::equal && sign != Sign::unequal; }

}  // namespace

std::optional<VersionRange> VersionRange::parse(std::string_view text) {
  text = text::trim(text);
  if (!text.starts_with("vers:")) return std::nullopt;
  text.remove_prefix(5);
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0) return std::nullopt;
  VersionRange range;
  range.scheme_ = text::lower(text.substr(0, slash));
  const std::string_view bounds = text::trim(text.substr(slash + 1));
  range.any_ = bounds == "*";
  if (range.any_) return range;
  if (static_cast<std::size_t>(std::ranges::count(bounds, '|')) >= kMostBounds) return std::nullopt;
  for (const std::string_view part : text::split(bounds, '|')) {
    auto bound = bound_of(text::trim(part));
    if (!bound) return std::nullopt;
    range.bounds_.push_back(std::move(*bound));
  }
  return range;
}

// The bounds between which the version lies decide: it is inside when the one below opens the range and the one above
// closes it.
std::optional<bool> VersionRange::contains(std::string_view version) const {
  if (any_) return true;
  const auto scheme = version_scheme_of(scheme_);
  // Equal texts are equal in every scheme.
  const auto compare = [&](std::string_view a, std::string_view b) -> std::optional<std::weak_ordering> {
    if (a == b) return std::weak_ordering::equivalent;
    return scheme ? compare_versions(*scheme, a, b) : std::nullopt;
  };
  const Bound* below = nullptr;
  const Bound* above = nullptr;
  bool equal = false, unknown = false;
  for (const Bound& bound : bounds_) {
    const auto order = compare(version, bound.version);
    if (!order && bound.sign != Sign::equal) return std::nullopt;
    if (!order) {
      unknown = true;  // another bound may still be equal
      continue;
    }
    if (*order == 0) {
      if (bound.sign == Sign::unequal) return false;
      equal |= includes_itself(bound.sign);
      if (includes_itself(bound.sign)) continue;
      // "<1" at 1 lies below it, ">1" above.
      return false;
    }
    if (!is_side(bound.sign)) continue;
    const Bound*& nearest = *order > 0 ? below : above;
    if (nearest == nullptr) {
      nearest = &bound;
      continue;
    }
    const auto nearer = compare(bound.version, nearest->version);
    if (!nearer) return std::nullopt;
    if (*order > 0 ? *nearer > 0 : *nearer < 0) nearest = &bound;
  }
  if (equal) return true;
  if (unknown) return std::nullopt;
  if (below != nullptr && !opens(below->sign)) return false;
  if (above != nullptr && opens(above->sign)) return false;
  return below != nullptr || above != nullptr;
}

}  // namespace gatepost
