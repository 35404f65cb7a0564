// Rows of a table for a spreadsheet.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "report/escape.hpp"
#include "report/sink.hpp"

namespace gatepost::report {

// Rows on their way into a sink.
class CsvTable {
 public:
  explicit CsvTable(const Sink& sink) : sink_(sink) {}

  CsvTable& cell(std::string_view text) {
    if (!row_is_empty_) out_ += ',';
    row_is_empty_ = false;
    out_ += escape::csv_cell(text);
    return *this;
  }
  CsvTable& number(std::uint64_t value) { return cell(value == 0 ? "" : std::to_string(value)); }  // 0: unknown
  template <class... Names>
  Status header(const Names&... names) {
    (cell(names), ...);
    return end_row();
  }
  Status end_row() {
    out_ += "\r\n";
    row_is_empty_ = true;
    return out_.size() < kPiece ? Status(Done{}) : finish();
  }
  Status finish() {
    GP_CHECK(sink_(out_));
    out_.clear();
    return Done{};
  }

 private:
  static constexpr std::size_t kPiece = std::size_t{256} << 10;
  const Sink& sink_;
  std::string out_;
  bool row_is_empty_ = true;
};

}  // namespace gatepost::report
