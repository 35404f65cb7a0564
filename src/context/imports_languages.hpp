// The scanners behind imports.hpp, and what they share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/text.hpp"
#include "context/imports.hpp"

namespace gatepost::context::imports {

bool javascript(std::string_view text, const ImportSink& sink);
bool python(std::string_view text, const ImportSink& sink);
bool go(std::string_view text, const ImportSink& sink);
bool java(std::string_view text, const ImportSink& sink);
bool rust(std::string_view text, const ImportSink& sink);

// A place in a text that counts lines.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  // 0 beyond the end, as for a NUL.
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  [[nodiscard]] bool starts_with(std::string_view word) const { return text_.substr(at_).starts_with(word); }
  [[nodiscard]] std::uint32_t line() const { return line_; }
  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] std::string_view since(std::size_t begin) const { return text_.substr(begin, at_ - begin); }

  void next() {
    if (at_end()) return;
    line_ += text_[at_++] == '\n' ? 1 : 0;
  }
  void skip(std::size_t count) {
    for (; count > 0 && !at_end(); --count) next();
  }
  void skip_line() {
    while (!at_end() && peek() != '\n') next();
  }
  // Past the end of a comment that has begun; false when there is none.
  bool skip_beyond(std::string_view end) {
    while (!at_end() && !starts_with(end)) next();
    const bool found = !at_end();
    skip(end.size());
    return found;
  }
  std::string_view word() {
    const std::size_t begin = at_;
    while (is_word(peek())) next();
    return since(begin);
  }
  // A literal on one line that has begun with `quote`, which comes next; without the quotes. It ends with the line at
  // the latest.
  std::string_view literal(char quote, bool escapes = true) {
    next();
    const std::size_t begin = at_;
    while (!at_end() && peek() != quote && peek() != '\n') skip(escapes && peek() == '\\' ? 2 : 1);
    const std::string_view inside = since(begin);
    if (peek() == quote) next();
    return inside;
  }
  static bool is_word(char c) {
    return text::is_alnum(c) || c == '_' || c == '$' || static_cast<unsigned char>(c) > 127;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
};

}  // namespace gatepost::context::imports
