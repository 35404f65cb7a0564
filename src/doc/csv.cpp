#include "doc/csv.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

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
  Scanner(std::string_view text, char separator) : text_(text), separator_(separator) {}

  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  [[nodiscard]] std::uint32_t line() const { return line_; }
  // The cells of the next row; empty when a quoted cell is not closed.
  std::optional<std::vector<std::string>> row(std::size_t most_cells) {
    std::vector<std::string> cells;
    for (;;) {
      std::string cell;
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
      if (!more || cells.size() > most_cells) return cells;
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

}  // namespace gatepost::doc
