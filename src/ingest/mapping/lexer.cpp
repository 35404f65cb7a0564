#include "ingest/mapping/lexer.hpp"

#include <fmt/core.h>

#include "base/text.hpp"

namespace gatepost::ingest::mapping {
namespace {

bool is_name_byte(char c) { return text::is_alnum(c) || c == '_'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

void Lexer::skip_blanks() {
  blank_before_ = false;
  while (is_blank(peek())) {
    ++at_;
    blank_before_ = true;
  }
}

void Lexer::go(std::size_t bytes) {
  at_ += bytes;
  skip_blanks();
}

bool Lexer::at_name() const { return is_name_byte(peek()) && !text::is_digit(peek()); }

bool Lexer::at_number() const { return text::is_digit(peek()) || (peek() == '-' && text::is_digit(peek(1))); }

bool Lexer::take(std::string_view sign) {
  if (source_.substr(at_, sign.size()) != sign) return false;
  // "<" is not the beginning of "<=".
  if ((sign == "<" || sign == ">") && peek(1) == '=') return false;
  go(sign.size());
  return true;
}

bool Lexer::take_word(std::string_view word) {
  if (source_.substr(at_, word.size()) != word || is_name_byte(peek(word.size()))) return false;
  go(word.size());
  return true;
}

Status Lexer::need(std::string_view sign) {
  if (take(sign)) return Done{};
  return unexpected(fmt::format("\"{}\"", sign));
}

Result<std::string> Lexer::name() {
  if (!at_name()) return unexpected("a name");
  std::size_t length = 0;
  while (is_name_byte(peek(length))) ++length;
  std::string name(source_.substr(at_, length));
  go(length);
  return name;
}

Result<std::string> Lexer::member_name() {
  if (at_text()) return literal();
  std::size_t length = peek() == '@' || peek() == '#' ? 1 : 0;
  const std::size_t sign = length;
  // A hyphen belongs to the name of an attribute: nothing is subtracted here.
  while (is_name_byte(peek(length)) || (peek(length) == '-' && length > sign && is_name_byte(peek(length + 1))))
    ++length;
  if (length == sign) return unexpected("the name of a member");
  std::string name(source_.substr(at_, length));
  go(length);
  return name;
}

Result<std::string> Lexer::literal() {
  if (at_text()) {
    const char quote = peek();
    std::string text;
    std::size_t length = 1;
    for (; peek(length) != quote; ++length) {
      if (at_ + length >= source_.size()) return failure("the text has no closing quote");
      if (peek(length) == '\\' && peek(length + 1) == quote) ++length;
      text += peek(length);
    }
    go(length + 1);
    return text;
  }
  if (!at_number()) return unexpected("a text in quotes or a number");
  std::size_t length = 1;
  while (text::is_digit(peek(length)) || peek(length) == '.') ++length;
  std::string digits(source_.substr(at_, length));
  go(length);
  return digits;
}

Error Lexer::unexpected(std::string_view wanted) const {
  const std::string found = at_end() ? "the end" : fmt::format("\"{}\"", text::printable(source_.substr(at_, 12), 20));
  return failure(fmt::format("expected {}, found {}", wanted, found));
}

Error Lexer::failure(std::string why, std::size_t column) const {
  return error(ErrorKind::config, fmt::format("column {}: {}", column, why));
}

}  // namespace gatepost::ingest::mapping
