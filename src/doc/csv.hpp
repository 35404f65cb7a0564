// CSV reports (RFC 4180): a header row, then records. The separator is sniffed from the header.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "doc/records.hpp"

namespace gatepost::doc {

class CsvDocument {
 public:
  // Refused with the line: a quoted cell that is not closed, a row with more cells than the header, more than
  // limits.cells cells in a row or limits.values in all, invalid UTF-8, NUL bytes. Rows with fewer cells are filled
  // with "". Blank lines are skipped. Text behind a closing quote belongs to the cell.
  static Result<CsvDocument> parse(std::string_view text, const std::string& name, const Limits& limits = {});

  [[nodiscard]] const std::vector<std::string>& header() const { return header_; }
  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  // "" for a column that does not exist. Of columns with equal names the first counts.
  [[nodiscard]] std::string_view cell(std::size_t row, std::string_view column) const;
  [[nodiscard]] const std::vector<std::string>& row(std::size_t row) const { return rows_[row].cells; }
  [[nodiscard]] std::uint32_t line(std::size_t row) const { return rows_[row].line; }
  [[nodiscard]] char separator() const { return separator_; }

 private:
  struct Row {
    std::vector<std::string> cells;
    std::uint32_t line = 0;
  };
  std::vector<std::string> header_;
  std::vector<Row> rows_;
  char separator_ = ',';
};

// A CSV file as a list of objects by column. A cell that a row does not have is absent.
struct CsvTree {
  Records records;  // rejected: rows with more cells than the header
  std::vector<std::string> header;
  char separator = ',';
  std::vector<Note> notes;
};
// Takes more than CsvDocument: rows with more cells than the header, a file that ends inside a quoted cell, a line
// "sep=;", control characters (left out) and bytes that are not UTF-8. `columns` are names that the header must have:
// it is looked for in the first 50 rows; without them it is the first row that is not blank. Of equal names the first
// counts; columns without a name are left out.
Result<CsvTree> parse_csv(std::string text, const std::string& name, std::span<const std::string> columns = {},
                          const Limits& limits = {});

}  // namespace gatepost::doc
