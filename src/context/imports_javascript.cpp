// JavaScript and TypeScript, also inside of HTML-like files: import, export … from, require, import().
#include <utility>
#include <vector>

#include "context/imports_languages.hpp"

namespace gatepost::context::imports {
namespace {

constexpr std::size_t kDeepestTemplate = 100;

class JavaScript {
 public:
  JavaScript(std::string_view text, const ImportSink& sink) : at_(text), sink_(sink) {}

  bool scan() {
    while (!at_.at_end()) step();
    return understood_ && templates_.empty();
  }

 private:
  // What stood before decides what a literal, a slash or a bracket means.
  enum class Before { start, name, value, operation, import, require, call_of_import, call_of_require, from };

  void step() {
    const char c = at_.peek();
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') return at_.next();
    if (at_.starts_with("//")) return at_.skip_line();
    if (at_.starts_with("/*")) {
      understood_ &= at_.skip_beyond("*/");
      return;
    }
    if (c == '"' || c == '\'') return literal(c);
    if (c == '`') return begin_template();
    if (Cursor::is_word(c)) return word();
    if (c == '/' && before_ != Before::value && before_ != Before::name) return regular_expression();
    punctuation(c);
  }

  void literal(char quote) {
    const std::uint32_t line = at_.line();
    tell(at_.literal(quote), line);
  }

  void tell(std::string_view name, std::uint32_t line) {
    const bool imports = before_ == Before::import || before_ == Before::from || is_call();
    if (is_call()) prefix_ = is_relative(name) ? Prefix::none : Prefix::of_name;
    const bool erased = type_only_ && before_ == Before::from;
    if (before_ == Before::from) type_only_ = false;
    before_ = Before::value;
    while (name.starts_with("~")) name.remove_prefix(1);
    if (!name.empty() && name.size() <= kLongestImportName) sink_(name, line, imports && !erased);
  }

  static bool is_relative(std::string_view name) { return name.starts_with("./") || name.starts_with("../"); }

  [[nodiscard]] bool is_call() const { return before_ == Before::call_of_import || before_ == Before::call_of_require; }

  void word() {
    const std::string_view word = at_.word();
    doubt_call();
    if (word == "type" && (before_ == Before::import || exports_)) type_only_ = true;
    if (word == "from" && type_only_ && after_type_) type_only_ = false;  // import type from "…": a name
    after_type_ = word == "type";
    exports_ = word == "export";
    if (word == "import") {
      before_ = Before::import;
      type_only_ = false;
    } else if (word == "require") {
      before_ = Before::require;
    } else if (word == "from") {
      before_ = Before::from;
    } else {
      before_ = takes_operand(word) ? Before::operation : Before::name;
    }
  }

  static bool takes_operand(std::string_view word) {
    for (const std::string_view it : {"return", "typeof", "case", "in", "of", "do", "else", "void", "delete", "await",
                                      "yield", "new", "throw", "instanceof"}) {
      if (word == it) return true;
    }
    return false;
  }

  // require(name), import(name): nobody knows what that loads.
  void doubt_call() { understood_ &= !is_call(); }

  void punctuation(char c) {
    at_.next();
    const bool after_type = std::exchange(after_type_, false);
    exports_ = false;
    if (c == '(' && before_ == Before::import) {
      before_ = Before::call_of_import;
      return;
    }
    if (c == '(' && before_ == Before::require) {
      before_ = Before::call_of_require;
      return;
    }
    doubt_call();
    if (c == '+' && prefix_ == Prefix::of_name) understood_ = false;  // require("a" + b)
    prefix_ = Prefix::none;
    if (c == ';' || (c == ',' && after_type)) type_only_ = false;
    if (!templates_.empty() && c == '{') ++templates_.back();
    if (!templates_.empty() && c == '}') {
      if (templates_.back() == 0) return end_substitution();
      --templates_.back();
    }
    before_ = c == ')' || c == ']' || c == '}' ? Before::value : Before::operation;
  }

  void end_substitution() {
    templates_.pop_back();
    rest_of_template();
  }

  void begin_template() {
    const bool loads = is_call();
    const std::size_t begin = at_.at() + 1;
    const std::uint32_t line = at_.line();
    at_.next();
    const std::size_t depth = templates_.size();
    rest_of_template();
    if (templates_.size() > depth) {
      understood_ &= !loads || is_relative(at_.since(begin));
      return;
    }
    if (at_.at() <= begin) return;
    const std::string_view whole = at_.since(begin);
    if (whole.ends_with('`')) tell(whole.substr(0, whole.size() - 1), line);
  }

  // Up to the end of the literal, or to where an expression stands in it.
  void rest_of_template() {
    while (!at_.at_end()) {
      if (at_.peek() == '`') {
        at_.next();
        if (!is_call() && before_ != Before::from) before_ = Before::value;
        return;
      }
      if (at_.starts_with("${")) {
        at_.skip(2);
        if (templates_.size() < kDeepestTemplate) {
          templates_.push_back(0);
        } else {
          understood_ = false;
        }
        before_ = Before::operation;
        return;
      }
      at_.skip(at_.peek() == '\\' ? 2 : 1);
    }
    understood_ = false;
  }

  void regular_expression() {
    doubt_call();
    at_.next();
    bool in_class = false;
    while (!at_.at_end() && at_.peek() != '\n' && (in_class || at_.peek() != '/')) {
      if (at_.peek() == '[') in_class = true;
      if (at_.peek() == ']') in_class = false;
      at_.skip(at_.peek() == '\\' ? 2 : 1);
    }
    if (at_.peek() == '/') at_.next();
    before_ = Before::value;
  }

  Cursor at_;
  const ImportSink& sink_;
  Before before_ = Before::start;
  std::vector<std::size_t> templates_;  // of each open literal, the brackets that are open in its expression
  enum class Prefix { none, of_name } prefix_ = Prefix::none;  // a call that loads has a literal so far
  bool understood_ = true;
  bool type_only_ = false;   // import type { A } from "…" loads nothing
  bool after_type_ = false;  // the last word was "type"
  bool exports_ = false;     // the last word was "export"
};

}  // namespace

bool javascript(std::string_view text, const ImportSink& sink) { return JavaScript(text, sink).scan(); }

}  // namespace gatepost::context::imports
