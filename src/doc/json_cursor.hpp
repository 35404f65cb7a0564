// The fast way through one element of a streamed array: forward only, nothing is copied that is not asked for. For
// small documents use View (json.hpp), which is kinder.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "doc/json_stream.hpp"

namespace gatepost::doc {

// The name of a member. Readers compare it with many literals, so that has to be quick.
class Key {
 public:
  explicit Key(std::string_view text) : text_(text), beginning_(beginning_of(text)) {}
  operator std::string_view() const { return text_; }  // NOLINT(google-explicit-constructor): it is a text

  template <std::size_t N>
  friend bool operator==(const Key& key, const char (&name)[N]) {
    constexpr std::size_t kSize = N - 1;
    if (key.text_.size() != kSize || key.beginning_ != beginning_of({name, kSize})) return false;
    if constexpr (kSize <= 8) return true;
    if constexpr (kSize <= 16)
      return load<std::uint64_t>(&key.text_[kSize - 8]) == load<std::uint64_t>(name + kSize - 8);
    return key.text_ == std::string_view(name, kSize);
  }

 private:
  template <class Number>
  static Number load(const char* from) {
    Number number = 0;
    std::memcpy(&number, from, sizeof number);
    return number;
  }
  // A number that differs when one of the first eight bytes does; of texts that are equally long.
  static std::uint64_t beginning_of(std::string_view text) {
    const char* const begin = text.data();
    if (text.size() >= 8) return load<std::uint64_t>(begin);
    if (text.size() >= 4)
      return std::uint64_t{load<std::uint32_t>(begin)} << 32U | load<std::uint32_t>(begin + text.size() - 4);
    std::uint64_t number = 0;
    for (const char c : text) number = number << 8U | static_cast<unsigned char>(c);
    return number;
  }

  std::string_view text_;
  std::uint64_t beginning_;
};

namespace detail {

// What a token does to the depth.
inline constexpr std::array<std::int8_t, 256> kNesting = [] {
  std::array<std::int8_t, 256> nesting{};
  nesting['{'] = nesting['['] = 1;
  nesting['}'] = nesting[']'] = -1;
  return nesting;
}();

inline bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// Line numbers have a few digits and no sign: half of a general parser's work is done for nothing there.
inline std::optional<std::int64_t> short_number(std::string_view digits) {
  constexpr std::size_t kLongest = 9;
  if (digits.empty() || digits.size() > kLongest) return std::nullopt;
  std::int64_t number = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  return number;
}

// An element cut into tokens: where each bracket, colon, comma, string and scalar begins.
struct Tokens {
  const char* text = nullptr;
  std::uint32_t length = 0;
  const std::uint32_t* end = nullptr;  // behind the last token
  const char* problem = nullptr;       // the first damage that was met
  // The last value whose inside was visited, and the token behind it.
  const std::uint32_t* visited = nullptr;
  const std::uint32_t* behind_visited = nullptr;

  [[nodiscard]] char first(const std::uint32_t* token) const { return token < end ? text[*token] : '\0'; }
  // All of a string or scalar without the blanks behind it.
  [[nodiscard]] std::string_view whole(const std::uint32_t* token) const {
    std::uint32_t last = token + 1 < end ? token[1] : length;
    while (last > *token && is_blank(text[last - 1])) --last;
    return {text + *token, last - *token};
  }
  // The token behind the value that begins at `token`, whatever is inside.
  const std::uint32_t* skip(const std::uint32_t* token) {
    for (std::int32_t depth = 0; token < end; ++token) {
      depth += kNesting[static_cast<unsigned char>(text[*token])];
      if (depth == 0) return token + 1;
    }
    problem = "a bracket is not closed";
    return end;
  }
};

}  // namespace detail

// One value, to be looked at once and in the order of the file. A value that is of another type than asked for gives
// the empty value; damage that is met is remembered and reported by ElementParser::parse.
class Cursor {
 public:
  // Calls `visit(Key key, Cursor value)` for each member of an object. Equal keys come one after the other: assigning
  // what comes makes the last one count.
  template <class Visit>
  void members(Visit&& visit) {
    if (!is_object()) return;
    const std::uint32_t* token = at_ + 1;
    std::string scratch;
    if (tokens_->first(token) == '}') return leave(token + 1);
    for (;;) {
      const std::string_view key = string_at(token);
      if (key.data() == nullptr) return damage("a key is not a string");
      if (tokens_->first(token + 1) != ':') return damage("a colon is missing");
      if (!value_begins(token + 2)) return damage("a value is missing");
      visit(Key(unescaped(key, scratch)), Cursor(tokens_, token + 2));
      if (!behind(token + 2, token)) return;
      const char c = tokens_->first(token++);
      if (c == '}') return leave(token);
      if (c != ',') return damage("a comma is missing");
    }
  }

  // Calls `visit(Cursor item)` for each item of an array.
  template <class Visit>
  void items(Visit&& visit) {
    if (!is_array()) return;
    const std::uint32_t* token = at_ + 1;
    if (tokens_->first(token) == ']') return leave(token + 1);
    for (;;) {
      if (!value_begins(token)) return damage("a value is missing");
      visit(Cursor(tokens_, token));
      if (!behind(token, token)) return;
      const char c = tokens_->first(token++);
      if (c == ']') return leave(token);
      if (c != ',') return damage("a comma is missing");
    }
  }

  [[nodiscard]] bool is_object() const { return tokens_->first(at_) == '{'; }
  [[nodiscard]] bool is_array() const { return tokens_->first(at_) == '['; }
  [[nodiscard]] bool is_string() const { return tokens_->first(at_) == '"'; }
  [[nodiscard]] bool is_null() const { return tokens_->whole(at_) == "null"; }

  // What stands between the quotes of a string, as it stands in the window; {} otherwise.
  [[nodiscard]] std::string_view raw_text() const { return string_at(at_); }
  // The text of a string; `scratch` holds it when it had to be unescaped. "" for anything else.
  std::string_view text(std::string& scratch) const { return unescaped(string_at(at_), scratch); }
  // Of a number without fraction; also when it is written as a string, which some tools do.
  [[nodiscard]] std::optional<std::int64_t> integer() const { return number_as<std::int64_t>(); }
  [[nodiscard]] std::optional<double> number() const { return number_as<double>(); }
  [[nodiscard]] std::optional<bool> boolean() const {
    const std::string_view bytes = tokens_->whole(at_);
    if (bytes == "true") return true;
    if (bytes == "false") return false;
    return std::nullopt;
  }

 private:
  friend class ElementParser;
  Cursor(detail::Tokens* tokens, const std::uint32_t* at) : tokens_(tokens), at_(at) {}

  void damage(const char* what) const {
    if (tokens_->problem == nullptr) tokens_->problem = what;
  }
  void leave(const std::uint32_t* behind) const {
    tokens_->visited = at_;
    tokens_->behind_visited = behind;
  }
  [[nodiscard]] bool value_begins(const std::uint32_t* token) const {
    const char c = tokens_->first(token);
    if (c == '"' || c == '{' || c == '[' || c == '-' || (c >= '0' && c <= '9')) return true;
    const std::string_view word = tokens_->whole(token);
    return word == "null" || word == "true" || word == "false";
  }
  // Puts the token behind a visited value into `token`; false when there is damage inside.
  bool behind(const std::uint32_t* value, const std::uint32_t*& token) const {
    token = tokens_->visited == value ? tokens_->behind_visited : tokens_->skip(value);
    return tokens_->problem == nullptr;
  }
  // What stands between the quotes of the string at `token`; {} when it is none.
  [[nodiscard]] std::string_view string_at(const std::uint32_t* token) const {
    if (tokens_->first(token) != '"') return {};
    const std::string_view whole = tokens_->whole(token);
    return whole.size() < 2 ? std::string_view{} : whole.substr(1, whole.size() - 2);
  }
  static std::string_view unescaped(std::string_view raw, std::string& scratch);
  template <class Number>
  [[nodiscard]] std::optional<Number> number_as() const {
    std::string_view digits = tokens_->whole(at_);
    if (digits.size() > 2 && digits.front() == '"') digits = digits.substr(1, digits.size() - 2);
    if constexpr (std::is_integral_v<Number>) {
      if (const auto line = detail::short_number(digits)) return *line;
    }
    Number number{};
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (failure != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return number;
  }

  detail::Tokens* tokens_;
  const std::uint32_t* at_;
};

// Parses the elements of windows; keeps its buffers between calls. One per thread.
class ElementParser {
 public:
  ElementParser();
  ElementParser(ElementParser&&) noexcept;
  ElementParser& operator=(ElementParser&&) noexcept;
  ~ElementParser();

  // Calls `visit(Cursor)` on the element. Returns why the element is damaged, or nullptr; why_not_json tells more.
  // Checked are the encoding, strings and brackets of the whole element, the grammar of objects and arrays that are
  // visited, and words; a number that is none has no value.
  template <class Visit>
  const char* parse(const Window& window, const Window::Element& element, Visit&& visit) {
    detail::Tokens tokens;
    const std::uint32_t* const first = tokenise(window, element, tokens);
    if (tokens.problem != nullptr) return tokens.problem;
    visit(Cursor(&tokens, first));
    const bool more = tokens.visited == first && tokens.behind_visited != tokens.end;
    return tokens.problem == nullptr && more ? "text after the end of the element" : tokens.problem;
  }

 private:
  class Tokeniser;
  // Cuts the element into tokens; returns the first one.
  const std::uint32_t* tokenise(const Window& window, const Window::Element& element, detail::Tokens& tokens);
  std::unique_ptr<Tokeniser> tokeniser_;
};

}  // namespace gatepost::doc
