#include "doc/json.hpp"

#include <fmt/core.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/json_text.hpp"
#include "base/text.hpp"
#include "doc/json_cut.hpp"
#include "doc/json_plain.hpp"
#include "doc/json_skeleton.hpp"
#include "doc/scan.hpp"

namespace gatepost::doc {
namespace {

// Blanks, and what has a meaning of its own.
constexpr std::array<bool, 256> kEndsToken = [] {
  std::array<bool, 256> ends{};
  for (const char c : std::string_view(" \n\r\t,:[]{}\"")) ends[static_cast<unsigned char>(c)] = true;
  return ends;
}();

// From `at` to the next blank or character that has a meaning of its own.
std::string_view token_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && !kEndsToken[static_cast<unsigned char>(text[end])]) ++end;
  return text.substr(at, end - at);
}

// What a message may show of a token: punctuation, numbers, and words that were meant as JSON's. Anything else may be a
// secret whose quotes are missing.
std::string shown_token(std::string_view token) {
  static constexpr std::array<std::string_view, 7> kWords = {"true",     "false", "null",     "NaN",
                                                             "Infinity", "None",  "undefined"};
  if (token == "\"") return "a string";
  const auto is_of_number = [](char c) {
    return text::is_digit(c) || c == '+' || c == '-' || c == '.' || c == 'e' || c == 'E';
  };
  const bool number = std::ranges::all_of(token, is_of_number);
  const bool plain = number || std::ranges::none_of(token, text::is_alnum) || !text::nearest(token, kWords).empty();
  return plain ? fmt::format("\"{}\"", text::printable(token, 20)) : "a word without quotes";
}

// What may come next; in the same order the words of messages.
enum class Expected { value, value_or_end, key, key_or_end, colon, comma_or_end_of_array, comma_or_end_of_object, end };
constexpr std::array<const char*, 8> kExpectations = {
    "a value", "a value or \"]\"", "a key in double quotes", "a key in double quotes or \"}\"",
    "\":\"",   "\",\" or \"]\"",   "\",\" or \"}\"",         "nothing"};

// Builds the tree from what nlohmann reports, taking every value from the text itself. Of a refusal it finds the words.
class Reader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  // Of the document that lies at [begin, end) of the tree's source.
  Reader(TreeBuilder& tree, const Limits& limits, JsonReading reading, std::size_t begin, std::size_t end)
      : tree_(tree),
        limits_(limits),
        lenient_(reading == JsonReading::lenient),
        text_(tree.source().substr(0, end)),
        skeleton_(text_, begin, lenient_),
        depth_(tree.depth()),
        at_(begin) {}

  // True when the text is one JSON document.
  bool read() { return nlohmann::json::sax_parse(skeleton_.begin(), skeleton_.end(), this); }
  [[nodiscard]] const std::string& problem() const { return problem_; }

  bool null() override { return scalar(Kind::null, skeleton_.last() + 1); }
  bool boolean(bool /*value*/) override { return scalar(Kind::boolean, skeleton_.last() + 1); }
  bool number_integer(number_integer_t /*value*/) override { return number(); }
  bool number_unsigned(number_unsigned_t /*value*/) override { return number(); }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return number(); }
  bool string(string_t& /*value*/) override {
    const std::size_t begin = next_token();
    std::string_view text;
    if (!may_have_value(begin) || !string_at(begin, text)) return false;
    tree_.scalar(Kind::string, text, begin);
    return value_ended(skeleton_.last() + 1);
  }
  bool key(string_t& /*value*/) override {
    const std::size_t begin = next_token();
    std::string_view text;
    if (!string_at(begin, text)) return false;
    tree_.key(text, begin);
    return passed(skeleton_.last() + 1, Expected::colon);
  }
  bool start_object(std::size_t /*members*/) override { return open(Kind::object, Expected::key_or_end); }
  bool start_array(std::size_t /*items*/) override { return open(Kind::array, Expected::value_or_end); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool binary(binary_t& /*value*/) override { return false; }  // JSON has none

  bool parse_error(std::size_t /*at*/, const std::string& /*token*/,
                   const nlohmann::json::exception& /*why*/) override {
    const std::size_t at = next_token();
    if (at == text_.size()) return fail(at, "the document ends in the middle");
    if (expected_ == Expected::end) return fail(at, "text after the end of the document");
    return text_[at] == '"' && expected_ <= Expected::key_or_end ? broken_string(at) : unexpected(at);
  }

 private:
  template <class... Args>
  bool fail(std::size_t offset, fmt::format_string<Args...> what, Args&&... args) {
    const Position at = tree_.position(offset);
    problem_ = fmt::format("line {}, column {}: ", at.line, at.column);
    fmt::format_to(std::back_inserter(problem_), what, std::forward<Args>(args)...);
    return false;
  }

  bool passed(std::size_t end, Expected next) {
    at_ = end;
    expected_ = next;
    return true;
  }

  bool value_ended(std::size_t end) {
    return passed(end, tree_.depth() == depth_ ? Expected::end
                       : tree_.in_object()     ? Expected::comma_or_end_of_object
                                               : Expected::comma_or_end_of_array);
  }

  // Where the next token begins that is no comma or colon in its place: those are not reported.
  std::size_t next_token() {
    at_ = end_of_blanks(text_, at_);
    const char c = at_ < text_.size() ? text_[at_] : ' ';
    const bool comma = expected_ == Expected::comma_or_end_of_array || expected_ == Expected::comma_or_end_of_object;
    if ((c == ':' && expected_ == Expected::colon) || (c == ',' && comma)) {
      const Expected next = expected_ == Expected::comma_or_end_of_object ? Expected::key : Expected::value;
      passed(end_of_blanks(text_, at_ + 1), next);
    }
    return at_;
  }

  bool may_have_value(std::size_t begin) {
    return tree_.size() < limits_.values || fail(begin, "more than the limit of {} values", limits_.values);
  }

  // nlohmann has read one byte more.
  bool number() { return scalar(Kind::number, skeleton_.last()); }

  // Of "1.2.3" nlohmann reports 1.2 before it stumbles.
  bool scalar(Kind kind, std::size_t end) {
    const std::size_t begin = next_token();
    const std::string_view token = token_at(text_, begin);
    if (!may_have_value(begin)) return false;
    if (begin + token.size() != end) return unexpected(begin);
    tree_.scalar(kind, token, begin);
    return value_ended(end);
  }

  bool open(Kind kind, Expected next) {
    const std::size_t begin = next_token();
    if (!may_have_value(begin)) return false;
    if (tree_.depth() >= depth_ + limits_.depth)
      return fail(begin, "nested deeper than the limit of {} levels", limits_.depth);
    tree_.open(kind, begin);
    return passed(begin + 1, next);
  }

  bool close() {
    tree_.close();
    return value_ended(skeleton_.last() + 1);
  }

  // Of the string that begins at `begin` and ends with the byte that was read last.
  bool string_at(std::size_t begin, std::string_view& text) {
    const std::size_t end = skeleton_.last();
    if (end - begin > limits_.string_bytes) {
      return fail(begin, "a string longer than the limit of {} bytes", limits_.string_bytes);
    }
    text = text_.substr(begin + 1, end - begin - 1);
    const bool controls = skeleton_.met_controls();
    if (controls) note_controls(begin);
    const bool escapes = text.find('\\') != std::string_view::npos;
    if (!escapes && !controls) return true;
    bool broken = false;
    std::string plain = unescape_json(text, &broken);
    if (lenient_ && text::has_controls(plain)) plain = text::without_terminal_codes(plain);
    text = tree_.keep(std::move(plain));
    if (broken) {
      tree_.note(Note::Level::warning, "invalid-escape", "a string has an escape that is not JSON; read as U+FFFD",
                 begin);
    }
    return true;
  }

  // Once is enough.
  void note_controls(std::size_t begin) {
    if (std::exchange(noted_controls_, true)) return;
    tree_.note(Note::Level::warning, "control-characters",
               "control characters stand in strings, where JSON does not allow them; left out", begin);
  }

  bool broken_string(std::size_t begin) {
    const std::size_t end = skeleton_.last();
    const Position at = tree_.position(begin);
    if (end == text_.size()) {
      return fail(end, "the document ends inside the string that begins at line {}, column {}", at.line, at.column);
    }
    const std::string shown = text::printable(text_.substr(end, 1));
    return fail(end, "control character {} in a string; it must be escaped", shown);
  }

  bool unexpected(std::size_t at) {
    std::string_view found = token_at(text_, at);
    const bool cut = !found.empty() && at + found.size() == text_.size();
    if (found.empty()) found = text_.substr(at, 1);
    const bool number = text::is_digit(found[0]) || (found.size() > 1 && (found[0] == '-' || found[0] == '+'));
    const bool value_expected = expected_ <= Expected::value_or_end;
    if (value_expected && cut && tree_.depth() > depth_) return fail(text_.size(), "the document ends in the middle");
    const std::string shown = shown_token(found);
    if (value_expected && number) return fail(at, "{} is not a number as JSON writes it", shown);
    return fail(at, "found {}, expected {}", shown, kExpectations[static_cast<std::size_t>(expected_)]);
  }

  TreeBuilder& tree_;
  const Limits& limits_;
  const bool lenient_;
  const std::string_view text_;
  JsonSkeleton skeleton_;
  const std::size_t depth_;  // of the document in the tree
  std::size_t at_;           // behind what was reported last
  bool noted_controls_ = false;
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

// A list of values, each of which can be refused alone.
class ValueList {
 public:
  ValueList(std::string text, std::string name, const Limits& limits)
      : limits_(limits), tree_(std::move(name), std::move(text), true) {
    tree_.open(Kind::array, 0);
  }
  [[nodiscard]] std::string_view text() const { return tree_.source(); }

  // False when the value at [begin, end) cannot be read.
  bool add(std::size_t begin, std::size_t end) {
    if (add_plain_json(tree_, begin, end, limits_, true)) return true;
    const TreeBuilder::Mark before = tree_.mark();
    Reader reader(tree_, limits_, JsonReading::lenient, begin, end);
    if (reader.read()) return true;
    tree_.back_to(before);
    problem_ = reader.problem();
    return false;
  }
  void reject() {
    rejections_.add([&] { return problem_; });
  }
  void reject(std::size_t at, std::string_view why) {
    rejections_.add([&] { return fmt::format("line {}: {}", tree_.position(at).line, why); });
  }

  Records finish(bool truncated) {
    tree_.close();
    return {tree_.finish(), std::move(rejections_.rejected), rejections_.count, truncated};
  }

 private:
  const Limits& limits_;
  TreeBuilder tree_;
  Rejections rejections_;
  std::string problem_;
};

bool begins_record(char c) { return c == '{' || c == '['; }

// What keeps a text from being cut into values.
Result<Done> takes_values(std::string_view text, const std::string& name, const Limits& limits) {
  const auto refuse = [&](const std::string& why) {
    return error(ErrorKind::bad_input, fmt::format("{}: {}", name, why));
  };
  if (text.size() > limits.document_bytes)
    return refuse(fmt::format("larger than the limit of {} bytes for one document", limits.document_bytes));
  if (const auto why = refused_by_its_bytes(text)) return refuse(*why);
  return Done{};
}

// Lines of this number without a value, before any with one: the file is of another kind.
constexpr std::size_t kForeignLines = 100;

// Behind the value that begins at `begin` with a bracket; npos when it is not closed. The text is padded.
std::size_t end_of_value(std::string_view text, std::size_t begin) {
  BracketState state;
  const char* const end = text.data() + text.size();
  const char* const found = scan_brackets(text.data() + begin, end, std::numeric_limits<std::uint32_t>::max(), state);
  return state.depth > 0 || state.in_string ? std::string_view::npos : static_cast<std::size_t>(found - text.data());
}

}  // namespace

std::string why_not_json(std::string_view text) {
  const auto document = parse_json(std::string(text), "", {});
  return document ? "" : document.error().message.substr(2);  // without the empty name
}

Result<Document> parse_json(std::string text, std::string name, const Limits& limits, JsonReading reading) {
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
  if (add_plain_json(tree, 0, tree.source().size(), limits, reading == JsonReading::lenient)) return tree.finish();
  Reader reader(tree, limits, reading, 0, tree.source().size());
  if (!reader.read()) return refuse(reader.problem());
  return tree.finish();
}

Result<Records> parse_json_lines(std::string text, const std::string& name, const Limits& limits) {
  GP_CHECK(takes_values(text, name, limits));
  ValueList values(std::move(text), name, limits);
  const std::string_view all = values.text();
  std::size_t read = 0, foreign = 0;
  bool truncated = false;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = std::min(all.find('\n', at), all.size());
    const std::size_t begin = std::min(end_of_blanks(all, at), end);
    const bool last = end == all.size();
    at = end + 1;
    if (begin == end) continue;
    const bool record = begins_record(all[begin]);
    if (record && values.add(begin, end)) {
      ++read;
    } else if (record && last && close_cut_json(all.substr(begin), kAnyDepth)) {
      truncated = true;
    } else {
      record ? values.reject() : values.reject(begin, "found no JSON object");
      if (read == 0 && ++foreign == kForeignLines) break;
    }
  }
  if (read == 0) return error(ErrorKind::bad_input, fmt::format("{}: no line of it is a JSON object", name));
  return values.finish(truncated);
}

Result<Records> parse_json_values(std::string text, const std::string& name, const Limits& limits) {
  GP_CHECK(takes_values(text, name, limits));
  const std::size_t size = text.size();
  text.append(kScanPadding, ' ');
  ValueList values(std::move(text), name, limits);
  const std::string_view all = values.text().substr(0, size);
  std::size_t read = 0, foreign = 0;
  bool truncated = false;
  for (std::size_t at = end_of_blanks(all, 0); at < size; at = end_of_blanks(all, at)) {
    const std::size_t begin = at;
    if (all[begin] == '\0') {  // between the values of some tools
      ++at;
      continue;
    }
    if (!begins_record(all[begin])) {
      values.reject(begin, "found no JSON object");
      if (read == 0 && ++foreign == kForeignLines) break;
      at = std::min(all.find('\n', begin), size);
      continue;
    }
    at = std::min(end_of_value(all, begin), size);
    if (values.add(begin, at)) {
      ++read;
    } else if (at == size && close_cut_json(all.substr(begin), kAnyDepth)) {
      truncated = true;
    } else {
      values.reject();
      if (read == 0 && ++foreign == kForeignLines) break;
    }
  }
  if (read == 0) return error(ErrorKind::bad_input, fmt::format("{}: no JSON object in it", name));
  return values.finish(truncated);
}

}  // namespace gatepost::doc
