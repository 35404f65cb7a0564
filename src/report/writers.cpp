#include "report/writers.hpp"

#include <algorithm>
#include <array>

#include "report/assessment_json.hpp"
#include "report/csv.hpp"
#include "report/gitlab_code_quality.hpp"
#include "report/gitlab_security.hpp"
#include "report/markdown.hpp"
#include "report/observations.hpp"
#include "report/sarif.hpp"
#include "report/terminal.hpp"

namespace gatepost::report {

std::span<const Writer> writers() {
#define GATEPOST_WRITER(id, title, media, extension, function) Writer{id, title, media, extension, function},
  static constexpr std::array kWriters = {
#include "report/writers.def"
  };
#undef GATEPOST_WRITER
  return kWriters;
}

std::span<const TableWriter> table_writers() {
#define GATEPOST_TABLE_WRITER(id, title, media, extension, function) TableWriter{id, title, media, extension, function},
  static constexpr std::array kWriters = {
#include "report/table_writers.def"
  };
#undef GATEPOST_TABLE_WRITER
  return kWriters;
}

const Writer* find_writer(std::string_view id) {
  const auto found = std::ranges::find(writers(), id, &Writer::id);
  return found == writers().end() ? nullptr : &*found;
}

const TableWriter* find_table_writer(std::string_view id) {
  const auto found = std::ranges::find(table_writers(), id, &TableWriter::id);
  return found == table_writers().end() ? nullptr : &*found;
}

}  // namespace gatepost::report
