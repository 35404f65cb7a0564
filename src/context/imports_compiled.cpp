// Go, Java with Kotlin and Scala, Rust.
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "context/imports_languages.hpp"

namespace gatepost::context::imports {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// Past blanks, line ends and comments as C has them; false when a comment does not end.
bool skip_space(Cursor& at, bool nested = false) {
  for (;;) {
    if (is_blank(at.peek()) || at.peek() == '\n') {
      at.next();
    } else if (at.starts_with("//")) {
      at.skip_line();
    } else if (at.starts_with("/*")) {
      at.skip(2);
      std::size_t depth = 1;
      while (depth > 0 && !at.at_end()) {
        const bool opens = nested && at.starts_with("/*"), closes = at.starts_with("*/");
        depth = depth + (opens ? 1 : 0) - (closes ? 1 : 0);
        at.skip(opens || closes ? 2 : 1);
      }
      if (depth > 0) return false;
    } else {
      return true;
    }
  }
}

void tell(const ImportSink& sink, std::string_view name, std::uint32_t line) {
  if (!name.empty() && name.size() <= kLongestImportName) sink(name, line, true);
}

// [alias | . | _] "path"
bool go_import(Cursor& at, const ImportSink& sink) {
  at.word();
  if (at.peek() == '.') at.next();
  if (!skip_space(at)) return false;
  const char quote = at.peek();
  if (quote != '"' && quote != '`') return false;
  const std::uint32_t line = at.line();
  tell(sink, at.literal(quote), line);
  return true;
}

// A literal of any language here but Go's raw ones; three quotes hold a text of several lines.
bool skip_literal(Cursor& at) {
  if (!at.starts_with("\"\"\"")) {
    at.literal('"');
    return true;
  }
  at.skip(3);
  while (!at.at_end() && !at.starts_with("\"\"\"")) at.skip(at.peek() == '\\' ? 2 : 1);
  const bool ends = !at.at_end();
  at.skip(3);
  return ends;
}

// import [static] a.b.C, also with braces and stars, of which the part before counts.
void java_import(Cursor& at, const ImportSink& sink) {
  while (is_blank(at.peek())) at.next();
  const std::uint32_t line = at.line();
  std::size_t begin = at.at();
  if (at.word() == "static") {
    while (is_blank(at.peek())) at.next();
    begin = at.at();
  }
  while (Cursor::is_word(at.peek()) || at.peek() == '.') at.next();
  std::string_view name = at.since(begin);
  while (name.ends_with('.')) name.remove_suffix(1);
  tell(sink, name, line);
}

class Rust {
 public:
  Rust(std::string_view text, const ImportSink& sink) : at_(text), sink_(sink) {}

  bool scan() {
    while (!at_.at_end() && understood_) step();
    for (const auto& [name, line] : seen_) {
      if (!own_.contains(name)) tell(sink_, name, line);
    }
    return understood_;
  }

 private:
  void step() {
    understood_ = skip_space(at_, true);
    if (!understood_ || at_.at_end()) return;
    const char c = at_.peek();
    if (c == '"') return literal();
    if (c == '\'') return quote();
    if (Cursor::is_word(c)) return word();
    const bool colons = at_.starts_with("::");
    after_colons_ = colons && c_before_ == '>';  // else a path from the root
    at_.skip(colons ? 2 : 1);
    c_before_ = c;
  }

  // Strings of Rust may have several lines.
  void literal() {
    at_.next();
    while (!at_.at_end() && at_.peek() != '"') at_.skip(at_.peek() == '\\' ? 2 : 1);
    understood_ = !at_.at_end();
    at_.next();
  }

  // A character, or a lifetime.
  void quote() {
    at_.next();
    if (at_.peek() == '\\') {
      at_.skip(2);
      while (!at_.at_end() && at_.peek() != '\'' && at_.peek() != '\n') at_.next();
      at_.next();
      return;
    }
    if (at_.peek(1) == '\'') at_.skip(2);
  }

  // r"…" and r#"…"#, also with b or c before.
  bool raw_literal(std::string_view word) {
    if (word != "r" && word != "br" && word != "cr") return false;
    std::size_t hashes = 0;
    while (hashes < 255 && at_.peek(hashes) == '#') ++hashes;
    if (at_.peek(hashes) != '"') return false;
    at_.skip(hashes + 1);
    understood_ = at_.skip_beyond("\"" + std::string(hashes, '#'));
    return true;
  }

  void word() {
    const std::uint32_t line = at_.line();
    const std::string_view word = at_.word();
    if (raw_literal(word)) return;
    const bool inside = std::exchange(after_colons_, false);
    const std::string_view last = std::exchange(last_, word);
    if (last == "mod") own_.emplace(word);
    const bool extern_crate = last == "crate" && before_last_ == "extern";
    before_last_ = last;
    after_colons_ = at_.starts_with("::");
    const bool path = !inside && (after_colons_ || last == "use" || extern_crate);
    if (after_colons_) at_.skip(2);
    c_before_ = ' ';
    if (path && word.size() <= kLongestImportName) seen_.emplace_back(word, line);
  }

  Cursor at_;
  const ImportSink& sink_;
  std::vector<std::pair<std::string_view, std::uint32_t>> seen_;
  std::unordered_set<std::string_view> own_;  // modules that the file declares
  std::string_view last_, before_last_;
  bool after_colons_ = false;
  char c_before_ = ' ';
  bool understood_ = true;
};

}  // namespace

// Imports stand before everything else.
bool go(std::string_view text, const ImportSink& sink) {
  Cursor at(text);
  if (text.starts_with("\xEF\xBB\xBF")) at.skip(3);
  for (;;) {
    if (!skip_space(at)) return false;
    if (at.at_end()) return true;
    if (at.peek() == ';') {
      at.next();
      continue;
    }
    const std::string_view word = at.word();
    if (word == "package") {
      if (!skip_space(at)) return false;
      at.word();
      continue;
    }
    if (word != "import") return !word.empty();
    if (!skip_space(at)) return false;
    if (at.peek() != '(') {
      if (!go_import(at, sink)) return false;
      continue;
    }
    at.next();
    for (;;) {
      if (!skip_space(at)) return false;
      if (at.peek() == ';') {
        at.next();
      } else if (at.peek() == ')') {
        at.next();
        break;
      } else if (!go_import(at, sink)) {
        return false;
      }
    }
  }
}

bool java(std::string_view text, const ImportSink& sink) {
  Cursor at(text);
  bool begins = true;
  while (!at.at_end()) {
    const std::uint32_t line = at.line();
    if (!skip_space(at)) return false;
    begins |= at.line() != line;
    if (at.peek() == '"') {
      if (!skip_literal(at)) return false;
    } else if (at.peek() == '\'') {
      at.literal('\'');
    } else if (Cursor::is_word(at.peek())) {
      if (at.word() == "import" && begins) java_import(at, sink);
      begins = false;
    } else {
      begins = at.peek() == ';';
      at.next();
    }
  }
  return true;
}

bool rust(std::string_view text, const ImportSink& sink) { return Rust(text, sink).scan(); }

}  // namespace gatepost::context::imports
