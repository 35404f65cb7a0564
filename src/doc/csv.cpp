#include "doc/csv.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "doc/csv_rows.hpp"
#include "doc/document.hpp"

namespace gatepost::doc {

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
  CsvRows rows(text, document.separator_);
  while (!rows.at_end()) {
    const std::uint32_t line = rows.line();
    if (!rows.next(limits.cells)) return refuse(line, "a quoted cell is not closed; does the file end in the middle?");
    if (rows.cells().size() > limits.cells)
      return refuse(line, fmt::format("more than the limit of {} cells in one row", limits.cells));
    if (is_blank(rows.cells())) continue;
    std::vector<std::string> cells;
    for (const CsvCell& cell : rows.cells()) cells.emplace_back(cell.text);
    if (document.header_.empty()) {
      document.header_ = std::move(cells);
      for (std::string& title : document.header_) title = text::trim(title);
      continue;
    }
    if (cells.size() > document.header_.size()) {
      return refuse(line, fmt::format("{} cells, but the header has {}", cells.size(), document.header_.size()));
    }
    if ((document.rows_.size() + 1) * document.header_.size() > limits.values) {
      return refuse(line, fmt::format("more than the limit of {} cells in one file", limits.values));
    }
    cells.resize(document.header_.size());
    document.rows_.push_back({std::move(cells), line});
  }
  if (document.header_.empty()) return refuse(1, "is empty; expected a header row");
  return document;
}

namespace {

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
  TreeBuilder out(name, std::move(text), true);
  out.open(Kind::array, 0);
  std::vector<std::string_view> titles;
  for (const std::string& title : header->cells) titles.push_back(out.keep(title));
  const CsvObjects objects(std::move(titles));
  CsvRecords records(out.source(), header->end, header->line, *header, limits);
  Rejections rejections;
  bool truncated = false;
  while (!records.at_end() && !truncated) {
    const CsvRecords::Row row = records.next();
    truncated = row == CsvRecords::Row::not_closed;
    if (row == CsvRecords::Row::rejected) rejections.add([&] { return records.why_rejected(); });
    if (row != CsvRecords::Row::record) continue;
    if (out.size() + records.cells().size() >= limits.values)
      return refuse(fmt::format("more than the limit of {} cells in one file", limits.values));
    objects.add(records.cells(), 0, out);
  }
  out.close();
  return CsvTree{{out.finish(), std::move(rejections.rejected), rejections.count, truncated},
                 header->cells,
                 header->separator,
                 std::move(notes)};
}

}  // namespace gatepost::doc
