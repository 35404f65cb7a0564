// Python: import, from … import, import_module() and __import__().
#include <string>
#include <vector>

#include "context/imports_languages.hpp"

namespace gatepost::context::imports {
namespace {

class Python {
 public:
  Python(std::string_view text, const ImportSink& sink) : at_(text), sink_(sink) {}

  bool scan() {
    while (!at_.at_end()) step();
    return understood_;
  }

 private:
  void step() {
    const char c = at_.peek();
    if (c == '\n' || c == ';' || c == ':') {
      at_.next();
      begins_ = true;
      loads_ = false;
      return;
    }
    if (c == '#') return at_.skip_line();
    if (c == '\'' || c == '"') return literal();
    if (Cursor::is_word(c)) return word();
    if (is_blank(c)) return at_.next();
    begins_ = false;
    loads_ = loads_ && c == '(';
    const bool opens = loads_;
    at_.next();
    if (opens) argument();
  }

  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\f'; }

  void blanks() {
    for (;;) {
      if (is_blank(at_.peek())) {
        at_.next();
      } else if (at_.peek() == '\\' && (at_.peek(1) == '\n' || at_.peek(1) == '\r')) {
        at_.skip(at_.peek(1) == '\r' ? 3 : 2);
      } else {
        return;
      }
    }
  }

  // What import_module( is called with.
  void argument() {
    loads_ = false;
    while (is_blank(at_.peek()) || at_.peek() == '\n') at_.next();
    if (at_.peek() != '\'' && at_.peek() != '"') {
      understood_ = false;
      return;
    }
    tell(at_.literal(at_.peek()), true);
  }

  void literal() {
    begins_ = false;
    const char quote = at_.peek();
    const char* const end = quote == '"' ? "\"\"\"" : "'''";
    if (!at_.starts_with(end)) return tell(at_.literal(quote), false);
    at_.skip(3);
    while (!at_.at_end() && !at_.starts_with(end)) at_.skip(at_.peek() == '\\' ? 2 : 1);
    understood_ &= !at_.at_end();
    at_.skip(3);
  }

  void tell(std::string_view name, bool imported) {
    if (!name.empty() && name.size() <= kLongestImportName) sink_(name, at_.line(), imported);
  }

  void word() {
    const bool begins = begins_;
    begins_ = false;
    const std::string_view word = at_.word();
    loads_ = word == "import_module" || word == "__import__";
    if (begins && word == "import") return import_list();
    if (begins && word == "from") from();
  }

  std::string_view dotted() {
    blanks();
    const std::size_t begin = at_.at();
    while (Cursor::is_word(at_.peek()) || at_.peek() == '.') at_.next();
    return at_.since(begin);
  }

  // import a.b as c, d
  void import_list() {
    for (;;) {
      const std::string_view name = dotted();
      if (name.empty()) return;
      tell(name, true);
      blanks();
      if (at_.starts_with("as") && is_blank(at_.peek(2))) {
        at_.skip(2);
        dotted();
        blanks();
      }
      if (at_.peek() != ',') return;
      at_.next();
    }
  }

  // from a.b import c as d, e: c may be a module. What begins with a dot is the package's own.
  void from() {
    const std::string module(dotted().substr(0, kLongestImportName));
    blanks();
    if (module.empty() || module.front() == '.' || !at_.starts_with("import")) return;
    at_.skip(6);
    tell(module, true);
    blanks();
    const bool in_brackets = at_.peek() == '(';
    if (in_brackets) at_.next();
    for (;;) {
      while (in_brackets && (at_.peek() == '\n' || is_blank(at_.peek()) || at_.peek() == '#')) {
        if (at_.peek() == '#')
          at_.skip_line();
        else
          at_.next();
      }
      const std::string_view name = dotted();
      if (name.empty()) return;
      tell(module + "." + std::string(name.substr(0, kLongestImportName)), true);
      while (!at_.at_end() && at_.peek() != ',' && at_.peek() != ')' && at_.peek() != '\n' && at_.peek() != ';' &&
             at_.peek() != '#')
        at_.next();
      while (in_brackets && (at_.peek() == '\n' || at_.peek() == '#')) {
        if (at_.peek() == '#')
          at_.skip_line();
        else
          at_.next();
      }
      blanks();
      if (at_.peek() != ',') return;
      at_.next();
    }
  }

  Cursor at_;
  const ImportSink& sink_;
  bool begins_ = true;  // a statement may begin here
  bool loads_ = false;  // the last word loads modules by name
  bool understood_ = true;
};

}  // namespace

bool python(std::string_view text, const ImportSink& sink) { return Python(text, sink).scan(); }

}  // namespace gatepost::context::imports
