// The fast way through one element of a streamed array: forward only, nothing is copied that is not asked for. For
// small documents use View (json.hpp), which is kinder.
#pragma once

#include <simdjson.h>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/json_text.hpp"
#include "doc/json_stream.hpp"

namespace gatepost::doc {

// The bytes between the quotes of a string literal, as they stand in the window.
struct RawString {
  std::string_view bytes;
  bool escaped = false;  // has a backslash
};

// One value, to be looked at once and in the order of the file. A value that is of another type than asked for gives
// the empty value; damage inside the element is remembered and reported by ElementParser::parse.
class Cursor {
 public:
  // Calls `visit(std::string_view key, Cursor value)` for each member of an object. Equal keys come one after the
  // other: assigning what comes makes the last one count.
  template <class Visit>
  void members(Visit&& visit) {
    simdjson::ondemand::object object;
    if (first() != '{' || failed(value_.get_object().get(object))) return;
    for (auto member : object) {
      simdjson::ondemand::field field;
      if (failed(std::move(member).get(field))) return;
      std::string scratch;
      const std::string_view key = key_text(field, scratch);
      visit(key, Cursor(field.value(), *failure_));
      if (*failure_ != simdjson::SUCCESS) return;
    }
  }

  // Calls `visit(Cursor item)` for each item of an array.
  template <class Visit>
  void items(Visit&& visit) {
    simdjson::ondemand::array array;
    if (first() != '[' || failed(value_.get_array().get(array))) return;
    for (auto item : array) {
      simdjson::ondemand::value value;
      if (failed(std::move(item).get(value))) return;
      visit(Cursor(value, *failure_));
      if (*failure_ != simdjson::SUCCESS) return;
    }
  }

  [[nodiscard]] bool is_object() { return first() == '{'; }
  [[nodiscard]] bool is_array() { return first() == '['; }
  [[nodiscard]] bool is_string() { return first() == '"'; }
  [[nodiscard]] bool is_null() { return first() == 'n'; }

  // Of a string; {} otherwise.
  RawString raw_string() {
    const std::string_view bytes = token();
    if (bytes.size() < 2 || bytes.front() != '"' || bytes.back() != '"') return {};
    const std::string_view inside = bytes.substr(1, bytes.size() - 2);
    return {inside, inside.find('\\') != std::string_view::npos};
  }
  // The text of a string; `scratch` holds it when it had to be unescaped. "" for anything else.
  std::string_view text(std::string& scratch) {
    const RawString raw = raw_string();
    if (!raw.escaped) return raw.bytes;
    scratch = unescape_json(raw.bytes);
    return scratch;
  }
  // Of a number without fraction; also when it is written as a string, which some tools do.
  std::optional<std::int64_t> integer() { return number_as<std::int64_t>(); }
  std::optional<double> number() { return number_as<double>(); }
  std::optional<bool> boolean() {
    const std::string_view bytes = token();
    if (bytes == "true") return true;
    if (bytes == "false") return false;
    return std::nullopt;
  }

 private:
  friend class ElementParser;
  Cursor(simdjson::ondemand::value value, simdjson::error_code& failure) : value_(value), failure_(&failure) {}

  bool failed(simdjson::error_code code) {
    if (code != simdjson::SUCCESS) *failure_ = code;
    return code != simdjson::SUCCESS;
  }
  char first() {
    const std::string_view raw = value_.raw_json_token();
    return raw.empty() ? '\0' : raw.front();
  }
  // The value's first token without the blanks behind it: all of a scalar.
  std::string_view token() {
    std::string_view raw = value_.raw_json_token();
    while (!raw.empty() && static_cast<unsigned char>(raw.back()) <= ' ') raw.remove_suffix(1);
    return raw;
  }
  template <class Number>
  std::optional<Number> number_as() {
    std::string_view digits = token();
    if (digits.size() > 2 && digits.front() == '"') digits = digits.substr(1, digits.size() - 2);
    Number number{};
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (failure != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return number;
  }
  static std::string_view key_text(simdjson::ondemand::field& field, std::string& scratch) {
    const char* const begin = field.key().raw();
    const char* end = begin;
    bool escaped = false;
    for (; *end != '"'; ++end) {
      if (*end != '\\') continue;
      escaped = true;
      ++end;
    }
    const std::string_view raw(begin, static_cast<std::size_t>(end - begin));
    if (!escaped) return raw;
    scratch = unescape_json(raw);
    return scratch;
  }

  simdjson::ondemand::value value_;
  simdjson::error_code* failure_;
};

// Parses the elements of windows; keeps its buffers between calls. One per thread.
class ElementParser {
 public:
  // Calls `visit(Cursor)` on the element. Returns why the element is damaged, or nullptr; why_not_json tells more. What
  // the visitor does not look at is checked for its strings and UTF-8, not for its grammar.
  template <class Visit>
  const char* parse(const Window& window, const Window::Element& element, Visit&& visit) {
    if (element.length == 0) return "nested too deeply";
    simdjson::ondemand::document document;
    const char* const begin = window.buffer.data() + element.begin;
    auto failure = parser_.iterate(begin, element.length, window.buffer.size() - element.begin).get(document);
    if (failure != simdjson::SUCCESS) return simdjson::error_message(failure);
    bool scalar = false;
    failure = document.is_scalar().get(scalar);
    if (failure != simdjson::SUCCESS) return simdjson::error_message(failure);
    if (scalar) return "not an object";
    simdjson::ondemand::value root;
    failure = document.get_value().get(root);
    if (failure == simdjson::SUCCESS) visit(Cursor(root, failure));
    return failure == simdjson::SUCCESS ? nullptr : simdjson::error_message(failure);
  }

 private:
  simdjson::ondemand::parser parser_;
};

}  // namespace gatepost::doc
