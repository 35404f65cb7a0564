#include "command/grammar.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "base/text.hpp"
#include "base/time.hpp"
#include "model/finding.hpp"

namespace gatepost::command {
namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kHelp = "/gatepost help";
constexpr std::size_t kShown = 60;  // bytes of a word in an answer

std::string quoted(std::string_view word) { return "\"" + text::printable(word, kShown) + "\""; }

// --- letters that look like others ---

struct LookAlike {
  char32_t letter;
  char stands_for;
};
// Of Cyrillic and Greek those that look like a letter of a command's words.
constexpr LookAlike kLookAlikes[] = {{0x0430, 'a'}, {0x0435, 'e'}, {0x043E, 'o'}, {0x0440, 'p'}, {0x0441, 'c'},
                                     {0x0455, 's'}, {0x0456, 'i'}, {0x0501, 'd'}, {0x0432, 'v'}, {0x0442, 't'},
                                     {0x0261, 'g'}, {0x0581, 'g'}, {0x03BF, 'o'}, {0x03C1, 'p'}, {0x03B1, 'a'},
                                     {0x03C4, 't'}, {0x0131, 'i'}, {0x2044, '/'}, {0x2215, '/'}, {0x29F8, '/'}};

// The ASCII character that it is meant to be taken for; 0 for one that nobody sees; empty for all else.
std::optional<char> stands_for(char32_t c) {
  if (c < 0x80) return static_cast<char>(c);
  if (text::is_invisible(c) || c == 0x00AD) return '\0';
  if (c >= 0xFF01 && c <= 0xFF5E) return static_cast<char>(c - 0xFF01 + '!');
  if (c == 0x00A0 || c == 0x3000 || (c >= 0x2000 && c <= 0x200A)) return ' ';
  const auto* const found = std::ranges::find(kLookAlikes, c, &LookAlike::letter);
  if (found == std::end(kLookAlikes)) return std::nullopt;
  return found->stands_for;
}

std::string plain_of(std::string_view s) {
  std::string plain;
  for (std::size_t i = 0; i < s.size();) {
    const text::CodePoint at = text::code_point_at(s, i);
    i += at.bytes;
    const char c = stands_for(at.value).value_or('?');
    if (c != '\0') plain += c;
  }
  return plain;
}

// The first character that no command has; in a text only those that hide or reorder what people read.
std::optional<char32_t> forbidden_in(std::string_view s, bool is_text) {
  for (std::size_t i = 0; i < s.size();) {
    const text::CodePoint at = text::code_point_at(s, i);
    i += at.bytes;
    const bool control = at.value < 0x20 || (at.value >= 0x7F && at.value < 0xA0);
    const bool broken = at.value == 0xFFFD || at.value == 0x00AD;
    if ((control && at.value != '\t') || broken || text::is_invisible(at.value)) return at.value;
    if (!is_text && at.value >= 0x80) return at.value;
  }
  return std::nullopt;
}

// --- lines ---

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find_first_of("\r\n"), rest.size());
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

std::string_view first_word(std::string_view line) { return line.substr(0, line.find_first_of(kBlanks)); }

bool is_ours(std::string_view line) { return first_word(line) == kName; }

// Whether a line behind the first is a command that does not count. Code and quotes do not speak.
bool has_another(std::string_view rest) {
  bool in_fence = false;
  while (!rest.empty()) {
    const std::string_view line = take_line(rest);
    const std::string_view trimmed = text::trim(line);
    if (trimmed.starts_with("```") || trimmed.starts_with("~~~")) in_fence = !in_fence;
    const bool is_code = line.starts_with("    ") || line.starts_with('\t');
    if (!in_fence && !is_code && is_ours(trimmed)) return true;
  }
  return false;
}

// What was meant by a first word that is not exactly ours; nothing when it is somebody else's.
std::optional<Mistake> meant_for_us(std::string_view line) {
  const std::string_view shown = line.substr(0, std::min(line.size(), kShown));
  const std::string plain = plain_of(shown);
  const std::string word(
      first_word(std::string_view(plain).substr(std::min(plain.find_first_not_of(' '), plain.size()))));
  constexpr std::array kOurs = {kName};
  if (word == kName) {
    const auto strange = forbidden_in(shown, false);
    if (!strange) return std::nullopt;  // blanks before it: that is code to some, so it is nothing to us
    return Mistake{fmt::format("the first word looks like {}, but has the character U+{:04X}", kName,
                               static_cast<std::uint32_t>(*strange)),
                   "the command typed with plain letters", std::string(kHelp)};
  }
  const std::string lower = text::lower(word);
  const bool near = word.starts_with('/') && (lower == kName || text::nearest(lower, kOurs) == kName);
  if (!near || line.starts_with(' ') || line.starts_with('\t')) return std::nullopt;
  return Mistake{quoted(first_word(line)) + " is no command", std::string(kName), std::string(kHelp)};
}

// --- the words of a command ---

constexpr std::string_view kDecisionPrefix = "W-";
constexpr std::size_t kMostDecisionDigits = 19;
constexpr std::size_t kDecisionLetters = 8;  // of a finding's id

// By the comment that asked, or by the finding whose ticket was closed.
bool is_decision_id(std::string_view id) {
  if (!id.starts_with(kDecisionPrefix)) return false;
  const std::string_view rest = id.substr(kDecisionPrefix.size());
  if (rest.size() == kDecisionLetters && is_finding_id("GP-" + std::string(rest))) return true;
  return !rest.empty() && rest.size() <= kMostDecisionDigits && std::ranges::all_of(rest, text::is_digit);
}

std::string upper(std::string_view s) {
  std::string all(s);
  for (char& c : all) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return all;
}

// A name of a forge: letters, digits and "-_." between slashes.
bool is_name(std::string_view s, bool slashes, std::size_t longest) {
  const auto allowed = [&](char c) {
    return text::is_alnum(c) || c == '-' || c == '_' || c == '.' || (slashes && c == '/');
  };
  const bool odd = s.empty() || s.size() > longest || s.starts_with('/') || s.ends_with('/') ||
                   s.find("//") != std::string_view::npos || s.find("..") != std::string_view::npos;
  return !odd && std::ranges::all_of(s, allowed);
}

bool is_hex(std::string_view s) {
  return std::ranges::all_of(s, [](char c) { return text::is_digit(c) || (c >= 'a' && c <= 'f'); });
}

class Parser {
 public:
  explicit Parser(std::string_view line) : rest_(line) {}

  Reading run() {
    next();  // our name
    if (!read_head() || !read_verb()) return {.command = {}, .mistake = mistake_};
    for (const Part part : usage_->expected()) {
      if (!read_part(part)) return {.command = {}, .mistake = mistake_};
    }
    if (const std::string_view more = next(); !more.empty()) {
      fail(fmt::format("{} stands behind a command that ends before it", quoted(more)), "nothing more");
      return {.command = {}, .mistake = mistake_};
    }
    return {.command = command_, .mistake = {}};
  }

 private:
  std::string_view next() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlanks), rest_.size()));
    const std::string_view word = first_word(rest_);
    rest_.remove_prefix(word.size());
    return word;
  }

  bool fail(std::string found, std::string expected) {
    const std::string example = usage_ == nullptr ? std::string(kHelp) : fmt::format("{} {}", kName, usage_->example);
    mistake_ = Mistake{std::move(found), std::move(expected), example};
    return false;
  }

  // A word of a command is plain: a letter of another script in it is no slip of the pen.
  bool is_plain(std::string_view word) {
    const auto strange = forbidden_in(word, false);
    if (!strange) return true;
    return fail(fmt::format("{} has the character U+{:04X}", quoted(word), static_cast<std::uint32_t>(*strange)),
                "plain letters, digits and blanks");
  }

  bool read_head() {
    const std::string_view before = rest_;
    const std::string_view word = next();
    if (!word.starts_with('@')) {
      rest_ = before;
      return true;
    }
    const std::string_view commit = word.substr(1);
    if (commit.size() < 7 || commit.size() > 40 || !is_hex(commit))
      return fail(quoted(word) + " is no commit", "@ and 7 to 40 digits of the commit that the command is meant for");
    command_.head = commit;
    return true;
  }

  bool read_verb() {
    const std::string_view word = next();
    if (word.empty()) return fail("no command stands behind " + std::string(kName), "one of " + verbs());
    if (!is_plain(word)) return false;
    usage_ = find_usage(word);
    if (usage_ == nullptr) return unknown_verb(word);
    command_.verb = usage_->verb;
    return true;
  }

  bool unknown_verb(std::string_view word) {
    std::vector<std::string_view> names;
    for (const Usage& usage : usages()) names.push_back(usage.name);
    const std::string close = text::nearest(text::lower(word), names);
    if (close.empty()) return fail(quoted(word) + " is no command", "one of " + verbs());
    usage_ = find_usage(close);
    return fail(quoted(word) + " is no command", fmt::format("\"{}\", perhaps", close));
  }

  static std::string verbs() {
    std::string all;
    for (const Usage& usage : usages()) all.append(all.empty() ? "" : ", ").append(usage.name);
    return all;
  }

  bool read_part(Part part) {
    if (part == Part::text) return read_text();
    if (part == Part::day) return keyword("until") && read_day();
    const std::string_view word = next();
    if (word.empty()) return fail("the command ends too early", synopsis(*usage_));
    if (!is_plain(word)) return false;
    switch (part) {
      case Part::finding:
        return read_id(word, false);
      case Part::decision:
        return read_id(word, true);
      case Part::team:
        return read_team(word);
      default:
        return read_service(word);
    }
  }

  bool keyword(std::string_view expected) {
    const std::string_view word = next();
    if (word == expected) return true;
    if (word.empty()) return fail(fmt::format("\"{}\" is missing", expected), synopsis(*usage_));
    return is_plain(word) && fail(quoted(word), fmt::format("\"{}\": {}", expected, synopsis(*usage_)));
  }

  bool read_id(std::string_view word, bool or_request) {
    command_.id = upper(word);
    if (is_finding_id(command_.id) || (or_request && is_decision_id(command_.id))) return true;
    return fail(quoted(word) + " is no id", or_request ? "the id of a finding, such as GP-ABCDEFGH, or of a request, "
                                                         "such as W-123"
                                                       : "the id of a finding, such as GP-ABCDEFGH");
  }

  bool read_day() {
    const std::string_view word = next();
    if (word.empty()) return fail("no day stands behind \"until\"", "a day as 2027-01-31");
    if (!is_plain(word)) return false;
    command_.until = parse_date(word);
    return command_.until.has_value() || fail(quoted(word) + " is no day", "a day as 2027-01-31");
  }

  bool read_text() {
    if (!keyword("reason")) return false;
    const std::string_view said = text::trim(rest_);
    rest_ = {};
    if (said.empty()) return fail("no words stand behind \"reason\"", "why, in a few words");
    if (said.size() > kLongestText)
      return fail(fmt::format("the reason has {} bytes", said.size()), fmt::format("at most {}", kLongestText));
    if (const auto strange = forbidden_in(said, true)) {
      return fail(fmt::format("the reason has the character U+{:04X}, which hides or reorders text",
                              static_cast<std::uint32_t>(*strange)),
                  "text that everybody reads alike");
    }
    command_.text = said;
    return true;
  }

  bool read_team(std::string_view word) {
    constexpr std::size_t kLongest = 200;
    command_.team = word;
    if (word.starts_with('@') && is_name(word.substr(1), true, kLongest)) return true;
    return fail(quoted(word) + " is no team", "a team or a person, such as @acme/payments or @bob");
  }

  bool read_service(std::string_view word) {
    constexpr std::size_t kLongest = 100;
    command_.service = word;
    return is_name(word, true, kLongest) || fail(quoted(word) + " is no service", "the name of a service");
  }

  std::string_view rest_;
  const Usage* usage_ = nullptr;
  Command command_;
  std::optional<Mistake> mistake_;
};

Mistake too_many() {
  return {"the comment has more than one command", "one command a comment, on its first line; none was carried out",
          std::string(kHelp)};
}

}  // namespace

Reading read(std::string_view body) {
  std::string_view rest = body.substr(0, std::min(body.size(), kLongestBody));
  const std::string_view line = take_line(rest);
  if (!is_ours(line)) {
    if (auto mistake = meant_for_us(line)) return {.command = {}, .mistake = std::move(mistake)};
    const bool opens_fence = line.starts_with("```") || line.starts_with("~~~");
    if (opens_fence || !has_another(rest)) return {};
    return {.command = {},
            .mistake = Mistake{"a command stands below the first line", "the command as the first line of a comment",
                               std::string(kHelp)}};
  }
  if (has_another(rest)) return {.command = {}, .mistake = too_many()};
  if (line.size() > kLongestLine) {
    return {.command = {},
            .mistake = Mistake{fmt::format("the command has {} bytes", line.size()),
                               fmt::format("at most {}", kLongestLine), std::string(kHelp)}};
  }
  return Parser(line).run();
}

}  // namespace gatepost::command
