#include "doc/json_plain.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "base/json_text.hpp"
#include "base/text.hpp"
#include "doc/json_skeleton.hpp"
#include "doc/scan.hpp"

namespace gatepost::doc {
namespace {

// Reads without recursion: what is open is told by the tree.
class PlainReader {
 public:
  PlainReader(TreeBuilder& tree, std::size_t begin, std::size_t end, const Limits& limits, bool lenient)
      : tree_(tree),
        limits_(limits),
        lenient_(lenient),
        text_(tree.source().substr(0, end)),
        at_(begin),
        depth_(tree.depth()) {}

  bool read() {
    if (!value()) return false;
    while (tree_.depth() > depth_) {
      if (!(tree_.in_object() ? member() : item())) return false;
    }
    return skip_blanks() == '\0' && at_ == text_.size();
  }

 private:
  // The byte that comes next; NUL at the end.
  char skip_blanks() {
    while (at_ < text_.size() && is_json_blank(text_[at_])) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool item() {
    const char c = skip_blanks();
    if (c == ']') return close();
    return comma(c) && value();
  }

  bool member() {
    char c = skip_blanks();
    if (c == '}') return close();
    if (!comma(c)) return false;
    c = skip_blanks();
    const std::size_t begin = at_;
    std::string_view key;
    if (c != '"' || !string(key)) return false;
    tree_.key(key, begin);
    if (skip_blanks() != ':') return false;
    ++at_;
    return value();
  }

  // Stands before everything but the first of a container.
  bool comma(char c) {
    if (std::exchange(just_opened_, false)) return true;
    if (c != ',') return false;
    ++at_;
    return true;
  }

  bool value() {
    just_opened_ = false;
    if (tree_.size() >= limits_.values) return false;
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

  bool open(Kind kind) {
    if (tree_.depth() >= depth_ + limits_.depth) return false;
    tree_.open(kind, at_++);
    just_opened_ = true;
    return true;
  }

  bool close() {
    tree_.close();
    just_opened_ = false;
    ++at_;
    return true;
  }

  bool text_value() {
    const std::size_t begin = at_;
    std::string_view text;
    if (!string(text)) return false;
    tree_.scalar(Kind::string, text, begin);
    return true;
  }

  bool string(std::string_view& text) {
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

  bool unescape(std::string_view& text) {
    bool broken = false;
    std::string plain = unescape_json(text, &broken);
    if (broken) return false;
    if (lenient_ && text::has_controls(plain)) plain = text::without_terminal_codes(plain);
    text = tree_.keep(std::move(plain));
    return true;
  }

  bool word(std::string_view word, Kind kind) {
    if (text_.substr(at_, word.size()) != word) return false;
    return scalar(kind, at_ + word.size());
  }

  // -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
  bool number() {
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

  // What follows is looked at by whoever reads on: "1x" is a number with no comma behind it.
  bool scalar(Kind kind, std::size_t end) {
    tree_.scalar(kind, text_.substr(at_, end - at_), at_);
    at_ = end;
    return true;
  }

  TreeBuilder& tree_;
  const Limits& limits_;
  const bool lenient_;
  const std::string_view text_;
  std::size_t at_;
  const std::size_t depth_;
  bool just_opened_ = false;
};

}  // namespace

bool add_plain_json(TreeBuilder& tree, std::size_t begin, std::size_t end, const Limits& limits, bool lenient) {
  const TreeBuilder::Mark before = tree.mark();
  if (PlainReader(tree, begin, end, limits, lenient).read()) return true;
  tree.back_to(before);
  return false;
}

}  // namespace gatepost::doc
