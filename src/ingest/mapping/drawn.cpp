#include "ingest/mapping/drawn.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.hpp"

namespace gatepost::ingest::mapping {
namespace {

using Row = std::vector<std::string>;

constexpr std::string_view kUpright = "│";
constexpr std::array<std::string_view, 5> kCrossings = {"├", "┼", "┤", "┬", "┴"};

// What stands between the uprights and crossings of a line, without what stands outside of the outer ones.
std::vector<std::string_view> segments_of(std::string_view line, bool at_crossings) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  for (std::size_t at = 0; at + kUpright.size() <= line.size();) {
    const std::string_view here = line.substr(at, kUpright.size());
    if (here != kUpright && !(at_crossings && std::ranges::find(kCrossings, here) != kCrossings.end())) {
      ++at;
      continue;
    }
    parts.push_back(line.substr(begin, at - begin));
    at += kUpright.size();
    begin = at;
  }
  if (!parts.empty()) parts.erase(parts.begin());
  return parts;
}

bool is_border(std::string_view line) {
  return line.find("├─") != std::string_view::npos || line.find("┼─") != std::string_view::npos;
}

class Table {
 public:
  Table(std::size_t columns, std::vector<Row>& rows) : columns_(columns), rows_(&rows) {}

  // A row ends here; which cells of the next one continue those above.
  void border(std::string_view line) {
    finish();
    const auto segments = segments_of(line, true);
    open_.assign(columns_, false);
    if (segments.size() != columns_) return;
    for (std::size_t i = 0; i < columns_; ++i) open_[i] = text::trim(segments[i]).empty();
  }

  void content(std::string_view line) {
    const auto cells = segments_of(line, false);
    if (cells.size() != columns_) {
      broken_ = true;
      return;
    }
    row_.resize(columns_);
    widths_.resize(columns_);
    for (std::size_t i = 0; i < columns_; ++i) {
      const std::string_view cell = text::trim(cells[i]);
      widths_[i] += cells[i].size();
      if (!cell.empty()) row_[i].append(row_[i].empty() ? "" : "\n").append(cell);
    }
  }

  void finish() {
    if (!row_.empty() && !broken_) {
      repeat_open_cells();
      rows_->push_back(row_);
      above_ = std::move(row_);
    } else if (broken_) {
      above_.clear();
    }
    row_.clear();
    widths_.clear();
    broken_ = false;
  }

 private:
  // What is repeated is drawn as wide as the cell; the limit keeps strangers' tables from growing without end.
  void repeat_open_cells() {
    constexpr std::size_t kMostLines = 4;
    for (std::size_t i = 0; i < std::min(open_.size(), above_.size()); ++i) {
      const bool fits = above_[i].size() <= kMostLines * widths_[i];
      if (open_[i] && row_[i].empty() && fits) row_[i] = above_[i];
    }
  }

  std::size_t columns_;
  std::vector<Row>* rows_;
  Row row_, above_;
  std::vector<std::size_t> widths_;  // bytes of each cell of the row, blanks included
  std::vector<bool> open_;
  bool broken_ = false;
};

std::size_t columns_of(std::string_view top) {
  std::size_t columns = 1;
  for (std::size_t at = top.find("┬"); at != std::string_view::npos; at = top.find("┬", at + 1)) ++columns;
  return columns;
}

}  // namespace

std::vector<std::vector<std::string>> drawn_rows(std::string_view text) {
  std::vector<Row> rows;
  std::optional<Table> table;  // the one that is being read
  for (const std::string_view line : text::split(text, '\n')) {
    const std::string_view drawn = text::trim(line);
    if (drawn.starts_with("┌")) {
      table.emplace(columns_of(drawn), rows);
    } else if (!table) {
      continue;
    } else if (drawn.starts_with("└")) {
      table->finish();
      table.reset();
    } else if (is_border(drawn)) {
      table->border(drawn);
    } else if (drawn.starts_with(kUpright)) {
      table->content(drawn);
    }
  }
  return rows;
}

}  // namespace gatepost::ingest::mapping
