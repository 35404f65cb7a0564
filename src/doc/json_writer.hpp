// Writes JSON front to back into one string, with keys in the order they are written.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatepost::doc {

// Commas and, when asked for, line breaks are put in by itself. Text that is not UTF-8 is made so. A number that is not
// finite cannot be written: give tenths or parts per million as integers, or leave the key out.
class JsonWriter {
 public:
  enum class Style { compact, indented };
  explicit JsonWriter(Style style = Style::compact) : style_(style) {}

  JsonWriter& begin_object() { return begin('{'); }
  JsonWriter& end_object() { return end('}'); }
  JsonWriter& begin_array() { return begin('['); }
  JsonWriter& end_array() { return end(']'); }
  JsonWriter& key(std::string_view key);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  // A truth value or a whole number.
  template <std::integral T>
  JsonWriter& value(T number) {
    if constexpr (std::same_as<T, bool>) {
      return raw(number ? "true" : "false");
    } else {
      char digits[24];
      const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
      return raw({digits, static_cast<std::size_t>(end - digits)});
    }
  }
  // Tenths as a decimal number: 77 is 7.7, 70 is 7.
  JsonWriter& tenths(std::int64_t tenths);
  // Bytes that are JSON already.
  JsonWriter& raw(std::string_view json);

  // The next item, to be appended to what is returned as finished JSON.
  std::string& by_hand() {
    separate();
    return out_;
  }

  template <class T>
  JsonWriter& field(std::string_view name, const T& content) {
    return key(name).value(content);
  }
  // The next item of a compact document, or the bracket that closes its container, begins a line.
  JsonWriter& line_break() {
    break_ = true;
    return *this;
  }
  // Left out when empty: unknown means absent.
  JsonWriter& optional_field(std::string_view name, std::string_view content) {
    return content.empty() ? *this : field(name, content);
  }

  [[nodiscard]] const std::string& text() const { return out_; }
  std::string take() { return std::move(out_); }
  // Hands over what was written so far, so that a large document never lies in memory as a whole.
  std::string drain() {
    std::string part;
    part.swap(out_);
    return part;
  }
  // Forgets what was written so far, but not how much memory it took: for a caller that passed text() on.
  void clear_text() { out_.clear(); }

 private:
  JsonWriter& begin(char bracket);
  JsonWriter& end(char bracket);
  void separate();
  void new_line();

  Style style_;
  std::string out_;
  std::vector<char> has_items_;  // for each open container: 1 when it is not empty
  bool after_key_ = false;
  bool break_ = false;
};

}  // namespace gatepost::doc
