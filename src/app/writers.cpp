#include "app/writers.hpp"

#include <fmt/core.h>

#include <span>
#include <vector>

#include "base/text.hpp"

namespace gatepost::app {
namespace {

template <class Writer>
std::string names(std::span<const Writer> writers) {
  std::string list;
  for (const Writer& writer : writers) list.append(list.empty() ? "" : ", ").append(writer.id);
  return list;
}

template <class Writer>
Error unknown(std::string_view format, std::span<const Writer> writers) {
  std::vector<std::string_view> ids;
  for (const Writer& writer : writers) ids.push_back(writer.id);
  const std::string close = text::nearest(format, ids);
  const std::string expected =
      close.empty() ? "expected one of " + names(writers) : fmt::format("did you mean \"{}\"?", close);
  return error(ErrorKind::usage,
               fmt::format("--format \"{}\" is not known; {}", text::printable(format, 60), expected));
}

}  // namespace

Result<const report::Writer*> writer(std::string_view format) {
  const report::Writer* const found = report::find_writer(format);
  if (found == nullptr) return unknown(format, report::writers());
  return found;
}

Result<const report::TableWriter*> table_writer(std::string_view format) {
  const report::TableWriter* const found = report::find_table_writer(format);
  if (found == nullptr) return unknown(format, report::table_writers());
  return found;
}

std::string writer_names() { return names(report::writers()); }
std::string table_writer_names() { return names(report::table_writers()); }

}  // namespace gatepost::app
