// Versions of Python packages: PEP 440 with what it says about normalising.
#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "model/version.hpp"

namespace gatepost::versions {
namespace {

struct Python {
  std::string_view epoch;
  std::vector<std::string_view> release;  // without zeros at the end
  int phase = 3;                          // 0: a development release of no phase, 1 alpha, 2 beta …, see kPhases
  std::string_view phase_number;
  bool has_post = false, has_dev = false;
  std::string_view post, dev;
  std::vector<std::string_view> local;
};

constexpr int kDevelopment = -1, kReleased = 3;
constexpr std::pair<std::string_view, int> kPhases[] = {{"alpha", 0},   {"a", 0},   {"beta", 1}, {"b", 1},
                                                        {"preview", 2}, {"pre", 2}, {"rc", 2},   {"c", 2}};
constexpr std::string_view kPosts[] = {"post", "rev", "r"};

bool take(std::string_view& rest, std::string_view word) {
  if (!rest.starts_with(word)) return false;
  rest.remove_prefix(word.size());
  return true;
}

void take_separator(std::string_view& rest) {
  if (!rest.empty() && (rest[0] == '.' || rest[0] == '-' || rest[0] == '_')) rest.remove_prefix(1);
}

// The number behind a word, perhaps behind a separator; none is 0, and the separator goes with the word.
std::string_view take_number(std::string_view& rest) {
  take_separator(rest);
  return take_digits(rest);
}

bool take_release(std::string_view& rest, Python& it) {
  std::string_view number = take_digits(rest);
  if (number.empty()) return false;
  if (take(rest, "!")) {
    it.epoch = number;
    number = take_digits(rest);
    if (number.empty()) return false;
  }
  it.release.push_back(number);
  while (rest.size() > 1 && rest[0] == '.' && text::is_digit(rest[1])) {
    rest.remove_prefix(1);
    it.release.push_back(take_digits(rest));
  }
  while (!it.release.empty() && compare_numbers(it.release.back(), "") == 0) it.release.pop_back();
  return true;
}

bool take_phase(std::string_view& rest, Python& it) {
  std::string_view ahead = rest;
  take_separator(ahead);
  for (const auto& [word, phase] : kPhases) {
    if (!take(ahead, word)) continue;
    it.phase = phase;
    it.phase_number = take_number(ahead);
    rest = ahead;
    return true;
  }
  return false;
}

void take_post(std::string_view& rest, Python& it) {
  if (rest.size() > 1 && rest[0] == '-' && text::is_digit(rest[1])) {  // "1.0-1"
    rest.remove_prefix(1);
    it.has_post = true;
    it.post = take_digits(rest);
    return;
  }
  std::string_view ahead = rest;
  take_separator(ahead);
  for (const std::string_view word : kPosts) {
    if (!take(ahead, word)) continue;
    it.has_post = true;
    it.post = take_number(ahead);
    rest = ahead;
    return;
  }
}

void take_dev(std::string_view& rest, Python& it) {
  std::string_view ahead = rest;
  take_separator(ahead);
  if (!take(ahead, "dev")) return;
  it.has_dev = true;
  it.dev = take_number(ahead);
  rest = ahead;
}

bool take_local(std::string_view rest, Python& it) {
  if (rest.empty()) return true;
  if (!take(rest, "+")) return false;
  for (;;) {
    std::size_t length = 0;
    while (length < rest.size() && text::is_alnum(rest[length])) ++length;
    if (length == 0) return false;
    it.local.push_back(rest.substr(0, length));
    rest.remove_prefix(length);
    if (rest.empty()) return true;
    const std::size_t before = rest.size();
    take_separator(rest);
    if (rest.size() == before) return false;
  }
}

// `text` is in lower case and outlives the result.
std::optional<Python> parse(std::string_view text) {
  Python it;
  take(text, "v");
  if (!take_release(text, it)) return std::nullopt;
  take_phase(text, it);
  take_post(text, it);
  take_dev(text, it);
  if (it.phase == kReleased && !it.has_post && it.has_dev) it.phase = kDevelopment;
  if (!take_local(text, it)) return std::nullopt;
  return it;
}

std::strong_ordering compare_releases(const Python& a, const Python& b) {
  for (std::size_t i = 0; i < std::max(a.release.size(), b.release.size()); ++i) {
    const std::string_view left = i < a.release.size() ? a.release[i] : "";
    const std::string_view right = i < b.release.size() ? b.release[i] : "";
    if (const auto order = compare_numbers(left, right); order != 0) return order;
  }
  return std::strong_ordering::equal;
}

// Numbers come after words, and a longer label after its beginning.
std::strong_ordering compare_locals(const Python& a, const Python& b) {
  for (std::size_t i = 0; i < std::min(a.local.size(), b.local.size()); ++i) {
    const auto is_number = [](std::string_view s) { return std::ranges::all_of(s, text::is_digit); };
    const bool left = is_number(a.local[i]), right = is_number(b.local[i]);
    if (left != right) return left <=> right;
    const auto order = left ? compare_numbers(a.local[i], b.local[i]) : a.local[i] <=> b.local[i];
    if (order != 0) return order;
  }
  return a.local.size() <=> b.local.size();
}

std::strong_ordering compare(const Python& a, const Python& b) {
  if (const auto order = compare_numbers(a.epoch, b.epoch); order != 0) return order;
  if (const auto order = compare_releases(a, b); order != 0) return order;
  if (a.phase != b.phase) return a.phase <=> b.phase;
  if (const auto order = compare_numbers(a.phase_number, b.phase_number); order != 0) return order;
  if (a.has_post != b.has_post) return a.has_post <=> b.has_post;
  if (const auto order = compare_numbers(a.post, b.post); order != 0) return order;
  if (a.has_dev != b.has_dev) return b.has_dev <=> a.has_dev;
  if (const auto order = compare_numbers(a.dev, b.dev); order != 0) return order;
  return compare_locals(a, b);
}

}  // namespace

Order pep440(std::string_view a, std::string_view b) {
  const std::string left_text = text::lower(a), right_text = text::lower(b);
  const auto left = parse(left_text), right = parse(right_text);
  if (!left || !right) return std::nullopt;
  return compare(*left, *right);
}

}  // namespace gatepost::versions
