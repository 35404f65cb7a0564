// Semantic Versioning; NuGet, which extends it by a fourth number, and Pub, which orders builds.
#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "model/version.hpp"

namespace gatepost::versions {
namespace {

struct Numbered {
  std::array<std::string_view, 4> numbers{};  // missing ones are 0
  std::string_view label;                     // behind "-", without what stands behind "+"
  std::string_view build;                     // behind "+"
};

bool is_all_digits(std::string_view s) { return !s.empty() && std::ranges::all_of(s, text::is_digit); }

bool is_labels(std::string_view label) {
  const auto parts = text::split(label, '.');
  return std::ranges::all_of(parts, [](std::string_view part) {
    return !part.empty() && std::ranges::all_of(part, [](char c) { return text::is_alnum(c) || c == '-'; });
  });
}

// Between one and `most` numbers, then perhaps "-label" and "+build".
std::optional<Numbered> parse(std::string_view text, std::size_t most) {
  if (text.starts_with('v') || text.starts_with('V')) text.remove_prefix(1);
  const std::size_t plus = text.find('+');
  if (plus != std::string_view::npos && !is_labels(text.substr(plus + 1))) return std::nullopt;
  Numbered it;
  if (plus != std::string_view::npos) it.build = text.substr(plus + 1);
  text = text.substr(0, plus);
  const std::size_t minus = text.find('-');
  if (minus != std::string_view::npos) {
    it.label = text.substr(minus + 1);
    if (!is_labels(it.label)) return std::nullopt;
  }
  const auto numbers = text::split(text.substr(0, minus), '.');
  if (numbers.size() > most || !std::ranges::all_of(numbers, is_all_digits)) return std::nullopt;
  std::ranges::copy(numbers, it.numbers.begin());
  return it;
}

std::weak_ordering compare(const Numbered& a, const Numbered& b, std::string_view a_label, std::string_view b_label) {
  for (std::size_t i = 0; i < a.numbers.size(); ++i) {
    if (const auto order = compare_numbers(a.numbers[i], b.numbers[i]); order != 0) return order;
  }
  return compare_labels(a_label, b_label);
}

}  // namespace

namespace {

// Numbers before words; of two that begin alike the longer one is later.
std::strong_ordering compare_parts(std::string_view a, std::string_view b) {
  const auto left = text::split(a, '.'), right = text::split(b, '.');
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    const bool left_number = is_all_digits(left[i]), right_number = is_all_digits(right[i]);
    if (left_number != right_number) return right_number <=> left_number;
    const auto order = left_number ? compare_numbers(left[i], right[i]) : left[i] <=> right[i];
    if (order != 0) return order;
  }
  return left.size() <=> right.size();
}

}  // namespace

std::strong_ordering compare_labels(std::string_view a, std::string_view b) {
  return a.empty() || b.empty() ? a.empty() <=> b.empty() : compare_parts(a, b);
}

Order semver(std::string_view a, std::string_view b) {
  const auto left = parse(a, 3), right = parse(b, 3);
  if (!left || !right) return std::nullopt;
  return compare(*left, *right, left->label, right->label);
}

Order pub(std::string_view a, std::string_view b) {
  const auto left = parse(a, 3), right = parse(b, 3);
  if (!left || !right) return std::nullopt;
  if (const auto order = compare(*left, *right, left->label, right->label); order != 0) return order;
  if (left->build.empty() || right->build.empty()) return right->build.empty() <=> left->build.empty();
  return compare_parts(left->build, right->build);
}

Order nuget(std::string_view a, std::string_view b) {
  const auto left = parse(a, 4), right = parse(b, 4);
  if (!left || !right) return std::nullopt;
  return compare(*left, *right, text::lower(left->label), text::lower(right->label));
}

}  // namespace gatepost::versions
