#include "policy/licence.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>

#include "base/text.hpp"

namespace gatepost::policy {
namespace {

constexpr std::size_t kLongest = 4096;  // bytes of an expression
constexpr int kDeepest = 50;            // parentheses

bool is_id(std::string_view text) {
  const auto stands = [](char c) { return text::is_alnum(c) || c == '-' || c == '.' || c == ':' || c == '+'; };
  return !text.empty() && std::ranges::all_of(text, stands);
}

bool is_operator(std::string_view token) {
  constexpr std::array<std::string_view, 3> kOperators = {"and", "or", "with"};
  return std::ranges::any_of(kOperators, [&](std::string_view it) { return text::equal_ignoring_case(it, token); });
}

// SPDX gave these names up for -only and -or-later.
std::string current_name(std::string_view id) {
  std::string name = text::lower(id);
  const bool later = name.ends_with('+');
  if (later) name.pop_back();
  const bool of_gnu =
      name.starts_with("gpl-") || name.starts_with("lgpl-") || name.starts_with("agpl-") || name.starts_with("gfdl-");
  const bool plain = of_gnu && text::is_digit(name.back());
  if (plain) return name + (later ? "-or-later" : "-only");
  return later ? name + "+" : name;
}

// One licence of an expression.
struct Term {
  std::string id, exception;  // exception: "" for none
  [[nodiscard]] bool is_in(const LicenceNames& names) const {
    const std::string whole = exception.empty() ? id : id + " with " + exception;
    const auto named = [&](const std::string& it) { return it == id || it == whole; };
    return std::ranges::any_of(names, named);
  }
};

// Whether the list says it of the whole, from whether it says it of the terms. AND binds stronger than OR.
class Reader {
 public:
  using Judge = std::function<bool(const Term&)>;
  // `one_is_enough_for_or`: an OR is what one of its sides is, an AND what both are; else the other way round.
  Reader(std::string_view text, Judge judge, bool one_is_enough_for_or)
      : judge_(std::move(judge)), or_needs_one_(one_is_enough_for_or) {
    split(text);
  }
  std::optional<bool> read() {
    const auto value = read_or(0);
    return at_ == tokens_.size() ? value : std::nullopt;
  }

 private:
  void split(std::string_view text) {
    std::size_t i = 0;
    while (i < text.size()) {
      if (text[i] == ' ' || text[i] == '\t') {
        ++i;
        continue;
      }
      std::size_t end = i + 1;
      const bool bracket = text[i] == '(' || text[i] == ')';
      while (!bracket && end < text.size() && text.find_first_of(" \t()", end) != end) ++end;
      tokens_.push_back(text.substr(i, end - i));
      i = end;
    }
  }
  [[nodiscard]] std::string_view peek() const { return at_ < tokens_.size() ? tokens_[at_] : std::string_view(); }
  bool take(std::string_view word) {
    if (!text::equal_ignoring_case(peek(), word)) return false;
    ++at_;
    return true;
  }
  std::optional<bool> read_or(int depth) { return read_chain("or", or_needs_one_, depth, &Reader::read_and); }
  std::optional<bool> read_and(int depth) { return read_chain("and", !or_needs_one_, depth, &Reader::read_one); }
  std::optional<bool> read_chain(std::string_view word, bool one_is_enough, int depth,
                                 std::optional<bool> (Reader::*read_part)(int)) {
    auto value = (this->*read_part)(depth);
    while (value && take(word)) {
      const auto other = (this->*read_part)(depth);
      if (!other) return std::nullopt;
      value = one_is_enough ? (*value || *other) : (*value && *other);
    }
    return value;
  }
  std::optional<bool> read_one(int depth) {
    if (take("(")) {
      if (depth >= kDeepest) return std::nullopt;
      const auto value = read_or(depth + 1);
      return value && take(")") ? value : std::nullopt;
    }
    const auto id = take_id();
    if (!id || text::equal_ignoring_case(*id, "NOASSERTION") || text::equal_ignoring_case(*id, "NONE"))
      return std::nullopt;
    Term term{current_name(*id), {}};
    if (take("with")) {
      const auto exception = take_id();
      if (!exception) return std::nullopt;
      term.exception = text::lower(*exception);
    }
    return judge_(term);
  }
  std::optional<std::string_view> take_id() {
    const std::string_view token = peek();
    if (!is_id(token) || is_operator(token)) return std::nullopt;
    ++at_;
    return token;
  }

  Judge judge_;
  bool or_needs_one_;
  std::vector<std::string_view> tokens_;
  std::size_t at_ = 0;
};

std::optional<bool> judge(std::string_view expression, const LicenceNames& names, bool one_is_enough_for_or) {
  if (expression.size() > kLongest) return std::nullopt;
  return Reader(expression, [&](const Term& term) { return term.is_in(names); }, one_is_enough_for_or).read();
}

}  // namespace

std::optional<std::string> licence_name(std::string_view text) {
  std::vector<std::string_view> words;
  const std::string folded = text::fold_whitespace(text);
  for (const std::string_view word : text::split(folded, ' ')) words.push_back(word);
  const bool with = words.size() == 3 && text::equal_ignoring_case(words[1], "with") && is_id(words[2]);
  if ((words.size() != 1 && !with) || !is_id(words[0]) || is_operator(words[0])) return std::nullopt;
  return current_name(words[0]) + (with ? " with " + text::lower(words[2]) : "");
}

std::optional<bool> is_allowed(std::string_view expression, const LicenceNames& names) {
  return judge(expression, names, true);
}

std::optional<bool> is_denied(std::string_view expression, const LicenceNames& names) {
  return judge(expression, names, false);
}

}  // namespace gatepost::policy
