// Versions of RubyGems, Composer and Packagist, CRAN and Hackage.
#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "model/version.hpp"

namespace gatepost::versions {
namespace {

struct Part {
  bool number = false;
  std::string_view text;
};

bool is_letter(char c) { return text::is_alnum(c) && !text::is_digit(c); }
bool is_zero(const Part& part) { return part.number && compare_numbers(part.text, "") == 0; }

void drop_zeros(std::vector<Part>& parts, std::size_t begin) {
  while (parts.size() > begin && is_zero(parts.back())) parts.pop_back();
}

// One part of a gem's version behind a point: letters and digits, and in a pre-release hyphens.
bool take_gem_part(std::string_view& rest, bool hyphens) {
  std::size_t length = 0;
  while (length < rest.size() && (text::is_alnum(rest[length]) || (hyphens && rest[length] == '-'))) ++length;
  rest.remove_prefix(length);
  return length > 0;
}

// "1.2.a-rc-1.x": numbers, parts behind points, and behind the first hyphen a pre-release.
bool is_gem(std::string_view rest) {
  if (take_digits(rest).empty()) return false;
  bool hyphens = false;
  while (!rest.empty()) {
    if (rest[0] != '.' && (hyphens || rest[0] != '-')) return false;
    hyphens |= rest[0] == '-';
    rest.remove_prefix(1);
    if (!take_gem_part(rest, hyphens)) return false;
  }
  return true;
}

// Runs of digits and of letters; zeros at the end, and those before the first letters, do not count.
std::optional<std::vector<Part>> gem_parts(std::string_view text) {
  if (!is_gem(text)) return std::nullopt;
  std::vector<Part> parts;
  bool words = false;
  std::size_t first_word = 0;
  const auto add_word = [&](std::string_view word) {
    if (!words) {
      drop_zeros(parts, 0);
      first_word = parts.size();
    }
    words = true;
    parts.push_back({false, word});
  };
  for (std::size_t i = 0; i < text.size();) {
    const bool digit = text::is_digit(text[i]);
    if (!digit && !is_letter(text[i])) {
      if (text[i++] == '-') add_word("pre");  // "-" stands for ".pre."
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && (digit ? text::is_digit(text[end]) : is_letter(text[end]))) ++end;
    if (digit) parts.push_back({true, text.substr(i, end - i)});
    if (!digit) add_word(text.substr(i, end - i));
    i = end;
  }
  drop_zeros(parts, words ? first_word : 0);
  return parts;
}

constexpr std::pair<std::string_view, int> kStabilities[] = {
    {"alpha", 1}, {"a", 1}, {"beta", 2}, {"b", 2}, {"rc", 3}, {"stable", 4}, {"patch", 5}, {"pl", 5}, {"p", 5}};

constexpr int kStable = 4;

struct Composed {
  std::array<std::string_view, 4> numbers{};
  int stability = kStable;
  std::vector<std::string_view> tail;  // the numbers behind the stability
  bool dev = false;
};

void take_mark(std::string_view& rest) {
  if (!rest.empty() && (rest[0] == '.' || rest[0] == '-' || rest[0] == '_')) rest.remove_prefix(1);
}

void take_stability(std::string_view& rest, Composed& it) {
  std::string_view ahead = rest;
  take_mark(ahead);
  for (const auto& [word, stability] : kStabilities) {
    if (!ahead.starts_with(word) || (ahead.size() > word.size() && is_letter(ahead[word.size()]))) continue;
    ahead.remove_prefix(word.size());
    it.stability = stability;
    rest = ahead;
    const bool counts = stability != kStable;  // the number behind "stable" says nothing
    for (;;) {
      if (!ahead.empty() && (ahead[0] == '.' || ahead[0] == '-')) ahead.remove_prefix(1);
      const std::string_view digits = take_digits(ahead);
      if (digits.empty()) return;
      if (counts) it.tail.push_back(digits);
      rest = ahead;
    }
  }
}

// `text` is in lower case.
std::optional<Composed> composed(std::string_view text) {
  Composed it;
  if (text.starts_with('v')) text.remove_prefix(1);
  text = text.substr(0, text.find('+'));
  for (std::size_t i = 0; i < it.numbers.size(); ++i) {
    it.numbers[i] = take_digits(text);
    if (it.numbers[i].empty()) return std::nullopt;
    const bool more = text.size() > 1 && text[0] == '.' && text::is_digit(text[1]);
    if (!more) break;
    if (i + 1 < it.numbers.size()) text.remove_prefix(1);
  }
  take_stability(text, it);
  take_mark(text);
  it.dev = text == "dev";
  if (!text.empty() && !it.dev) return std::nullopt;
  if (it.dev && it.stability == kStable) it.stability = 0;  // a snapshot comes before all of its stabilities
  return it;
}

std::weak_ordering compare(const Composed& a, const Composed& b) {
  for (std::size_t i = 0; i < a.numbers.size(); ++i) {
    if (const auto order = compare_numbers(a.numbers[i], b.numbers[i]); order != 0) return order;
  }
  if (a.stability != b.stability) return a.stability <=> b.stability;
  for (std::size_t i = 0; i < std::max(a.tail.size(), b.tail.size()); ++i) {
    const std::string_view left = i < a.tail.size() ? a.tail[i] : "", right = i < b.tail.size() ? b.tail[i] : "";
    if (const auto order = compare_numbers(left, right); order != 0) return order;
  }
  return b.dev <=> a.dev;
}

// --- PHP's version_compare ---

// Points where it puts them: for all other marks, and between digits and letters; never two in a row.
std::string with_points(std::string_view version) {
  std::string out(version.substr(0, 1));
  for (std::size_t i = 1; i < version.size(); ++i) {
    const char before = version[i - 1], c = version[i];
    const bool mark = !text::is_alnum(c);
    const bool turn = !mark && before != '.' && text::is_digit(before) != text::is_digit(c);
    if ((mark || turn) && out.back() != '.') out += '.';
    if (!mark) out += c;
  }
  return out;
}

// By how it begins; 4 is a number, and words that it does not know come before all others.
int form_of(std::string_view part) {
  constexpr std::pair<std::string_view, int> kForms[] = {{"dev", 0}, {"alpha", 1}, {"a", 1}, {"beta", 2}, {"b", 2},
                                                         {"RC", 3},  {"rc", 3},    {"#", 4}, {"pl", 5},   {"p", 5}};
  if (!part.empty() && text::is_digit(part[0])) return 4;
  const auto* const found = std::ranges::find_if(kForms, [&](const auto& it) { return part.starts_with(it.first); });
  return found == std::end(kForms) ? -1 : found->second;
}

std::strong_ordering compare_php_parts(std::string_view a, std::string_view b) {
  const bool numbers = !a.empty() && !b.empty() && text::is_digit(a[0]) && text::is_digit(b[0]);
  return numbers ? compare_numbers(a, b) : form_of(a) <=> form_of(b);
}

std::strong_ordering compare_php(std::string_view a, std::string_view b) {
  const auto left = text::split(a, '.'), right = text::split(b, '.');
  const std::size_t common = std::min(left.size(), right.size());
  for (std::size_t i = 0; i < common; ++i) {
    if (const auto order = compare_php_parts(left[i], right[i]); order != 0) return order;
  }
  if (left.size() == right.size()) return std::strong_ordering::equal;
  // What follows on one side stands against a number, and is later when it is one.
  const bool later = form_of(left.size() > common ? left[common] : right[common]) >= 4;
  return later == (left.size() > common) ? std::strong_ordering::greater : std::strong_ordering::less;
}

// PHP orders what begins or ends with a point by which of the two stands first: that is no order.
bool has_parts(std::string_view points) {
  return !points.empty() && text::is_alnum(points[0]) && !points.ends_with('.');
}

std::string_view without_v(std::string_view version) {
  while (version.starts_with('v') || version.starts_with('V')) version.remove_prefix(1);
  return version;
}

// --- lists of numbers ---

std::optional<std::vector<std::string_view>> numbers_between(std::string_view text, std::string_view marks) {
  std::vector<std::string_view> numbers;
  for (;;) {
    numbers.push_back(take_digits(text));
    if (numbers.back().empty()) return std::nullopt;
    if (text.empty()) return numbers;
    if (marks.find(text[0]) == std::string_view::npos) return std::nullopt;
    text.remove_prefix(1);
  }
}

// Of lists that begin alike the longer one is later.
Order compare_lists(std::string_view a, std::string_view b, std::string_view marks) {
  const auto left = numbers_between(a, marks), right = numbers_between(b, marks);
  if (!left || !right) return std::nullopt;
  for (std::size_t i = 0; i < std::min(left->size(), right->size()); ++i) {
    if (const auto order = compare_numbers((*left)[i], (*right)[i]); order != 0) return order;
  }
  return left->size() <=> right->size();
}

}  // namespace

Order packagist(std::string_view a, std::string_view b) {
  a = without_v(a);
  b = without_v(b);
  const std::string left = with_points(a), right = with_points(b);
  if (!has_parts(left) || !has_parts(right)) return std::nullopt;
  return compare_php(left, right);
}

Order cran(std::string_view a, std::string_view b) { return compare_lists(a, b, ".-"); }
Order hackage(std::string_view a, std::string_view b) { return compare_lists(a, b, "."); }

Order gem(std::string_view a, std::string_view b) {
  const auto left = gem_parts(a), right = gem_parts(b);
  if (!left || !right) return std::nullopt;
  constexpr Part kZero{true, "0"};
  for (std::size_t i = 0; i < std::max(left->size(), right->size()); ++i) {
    const Part x = i < left->size() ? (*left)[i] : kZero, y = i < right->size() ? (*right)[i] : kZero;
    if (x.number != y.number) return x.number <=> y.number;
    const auto order = x.number ? compare_numbers(x.text, y.text) : x.text <=> y.text;
    if (order != 0) return order;
  }
  return std::weak_ordering::equivalent;
}

Order composer(std::string_view a, std::string_view b) {
  const std::string left_text = text::lower(a), right_text = text::lower(b);
  const auto left = composed(left_text), right = composed(right_text);
  if (!left || !right) return std::nullopt;
  return compare(*left, *right);
}

}  // namespace gatepost::versions
