#include "doc/csv.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>

#include "base/text.hpp"
#include "doc/document.hpp"

namespace gatepost::doc {
namespace {

// The candidate that splits the header into the most cells, outside of quotes; a comma when none does.
char sniff_separator(std::string_view text) {
  std::size_t best = 0;
  char winner = ',';
  for (const char candidate : {',', ';', '\t', '|'}) {
    std::size_t count = 0;
    bool quoted = false;
    for (const char c : text) {
      if (c == '"') quoted = !quoted;
      if (c == '\n' && !quoted) break;
      if (c == candidate && !quoted) ++count;
    }
    if (count > best) {
      best = count;
      winner = candidate;
    }
  }
  return winner;
}

class Scanner {
 public:
  Scanner(std::string_view text, char separator, std::size_t begin = 0)
      : text_(text), separator_(separator), at_(begin) {}

  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  [[nodiscard]] std::uint32_t line() const { return line_; }
  [[nodiscard]] std::size_t at() const { return at_; }
  // Where each cell of the last row begins, its quote not counted.
  [[nodiscard]] const std::vector<std::size_t>& begins() const { return begins_; }
  // The last row has more cells than were asked for; the next ones are its rest.
  [[nodiscard]] bool in_row() const { return in_row_; }
  // The cells of the next row; empty when a quoted cell is not closed.
  std::optional<std::vector<std::string>> row(std::size_t most_cells) {
    std::vector<std::string> cells;
    begins_.clear();
    for (;;) {
      std::string cell;
      begins_.push_back(at_ + (!at_end() && text_[at_] == '"' ? 1 : 0));
      if (!at_end() && text_[at_] == '"') {
        if (!quoted(cell)) return std::nullopt;
      }
      const std::size_t begin = at_;
      while (!at_end() && text_[at_] != separator_ && text_[at_] != '\n') ++at_;
      std::string_view plain = text_.substr(begin, at_ - begin);
      if (plain.ends_with('\r') && (at_end() || text_[at_] == '\n')) plain.remove_suffix(1);
      cells.push_back(cell.append(plain));
      const bool more = !at_end() && text_[at_] == separator_;
      if (!at_end()) line_ += text_[at_++] == '\n' ? 1 : 0;
      in_row_ = more && cells.size() > most_cells;
      if (!more || in_row_) return cells;
    }
  }

 private:
  bool quoted(std::string& cell) {
    for (++at_; !at_end(); ++at_) {
      if (text_[at_] == '"') {
        if (at_ + 1 >= text_.size() || text_[at_ + 1] != '"') {
          ++at_;
          return true;
        }
        ++at_;
      }
      if (text_[at_] == '\n') ++line_;
      cell += text_[at_];
    }
    return false;
  }

  std::string_view text_;
  char separator_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
  std::vector<std::size_t> begins_;
  bool in_row_ = false;
};

bool is_blank(const std::vector<std::string>& cells) { return cells.size() == 1 && text::trim(cells[0]).empty(); }

}  // namespace

std::string_view CsvDocument::cell(std::size_t row, std::string_view column) const {
  const auto found = std::ranges::find(header_, column);
  if (found == header_.end()) return {};
  return rows_[row].cells[static_cast<std::size_t>(found - header_.begin())];
}

Result<CsvDocument> CsvDocument::parse(std::string_view text, const std::string& name, const Limits& limits) {
  const auto refuse = [&](std::uint32_t line, const std::string& why) {
    return error(ErrorKind::bad_input, fmt::format("{}:{}: {}", name, line, why));
  };
  if (text.size() > limits.document_bytes) {
    return refuse(1, fmt::format("larger than the limit of {} bytes for one document", limits.document_bytes));
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) return refuse(1, "UTF-16 text; expected UTF-8");
  if (const auto broken = text::first_invalid_utf8(text))
    return refuse(position_of(text, *broken).line, "invalid UTF-8");
  if (const auto nul = text.find('\0'); nul != std::string_view::npos) {
    return refuse(position_of(text, nul).line, "NUL byte");
  }
  CsvDocument document;
  document.separator_ = sniff_separator(text::trim(text));
  Scanner scanner(text, document.separator_);
  while (!scanner.at_end()) {
    const std::uint32_t line = scanner.line();
    auto cells = scanner.row(limits.cells);
    if (!cells) return refuse(line, "a quoted cell is not closed; does the file end in the middle?");
    if (cells->size() > limits.cells)
      return refuse(line, fmt::format("more than the limit of {} cells in one row", limits.cells));
    if (is_blank(*cells)) continue;
    if (document.header_.empty()) {
      document.header_ = std::move(*cells);
      for (std::string& title : document.header_) title = text::trim(title);
      continue;
    }
    if (cells->size() > document.header_.size()) {
      return refuse(line, fmt::format("{} cells, but the header has {}", cells->size(), document.header_.size()));
    }
    if ((document.rows_.size() + 1) * document.header_.size() > limits.values) {
      return refuse(line, fmt::format("more than the limit of {} cells in one file", limits.values));
    }
    cells->resize(document.header_.size());
    document.rows_.push_back({std::move(*cells), line});
  }
  if (document.header_.empty()) return refuse(1, "is empty; expected a header row");
  return document;
}

namespace {

constexpr std::size_t kMostRowsBeforeHeader = 50;

// What can stand before the header: "sep=;", by which spreadsheets are told the separator.
std::optional<char> declared_separator(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  const bool declared =
      line.size() >= 5 && text::equal_ignoring_case(line.substr(0, 4), "sep=") && text::trim(line.substr(5)).empty();
  return declared ? std::optional(line[4]) : std::nullopt;
}

struct Header {
  std::vector<std::string> cells;
  char separator = ',';
  std::size_t end = 0;  // of its line
  std::uint32_t line = 1;
};

bool has_all(const std::vector<std::string>& cells, std::span<const std::string> columns) {
  return std::ranges::all_of(
      columns, [&](const std::string& column) { return std::ranges::find(cells, column) != cells.end(); });
}

std::optional<Header> header_with(std::string_view text, std::size_t begin, char separator,
                                  std::span<const std::string> columns, const Limits& limits) {
  Scanner scanner(text, separator, begin);
  for (std::size_t row = 0; row < kMostRowsBeforeHeader && !scanner.at_end(); ++row) {
    auto cells = scanner.row(limits.cells);
    if (!cells || scanner.in_row()) return std::nullopt;
    if (is_blank(*cells)) continue;
    for (std::string& title : *cells) title = text::trim(title);
    if (has_all(*cells, columns)) return Header{std::move(*cells), separator, scanner.at(), scanner.line()};
  }
  return std::nullopt;
}

std::optional<Header> find_header(std::string_view text, std::span<const std::string> columns, const Limits& limits) {
  if (const auto declared = declared_separator(text)) {
    const std::size_t begin = std::min(text.find('\n'), text.size() - 1) + 1;
    if (auto header = header_with(text, begin, *declared, columns, limits)) {
      ++header->line;
      return header;
    }
  }
  auto header = header_with(text, 0, sniff_separator(text::trim(text)), columns, limits);
  if (columns.empty()) return header;
  for (const char separator : {',', ';', '\t', '|'}) {
    if (!header) header = header_with(text, 0, separator, columns, limits);
  }
  return header;
}

void make_plain(std::string& text, std::vector<Note>& notes) {
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  if (!text::is_utf8(text)) {
    text = text::to_utf8(text);
    notes.push_back({Note::Level::warning, "invalid-utf8", "bytes that are not UTF-8 were read as U+FFFD", ""});
  }
  if (!text::has_controls(text)) return;
  text = text::without_terminal_codes(text);
  notes.push_back({Note::Level::warning, "control-characters", "it has control characters; they were left out", ""});
}

// Rows become objects of a tree.
class RowTree {
 public:
  RowTree(std::string text, std::string name, const std::vector<std::string>& header)
      : out_(std::move(name), std::move(text), true) {
    std::unordered_set<std::string_view> seen;
    for (const std::string& title : header)
      keys_.push_back(!title.empty() && seen.insert(title).second ? out_.keep(title) : std::string_view());
    out_.open(Kind::array, 0);
  }

  [[nodiscard]] std::string_view text() const { return out_.source(); }
  [[nodiscard]] std::size_t size() const { return out_.size(); }

  void add(std::vector<std::string> cells, const std::vector<std::size_t>& begins) {
    out_.open(Kind::object, begins.front());
    for (std::size_t column = 0; column < std::min(cells.size(), keys_.size()); ++column) {
      if (keys_[column].empty()) continue;
      out_.key(keys_[column], begins[column]);
      const std::string_view written = text().substr(begins[column], cells[column].size());
      out_.scalar(Kind::string, written == cells[column] ? written : out_.keep(std::move(cells[column])),
                  begins[column]);
    }
    out_.close();
  }

  Document finish() {
    out_.close();
    return out_.finish();
  }

 private:
  TreeBuilder out_;
  std::vector<std::string_view> keys_;  // empty of a column that does not count
};

// True when the row says more than the header has names for; empty cells at its end say nothing.
bool has_nameless(const std::vector<std::string>& cells, std::size_t columns) {
  return std::any_of(cells.begin() + static_cast<std::ptrdiff_t>(std::min(cells.size(), columns)), cells.end(),
                     [](const std::string& cell) { return !text::trim(cell).empty(); });
}

}  // namespace

Result<CsvTree> parse_csv(std::string text, const std::string& name, std::span<const std::string> columns,
                          const Limits& limits) {
  const auto refuse = [&](const std::string& why) {
    return error(ErrorKind::bad_input, fmt::format("{}: {}", name, why));
  };
  if (text.size() > limits.document_bytes)
    return refuse(fmt::format("larger than the limit of {} bytes for one document", limits.document_bytes));
  std::vector<Note> notes;
  make_plain(text, notes);
  const auto header = find_header(text, columns, limits);
  if (!header) {
    return refuse(columns.empty() ? "no header row"
                                  : fmt::format("no row has the columns {}", text::join(columns, ", ")));
  }
  RowTree rows(std::move(text), name, header->cells);
  Scanner scanner(rows.text(), header->separator, header->end);
  Rejections rejections;
  bool truncated = false;
  while (!scanner.at_end() && !truncated) {
    const std::uint32_t line = header->line + scanner.line() - 1;
    auto cells = scanner.row(limits.cells);
    const bool too_many = cells && (scanner.in_row() || has_nameless(*cells, header->cells.size()));
    const std::size_t number = cells ? cells->size() : 0;
    while (cells && scanner.in_row()) cells = scanner.row(limits.cells);
    truncated = !cells;
    // Tables that were put one behind the other repeat the header.
    if (truncated || is_blank(*cells) || *cells == header->cells) continue;
    if (too_many) {
      rejections.add(
          [&] { return fmt::format("line {}: {} cells, but the header has {}", line, number, header->cells.size()); });
      continue;
    }
    if (rows.size() + cells->size() >= limits.values)
      return refuse(fmt::format("more than the limit of {} cells in one file", limits.values));
    rows.add(std::move(*cells), scanner.begins());
  }
  return CsvTree{{rows.finish(), std::move(rejections.rejected), rejections.count, truncated},
                 header->cells,
                 header->separator,
                 std::move(notes)};
}

}  // namespace gatepost::doc
