// Takes an expression apart, from the left.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace gatepost::ingest::mapping {

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) { skip_blanks(); }
  [[nodiscard]] std::string_view source() const { return source_; }

  [[nodiscard]] bool at_end() const { return at_ == source_.size(); }
  [[nodiscard]] std::size_t column() const { return at_ + 1; }
  [[nodiscard]] bool at_text() const { return peek() == '\'' || peek() == '"'; }
  [[nodiscard]] bool at_number() const;
  // A member is asked for next: ".name".
  [[nodiscard]] bool at_member() const { return peek() == '.'; }
  // A name follows without a blank: "$header".
  [[nodiscard]] bool at_name_immediately() const { return !blank_before_ && at_name(); }

  // Goes past a sign, if it is next.
  bool take(std::string_view sign);
  bool take_word(std::string_view word);
  Status need(std::string_view sign);
  Result<std::string> name();
  // "name", "@attribute", "#text" or any name in quotes.
  Result<std::string> member_name();
  // A text in quotes, without them, or a number as it is written. In a text \' is a quote; nothing else is escaped.
  Result<std::string> literal();

  [[nodiscard]] Error unexpected(std::string_view wanted) const;
  [[nodiscard]] Error failure(std::string why) const { return failure(std::move(why), column()); }
  [[nodiscard]] Error failure(std::string why, std::size_t column) const;

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }
  [[nodiscard]] bool at_name() const;
  void skip_blanks();
  void go(std::size_t bytes);

  std::string_view source_;
  std::size_t at_ = 0;
  bool blank_before_ = false;
};

}  // namespace gatepost::ingest::mapping
