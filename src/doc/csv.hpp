// CSV reports (RFC 4180): a header row, then records. The separator is sniffed from the header.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"

namespace gatepost::doc {

class CsvDocument {
 public:
  // Refused with the line: a quoted cell that is not closed, a row with more cells than the header, more than
  // limits.cells cells in a row or limits.values in all, invalid UTF-8, NUL bytes. Rows with fewer cells are filled
  // with
  // "". Blank lines are skipped. Text behind a closing quote belongs to the cell.
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

}  // namespace gatepost::doc
