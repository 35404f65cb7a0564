// Complaints that need nothing but the text of the file.
#include <algorithm>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "context/gitlab_heading.hpp"
#include "context/gitlab_references.hpp"
#include "context/owners_lint.hpp"

namespace gatepost::context::codeowners {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

std::string quoted(std::string_view s) { return "`" + text::printable(s, 120) + "`"; }

// One line without white space at its ends.
struct Line {
  std::uint32_t number;
  std::string_view text;
};

std::uint32_t line_of(std::string_view text, std::size_t at) {
  return 1 + static_cast<std::uint32_t>(std::ranges::count(text.substr(0, at), '\n'));
}

// A `#` inside a word, not escaped. Forges and tools disagree whether a comment starts there.
bool has_glued_hash(std::string_view word) {
  for (std::size_t i = 1; i < word.size(); ++i) {
    if (word[i] == '#' && word[i - 1] != '\\') return true;
  }
  return false;
}

// The first word of the line with a `#` inside; "" when there is none. A word that starts with `#` ends the search.
std::string_view glued_hash_in(std::string_view line) {
  std::string_view found;
  bool comment = false;
  each_word(line, [&](std::size_t begin, std::size_t size) {
    const std::string_view word = line.substr(begin, size);
    comment = comment || word.starts_with('#');
    if (!comment && found.empty() && has_glued_hash(word)) found = word;
  });
  return found;
}

void lint_github_line(const Line& line, Diagnostics& out) {
  if (const std::string_view word = glued_hash_in(line.text); !word.empty()) {
    out.add({line.number,
             {},
             "glued-hash",
             "`#` inside " + quoted(word) + " does not start a comment",
             "put a blank in front of `#`"});
  }
  if (read_heading(line.text)) {
    out.add({line.number,
             {},
             "dialect-mix",
             "the line looks like a section heading of GitLab; GitHub has no sections",
             "write the heading as a comment"});
  } else if (line.text.starts_with('!')) {
    out.add({line.number,
             {},
             "dialect-mix",
             "`!` excludes files on GitLab only",
             "repeat the pattern without `!` and without owners further down"});
  }
}

// `[Dd]ocs/ @x` was meant as a pattern, but every line that starts with `[…]` is a heading.
bool is_class_at_line_start(const Heading& heading, std::string_view line) {
  if (heading.strict || heading.raw_approvals) return false;
  const std::size_t behind = line.find(']') + 1;
  return behind < line.size() && line[behind] != '[' && line[behind] != ']' && line[behind] != ' ' &&
         line[behind] != '\t' && line[behind] != '@' && line[behind] != '#';
}

void lint_gitlab_line(const Line& line, Diagnostics& out) {
  if (const auto heading = read_heading(line.text)) {
    if (is_class_at_line_start(*heading, line.text)) {
      out.add({line.number,
               {},
               "dialect-mix",
               "the line starts section " + quoted(heading->name) + "; it is not a pattern with a character class",
               "begin the pattern with `/` or `**/`"});
    }
    return;
  }
  bool first = true, comment = false;
  each_word(line.text, [&](std::size_t begin, std::size_t size) {
    comment = comment || (!first && line.text[begin] == '#');
    first = false;
    static_cast<void>(size);
  });
  if (comment) {
    out.add({line.number,
             {},
             "comment-in-entry",
             "GitLab has no comments behind an entry; owners named behind the `#` are owners",
             "put the comment on a line of its own"});
  }
}

}  // namespace

void lint_text(const CodeOwnersFile& file, Diagnostics& out) {
  const std::string_view text = file.text;
  if (file.had_byte_order_mark) {
    out.add({1,
             {},
             "byte-order-mark",
             "the file starts with a byte order mark; a forge may take it for a part of the first pattern",
             "save the file as UTF-8 without a byte order mark"});
  }
  if (const auto broken = text::first_invalid_utf8(text)) {
    out.add({line_of(text, *broken), {}, "invalid-utf8", "the line is not UTF-8", "save the file as UTF-8"});
  }
  if (const std::size_t nul = text.find('\0'); nul != kNone) {
    out.add({line_of(text, nul), {}, "nul-byte", "the line holds a NUL byte", "save the file as text"});
  }
  std::uint32_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const Line line{++number, text::trim(text.substr(begin, end - begin))};
    begin = end + 1;
    if (line.text.empty() || line.text.starts_with('#')) continue;
    if (file.dialect == OwnersDialect::github) {
      lint_github_line(line, out);
    } else {
      lint_gitlab_line(line, out);
    }
  }
}

}  // namespace gatepost::context::codeowners
