// Versions of RubyGems and Composer.
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

// Runs of digits and of letters; zeros at the end, and those before the first letters, do not count.
std::optional<std::vector<Part>> gem_parts(std::string_view text) {
  std::vector<Part> parts;
  bool words = false;
  std::size_t first_word = 0;
  if (text.empty() || !text::is_digit(text[0]) || !text::is_alnum(text.back())) return std::nullopt;
  for (std::size_t i = 0; i < text.size();) {
    const bool digit = text::is_digit(text[i]);
    if (!digit && !is_letter(text[i])) {
      if ((text[i] != '.' && text[i] != '-') || !text::is_alnum(text[i + 1])) return std::nullopt;
      if (text[i] == '-' && !words) {  // "-" stands for ".pre."
        drop_zeros(parts, 0);
        words = true;
        first_word = parts.size();
      }
      if (text[i] == '-') parts.push_back({false, "pre"});
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && (digit ? text::is_digit(text[end]) : is_letter(text[end]))) ++end;
    if (!digit && !words) {
      drop_zeros(parts, 0);
      words = true;
      first_word = parts.size();
    }
    parts.push_back({digit, text.substr(i, end - i)});
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
    for (;;) {
      if (!ahead.empty() && (ahead[0] == '.' || ahead[0] == '-')) ahead.remove_prefix(1);
      const std::string_view digits = take_digits(ahead);
      if (digits.empty()) return;
      it.tail.push_back(digits);
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

}  // namespace

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
