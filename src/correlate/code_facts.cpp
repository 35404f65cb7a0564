#include "correlate/code_facts.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <string_view>

#include "base/hash.hpp"
#include "base/text.hpp"

namespace gatepost::correlate {
namespace {

constexpr std::size_t kMostWords = 256;
constexpr std::size_t kFewestWords = 3;      // fewer are like anything
constexpr std::size_t kLongestHeader = 512;  // characters of a line that are looked at for a header
constexpr std::size_t kMostNested = 32;      // symbols within symbols
constexpr std::uint32_t kTab = 8;
constexpr std::uint32_t kLinesOfStatement = 40;

bool is_word_char(char c) { return text::is_alnum(c) || c == '_' || c == '$' || static_cast<unsigned char>(c) >= 0x80; }

// The word that begins at or behind `at`, which moves behind it; "" at the end.
std::string_view next_word(std::string_view line, std::size_t& at) {
  while (at < line.size() && !is_word_char(line[at])) ++at;
  const std::size_t begin = at;
  while (at < line.size() && is_word_char(line[at])) ++at;
  return line.substr(begin, at - begin);
}

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::ranges::find(words, word) != words.end();
}

// Words before the name of what they declare.
constexpr std::array<std::string_view, 20> kDeclaring = {
    "def",    "class", "function", "func",      "fn",        "fun",    "sub",       "module",  "mod",    "interface",
    "struct", "impl",  "trait",    "namespace", "procedure", "object", "extension", "package", "record", "protocol"};
// Words that stand before parentheses and declare nothing, or begin a line that calls something.
constexpr std::array<std::string_view, 27> kNotDeclaring = {
    "if",    "for",   "while", "switch", "catch", "return", "else", "new",   "throw",
    "case",  "await", "yield", "delete", "do",    "try",    "with", "when",  "unless",
    "elsif", "elif",  "until", "using",  "lock",  "print",  "echo", "raise", "sizeof"};

std::uint32_t indentation(std::string_view line) {
  std::uint32_t columns = 0;
  for (const char c : line) {
    if (c != ' ' && c != '\t') break;
    columns = c == '\t' ? (columns / kTab + 1) * kTab : columns + 1;
  }
  return columns;
}

// "def name", "class Name", "func (r *T) name".
std::optional<std::string_view> declared_by_keyword(std::string_view line) {
  std::size_t at = 0;
  for (int words = 0; words < 6; ++words) {
    const std::size_t gap = at;
    const std::string_view word = next_word(line, at);
    if (word.empty()) return std::nullopt;
    // Only modifiers may stand before: nothing is declared behind "=" or "(".
    if (line.substr(gap, at - gap - word.size()).find_first_of("=(,;.'\"{") != std::string_view::npos) {
      return std::nullopt;
    }
    if (!is_one_of(word, kDeclaring)) continue;
    if (word == "struct" && line.find('(') != std::string_view::npos) return std::nullopt;  // what a function returns
    if (word == "func" && line.substr(at).starts_with(" (")) {
      const std::size_t receiver = line.find(')', at);
      if (receiver == std::string_view::npos) return std::nullopt;
      at = receiver;
    }
    const std::size_t before = at;
    const std::string_view name = next_word(line, at);
    const bool is_name = !name.empty() && line.substr(before, at - before - name.size()).find_first_of("({=;,") ==
                                              std::string_view::npos;
    return is_name ? std::optional(name) : std::nullopt;
  }
  return std::nullopt;
}

// "int name(int a) {", "name(a) {", "name = (a) => {".
std::optional<std::string_view> declared_by_shape(std::string_view line, bool opens_block) {
  if (!opens_block) return std::nullopt;
  const std::size_t equals = line.find('=');
  const std::size_t paren = line.find('(');
  if (line.ends_with("=> {") || line.find("function") != std::string_view::npos) {
    if (equals == std::string_view::npos || line.substr(equals).starts_with("=>")) return std::nullopt;
    const std::string_view before = text::trim(line.substr(0, equals));
    const std::size_t begin = before.find_last_of(" .\t") + 1;  // npos + 1 is 0
    return before.empty() ? std::nullopt : std::optional(before.substr(begin));
  }
  if (paren == std::string_view::npos || equals < paren || line.find(')', paren) == std::string_view::npos) {
    return std::nullopt;
  }
  std::size_t at = 0;
  std::string_view name;
  while (at < paren) {
    const std::string_view word = next_word(line.substr(0, paren), at);
    if (word.empty()) break;
    if (is_one_of(word, kNotDeclaring)) return std::nullopt;
    name = word;
  }
  return name.empty() ? std::nullopt : std::optional(name);
}

// Whether the line, without blanks around it, begins or ends a block that began further up.
bool only_closes(std::string_view line) { return line[0] == '{' || line[0] == '}' || line[0] == ')' || line[0] == ']'; }

class Symbols {
 public:
  Symbols(const SourceText& source, bool yaml) : source_(source), yaml_(yaml) {}

  // To be called for all lines in their order.
  void pass(std::uint32_t number) {
    const std::string_view whole = source_.line(number);
    const std::string_view line = text::trim(whole.substr(0, kLongestHeader));
    if (line.empty() || only_closes(line) || line[0] == '#' || line.starts_with("//") || line[0] == '*') return;
    const std::uint32_t columns = indentation(whole);
    while (!open_.empty() && open_.back().columns >= columns) open_.pop_back();
    if (open_.size() == kMostNested || line.ends_with(';')) return;
    const auto name = yaml_ ? yaml_key(line) : declared(line, number);
    if (name) open_.push_back({columns, *name});
  }

  [[nodiscard]] std::string now() const {
    std::string out;
    for (const Open& symbol : open_) out.append(out.empty() ? "" : ".").append(symbol.name);
    return out;
  }

 private:
  struct Open {
    std::uint32_t columns = 0;
    std::string_view name;
  };
  // A key whose value is what follows, indented.
  static std::optional<std::string_view> yaml_key(std::string_view line) {
    const bool key = line.ends_with(':') && std::ranges::all_of(line.substr(0, line.size() - 1), [](char c) {
                       return is_word_char(c) || c == '-' || c == '.';
                     });
    return key && line[0] != '-' ? std::optional(line.substr(0, line.size() - 1)) : std::nullopt;
  }
  [[nodiscard]] std::optional<std::string_view> declared(std::string_view line, std::uint32_t number) const {
    const auto name = declared_by_keyword(line);
    const bool whole = line.ends_with('}') && line.find(") {") != std::string_view::npos;  // on one line
    return name ? name : declared_by_shape(line, whole || line.ends_with('{') || block_follows(line, number));
  }
  [[nodiscard]] bool block_follows(std::string_view line, std::uint32_t number) const {
    return line.ends_with(')') && text::trim(source_.line(number + 1)) == "{";
  }

  const SourceText& source_;
  bool yaml_;
  std::vector<Open> open_;
};

}  // namespace

CodeFacts code_facts(const SourceText& source, const Range& range, std::string symbol) {
  CodeFacts facts{.text = {}, .words = {}, .symbol = std::move(symbol)};
  if (range.first_line == 0 || range.first_line > source.line_count()) return facts;
  const std::uint32_t last = std::clamp(range.last_line, range.first_line, source.line_count());
  Sha256 text;
  std::size_t words = 0;
  for (std::uint32_t number = range.first_line; number <= last; ++number) {
    const std::string_view line = source.line(number);
    text.field(text::fold_whitespace(line));
    if (number - range.first_line >= kLinesOfStatement) continue;
    for (std::size_t at = 0; words < kMostWords;) {
      const std::string_view word = next_word(line, at);
      if (word.empty()) break;
      facts.words.push_back(table_hash(word));
      ++words;
    }
  }
  facts.text = text.finish128();
  std::ranges::sort(facts.words);
  const auto repeated = std::ranges::unique(facts.words);
  facts.words.erase(repeated.begin(), repeated.end());
  if (facts.words.size() < kFewestWords) facts.words.clear();
  return facts;
}

std::vector<std::string> symbols_of(const SourceText& source, std::string_view path,
                                    std::span<const std::uint32_t> lines) {
  std::vector<std::size_t> order(lines.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return lines[i]; });
  std::vector<std::string> out(lines.size());
  Symbols symbols(source, path.ends_with(".yml") || path.ends_with(".yaml"));
  std::uint32_t passed = 0;
  for (const std::size_t i : order) {
    while (passed < std::min(lines[i], source.line_count())) symbols.pass(++passed);
    if (lines[i] != 0 && lines[i] <= source.line_count()) out[i] = symbols.now();
  }
  return out;
}

}  // namespace gatepost::correlate
