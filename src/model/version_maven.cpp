// Versions of Maven. A hyphen, and every change between digits and letters, opens a list inside the list, which is
// therefore always the last item of its holder: a version is a chain of lists.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "model/version.hpp"

namespace gatepost::versions {
namespace {

struct Item {
  bool number = false;
  std::string text;
};
using Level = std::vector<Item>;

// Qualifiers in their order; "" is the release.
constexpr std::array<std::string_view, 7> kQualifiers = {"alpha", "beta", "milestone", "rc", "snapshot", "", "sp"};
constexpr int kRelease = 5;

std::string qualifier(std::string_view word, bool before_digit) {
  if (before_digit && word == "a") return "alpha";
  if (before_digit && word == "b") return "beta";
  if (before_digit && word == "m") return "milestone";
  if (word == "ga" || word == "final" || word == "release") return "";
  return word == "cr" ? "rc" : std::string(word);
}

int rank(std::string_view word) { return static_cast<int>(std::ranges::find(kQualifiers, word) - kQualifiers.begin()); }

std::strong_ordering compare_words(std::string_view a, std::string_view b) {
  if (const auto order = rank(a) <=> rank(b); order != 0) return order;
  return a <=> b;
}

// Against nothing: 0 and the release are the same as nothing.
std::strong_ordering against_nothing(const Item& item) {
  if (item.number) return compare_numbers(item.text, "");
  return rank(item.text) <=> kRelease;
}
bool is_nothing(const Item& item) { return against_nothing(item) == 0; }

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::vector<Level> run() {
    for (std::size_t i = 0; i < text_.size(); ++i) {
      const char c = text_[i];
      if (c == '.' || c == '-') {
        add(i, false);
        if (c == '-') levels_.emplace_back();
        begin_ = i + 1;
      } else if (i > begin_ && text::is_digit(c) != text::is_digit(text_[i - 1])) {
        if (text::is_digit(c)) open_before_word();
        add(i, text::is_digit(c));
        levels_.emplace_back();
        begin_ = i;
      }
    }
    if (begin_ < text_.size()) {
      if (!text::is_digit(text_.back())) open_before_word();
      add(text_.size(), false);
    }
    trim();
    return std::move(levels_);
  }

 private:
  // ".x" at the end, or before digits, is "-x".
  void open_before_word() {
    if (!levels_.back().empty()) levels_.emplace_back();
  }
  // The part that ends here; an empty one is 0.
  void add(std::size_t end, bool before_digit) {
    const std::string_view part = text_.substr(begin_, end - begin_);
    const bool number = part.empty() || text::is_digit(part[0]);
    levels_.back().push_back({number, number ? std::string(part) : qualifier(part, before_digit)});
  }

  // What equals nothing at the end of a list does not count, from the innermost list to the outermost.
  void trim() {
    for (std::size_t i = levels_.size(); i-- > 0;) {
      while (!levels_[i].empty() && is_nothing(levels_[i].back())) levels_[i].pop_back();
      if (levels_[i].empty() && i > 0) {
        // An empty list in the middle of the chain holds the next one; only an empty end vanishes.
        if (i + 1 == levels_.size()) levels_.pop_back();
      }
    }
  }

  std::string_view text_;
  std::size_t begin_ = 0;
  std::vector<Level> levels_{1};
};

// The list that begins at `level`, against nothing.
std::strong_ordering list_against_nothing(const std::vector<Level>& chain, std::size_t level) {
  for (; level < chain.size(); ++level) {
    for (const Item& item : chain[level]) {
      if (const auto order = against_nothing(item); order != 0) return order;
    }
  }
  return std::strong_ordering::equal;
}

// "1.x" < "1-list" < "1.1".
std::strong_ordering list_against_item(const Item& item) {
  return item.number ? std::strong_ordering::less : std::strong_ordering::greater;
}

std::strong_ordering reversed(std::strong_ordering order) { return 0 <=> order; }

std::strong_ordering compare_items(const Item& a, const Item& b) {
  if (a.number != b.number) return a.number <=> b.number;
  return a.number ? compare_numbers(a.text, b.text) : compare_words(a.text, b.text);
}

std::strong_ordering compare(const std::vector<Level>& a, const std::vector<Level>& b) {
  for (std::size_t level = 0;; ++level) {
    const Level &left = a[level], &right = b[level];
    const bool left_list = level + 1 < a.size(), right_list = level + 1 < b.size();
    const std::size_t common = std::min(left.size(), right.size());
    for (std::size_t i = 0; i < common; ++i) {
      if (const auto order = compare_items(left[i], right[i]); order != 0) return order;
    }
    if (left.size() == right.size() && left_list && right_list) continue;
    // One side ends here, or its list stands against an item of the other.
    if (left_list && common < right.size()) return list_against_item(right[common]);
    if (right_list && common < left.size()) return reversed(list_against_item(left[common]));
    for (std::size_t i = common; i < left.size(); ++i) {
      if (const auto order = against_nothing(left[i]); order != 0) return order;
    }
    for (std::size_t i = common; i < right.size(); ++i) {
      if (const auto order = reversed(against_nothing(right[i])); order != 0) return order;
    }
    if (left_list) return list_against_nothing(a, level + 1);
    return right_list ? reversed(list_against_nothing(b, level + 1)) : std::strong_ordering::equal;
  }
}

}  // namespace

Order maven(std::string_view a, std::string_view b) {
  const std::string left = text::lower(a), right = text::lower(b);
  return compare(Parser(left).run(), Parser(right).run());
}

}  // namespace gatepost::versions
