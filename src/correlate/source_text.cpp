#include "correlate/source_text.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace gatepost::correlate {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::uint32_t kLongRange = 40;
constexpr std::uint32_t kEndsOfLongRange = 3;
constexpr std::uint32_t kFarthestNeighbour = 50;  // lines to look for a line of code

// A line that is nothing but a comment, in the languages that matter. "#include" and "#define" are code.
bool is_comment(std::string_view line) {
  for (const std::string_view mark : {"//", "/*", "*/", "* ", "--", "<!--", ";", "'''", "\"\"\""}) {
    if (line.starts_with(mark)) return true;
  }
  if (line == "*") return true;
  return line.starts_with('#') && (line.size() == 1 || !text::is_alnum(line[1]));
}

bool is_code(std::string_view line) {
  const std::string_view trimmed = text::trim(line);
  return !trimmed.empty() && !is_comment(trimmed);
}

void add_line(Sha256& hasher, std::string_view line) { hasher.field(text::fold_whitespace(line)); }

// The nearest line of code before (step -1) or after (step +1) the line; 0 when there is none.
std::uint32_t code_neighbour(const SourceText& source, std::uint32_t line, int step) {
  std::int64_t at = std::int64_t{line} + step;
  for (std::uint32_t looked = 0; looked < kFarthestNeighbour; ++looked, at += step) {
    if (at < 1 || at > source.line_count()) return 0;
    if (is_code(source.line(static_cast<std::uint32_t>(at)))) return static_cast<std::uint32_t>(at);
  }
  return 0;
}

void add_range(Sha256& hasher, const SourceText& source, std::uint32_t first, std::uint32_t last) {
  const auto add = [&](std::uint32_t from, std::uint32_t to) {
    for (std::uint32_t line = from; line <= to; ++line) {
      if (is_code(source.line(line)) || first == last) add_line(hasher, source.line(line));
    }
  };
  if (last - first < kLongRange) return add(first, last);
  add(first, first + kEndsOfLongRange - 1);
  hasher.field(std::uint64_t{last - first});
  add(last - kEndsOfLongRange + 1, last);
}

Digest128 digest(const SourceText& source, const Range& range, bool with_range) {
  if (range.first_line == 0 || range.first_line > source.line_count()) return {};
  const std::uint32_t last = std::clamp(range.last_line, range.first_line, source.line_count());
  Sha256 hasher;
  const std::uint32_t before = code_neighbour(source, range.first_line, -1);
  const std::uint32_t after = code_neighbour(source, last, +1);
  add_line(hasher, source.line(before));
  if (with_range) add_range(hasher, source, range.first_line, last);
  add_line(hasher, source.line(after));
  return hasher.finish128();
}

}  // namespace

SourceText::SourceText(std::string bytes) : bytes_(std::move(bytes)) {
  const std::string_view all = bytes_;
  if (all.find('\0') != std::string_view::npos) return;
  for (std::size_t begin = all.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0; begin < all.size();) {
    const std::size_t end = std::min(all.find_first_of("\r\n", begin), all.size());
    lines_.push_back(all.substr(begin, end - begin));
    const bool crlf = all.substr(end).starts_with("\r\n");
    has_lone_cr_ |= end < all.size() && all[end] == '\r' && !crlf;
    begin = end + (crlf ? 2 : 1);
  }
}

std::string_view SourceText::line(std::uint32_t number) const {
  return number == 0 || number > lines_.size() ? std::string_view{} : lines_[number - 1];
}

Digest128 context_digest(const SourceText& source, const Range& range) { return digest(source, range, true); }
Digest128 neighbour_digest(const SourceText& source, const Range& range) { return digest(source, range, false); }

}  // namespace gatepost::correlate
