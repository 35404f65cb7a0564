// GitHub's CODEOWNERS: one rule a line, the last one that matches wins, a line that is not valid is skipped.
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "context/codeowners_file.hpp"
#include "context/github_owner.hpp"

namespace gatepost::context::codeowners {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// Walks one line from token to token and counts its characters on the way.
class Line {
 public:
  Line(std::string_view text, std::size_t begin, std::size_t end) : text_(text), at_(begin), end_(end) {}

  void skip_blanks() {
    while (at_ < end_ && is_blank(text_[at_])) advance();
  }
  [[nodiscard]] bool done() const { return at_ >= end_; }
  [[nodiscard]] bool at_comment() const { return !done() && text_[at_] == '#'; }
  [[nodiscard]] std::uint32_t column() const { return column_; }

  // Up to the next blank. In a pattern `\` keeps the character behind it.
  TextRange token(bool escapes) {
    const std::size_t begin = at_;
    while (at_ < end_ && !is_blank(text_[at_])) {
      const bool escape = escapes && text_[at_] == '\\' && at_ + 1 < end_;
      if (escape) advance();
      advance();
    }
    return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at_ - begin)};
  }

 private:
  void advance() {
    ++at_;
    const bool inside_character = at_ < end_ && (static_cast<unsigned char>(text_[at_]) & 0xC0U) == 0x80U;
    if (!inside_character) ++column_;
  }
  std::string_view text_;
  std::size_t at_, end_;
  std::uint32_t column_ = 1;
};

struct Problem {
  std::string text, suggestion;
};

// Runs of three and more stars, cut to two; empty when there are none.
std::string with_shorter_stars(std::string_view pattern) {
  std::string out;
  bool cut = false;
  std::size_t stars = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    stars = pattern[i] == '*' ? stars + 1 : 0;
    if (stars > 2) {
      cut = true;
      continue;
    }
    out += pattern[i];
    if (pattern[i] == '\\' && i + 1 < pattern.size()) {
      out += pattern[++i];
      stars = 0;
    }
  }
  return cut ? out : std::string();
}

bool has_bracket(std::string_view pattern) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
    } else if (pattern[i] == '[' || pattern[i] == ']') {
      return true;
    }
  }
  return false;
}

std::optional<Problem> problem_of(std::string_view pattern) {
  if (pattern.starts_with('!')) return Problem{"a pattern cannot be negated with `!`", ""};
  if (pattern.starts_with("\\#")) return Problem{"a `#` at the start cannot be escaped", ""};
  if (pattern == "/") {
    return Problem{"`/` alone matches nothing", "The pattern `/` will never match anything, did you mean `*` instead?"};
  }
  if (has_bracket(pattern)) {
    return Problem{"there are no character classes", "both `[` and `]` must be escaped with a `\\`"};
  }
  if (const std::string shorter = with_shorter_stars(pattern); !shorter.empty()) {
    return Problem{"there are more than two stars in a row", "Did you mean `" + text::printable(shorter, 200) + "`?"};
  }
  return std::nullopt;
}

class Reader {
 public:
  explicit Reader(CodeOwnersFile& file) : file_(file), diagnostics_(file.diagnostics) {}

  void read() {
    const std::string_view text = file_.text;
    std::uint32_t number = 0;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      const bool carriage_return = end > begin && text[end - 1] == '\r';
      read_line(++number, Line(text, begin, end - (carriage_return ? 1 : 0)));
      begin = end + 1;
    }
  }

 private:
  void read_line(std::uint32_t number, Line line) {
    line.skip_blanks();
    if (line.done() || line.at_comment()) return;
    Rule rule{.line = number, .column = line.column()};
    rule.pattern = line.token(true);
    if (auto problem = problem_of(file_.view(rule.pattern))) {
      diagnostics_.add({number, rule.column, "Invalid pattern", quoted(rule.pattern) + ": " + std::move(problem->text),
                        std::move(problem->suggestion)});
      return;
    }
    rule.first_owner = static_cast<std::uint32_t>(file_.owners.size());
    if (!read_owners(number, line)) {
      file_.owners.resize(rule.first_owner);
      return;
    }
    rule.owner_count = static_cast<std::uint32_t>(file_.owners.size()) - rule.first_owner;
    rule.names_owners = rule.owner_count > 0;
    file_.rules.push_back(rule);
  }

  // False when one of the words is not an owner, which makes the line invalid.
  bool read_owners(std::uint32_t number, Line& line) {
    bool valid = true;
    for (line.skip_blanks(); !line.done() && !line.at_comment(); line.skip_blanks()) {
      const std::uint32_t column = line.column();
      const TextRange token = line.token(false);
      if (github_owner_kind(file_.view(token))) {
        if (valid) file_.owners.push_back({token, column});
        continue;
      }
      valid = false;
      diagnostics_.add({number, column, "Invalid owner",
                        quoted(token) + " is not @user, @organization/team or an e-mail address; the line is skipped",
                        ""});
    }
    return valid;
  }

  std::string quoted(TextRange range) const { return "`" + text::printable(file_.view(range), 120) + "`"; }

  CodeOwnersFile& file_;
  Diagnostics diagnostics_;
};

}  // namespace

void parse_github(CodeOwnersFile& file) {
  file.sections.push_back({});
  Reader(file).read();
}

}  // namespace gatepost::context::codeowners
