// The outputs there are. To add one: a file with its function and a line in writers.def or table_writers.def.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "report/input.hpp"
#include "report/sink.hpp"

namespace gatepost::report {

template <class What>
struct BasicWriter {
  std::string_view id;     // what --format takes: "sarif"
  std::string_view title;  // for people
  std::string_view media_type, extension;
  Status (*write)(const What& input, const Sink& sink);
};
using Writer = BasicWriter<Input>;            // of `check`
using TableWriter = BasicWriter<TableInput>;  // of `convert`

std::span<const Writer> writers();
std::span<const TableWriter> table_writers();
// nullptr for an id that nobody has.
const Writer* find_writer(std::string_view id);
const TableWriter* find_table_writer(std::string_view id);

// The whole output as one text; for what is known to be small.
template <class What>
std::string text_of(const BasicWriter<What>& writer, const What& input) {
  std::string out;
  const Status written = writer.write(input, [&out](std::string_view piece) -> Status {
    out += piece;
    return Done{};
  });
  GP_ASSERT(written.ok());  // only a sink can fail
  return out;
}

}  // namespace gatepost::report
