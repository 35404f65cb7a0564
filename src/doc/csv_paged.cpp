#include "doc/csv_paged.hpp"

#include <simdjson.h>

#include <memory>
#include <utility>

#include "base/text.hpp"
#include "doc/byte_window.hpp"
#include "doc/csv_rows.hpp"
#include "doc/pages.hpp"

namespace gatepost::doc {
namespace {

using Row = CsvRecords::Row;

// The records of some rows.
class CsvPages final : public detail::PageReader {
 public:
  CsvPages(CsvHeader header, const Limits& limits)
      : header_(std::move(header)), limits_(limits), objects_({header_.cells.begin(), header_.cells.end()}) {}
  [[nodiscard]] bool read(const detail::Page& page, TreeBuilder& out) const override {
    CsvRecords records(out.source(), 0, 1, header_, limits_);
    while (!records.at_end()) {
      const Row row = records.next();
      if (row == Row::not_closed) return false;
      if (row == Row::record) objects_.add(records.cells(), page.begin, out);
    }
    return true;
  }

 private:
  const CsvHeader header_;
  const Limits limits_;
  const CsvObjects objects_;
};

class PagedCsvReader {
 public:
  PagedCsvReader(const Bytes& bytes, std::string name, const Limits& limits, const PageSizes& sizes)
      : bytes_(bytes),
        limits_(limits),
        sizes_(sizes),
        window_(bytes, 0, sizes.window),
        builder_(std::move(name), {}, true) {}

  std::optional<CsvTree> read(std::span<const std::string> columns) {
    if (!window_.refill(0, limits_.element_bytes) || !find_header_in_window(columns)) return std::nullopt;
    builder_.open(Kind::array, 0);
    for (std::size_t done = read_rows(header_->end); !truncated_; done = read_rows(0)) {
      if (!is_plain(window_.text().substr(0, done)) || page_.first > limits_.records) return std::nullopt;
      if (window_.is_last() && done == window_.text().size()) break;
      if (!window_.refill(done, limits_.element_bytes)) return std::nullopt;
    }
    if (truncated_ && !is_plain(window_.text())) return std::nullopt;
    return finish();
  }

 private:
  static bool is_plain(std::string_view text) {
    return simdjson::validate_utf8(text) && !text::has_controls(text) && !text.starts_with("\xEF\xBB\xBF");
  }

  bool find_header_in_window(std::span<const std::string> columns) {
    bool cut = false;
    header_ = find_header(window_.text(), columns, limits_, &cut);
    if (!header_ || (cut && !window_.is_last())) return false;
    line_ = header_->line;
    pages_ = std::make_unique<detail::Pages>(bytes_, limits_, std::make_unique<CsvPages>(*header_, limits_));
    return true;
  }

  // Where the last row ends that is whole.
  std::size_t read_rows(std::size_t begin) {
    CsvRecords records(window_.text(), begin, line_, *header_, limits_);
    while (!records.at_end()) {
      const Row row = records.next();
      if (records.at_end() && !window_.is_last()) return begin;
      truncated_ = row == Row::not_closed;
      if (truncated_) return begin;
      if (row == Row::record) add_record(begin, records.at());
      if (row == Row::rejected) rejections_.add([&] { return records.why_rejected(); });
      line_ = records.line();
      begin = records.at();
    }
    return begin;
  }

  void add_record(std::size_t begin, std::size_t end) {
    if (page_.count == 0) page_.begin = window_.offset() + begin;
    ++page_.count;
    page_.length = static_cast<std::uint32_t>(window_.offset() + end - page_.begin);
    if (page_.length >= sizes_.page) close_page();
  }

  void close_page() {
    if (page_.count == 0) return;
    pages_->add_run(page_, builder_);
    page_ = {.first = page_.first + page_.count};
  }

  std::optional<CsvTree> finish() {
    close_page();
    if (page_.first > limits_.records) return std::nullopt;
    builder_.close();
    detail::Tree& tree = builder_.tree();
    if (!pages_->finish(tree)) return std::nullopt;
    tree.nodes.shrink_to_fit();
    tree.pages = std::move(pages_);
    return CsvTree{{builder_.finish(), std::move(rejections_.rejected), rejections_.count, truncated_},
                   std::move(header_->cells),
                   header_->separator,
                   {}};
  }

  const Bytes& bytes_;
  const Limits& limits_;
  const PageSizes& sizes_;
  ByteWindow window_;
  TreeBuilder builder_;
  std::unique_ptr<detail::Pages> pages_;
  std::optional<CsvHeader> header_;
  detail::Page page_;  // that is not closed
  Rejections rejections_;
  std::uint32_t line_ = 1;
  bool truncated_ = false;
};

}  // namespace

std::optional<CsvTree> parse_paged_csv(const Bytes& bytes, std::string name, std::span<const std::string> columns,
                                       const Limits& limits, const PageSizes& sizes) {
  return PagedCsvReader(bytes, std::move(name), limits, sizes).read(columns);
}

}  // namespace gatepost::doc
