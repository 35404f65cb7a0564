#include "doc/json.hpp"

#include <fmt/core.h>
#include <simdjson.h>

#include <array>
#include <optional>

#include "base/json_text.hpp"
#include "base/text.hpp"
#include "doc/scan.hpp"

namespace gatepost::doc {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// Blanks, and what has a meaning of its own.
constexpr std::array<bool, 256> kEndsToken = [] {
  std::array<bool, 256> ends{};
  for (const char c : std::string_view(" \n\r\t,:[]{}\"")) ends[static_cast<unsigned char>(c)] = true;
  return ends;
}();

// What may come next, in the words of a message.
enum class Expected { value, value_or_end, key, key_or_end, colon, comma_or_end, nothing };

// The grammar of RFC 8259, section 6. Any size is fine.
bool is_json_number(std::string_view token) {
  std::size_t i = token.starts_with('-') ? 1 : 0;
  const auto digits = [&] {
    const std::size_t begin = i;
    while (i < token.size() && text::is_digit(token[i])) ++i;
    return i - begin;
  };
  const bool leading_zero = i < token.size() && token[i] == '0';
  const std::size_t whole = digits();
  if (whole == 0 || (leading_zero && whole > 1)) return false;
  if (i < token.size() && token[i] == '.') {
    ++i;
    if (digits() == 0) return false;
  }
  if (i < token.size() && (token[i] == 'e' || token[i] == 'E')) {
    ++i;
    if (i < token.size() && (token[i] == '+' || token[i] == '-')) ++i;
    if (digits() == 0) return false;
  }
  return i == token.size();
}

// Reads the text front to back in one loop, without recursion; what is open is known by the tree.
class Parser {
 public:
  Parser(TreeBuilder& tree, const Limits& limits) : tree_(tree), limits_(limits), text_(tree.source()) {}

  // True when the text is one JSON document.
  bool parse() {
    for (skip_blanks(); at_ < text_.size() && problem_.empty(); skip_blanks()) step();
    if (problem_.empty() && expected_ != Expected::nothing) fail(at_, "the document ends in the middle");
    return problem_.empty();
  }
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  void fail(std::size_t offset, std::string_view what) {
    const Position at = position_of(text_, offset);
    problem_ = fmt::format("line {}, column {}: {}", at.line, at.column, what);
  }

  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }

  void step() {
    const char c = text_[at_];
    switch (expected_) {
      case Expected::value:
        return value(c);
      case Expected::value_or_end:
        return c == ']' ? close() : value(c);
      case Expected::key:
        return c == '"' ? key() : unexpected();
      case Expected::key_or_end:
        return c == '}' ? close() : c == '"' ? key() : unexpected();
      case Expected::colon:
        return c == ':' ? pass(Expected::value) : unexpected();
      case Expected::comma_or_end:
        if (c == ',') return pass(tree_.in_object() ? Expected::key : Expected::value);
        return c == (tree_.in_object() ? '}' : ']') ? close() : unexpected();
      case Expected::nothing:
        return fail(at_, "text after the end of the document");
    }
  }

  void pass(Expected next) {
    ++at_;
    expected_ = next;
  }

  void value(char c) {
    if (tree_.size() >= limits_.values)
      return fail(at_, fmt::format("more than the limit of {} values", limits_.values));
    if (c == '{') return open(Kind::object, Expected::key_or_end);
    if (c == '[') return open(Kind::array, Expected::value_or_end);
    if (c == '"') {
      const std::size_t begin = at_;
      if (const auto text = string()) tree_.scalar(Kind::string, *text, begin);
    } else {
      literal();
    }
    value_ended();
  }

  void open(Kind kind, Expected next) {
    if (tree_.depth() >= limits_.depth) {
      return fail(at_, fmt::format("nested deeper than the limit of {} levels", limits_.depth));
    }
    tree_.open(kind, at_);
    pass(next);
  }

  void close() {
    tree_.close();
    ++at_;
    value_ended();
  }

  void value_ended() { expected_ = tree_.depth() == 0 ? Expected::nothing : Expected::comma_or_end; }

  void key() {
    const std::size_t begin = at_;
    if (const auto text = string()) tree_.key(*text, begin);
    expected_ = Expected::colon;
  }

  // The text of the string that begins at at_, which moves behind it.
  std::optional<std::string_view> string() {
    const std::size_t begin = at_;
    const char* const end = text_.data() + text_.size();
    const char* p = text_.data() + begin + 1;
    bool escaped = false;
    for (p = find_in_string(p, end); p < end && *p == '\\'; p = find_in_string(p, end)) {
      escaped = true;
      ++p;
      if (p < end && (*p == '"' || *p == '\\')) ++p;
    }
    at_ = static_cast<std::size_t>(p - text_.data());
    if (p == end) {
      const Position at = position_of(text_, begin);
      fail(at_,
           fmt::format("the document ends inside the string that begins at line {}, column {}", at.line, at.column));
      return std::nullopt;
    }
    if (*p != '"') {
      fail(at_, fmt::format("control character {} in a string; it must be escaped", text::printable({p, 1})));
      return std::nullopt;
    }
    if (at_ - begin > limits_.string_bytes) {
      fail(begin, fmt::format("a string longer than the limit of {} bytes", limits_.string_bytes));
      return std::nullopt;
    }
    const std::string_view raw = text_.substr(begin + 1, at_++ - begin - 1);
    return escaped ? unescaped(raw, begin) : raw;
  }

  std::string_view unescaped(std::string_view raw, std::size_t place) {
    bool broken = false;
    std::string text = unescape_json(raw, &broken);
    if (broken) {
      tree_.note(Note::Level::warning, "invalid-escape", "a string has an escape that is not JSON; read as U+FFFD",
                 place);
    }
    return tree_.keep(std::move(text));
  }

  void literal() {
    const std::string_view token = this->token();
    if (token == "true" || token == "false") {
      tree_.scalar(Kind::boolean, token, at_);
    } else if (token == "null") {
      tree_.scalar(Kind::null, token, at_);
    } else if (is_json_number(token)) {
      tree_.scalar(Kind::number, token, at_);
    } else {
      return unexpected();
    }
    at_ += token.size();
  }

  // From here to the next blank or character that has a meaning of its own.
  [[nodiscard]] std::string_view token() const {
    std::size_t end = at_;
    while (end < text_.size() && !kEndsToken[static_cast<unsigned char>(text_[end])]) ++end;
    return text_.substr(at_, end - at_);
  }

  void unexpected() {
    std::string_view found = token();
    if (found.empty()) found = text_.substr(at_, 1);
    const bool number = text::is_digit(found[0]) || (found.size() > 1 && (found[0] == '-' || found[0] == '+'));
    const std::string shown = fmt::format("\"{}\"", text::printable(found, 20));
    const bool value_expected = expected_ == Expected::value || expected_ == Expected::value_or_end;
    const bool cut = !kEndsToken[static_cast<unsigned char>(found[0])] && at_ + found.size() == text_.size();
    if (value_expected && cut && tree_.depth() > 0) return fail(text_.size(), "the document ends in the middle");
    if (value_expected && number) return fail(at_, shown + " is not a number as JSON writes it");
    fail(at_, fmt::format("found {}, expected {}", found == "\"" ? "a string" : shown, expectation()));
  }

  [[nodiscard]] std::string_view expectation() const {
    switch (expected_) {
      case Expected::value:
        return "a value";
      case Expected::value_or_end:
        return "a value or \"]\"";
      case Expected::key:
        return "a key in double quotes";
      case Expected::key_or_end:
        return "a key in double quotes or \"}\"";
      case Expected::colon:
        return "\":\"";
      case Expected::comma_or_end:
        return tree_.in_object() ? "\",\" or \"}\"" : "\",\" or \"]\"";
      case Expected::nothing:
        return "nothing";
    }
    return "nothing";
  }

  TreeBuilder& tree_;
  const Limits& limits_;
  const std::string_view text_;
  std::size_t at_ = 0;
  Expected expected_ = Expected::value;
  std::string problem_;
};

// What is wrong with the bytes, before any grammar.
std::optional<std::string> refused_by_its_bytes(std::string_view text) {
  if (text::trim(text).empty()) return "is empty";
  const bool zero_in_first_character = text[0] == '\0' || (text.size() > 1 && text[1] == '\0');
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF") || zero_in_first_character) {
    return "is UTF-16 text; expected UTF-8 (PowerShell: write it with -Encoding utf8)";
  }
  if (simdjson::validate_utf8(text)) return std::nullopt;
  const Position at = position_of(text, text::first_invalid_utf8(text).value_or(0));
  return fmt::format("line {}, column {}: invalid UTF-8", at.line, at.column);
}

}  // namespace

std::string why_not_json(std::string_view text) {
  const auto document = parse_json(std::string(text), "", {});
  return document ? "" : document.error().message.substr(2);  // without the empty name
}

Result<Document> parse_json(std::string text, std::string name, const Limits& limits) {
  const auto refuse = [&](const std::string& why) {
    return error(ErrorKind::bad_input, fmt::format("{}: {}", name, why));
  };
  if (text.size() > limits.document_bytes) {
    return refuse(fmt::format("larger than the limit of {} bytes for one document", limits.document_bytes));
  }
  const bool byte_order_mark = text.starts_with("\xEF\xBB\xBF");
  if (byte_order_mark) text.erase(0, 3);
  if (const auto why = refused_by_its_bytes(text)) return refuse(*why);
  TreeBuilder tree(name, std::move(text), true);
  if (byte_order_mark) {
    tree.note(Note::Level::info, "byte-order-mark", "starts with a byte order mark, which JSON does not have", 0);
  }
  Parser parser(tree, limits);
  if (!parser.parse()) return refuse(parser.problem());
  return tree.finish();
}

}  // namespace gatepost::doc
