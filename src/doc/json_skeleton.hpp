// A JSON text as nlohmann's parser gets to read it.
#pragma once

#include <cstddef>
#include <iterator>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "doc/scan.hpp"

namespace gatepost::doc {

inline std::size_t end_of_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && is_json_blank(text[at])) ++at;
  return at;
}

// What decides the grammar, without what the parser would refuse though it is JSON to us, or pile up though nobody asks
// it: strings are empty but for a control character, digits come in twos at most, and blanks alone. Neither a zero byte
// nor a byte order mark has a meaning. A blank is added, so that there always is a byte behind a number.
class JsonSkeleton {
 public:
  // Reads from `begin`. When it is lenient, control characters in strings are as other characters.
  explicit JsonSkeleton(std::string_view text, std::size_t begin = 0, bool lenient = false)
      : text_(text), at_(begin), lenient_(lenient) {}

  // Offset of the byte that was read last; text.size() of the blank that was added.
  [[nodiscard]] std::size_t last() const { return last_; }

  // True when a lenient skeleton has met control characters in a string since it was asked last.
  bool met_controls() { return std::exchange(met_controls_, false); }

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = char;
    char operator*() const { return skeleton_->current(); }
    Iterator& operator++() {
      skeleton_->advance();
      return *this;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_end() == b.at_end(); }

   private:
    friend class JsonSkeleton;
    explicit Iterator(JsonSkeleton* skeleton) : skeleton_(skeleton) {}
    [[nodiscard]] bool at_end() const { return skeleton_ == nullptr || skeleton_->at_ > skeleton_->text_.size(); }
    JsonSkeleton* skeleton_;
  };
  Iterator begin() { return Iterator(this); }  // goes on where reading stopped
  Iterator end() { return Iterator(nullptr); }

 private:
  [[nodiscard]] char current() const {
    if (at_ == text_.size()) return ' ';
    const bool ascii = static_cast<signed char>(text_[at_]) > 0;
    return ascii ? text_[at_] : '\x01';
  }

  void advance() {
    last_ = at_++;
    if (last_ == text_.size()) return;
    const char c = text_[last_];
    if (c == '"') {
      in_string_ = !in_string_;
      if (in_string_) skip_string();
    } else if (is_json_blank(c)) {
      at_ = end_of_blanks(text_, at_);
    } else if (last_ > 0 && text::is_digit(c) && text::is_digit(text_[last_ - 1])) {
      while (at_ < text_.size() && text::is_digit(text_[at_])) ++at_;
    }
  }

  // To the closing quote, a control character or the end of the text.
  void skip_string() {
    const char* const end = text_.data() + text_.size();
    const char* p = find_in_string(text_.data() + at_, end);
    for (; p < end && *p != '"'; p = find_in_string(p, end)) {
      if (*p != '\\') {
        if (!lenient_) break;
        met_controls_ = true;
        ++p;
        continue;
      }
      ++p;
      if (p < end && (*p == '"' || *p == '\\')) ++p;
    }
    at_ = static_cast<std::size_t>(p - text_.data());
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  std::size_t last_ = 0;
  bool in_string_ = false;
  bool lenient_ = false;
  bool met_controls_ = false;
};

}  // namespace gatepost::doc
