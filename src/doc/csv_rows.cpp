#include "doc/csv_rows.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "base/text.hpp"

namespace gatepost::doc {
namespace {

constexpr std::size_t kMostRowsBeforeHeader = 50;
constexpr char kSeparators[] = {',', ';', '\t', '|'};

bool equal(std::span<const CsvCell> cells, std::span<const std::string> texts) {
  return std::ranges::equal(cells, texts, {}, &CsvCell::text);
}

// True when the row says more than the header has names for; empty cells at its end say nothing.
bool has_nameless(std::span<const CsvCell> cells, std::size_t columns) {
  return std::ranges::any_of(cells.subspan(std::min(cells.size(), columns)),
                             [](const CsvCell& cell) { return !text::trim(cell.text).empty(); });
}

// Where the first line ends; a line end in quotes does not count.
std::size_t end_of_first_line(std::string_view text) {
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') quoted = !quoted;
    if (text[at] == '\n' && !quoted) return at;
  }
  return text.size();
}

// What can stand before the header: "sep=;", by which spreadsheets are told the separator.
std::optional<char> declared_separator(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  const bool declared =
      line.size() >= 5 && text::equal_ignoring_case(line.substr(0, 4), "sep=") && text::trim(line.substr(5)).empty();
  return declared ? std::optional(line[4]) : std::nullopt;
}

bool has_all(const std::vector<std::string>& cells, std::span<const std::string> columns) {
  return std::ranges::all_of(
      columns, [&](const std::string& column) { return std::ranges::find(cells, column) != cells.end(); });
}

std::vector<std::string> titles_of(std::span<const CsvCell> cells) {
  std::vector<std::string> titles;
  titles.reserve(cells.size());
  for (const CsvCell& cell : cells) titles.emplace_back(text::trim(cell.text));
  return titles;
}

// Looks for the row that has all columns, with one separator after the other.
class HeaderSearch {
 public:
  HeaderSearch(std::string_view text, std::span<const std::string> columns, const Limits& limits)
      : text_(text), columns_(columns), limits_(limits) {}

  [[nodiscard]] bool met_end() const { return met_end_; }

  std::optional<CsvHeader> find() {
    if (const auto declared = declared_separator(text_)) {
      const std::size_t begin = std::min(text_.find('\n'), text_.size() - 1) + 1;
      if (auto header = from(begin, *declared)) {
        ++header->line;
        return header;
      }
    }
    const std::string_view content = text::trim(text_);
    met_end_ = met_end_ || end_of_first_line(content) == content.size();
    auto header = from(0, sniff_separator(content));
    if (columns_.empty()) return header;
    for (const char separator : kSeparators) {
      if (!header) header = from(0, separator);
    }
    return header;
  }

 private:
  std::optional<CsvHeader> from(std::size_t begin, char separator) {
    CsvRows rows(text_, separator, begin);
    for (std::size_t row = 0; row < kMostRowsBeforeHeader && !rows.at_end(); ++row) {
      const bool closed = rows.next(limits_.cells);
      met_end_ = met_end_ || rows.at_end();
      if (!closed || rows.in_row()) return std::nullopt;
      if (is_blank(rows.cells())) continue;
      std::vector<std::string> titles = titles_of(rows.cells());
      if (has_all(titles, columns_)) return CsvHeader{std::move(titles), separator, rows.at(), rows.line()};
    }
    return std::nullopt;
  }

  const std::string_view text_;
  const std::span<const std::string> columns_;
  const Limits& limits_;
  bool met_end_ = false;
};

}  // namespace

bool CsvRows::next(std::size_t most_cells) {
  cells_.clear();
  in_use_ = 0;
  for (;;) {
    const auto cell = this->cell();
    if (!cell) return false;
    cells_.push_back(*cell);
    const bool more = !at_end() && text_[at_] == separator_;
    if (!at_end()) line_ += text_[at_++] == '\n' ? 1 : 0;
    in_row_ = more && cells_.size() > most_cells;
    if (!more || in_row_) return true;
  }
}

// Text behind a closing quote belongs to the cell. Nothing when there is no closing quote.
std::optional<CsvCell> CsvRows::cell() {
  if (at_end() || text_[at_] != '"') {
    const std::size_t begin = at_;
    return CsvCell{plain(), begin};
  }
  CsvCell cell{.begin = ++at_};
  if (!quoted(cell)) return std::nullopt;
  if (const std::string_view behind = plain(); !behind.empty()) {
    cell.text = make(cell.text).append(behind);
    cell.made = true;
  }
  return cell;
}

bool CsvRows::quoted(CsvCell& cell) {
  std::string* whole = nullptr;  // of a cell with quotes in it
  for (;;) {
    const std::size_t quote = std::min(text_.find('"', at_), text_.size());
    std::string_view part = text_.substr(at_, quote - at_);
    line_ += static_cast<std::uint32_t>(std::ranges::count(part, '\n'));
    at_ = std::min(quote + 1, text_.size());
    if (quote == text_.size()) return false;
    const bool doubled = !at_end() && text_[at_] == '"';
    if (doubled) part = text_.substr(quote - part.size(), part.size() + 1);
    if (whole == nullptr && doubled) whole = &make({});
    if (whole != nullptr) whole->append(part);
    cell.made = whole != nullptr;
    cell.text = whole != nullptr ? std::string_view(*whole) : part;
    if (!doubled) return true;
    ++at_;
  }
}

// Neither is looked for again before it is passed.
std::size_t CsvRows::end_of_plain() {
  if (next_separator_ <= at_) next_separator_ = std::min(text_.find(separator_, at_), text_.size());
  if (next_line_ <= at_) next_line_ = std::min(text_.find('\n', at_), text_.size());
  return std::min(next_separator_, next_line_);
}

std::string_view CsvRows::plain() {
  const std::size_t begin = std::exchange(at_, end_of_plain());
  std::string_view plain = text_.substr(begin, at_ - begin);
  if (plain.ends_with('\r') && (at_end() || text_[at_] == '\n')) plain.remove_suffix(1);
  return plain;
}

std::string& CsvRows::make(std::string_view text) {
  if (in_use_ == made_.size()) made_.emplace_back();
  return made_[in_use_++].assign(text);
}

bool is_blank(std::span<const CsvCell> cells) { return cells.size() == 1 && text::trim(cells[0].text).empty(); }

char sniff_separator(std::string_view text) {
  const std::string_view line = text.substr(0, end_of_first_line(text));
  std::size_t best = 0;
  char winner = ',';
  for (const char candidate : kSeparators) {
    std::size_t count = 0;
    bool quoted = false;
    for (const char c : line) {
      if (c == '"') quoted = !quoted;
      if (c == candidate && !quoted) ++count;
    }
    if (count > best) {
      best = count;
      winner = candidate;
    }
  }
  return winner;
}

std::optional<CsvHeader> find_header(std::string_view text, std::span<const std::string> columns, const Limits& limits,
                                     bool* cut) {
  HeaderSearch search(text, columns, limits);
  auto header = search.find();
  if (cut != nullptr) *cut = search.met_end();
  return header;
}

CsvRecords::Row CsvRecords::next() {
  line_ = line();
  bool closed = rows_.next(limits_.cells);
  const bool too_many = closed && (rows_.in_row() || has_nameless(rows_.cells(), header_.cells.size()));
  had_cells_ = rows_.cells().size();
  while (closed && rows_.in_row()) closed = rows_.next(limits_.cells);
  if (!closed) return Row::not_closed;
  // Tables that were put one behind the other repeat the header.
  if (is_blank(rows_.cells()) || equal(rows_.cells(), header_.cells)) return Row::without_record;
  return too_many ? Row::rejected : Row::record;
}

std::string CsvRecords::why_rejected() const {
  return fmt::format("line {}: {} cells, but the header has {}", line_, had_cells_, header_.cells.size());
}

CsvObjects::CsvObjects(std::vector<std::string_view> titles) : keys_(std::move(titles)) {
  std::unordered_set<std::string_view> seen;
  for (std::string_view& key : keys_) {
    if (!seen.insert(key).second) key = {};
  }
}

void CsvObjects::add(std::span<const CsvCell> cells, std::uint64_t offset, TreeBuilder& out) const {
  out.open(Kind::object, offset + cells.front().begin);
  for (std::size_t column = 0; column < std::min(cells.size(), keys_.size()); ++column) {
    if (keys_[column].empty()) continue;
    const CsvCell& cell = cells[column];
    out.key(keys_[column], offset + cell.begin);
    out.scalar(Kind::string, cell.made ? out.keep(std::string(cell.text)) : cell.text, offset + cell.begin);
  }
  out.close();
}

}  // namespace gatepost::doc
