#include "doc/json_plain.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "base/json_text.hpp"
#include "base/text.hpp"
#include "doc/json_skeleton.hpp"
#include "doc/scan.hpp"

namespace gatepost::doc {

// Stands before everything but the first of a container.
inline bool PlainReader::comma(char c) {
  if (std::exchange(just_opened_, false)) return true;
  if (c != ',') return false;
  ++at_;
  return true;
}

bool PlainReader::unescape(std::string_view& text) {
  bool broken = false;
  std::string plain = unescape_json(text, &broken);
  if (broken) return false;
  if (lenient_ && text::has_controls(plain)) plain = text::without_terminal_codes(plain);
  text = tree_.keep(std::move(plain));
  return true;
}

inline bool PlainReader::string(std::string_view& text) {
  const char* const begin = text_.data() + at_ + 1;
  const char* const end = text_.data() + text_.size();
  const char* p = find_in_string(begin, end);
  bool escapes = false;
  for (; p < end && *p == '\\'; p = find_in_string(p, end)) {
    escapes = true;
    if (end - p < 2) return false;
    p += p[1] == '"' || p[1] == '\\' ? 2 : 1;
  }
  if (p >= end || *p != '"') return false;
  text = {begin, static_cast<std::size_t>(p - begin)};
  at_ = static_cast<std::size_t>(p + 1 - text_.data());
  return text.size() < limits_.string_bytes && (!escapes || unescape(text));
}

// What follows is looked at by whoever reads on: "1x" is a number with no comma behind it. At the end of a piece there
// may be more of it.
inline bool PlainReader::scalar(Kind kind, std::size_t end) {
  if (end == text_.size() && !last_) return false;
  tree_.scalar(kind, text_.substr(at_, end - at_), offset_ + at_);
  at_ = end;
  return true;
}

inline bool PlainReader::text_value() {
  const std::size_t begin = at_;
  std::string_view text;
  if (!string(text)) return false;
  tree_.scalar(Kind::string, text, offset_ + begin);
  return true;
}

inline bool PlainReader::word(std::string_view word, Kind kind) {
  if (text_.substr(at_, word.size()) != word) return false;
  return scalar(kind, at_ + word.size());
}

// -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
inline bool PlainReader::number() {
  std::size_t at = at_;
  const auto is = [&](char c) { return at < text_.size() && text_[at] == c; };
  const auto digits = [&] {
    const std::size_t begin = at;
    while (at < text_.size() && text::is_digit(text_[at])) ++at;
    return at > begin;
  };
  if (is('-')) ++at;
  const bool zero = is('0');
  const std::size_t first = at;
  if (!digits() || (zero && at > first + 1)) return false;
  if (is('.') && (++at, !digits())) return false;
  if (is('e') || is('E')) {
    ++at;
    if (is('+') || is('-')) ++at;
    if (!digits()) return false;
  }
  return scalar(Kind::number, at);
}

bool PlainReader::read() {
  if (!value()) return false;
  while (tree_.depth() > depth_) {
    if (!(tree_.in_object() ? member() : item())) return false;
  }
  return only_blanks_left();
}

bool PlainReader::children() {
  just_opened_ = true;
  while (tree_.depth() > depth_ || !only_blanks_left()) {
    if (!(tree_.in_object() ? member() : item()) || tree_.depth() < depth_) return false;
  }
  return true;
}

bool PlainReader::step() {
  const std::size_t at = at_;
  const bool opened = just_opened_;
  if (tree_.in_object() ? member() : item()) return true;
  at_ = at;
  just_opened_ = opened;
  return false;
}

void PlainReader::go_on(std::string_view text, std::size_t at, std::uint64_t offset, bool last, std::size_t gone) {
  text_ = text;
  at_ = at;
  offset_ = offset;
  last_ = last;
  gone_ = gone;
}

bool PlainReader::item() {
  const char c = skip_blanks();
  if (c == ']') return close();
  return comma(c) && value();
}

bool PlainReader::member() {
  char c = skip_blanks();
  if (c == '}') return close();
  if (!comma(c)) return false;
  c = skip_blanks();
  const std::size_t begin = at_;
  std::string_view key;
  if (c != '"' || !string(key)) return false;
  tree_.key(key, offset_ + begin);
  if (skip_blanks() != ':') return false;
  ++at_;
  return value();
}

bool PlainReader::value() {
  just_opened_ = false;
  if (values() >= limits_.values) return false;
  switch (const char c = skip_blanks(); c) {
    case '{':
    case '[':
      return open(c == '{' ? Kind::object : Kind::array);
    case '"':
      return text_value();
    case 't':
      return word("true", Kind::boolean);
    case 'f':
      return word("false", Kind::boolean);
    case 'n':
      return word("null", Kind::null);
    default:
      return number();
  }
}

bool PlainReader::pass_over(Kind kind) {
  if (passer_ == nullptr || tree_.depth() == 0) return false;
  const std::size_t deeper = tree_.depth() - depth_;
  if (deeper >= limits_.depth) return false;
  const auto length = passer_->pass(text_, at_, limits_.values - values(), limits_.depth - deeper);
  if (!length) return false;
  tree_.scalar(kind, text_.substr(at_, *length), offset_ + at_);
  at_ += *length;
  return true;
}

bool PlainReader::open(Kind kind) {
  if (pass_over(kind)) return true;
  if (tree_.depth() >= depth_ + limits_.depth) return false;
  tree_.open(kind, offset_ + at_++);
  just_opened_ = true;
  return true;
}

bool PlainReader::close() {
  tree_.close();
  just_opened_ = false;
  ++at_;
  return true;
}

bool add_plain_json(TreeBuilder& tree, std::size_t begin, std::size_t end, const Limits& limits, bool lenient) {
  const TreeBuilder::Mark before = tree.mark();
  if (PlainReader(tree, tree.source().substr(0, end), begin, limits, lenient).read()) return true;
  tree.back_to(before);
  return false;
}

bool add_plain_children(TreeBuilder& tree, std::uint64_t offset, const Limits& limits) {
  return PlainReader(tree, tree.source(), 0, limits, true, offset).children();
}

bool add_plain_lines(TreeBuilder& tree, std::uint64_t offset, const Limits& limits) {
  const std::string_view text = tree.source();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    PlainReader line(tree, text.substr(0, end), at, limits, true, offset);
    if (!line.only_blanks_left() && !(line.at_container() && line.read())) return false;
    at = end + 1;
  }
  return true;
}

}  // namespace gatepost::doc
