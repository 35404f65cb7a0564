// The rows of a CSV text one after the other, and which of them is the header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "doc/document.hpp"

namespace gatepost::doc {

struct CsvCell {
  std::string_view text;  // without quotes
  std::size_t begin = 0;  // in the CSV text, its quote not counted
  bool made = false;      // the text does not stand there as it is
};

class CsvRows {
 public:
  CsvRows(std::string_view text, char separator, std::size_t begin = 0)
      : text_(text), separator_(separator), at_(begin) {}

  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  [[nodiscard]] std::uint32_t line() const { return line_; }
  [[nodiscard]] std::size_t at() const { return at_; }
  // Reads the next row. False when a quoted cell is not closed.
  bool next(std::size_t most_cells);
  // Of the row that was read last; made texts live until the next one is read.
  [[nodiscard]] const std::vector<CsvCell>& cells() const { return cells_; }
  // The last row has more cells than were asked for; the next ones are its rest.
  [[nodiscard]] bool in_row() const { return in_row_; }

 private:
  std::size_t end_of_plain();
  std::optional<CsvCell> cell();
  bool quoted(CsvCell& cell);
  std::string_view plain();
  std::string& make(std::string_view text);

  std::string_view text_;
  char separator_;
  std::size_t at_ = 0;
  std::size_t next_separator_ = 0, next_line_ = 0;  // where they are, when not before at_
  std::uint32_t line_ = 1;
  bool in_row_ = false;
  std::vector<CsvCell> cells_;
  std::deque<std::string> made_;  // never moves
  std::size_t in_use_ = 0;        // of these
};

bool is_blank(std::span<const CsvCell> cells);

// The candidate that splits the first line into the most cells, outside of quotes; a comma when none does.
char sniff_separator(std::string_view text);

struct CsvHeader {
  std::vector<std::string> cells;
  char separator = ',';
  std::size_t end = 0;  // of its line
  std::uint32_t line = 1;
};

// As parse_csv says it (csv.hpp). Of a text that is cut, `cut` becomes true when its rest may tell otherwise.
std::optional<CsvHeader> find_header(std::string_view text, std::span<const std::string> columns, const Limits& limits,
                                     bool* cut = nullptr);

// Goes through what stands behind the header.
class CsvRecords {
 public:
  // From `begin` on, which is in line `line` of the file. All of these outlive it.
  CsvRecords(std::string_view text, std::size_t begin, std::uint32_t line, const CsvHeader& header,
             const Limits& limits)
      : rows_(text, header.separator, begin), first_line_(line), header_(header), limits_(limits) {}

  enum class Row { record, rejected, without_record, not_closed };
  [[nodiscard]] bool at_end() const { return rows_.at_end(); }
  [[nodiscard]] std::size_t at() const { return rows_.at(); }
  [[nodiscard]] std::uint32_t line() const { return first_line_ + rows_.line() - 1; }
  Row next();
  [[nodiscard]] const std::vector<CsvCell>& cells() const { return rows_.cells(); }
  [[nodiscard]] std::string why_rejected() const;

 private:
  CsvRows rows_;
  std::uint32_t first_line_;
  const CsvHeader& header_;
  const Limits& limits_;
  std::uint32_t line_ = 0;     // of the last row
  std::size_t had_cells_ = 0;  // of the last row
};

// Records become objects by column in the list that is open.
class CsvObjects {
 public:
  // The titles live as long as the trees.
  explicit CsvObjects(std::vector<std::string_view> titles);
  // The cells are those of a text that is the source of the tree, and lies at `offset` of the document.
  void add(std::span<const CsvCell> cells, std::uint64_t offset, TreeBuilder& out) const;

 private:
  std::vector<std::string_view> keys_;  // empty of a column that does not count
};

}  // namespace gatepost::doc
