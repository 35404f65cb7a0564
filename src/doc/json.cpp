#include "doc/json.hpp"

#include <fmt/core.h>
#include <simdjson.h>

#include <nlohmann/json.hpp>

#include "base/json_text.hpp"
#include "base/text.hpp"

namespace gatepost::doc {
namespace {

namespace od = simdjson::ondemand;

// The token of a string, number or literal without the blanks after it.
std::string_view token_of(std::string_view raw) {
  while (!raw.empty() && (raw.back() == ' ' || raw.back() == '\n' || raw.back() == '\r' || raw.back() == '\t')) {
    raw.remove_suffix(1);
  }
  return raw;
}

// Walks the document once and builds the tree. Recursion is bounded by limits.depth.
class Reader {
 public:
  Reader(TreeBuilder& tree, const Limits& limits) : tree_(tree), limits_(limits) {}

  simdjson::error_code read_root() {
    od::parser parser;
    od::document document;
    const std::string_view source = tree_.source();
    const std::size_t length = source.size() - simdjson::SIMDJSON_PADDING;
    if (const auto failure = parser.iterate(source.data(), length, source.size()).get(document)) return failure;
    if (const auto failure = read_document(document)) return failure;
    const char* rest = nullptr;
    if (document.current_location().get(rest) == simdjson::SUCCESS) {
      trailing_ = static_cast<std::size_t>(rest - source.data());
      return simdjson::TAPE_ERROR;
    }
    return simdjson::SUCCESS;
  }

  std::optional<std::size_t> trailing() const { return trailing_; }
  bool too_deep() const { return too_deep_; }

 private:
  simdjson::error_code read_document(od::document& document) {
    bool scalar = false;
    if (const auto failure = document.is_scalar().get(scalar)) return failure;
    if (scalar) {
      std::string_view raw;
      if (const auto failure = document.raw_json_token().get(raw)) return failure;
      return read_scalar(token_of(raw));
    }
    od::value root;
    if (const auto failure = document.get_value().get(root)) return failure;
    return read(root);
  }

  simdjson::error_code read(od::value value) {
    const std::string_view raw = value.raw_json_token();
    if (raw.empty()) return simdjson::TAPE_ERROR;
    if (raw[0] != '{' && raw[0] != '[') return read_value_scalar(value, token_of(raw));
    if (tree_.depth() >= limits_.depth) {
      too_deep_ = true;
      return simdjson::DEPTH_ERROR;
    }
    return raw[0] == '{' ? read_object(value, offset(raw)) : read_array(value, offset(raw));
  }

  simdjson::error_code read_object(od::value& value, std::size_t at) {
    od::object object;
    if (const auto failure = value.get_object().get(object)) return failure;
    tree_.open(Kind::object, at);
    for (auto member : object) {
      od::field field;
      if (const auto failure = std::move(member).get(field)) return failure;
      const char* const raw = field.key().raw();
      tree_.key(key_text(raw), offset(raw) - 1);
      if (const auto failure = read(field.value())) return failure;
    }
    tree_.close();
    return simdjson::SUCCESS;
  }

  simdjson::error_code read_array(od::value& value, std::size_t at) {
    od::array array;
    if (const auto failure = value.get_array().get(array)) return failure;
    tree_.open(Kind::array, at);
    for (auto item : array) {
      od::value element;
      if (const auto failure = std::move(item).get(element)) return failure;
      if (const auto failure = read(element)) return failure;
    }
    tree_.close();
    return simdjson::SUCCESS;
  }

  simdjson::error_code read_value_scalar(od::value& value, std::string_view token) {
    if (token[0] == '"' || is_number_start(token[0])) return read_scalar(token);
    if (token[0] == 'n') {
      bool null = false;
      if (const auto failure = value.is_null().get(null)) return failure;
      if (!null) return simdjson::N_ATOM_ERROR;
    } else {
      bool boolean = false;
      if (const auto failure = value.get_bool().get(boolean)) return failure;
    }
    return read_scalar(token);
  }

  simdjson::error_code read_scalar(std::string_view token) {
    if (token.empty()) return simdjson::TAPE_ERROR;
    if (token[0] == '"') {
      if (token.size() < 2 || token.back() != '"') return simdjson::STRING_ERROR;
      tree_.scalar(Kind::string, unescaped(token.substr(1, token.size() - 2)), offset(token));
    } else if (is_number_start(token[0])) {
      if (!is_json_number(token)) return simdjson::NUMBER_ERROR;
      tree_.scalar(Kind::number, token, offset(token));
    } else if (token == "true" || token == "false") {
      tree_.scalar(Kind::boolean, token, offset(token));
    } else if (token == "null") {
      tree_.scalar(Kind::null, token, offset(token));
    } else {
      return simdjson::TAPE_ERROR;
    }
    return simdjson::SUCCESS;
  }

  static bool is_number_start(char c) { return c == '-' || text::is_digit(c); }

  // The grammar of RFC 8259, section 6; any size is fine, View decides what fits.
  static bool is_json_number(std::string_view token) {
    std::size_t i = token[0] == '-' ? 1 : 0;
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

  std::string_view unescaped(std::string_view raw) {
    if (raw.find('\\') == std::string_view::npos) return raw;
    std::string text = unescape_json(raw);
    if (text.find("\xEF\xBF\xBD") != std::string::npos && raw.find("\xEF\xBF\xBD") == std::string_view::npos) {
      tree_.note(Note::Level::warning, "invalid-escape", "a string has an escape that is not JSON; read as U+FFFD",
                 offset(raw));
    }
    return tree_.keep(std::move(text));
  }

  std::string_view key_text(const char* raw) {
    const char* end = raw;
    while (*end != '"') end += *end == '\\' ? 2 : 1;
    return unescaped({raw, static_cast<std::size_t>(end - raw)});
  }

  std::size_t offset(std::string_view part) const { return offset(part.data()); }
  std::size_t offset(const char* at) const { return static_cast<std::size_t>(at - tree_.source().data()); }

  TreeBuilder& tree_;
  const Limits& limits_;
  std::optional<std::size_t> trailing_;
  bool too_deep_ = false;
};

// nlohmann's parser says where it stumbles; this handler keeps only that.
struct ErrorFinder : nlohmann::json_sax<nlohmann::json> {
  std::size_t offset = 0;
  std::string what;
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t position, const std::string& token, const nlohmann::detail::exception& e) override {
    offset = position == 0 ? 0 : position - 1;
    what = e.what();
    last_token = token;
    return false;
  }
  std::string last_token;
};

std::string plain_reason(const ErrorFinder& found, std::string_view text) {
  if (found.offset >= text.size() || found.what.find("unexpected end of input") != std::string::npos) {
    return "the document ends in the middle";
  }
  if (found.what.find("invalid UTF-8") != std::string::npos ||
      found.what.find("ill-formed UTF-8") != std::string::npos) {
    return "invalid UTF-8";
  }
  // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while …; last read: …"
  const std::size_t colon = found.what.find(": ");
  std::string reason = colon == std::string::npos ? found.what : found.what.substr(colon + 2);
  if (const std::size_t semicolon = reason.find("; last read"); semicolon != std::string::npos) {
    const std::size_t expected = reason.rfind("; expected");
    const std::string tail = expected == std::string::npos || expected <= semicolon ? "" : reason.substr(expected);
    reason = reason.substr(0, semicolon) + ": \"" + text::printable(found.last_token, 20) + "\"" + tail;
  }
  return text::printable(reason, 200);
}

std::optional<std::string> refused_by_its_bytes(std::string_view text) {
  if (text::trim(text).empty()) return "is empty";
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    return "is UTF-16 text; expected UTF-8 (PowerShell: write it with -Encoding utf8)";
  }
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    const Position at = position_of(text, nul);
    return fmt::format("has a NUL byte at line {}, column {}; expected JSON text", at.line, at.column);
  }
  return std::nullopt;
}

}  // namespace

std::string why_not_json(std::string_view text) {
  if (const auto refused = refused_by_its_bytes(text)) return *refused;
  ErrorFinder finder;
  if (nlohmann::json::sax_parse(text.begin(), text.end(), &finder)) return "not JSON";
  const Position at = position_of(text, finder.offset);
  return fmt::format("line {}, column {}: {}", at.line, at.column, plain_reason(finder, text));
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
  text.append(simdjson::SIMDJSON_PADDING, ' ');
  TreeBuilder tree(name, std::move(text), true);
  if (byte_order_mark) {
    tree.note(Note::Level::info, "byte-order-mark", "starts with a byte order mark, which JSON does not have", 0);
  }
  Reader reader(tree, limits);
  const auto failure = reader.read_root();
  if (failure == simdjson::SUCCESS) return tree.finish();
  if (reader.too_deep()) return refuse(fmt::format("nested deeper than the limit of {} levels", limits.depth));
  if (const auto trailing = reader.trailing()) {
    const Position at = position_of(tree.source(), *trailing);
    return refuse(fmt::format("line {}, column {}: text after the end of the document", at.line, at.column));
  }
  const std::string_view source = tree.source();
  return refuse(why_not_json(source.substr(0, source.size() - simdjson::SIMDJSON_PADDING)));
}

}  // namespace gatepost::doc
