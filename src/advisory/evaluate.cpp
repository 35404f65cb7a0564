#include "advisory/evaluate.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace gatepost::advisory {
namespace {

// Where the version stands among the events: those before `first` lie below it, those before `behind` are equal to it.
struct Place {
  std::size_t first = 0, behind = 0;
};

// `version` is comparable, and so are all events.
std::weak_ordering order_of(const Range& range, std::string_view event, std::string_view version) {
  if (event == "0") return std::weak_ordering::less;
  return compare_versions(range.scheme, event, version).value_or(std::weak_ordering::equivalent);
}

Place place_of(const Range& range, std::string_view version) {
  const auto below = [&](const Event& it) { return order_of(range, it.version, version) < 0; };
  const auto upto = [&](const Event& it) { return order_of(range, it.version, version) <= 0; };
  const auto first = std::ranges::partition_point(range.events, below);
  const auto behind = std::ranges::partition_point(first, range.events.end(), upto);
  return {static_cast<std::size_t>(first - range.events.begin()),
          static_cast<std::size_t>(behind - range.events.begin())};
}

bool is_before_limits(const Range& range, std::string_view version) {
  return range.limits.empty() || std::ranges::any_of(range.limits, [&](const std::string& limit) {
           return order_of(range, limit, version) > 0;
         });
}

// What the last event that took effect says.
bool is_inside(const Range& range, const Place& place, std::string_view version) {
  if (!is_before_limits(range, version)) return false;
  for (std::size_t i = place.behind; i-- > place.first;) {
    const Event::Kind kind = range.events[i].kind;
    if (kind == Event::Kind::last_affected) continue;  // takes effect behind its version
    return kind == Event::Kind::introduced;
  }
  return place.first > 0 && range.events[place.first - 1].kind == Event::Kind::introduced;
}

std::optional<std::string_view> next_fix(const Range& range, const Place& place) {
  for (std::size_t i = place.behind; i < range.events.size(); ++i) {
    if (range.events[i].kind == Event::Kind::fixed) return range.events[i].version;
  }
  return std::nullopt;
}

struct Answer {
  bool inside = false;
  std::optional<std::string_view> fix;
};
// Empty when it cannot be told.
std::optional<Answer> ask(const Range& range, std::string_view version) {
  if (!range.comparable || !compare_versions(range.scheme, version, version)) return std::nullopt;
  const Place place = place_of(range, version);
  return Answer{is_inside(range, place, version), next_fix(range, place)};
}

void sort_versions(VersionScheme scheme, std::vector<std::string>& versions) {
  std::ranges::sort(versions, [&](const std::string& a, const std::string& b) {
    const auto order = compare_versions(scheme, a, b);
    return order && *order != 0 ? *order < 0 : a < b;
  });
  const auto rest = std::ranges::unique(versions);
  versions.erase(rest.begin(), rest.end());
}

// Lists of Go write versions without the "v" that package URLs have.
bool is_listed(const Affected& affected, std::string_view version) {
  if (std::ranges::binary_search(affected.versions, version)) return true;
  return version.starts_with('v') && std::ranges::binary_search(affected.versions, version.substr(1));
}

}  // namespace

Evaluation evaluate(const Affected& affected, std::string_view version) {
  const bool listed = is_listed(affected, version);
  Evaluation out;
  bool inside = false, unknown = false;
  std::vector<std::string> fixes_of_others;
  for (const Range& range : affected.ranges) {
    const auto answer = ask(range, version);
    unknown |= !answer;
    if (!answer) continue;
    inside |= answer->inside;
    if (answer->fix) (answer->inside ? out.fixed_versions : fixes_of_others).emplace_back(*answer->fix);
  }
  if (listed || inside) {
    out.affected = true;
    out.why = listed ? Why::listed : Why::range;
    if (!inside) out.fixed_versions = std::move(fixes_of_others);
    sort_versions(affected.key.ecosystem->scheme, out.fixed_versions);
    return out;
  }
  if (!unknown) out.affected = false;
  out.fixed_versions.clear();
  return out;
}

bool is_comparable(const Ecosystem& ecosystem, std::string_view version) {
  // Maven and RPM order any text, and so "latest" would be older than every fix.
  if (version.empty() || !text::is_alnum(version[0]) || !std::ranges::any_of(version, text::is_digit)) return false;
  const bool branch = ecosystem.scheme == VersionScheme::packagist &&
                      !compare_versions(VersionScheme::composer, version, version).has_value();
  return !branch && compare_versions(ecosystem.scheme, version, version).has_value();
}

}  // namespace gatepost::advisory
