#include "publish/suggestion.hpp"

#include <algorithm>
#include <string_view>

#include "base/text.hpp"
#include "report/facts.hpp"

namespace gatepost::publish {
namespace {

constexpr std::size_t kMostBytes = 3'000;  // of a note, which has 4,000
constexpr std::uint32_t kMostLines = 100;  // GitLab takes no more
constexpr std::size_t kMostEdits = 100;

// True when nothing in the text is hidden, and no line of it is a command to GitLab.
bool is_harmless(std::string_view text) {
  if (text.size() > kMostBytes || !text::is_utf8(text)) return false;
  for (const std::string_view line : text::split(text, '\n')) {
    if (text::trim(line).starts_with('/')) return false;
  }
  for (std::size_t i = 0; i < text.size();) {
    const text::CodePoint at = text::code_point_at(text, i);
    const bool control = at.value < 0x20 || (at.value >= 0x7F && at.value < 0xA0);
    if ((control && at.value != '\n' && at.value != '\t') || text::is_invisible(at.value)) return false;
    i += at.bytes;
  }
  return true;
}

// Lines with their ends; the last may have none.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

std::string_view without_end(std::string_view line) {
  return line.ends_with('\n') ? line.substr(0, line.size() - 1) : line;
}
bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// A stretch of the old text, in bytes, and what becomes of it.
struct Replacement {
  std::size_t from = 0, to = 0;
  std::string text;
};

// The old lines `first` and following, and where each begins.
struct OldText {
  std::string_view text;
  std::vector<std::string_view> lines;
  std::uint32_t first = 0;
  [[nodiscard]] std::string_view line(std::uint32_t number) const { return lines[number - first]; }
  [[nodiscard]] std::size_t at(std::uint32_t number) const {
    return static_cast<std::size_t>(line(number).data() - text.data());
  }
};

// Reports do not tell an insertion from a replaced character, nor an end at a line's beginning from one behind it:
// columns that could be either are refused. So are those of lines that are not ASCII, whose unit is not known.
std::optional<Replacement> replacement(const OldText& old, const Range& range, const std::string& text) {
  if (range.first_column == 0 && range.last_column == 0) {
    const std::string end = text.empty() || text.ends_with('\n') ? "" : "\n";
    return Replacement{old.at(range.first_line), old.at(range.last_line) + old.line(range.last_line).size(),
                       text + end};
  }
  const std::string_view first = without_end(old.line(range.first_line)), last = without_end(old.line(range.last_line));
  const bool one_line = range.first_line == range.last_line;
  const bool doubtful = one_line ? range.last_column <= range.first_column : range.last_column <= 1;
  if (range.first_column == 0 || doubtful || !is_ascii(first) || !is_ascii(last)) return std::nullopt;
  if (range.first_column > first.size() || range.last_column > last.size()) return std::nullopt;
  return Replacement{old.at(range.first_line) + range.first_column - 1, old.at(range.last_line) + range.last_column,
                     text};
}

// The old text with the replacements, which must not overlap; empty when they do.
std::optional<std::string> replaced(std::string_view old, std::vector<Replacement> all) {
  std::ranges::sort(all, {}, &Replacement::from);
  std::string out;
  std::size_t at = 0;
  for (const Replacement& it : all) {
    if (it.from < at) return std::nullopt;
    out.append(old.substr(at, it.from - at)).append(it.text);
    at = it.to;
  }
  return out.append(old.substr(at));
}

// The edits of the first fix of an engine that is trusted; nothing when there is none.
const std::vector<Edit>* trusted_edits(const Sight& sight, const Finding& finding, const ObservationRow*& row) {
  const ObservationTable& table = sight.assessment().table_of(finding);
  std::size_t seen = 0;
  for (const Row member : sight.assessment().findings.members_of(finding)) {
    if (++seen > 100) break;
    row = &table.row(member);
    const std::string_view engine = table.text(table.rule_of(*row).engine);
    const ObservationDetail* const detail = table.detail_of(*row);
    if (detail == nullptr ||
        std::ranges::find(sight.settings.suggest_from, engine) == sight.settings.suggest_from.end())
      continue;
    const auto fix = std::ranges::find_if(detail->fixes, [](const Fix& it) { return !it.edits.empty(); });
    if (fix != detail->fixes.end()) return &fix->edits;
  }
  return nullptr;
}

// The lines that the edits replace, in the report's numbers; empty when one of them is elsewhere.
std::optional<Lines> edited_lines(const Sight& sight, const Finding& finding, const ObservationRow& row,
                                  const std::vector<Edit>& edits) {
  const Assessment& it = sight.assessment();
  const std::string_view reported = it.table_of(finding).text(row.path), path = it.findings.path_of(finding);
  Lines lines{finding.range.last_line, finding.range.first_line};
  for (const Edit& edit : edits) {
    const auto& resolve = sight.input.report.repository_path;
    const bool same_file = edit.path == reported || (resolve && resolve(edit.path) == path);
    const bool inside = edit.range.first_line >= finding.range.first_line && edit.range.first_line > 0 &&
                        edit.range.last_line >= edit.range.first_line &&
                        edit.range.last_line <= finding.range.last_line;
    if (!same_file || !inside) return std::nullopt;
    lines.first = std::min(lines.first, edit.range.first_line);
    lines.last = std::max(lines.last, edit.range.last_line);
  }
  return lines;
}

// The same edits in the numbers of the head.
std::optional<std::vector<Replacement>> replacements(const OldText& old, const std::vector<Edit>& edits,
                                                     std::int64_t shift) {
  std::vector<Replacement> all;
  for (const Edit& edit : edits) {
    Range range = edit.range;
    range.first_line = static_cast<std::uint32_t>(range.first_line + shift);
    range.last_line = static_cast<std::uint32_t>(range.last_line + shift);
    auto one = replacement(old, range, edit.text);
    if (!one) return std::nullopt;
    all.push_back(std::move(*one));
  }
  return all;
}

}  // namespace

std::optional<Suggestion> suggestion_for(const Sight& sight, const Place& place, std::size_t finding) {
  const Finding& it = sight.assessment().findings.all[finding];
  if (sight.settings.suggest_from.empty() || place.whole_file() || it.kind == Kind::secret) return std::nullopt;
  if (!sight.input.head_lines || !sight.input.head_text) return std::nullopt;
  const ObservationRow* row = nullptr;
  const std::vector<Edit>* const edits = trusted_edits(sight, it, row);
  if (edits == nullptr || edits->size() > kMostEdits) return std::nullopt;
  const auto head = sight.input.head_lines(finding);
  const auto lines = edited_lines(sight, it, *row, *edits);
  // The finding's lines are the same lines in the head; of others nobody knows where they are there.
  if (!head || !lines || head->last - head->first != it.range.last_line - it.range.first_line) return std::nullopt;
  const std::int64_t shift = std::int64_t{head->first} - it.range.first_line;
  const Lines in_head{static_cast<std::uint32_t>(lines->first + shift),
                      static_cast<std::uint32_t>(lines->last + shift)};
  if (in_head.last - in_head.first >= kMostLines) return std::nullopt;
  const auto text = sight.input.head_text(place.file->new_path, in_head);
  if (!text || text->size() > kMostBytes * 10) return std::nullopt;
  const OldText old{*text, lines_of(*text), in_head.first};
  if (old.lines.size() != in_head.last - in_head.first + 1) return std::nullopt;
  auto all = replacements(old, *edits, shift);
  auto replacing = all ? replaced(*text, std::move(*all)) : std::nullopt;
  if (!replacing || *replacing == *text) return std::nullopt;
  if (!replacing->empty() && !replacing->ends_with('\n')) *replacing += '\n';
  if (!is_harmless(*replacing)) return std::nullopt;
  return Suggestion{in_head, std::move(*replacing)};
}

std::string suggestion_block(const Suggestion& suggestion, Dialect dialect) {
  std::size_t longest = 2, run = 0;
  for (const char c : suggestion.text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(longest + 1, '`');
  // GitLab puts a note on its last line: what is replaced begins above it.
  const std::string above = std::to_string(suggestion.lines.last - suggestion.lines.first);
  const std::string kind = dialect == Dialect::gitlab ? "suggestion:-" + above + "+0" : "suggestion";
  return fence + kind + "\n" + suggestion.text + fence + "\n";
}

}  // namespace gatepost::publish
