#include "report/escape.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

#include "base/printable.hpp"
#include "base/text.hpp"
#include "report/width.hpp"

namespace gatepost::report::escape {
namespace {

// More marks on one letter than any script has; they would be drawn over the lines above and below.
constexpr unsigned kMostMarks = 4;
constexpr std::size_t kStatusCharacters = 140;

bool is_blank(char32_t c) {
  return c == ' ' || (c >= 0x09 && c <= 0x0D) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}
bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }
bool is_punctuation(char c) { return c > ' ' && c < 0x7F && !text::is_alnum(c); }
bool is_letter(char c) { return text::is_alnum(c) && !text::is_digit(c); }

void append_visible(std::string& out, char32_t c) {
  char buffer[16];
  std::snprintf(buffer, sizeof buffer, "\\u{%x}", static_cast<unsigned>(c));
  out += buffer;
}

// Appends one character of a stranger's text: as it is when it can be seen and stays in its place.
class Cleaner {
 public:
  explicit Cleaner(std::string& out) : out_(out) {}
  void put(char32_t c) {
    marks_ = c >= 0x300 && width_of(c) == 0 ? marks_ + 1 : 0;
    if (is_control(c) || text::is_invisible(c) || marks_ > kMostMarks) {
      append_visible(out_, c);
    } else {
      text::append_utf8(out_, c);
    }
  }

  // Printable ASCII.
  void put_plain(std::string_view characters) {
    marks_ = 0;
    out_ += characters;
  }

 private:
  std::string& out_;
  unsigned marks_ = 0;
};

// Bytes from `i` on that are printable ASCII and no blank: of those nothing has to be looked at any closer.
std::size_t end_of_word(std::string_view s, std::size_t i) {
  while (i < s.size() && s[i] > ' ' && s[i] < 0x7F) ++i;
  return i;
}

// True for printable ASCII and line feeds: most of what tools write.
bool is_plain_text(std::string_view s) {
  std::size_t i = end_of_printable(s, 0);
  while (i < s.size() && s[i] == '\n') i = end_of_printable(s, i + 1);
  return i == s.size();
}

// Like one_line, but blanks, tabs and line feeds stay; a carriage return becomes a line feed, CR LF one.
std::string several_lines(std::string_view s) {
  std::string out;
  out.reserve(s.size());
  Cleaner cleaner(out);
  for (std::size_t i = 0; i < s.size();) {
    std::size_t plain = i;
    while (plain < s.size() && s[plain] >= ' ' && s[plain] < 0x7F) ++plain;
    if (plain > i) {
      cleaner.put_plain(s.substr(i, plain - i));
      i = plain;
      continue;
    }
    const text::CodePoint at = text::code_point_at(s, i);
    i += at.bytes;
    if (at.value == '\r') {
      if (i >= s.size() || s[i] != '\n') out += '\n';
    } else if (at.value == '\n' || at.value == '\t') {
      out += static_cast<char>(at.value);
    } else if (at.value == 0x85 || at.value == 0x2028 || at.value == 0x2029) {
      out += '\n';
    } else {
      cleaner.put(at.value);
    }
  }
  return out;
}

void append_entity(std::string& out, char c) {
  out += "&#";
  out += std::to_string(static_cast<unsigned>(static_cast<std::uint8_t>(c)));
  out += ';';
}

// Forges look for mentions, references and emoji in the text after Markdown and its entities are gone: "@name", "#12",
// "!12", "~label", ":emoji:", "JIRA-12". An empty comment behind the sign parts it from what it refers to.
bool begins_reference(char before, char sign, char next) {
  switch (sign) {
    case '@':
    case '#':
    case '$':
      return true;
    case '!':
    case '~':
    case '%':
    case '&':
    case '^':
    case '*':
    case '[':
    case ':':
      return next != ' ';
    case '-':
      return is_letter(before) && text::is_digit(next);
    default:
      return false;
  }
}

// Signs that are no markup where they stand, so that the source of a comment, which is what mails show, can be read.
// Everything else becomes an entity. `before` and `next` are ' ' at the ends of the text.
bool is_plain_sign(char before, char sign, char next) {
  const bool in_word = text::is_alnum(before) && text::is_alnum(next);
  switch (sign) {
    case ',':
    case ';':
    case '"':
    case '\'':
    case '(':
    case '?':
      return true;
    case ')':  // "1) item"
      return !text::is_digit(before);
    case '.':  // "1. item", "www.example.org"
      return (!text::is_digit(before) || next != ' ') && before != 'w' && before != 'W';
    case '-':
    case '_':
      return in_word;
    case ':':
      return next == ' ' && before != ' ';
    case '/':  // a line that starts with it is a command
      return before != ' ';
    default:
      return false;
  }
}

std::string encode_markdown(std::string_view clean) {
  std::string out;
  out.reserve(clean.size() * 2);
  for (std::size_t i = 0; i < clean.size(); ++i) {
    const char sign = clean[i];
    const char before = i > 0 ? clean[i - 1] : ' ', next = i + 1 < clean.size() ? clean[i + 1] : ' ';
    const bool parted = begins_reference(before, sign, next);
    if (!is_punctuation(sign) || (!parted && is_plain_sign(before, sign, next))) {
      out += sign;
    } else {
      append_entity(out, sign);
    }
    if (parted) out += "<!-- -->";
  }
  return out;
}

std::size_t longest_run(std::string_view s, char c) {
  std::size_t longest = 0, run = 0;
  for (const char at : s) {
    run = at == c ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

std::string encode_html(std::string_view s) {
  std::string out;
  for (const char c : one_line(s)) {
    const bool special = c == '&' || c == '<' || c == '>' || c == '"' || c == '\'' || c == '`' || c == '=';
    if (special) {
      append_entity(out, c);
    } else {
      out += c;
    }
  }
  return out;
}

struct Address {
  std::string host;
  std::string_view path;  // from the "/" on, with query and fragment
};

// Of an https address whose host is a plain name; an empty host otherwise.
Address address_of(std::string_view url) {
  constexpr std::string_view kScheme = "https://";
  if (url.size() > 2000 || !text::equal_ignoring_case(url.substr(0, kScheme.size()), kScheme)) return {};
  const std::string_view rest = url.substr(kScheme.size());
  const std::size_t end = std::min(rest.find_first_of("/?#\\"), rest.size());
  const std::string_view host = rest.substr(0, end);
  const bool plain = std::ranges::all_of(host, [](char c) { return text::is_alnum(c) || c == '-' || c == '.'; });
  const bool seen = std::ranges::all_of(rest, [](char c) { return static_cast<std::uint8_t>(c) > ' ' && c != 0x7F; });
  if (!plain || !seen || host.empty() || rest.substr(end).starts_with('\\')) return {};
  return {text::lower(host), rest.substr(end)};
}

constexpr std::array<bool, 256> letters_digits_and(std::string_view signs) {
  std::array<bool, 256> all{};
  for (int c = 0; c < 128; ++c) {
    all[static_cast<std::size_t>(c)] = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
  for (const char c : signs) all[static_cast<std::uint8_t>(c)] = true;
  return all;
}
constexpr auto kStandsInPath = letters_digits_and("-._~/");
constexpr auto kStandsInLink = letters_digits_and("-._/?=&+,:;#%");  // without ending it

std::string percent_encode(std::string_view s, const std::array<bool, 256>& keep) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(s.size());
  for (std::size_t i = 0; i < s.size(); ++i) {
    std::size_t end = i;
    while (end < s.size() && keep[static_cast<std::uint8_t>(s[end])]) ++end;
    out.append(s, i, end - i);
    if (end == s.size()) break;
    const auto byte = static_cast<std::uint8_t>(s[end]);
    out += '%';
    out += kHex[byte >> 4U];
    out += kHex[byte & 15U];
    i = end;
  }
  return out;
}

// Commands of a CI runner are found anywhere in a line ("##[group]", "##vso[…]"), others at its beginning
// ("::error::"), and where a line will be broken nobody knows yet.
std::string without_commands(std::string_view s) {
  std::string out;
  for (std::size_t i = 0; i < s.size(); ++i) {
    const bool word_begins = i == 0 || s[i - 1] == ' ' || s[i - 1] == '\n';
    const bool old_form = s.substr(i).starts_with("##") && i + 2 < s.size() && (s[i + 2] == '[' || is_letter(s[i + 2]));
    out += s[i];
    if (old_form || (word_begins && s.substr(i).starts_with("::"))) out += ' ';
  }
  return out;
}

std::string escape_workflow(std::string_view s, std::string_view special) {
  std::string out;
  for (const char c : s) {
    if (special.find(c) == kNoLimit) {
      out += c;
      continue;
    }
    char buffer[8];
    std::snprintf(buffer, sizeof buffer, "%%%02X", static_cast<unsigned>(static_cast<std::uint8_t>(c)));
    out += buffer;
  }
  return out;
}

// At most `characters` code points, then "…".
std::string cut(std::string s, std::size_t characters) {
  std::size_t count = 0, i = 0;
  for (; i < s.size() && count < characters; ++count) i += text::code_point_at(s, i).bytes;
  if (i >= s.size()) return s;
  s.resize(i);
  return s + "…";
}

}  // namespace

std::string one_line(std::string_view s, std::size_t characters) {
  std::string out;
  out.reserve(std::min(s.size(), characters));
  Cleaner cleaner(out);
  bool blank = false;
  std::size_t count = 0;
  const auto take = [&](std::size_t wanted) {  // of the characters that are left, with the blank before them
    if (blank && count < characters) {
      ++count;
      if (count < characters) out += ' ';
    }
    blank = false;
    const std::size_t taken = std::min(wanted, characters - count);
    count += taken;
    return taken;
  };
  for (std::size_t i = 0; i < s.size();) {
    if (const std::size_t end = end_of_word(s, i); end > i) {
      const std::size_t taken = take(end - i);
      cleaner.put_plain(s.substr(i, taken));
      if (taken < end - i) return out + "…";
      i = end;
      continue;
    }
    const text::CodePoint at = text::code_point_at(s, i);
    i += at.bytes;
    if (is_blank(at.value)) {
      blank = !out.empty();
      continue;
    }
    if (take(1) == 0) return out + "…";
    cleaner.put(at.value);
  }
  return out;
}

std::string markdown_text(std::string_view s, std::size_t characters) {
  return encode_markdown(one_line(s, characters));
}

std::string markdown_code(std::string_view s, Spot spot, std::size_t characters) {
  const std::string clean = one_line(s, characters);
  if (clean.empty()) return {};
  // A table's row is split at "|" before code spans are looked for, and a backslash before it is read in more than one
  // way; as an element the code has no "|".
  const bool splits_cell = spot == Spot::table_cell && clean.find('|') != std::string::npos;
  if (splits_cell) return "<code>" + encode_markdown(clean) + "</code>";
  const std::string ticks(longest_run(clean, '`') + 1, '`');
  const bool pad = clean.front() == '`' || clean.back() == '`';
  const std::string_view padding = pad ? " " : "";
  return ticks + std::string(padding) + clean + std::string(padding) + ticks;
}

std::string markdown_fence(std::string_view s, std::size_t first_line) {
  const std::string clean = several_lines(s);
  std::vector<std::string_view> lines = text::split(clean, '\n');
  if (lines.back().empty()) lines.pop_back();
  const std::size_t digits = std::to_string(first_line + lines.size()).size();
  const std::string ticks(std::max<std::size_t>(3, longest_run(clean, '`') + 1), '`');
  std::string out = ticks + "\n";
  for (const std::string_view line : lines) {
    const std::string number = std::to_string(first_line++);
    out += std::string(digits - number.size(), ' ') + number + " | ";
    out.append(line);
    out += '\n';
  }
  return out + ticks + "\n";
}

bool is_allowed_url(std::string_view url, std::span<const std::string> allowed) {
  const Address address = address_of(url);
  const bool climbs = address.path.find("..") != kNoLimit || text::lower(address.path).find("%2e") != std::string::npos;
  if (address.host.empty() || climbs) return false;
  return std::ranges::any_of(allowed, [&](const std::string& rule) {
    const std::size_t slash = std::min(rule.find('/'), rule.size());
    return address.host == rule.substr(0, slash) && address.path.starts_with(std::string_view(rule).substr(slash));
  });
}

std::string url_path(std::string_view path) { return percent_encode(path, kStandsInPath); }

std::string markdown_link(std::string_view label, std::string_view url, std::span<const std::string> allowed) {
  if (label.empty() || !is_allowed_url(url, allowed)) return std::string(label);
  return "[" + std::string(label) + "](" + percent_encode(url, kStandsInLink) + ")";
}

std::string markdown_plain(std::string_view s, std::size_t characters) {
  constexpr std::string_view kMeansNothing = ",;'\"%/";
  std::string out;
  for (const char c : one_line(s, characters)) {
    const bool sign = static_cast<std::uint8_t>(c) > ' ' && static_cast<std::uint8_t>(c) < 0x7F && !text::is_alnum(c);
    if (sign && kMeansNothing.find(c) == std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string link_target(std::string_view url) { return percent_encode(url, kStandsInLink); }

std::string wiki_text(std::string_view s, std::size_t characters) {
  const std::string line = one_line(s, characters);
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const bool sign = static_cast<std::uint8_t>(c) > ' ' && static_cast<std::uint8_t>(c) < 0x7F && !text::is_alnum(c);
    // Behind a word and before a blank these mean nothing; in "h1.", "bq.", ":)" and "http:" they do.
    const bool behind_word =
        i > 2 && text::is_alnum(line[i - 1]) && text::is_alnum(line[i - 2]) && text::is_alnum(line[i - 3]);
    const bool among_words = behind_word && i + 1 < line.size() && line[i + 1] == ' ';
    const bool plain = c == ',' || c == '/' || ((c == '.' || c == ':') && among_words);
    if (sign && !plain) {
      append_entity(out, c);
    } else {
      out += c;
    }
  }
  return out;
}

std::string wiki_url(std::string_view url) {
  std::string out;
  for (const char c : percent_encode(url, kStandsInLink)) {
    const bool ends_it = c == '|' || c == '[' || c == ']' || c == '{' || c == '}' || c == '^';
    if (!ends_it) out += c;
  }
  return out;
}

std::string markdown_finish(std::string_view document) {
  std::string out;
  out.reserve(document.size());
  bool at_start = true;  // nothing but blanks since the line began
  for (const char c : document) {
    if (c == '\r') continue;
    if (c == '/' && at_start) {
      out += "&#47;";
    } else {
      out += c;
    }
    at_start = c == '\n' || (at_start && (c == ' ' || c == '\t'));
  }
  return out;
}

std::string html_text(std::string_view s) { return encode_html(s); }
std::string html_attribute(std::string_view s) { return encode_html(s); }

std::string csv_cell(std::string_view s) {
  std::string clean = is_plain_text(s) ? std::string(s) : several_lines(s);
  const std::size_t first = std::min(clean.find_first_not_of(" \t\n"), clean.size());
  const std::string_view rest = std::string_view(clean).substr(first);
  // Full-width signs count, too: some spreadsheets take them for the plain ones.
  constexpr std::array<std::string_view, 8> kFormulas = {"=", "+", "-", "@", "＝", "＋", "－", "＠"};
  const bool computed = std::ranges::any_of(kFormulas, [&](std::string_view sign) { return rest.starts_with(sign); });
  if (computed || clean.starts_with('\t') || clean.starts_with('\n')) clean.insert(0, "'");
  const bool quoted =
      clean.find_first_of(",;\"\t\n|") != std::string::npos || clean.starts_with(' ') || clean.ends_with(' ');
  if (!quoted) return clean;
  std::string out = "\"";
  for (const char c : clean) {
    out += c;
    if (c == '"') out += c;
  }
  return out + '"';
}

std::string terminal(std::string_view s, std::size_t characters) { return without_commands(one_line(s, characters)); }

std::string log_line(std::string line) {
  const std::size_t start = line.find_first_not_of(' ');
  if (start != std::string::npos && std::string_view(line).substr(start).starts_with("::")) line.insert(start + 1, " ");
  return line;
}

std::string workflow_data(std::string_view s, std::size_t characters) {
  return escape_workflow(cut(without_commands(several_lines(s)), characters), "%\r\n");
}

std::string workflow_property(std::string_view s, std::size_t characters) {
  return escape_workflow(without_commands(one_line(s, characters)), "%\r\n:,");
}

std::string annotation(std::string_view s, std::size_t bytes) {
  constexpr std::string_view kCut = "…";
  const std::string clean = several_lines(s);
  std::string out;
  std::size_t before_cut = 0;  // bytes of `out` that leave room for kCut
  for (std::size_t i = 0; i < clean.size();) {
    const text::CodePoint at = text::code_point_at(clean, i);
    if (out.size() + kCut.size() <= bytes) before_cut = out.size();
    if (at.value > 0xFFFF) {
      char buffer[16];
      std::snprintf(buffer, sizeof buffer, "\\U%08X", static_cast<unsigned>(at.value));
      out += buffer;
    } else {
      out.append(clean, i, at.bytes);
    }
    i += at.bytes;
    if (out.size() <= bytes) continue;
    out.resize(before_cut);
    return out.append(kCut);
  }
  return out;
}

std::string sarif_message(std::string s, std::size_t bytes) {
  if (!is_plain_text(s)) s = several_lines(s);
  if (s.find("](") != std::string::npos) s = text::replace_all(std::move(s), "](", "] (");
  return s.size() <= bytes ? s : text::to_utf8(s, bytes - std::string_view("…").size()) + "…";
}

std::string commit_status(std::string_view s) {
  std::string out;
  const std::string clean = one_line(s);
  for (std::size_t i = 0; i < clean.size();) {
    const text::CodePoint at = text::code_point_at(clean, i);
    i += at.bytes;
    out += at.value < 0x80 ? static_cast<char>(at.value) : '?';
  }
  if (out.size() <= kStatusCharacters) return out;
  out.resize(kStatusCharacters - 3);
  return out + "...";
}

}  // namespace gatepost::report::escape
