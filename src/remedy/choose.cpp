#include "remedy/choose.hpp"

#include <algorithm>
#include <compare>
#include <numeric>
#include <span>

#include "base/text.hpp"

namespace gatepost::remedy {
namespace {

// Versions that are tried, and that one statement may have; more is no advice that anybody wrote.
constexpr std::size_t kMostTried = 32, kMostFixed = 64, kMostStated = 3;
constexpr std::size_t kComponents = 8;

bool is_of_distribution(VersionScheme scheme) {
  return scheme == VersionScheme::deb || scheme == VersionScheme::rpm || scheme == VersionScheme::apk;
}

// "v1!2.3rc1" is 2.3: where in the text the numbers are.
std::string_view release_of(std::string_view version) {
  version = text::trim(version);
  if (version.starts_with('v') || version.starts_with('V')) version.remove_prefix(1);
  if (const std::size_t epoch = version.find('!'); epoch != std::string_view::npos) version.remove_prefix(epoch + 1);
  std::size_t end = 0;
  while (end < version.size() && (text::is_digit(version[end]) || version[end] == '.')) ++end;
  while (end > 0 && version[end - 1] == '.') --end;
  return version.substr(0, end);
}

std::vector<std::string_view> components_of(std::string_view version) {
  std::vector<std::string_view> numbers;
  for (const std::string_view number : text::split(release_of(version), '.')) {
    if (numbers.size() == kComponents) break;
    if (!number.empty()) numbers.push_back(number);
  }
  return numbers;
}

bool is_zero(std::string_view number) { return number.find_first_not_of('0') == std::string_view::npos; }

std::string_view component(std::span<const std::string_view> all, std::size_t index) {
  return index < all.size() ? all[index] : "0";
}

bool same_component(std::span<const std::string_view> a, std::span<const std::string_view> b, std::size_t index) {
  return versions::compare_numbers(component(a, index), component(b, index)) == 0;
}

std::size_t shared_components(std::string_view a, std::string_view b) {
  const auto left = components_of(a), right = components_of(b);
  std::size_t shared = 0;
  while (shared < std::max(left.size(), right.size()) && same_component(left, right, shared)) ++shared;
  return shared;
}

bool is_pre_release(VersionScheme scheme, std::string_view version) {
  if (is_of_distribution(scheme)) return false;
  const std::string_view release = release_of(version);
  const std::size_t at = static_cast<std::size_t>(release.data() - version.data());
  // With what stands before the numbers, so that an epoch does not count.
  const auto order = compare_versions(scheme, version, version.substr(0, at + release.size()));
  return order && *order < 0;
}

struct Tried {
  std::string_view version;
  bool same_major = false;
  std::vector<bool> contents = {};         // by list
  std::vector<std::uint32_t> closes = {};  // demands
  std::int64_t risk = 0;
};

class Chooser {
 public:
  Chooser(const Question& question, VersionScheme scheme) : q_(question), scheme_(scheme) {}

  std::vector<Chosen> run() {
    collect();
    if (tried_.empty()) return {};
    for (Tried& it : tried_) try_out(it);
    if (const Tried* const least = first_that_closes_all(true)) return {chosen(*least, FixAction::Choice::minimal)};
    std::vector<Chosen> ways;
    if (const Tried* const all = first_that_closes_all(false))
      ways.push_back(chosen(*all, FixAction::Choice::complete));
    const Tried* part = closes_most(true);
    if (part == nullptr && ways.empty()) part = closes_most(false);
    if (part != nullptr) ways.push_back(chosen(*part, FixAction::Choice::partial));
    return ways;
  }

 private:
  // Newer than the current one, in ascending order; of very many the nearest of other majors and the newest.
  void collect() {
    const bool from_pre_release = is_pre_release(scheme_, q_.current);
    std::vector<std::string_view> all;
    for (const FixedVersions& list : q_.lists) {
      for (const std::string_view version : list) {
        const auto order = compare_versions(scheme_, version, q_.current);
        if (order && *order > 0 && (from_pre_release || !is_pre_release(scheme_, version))) all.push_back(version);
      }
    }
    const auto less = [&](std::string_view a, std::string_view b) {
      const auto order = compare_versions(scheme_, a, b);
      return order && *order != 0 ? *order < 0 : a < b;
    };
    std::ranges::sort(all, less);
    const auto rest = std::ranges::unique(all);
    all.erase(rest.begin(), rest.end());
    std::vector<std::string_view> near, far;
    for (const std::string_view version : all)
      (is_same_major(scheme_, q_.current, version) ? near : far).push_back(version);
    if (near.size() > kMostTried) near.erase(near.begin(), near.end() - kMostTried);
    if (far.size() > kMostTried) far.erase(far.begin() + kMostTried / 2, far.end() - kMostTried / 2);
    for (const std::string_view version : near) tried_.push_back({version, true});
    for (const std::string_view version : far) tried_.push_back({version, false});
  }

  void try_out(Tried& it) {
    it.contents.resize(q_.lists.size());
    for (std::size_t i = 0; i < q_.lists.size(); ++i) it.contents[i] = is_fixed_in(scheme_, it.version, q_.lists[i]);
    for (std::uint32_t i = 0; i < q_.demands.size(); ++i) {
      const Demand& demand = q_.demands[i];
      const auto content = [&](std::uint32_t list) { return it.contents[list]; };
      if (demand.lists.empty() || !std::ranges::all_of(demand.lists, content)) continue;
      it.closes.push_back(i);
      it.risk += demand.risk_tenths;
    }
  }

  [[nodiscard]] const Tried* first_that_closes_all(bool same_major) const {
    const auto found = std::ranges::find_if(tried_, [&](const Tried& it) {
      return it.closes.size() == q_.demands.size() && (it.same_major || !same_major);
    });
    return found == tried_.end() ? nullptr : &*found;
  }

  [[nodiscard]] const Tried* closes_most(bool same_major) const {
    const Tried* best = nullptr;
    for (const Tried& it : tried_) {
      if (it.closes.empty() || it.same_major != same_major) continue;
      if (best == nullptr || it.risk > best->risk) best = &it;
    }
    return best;
  }

  static Chosen chosen(const Tried& it, FixAction::Choice choice) {
    return {.choice = choice, .breaking = !it.same_major, .to = it.version, .stated = {}, .closes = it.closes};
  }

  const Question& q_;
  VersionScheme scheme_;
  std::vector<Tried> tried_;
};

// Nobody can compare: the tools' words are handed on, and one word that all agree on is a version to go to.
std::vector<Chosen> as_stated(const Question& question) {
  Chosen it{.choice = FixAction::Choice::stated, .breaking = true, .to = {}, .stated = {}, .closes = {}};
  for (std::uint32_t i = 0; i < question.demands.size(); ++i) {
    if (!question.demands[i].lists.empty()) it.closes.push_back(i);
  }
  for (const FixedVersions& list : question.lists) {
    for (const std::string_view version : list) {
      const bool known = std::ranges::find(it.stated, version) != it.stated.end();
      if (!known && !version.empty() && version != question.current && it.stated.size() <= kMostStated)
        it.stated.push_back(version);
    }
  }
  if (it.closes.empty() || it.stated.empty()) return {};
  if (it.stated.size() == 1) {
    it.to = it.stated.front();
    it.stated.clear();
  }
  return {it};
}

}  // namespace

bool is_fixed_in(VersionScheme scheme, std::string_view version, const FixedVersions& fixed) {
  if (fixed.size() > kMostFixed) return false;
  std::optional<std::size_t> below, above;  // components that it shares with the nearest line on either side
  for (const std::string_view it : fixed) {
    const auto order = compare_versions(scheme, it, version);
    if (!order) return false;
    std::optional<std::size_t>& side = *order > 0 ? above : below;
    side = std::max(side.value_or(0), shared_components(it, version));
  }
  return below && (!above || *below > *above);
}

bool is_same_major(VersionScheme scheme, std::string_view a, std::string_view b) {
  if (is_of_distribution(scheme)) return true;
  const auto left = components_of(a), right = components_of(b);
  if (left.empty() || right.empty()) return false;
  std::size_t significant = 0;
  while (significant < 2 && is_zero(component(left, significant))) ++significant;
  for (std::size_t i = 0; i <= significant; ++i) {
    if (!same_component(left, right, i)) return false;
  }
  return true;
}

std::vector<Chosen> choose(const Question& question) {
  const bool comparable = question.scheme && compare_versions(*question.scheme, question.current, question.current);
  return comparable ? Chooser(question, *question.scheme).run() : as_stated(question);
}

}  // namespace gatepost::remedy
