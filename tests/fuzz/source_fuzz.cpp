// Any bytes in every notation that a mapping can ask for.
#include <array>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "fuzz/check.hpp"
#include "ingest/format.hpp"

using namespace gatepost;
using ingest::mapping::Source;
using ingest::mapping::SourceFormat;

namespace {

void check_view(doc::View view) {
  FUZZ_CHECK(view.exists());
  FUZZ_CHECK(text::is_utf8(view.scalar()));
  FUZZ_CHECK(view.position().line > 0);
  std::size_t items = 0, members = 0;
  for (const doc::View item : view.items()) {
    FUZZ_CHECK(view.at(items++).pointer() == item.pointer());
    check_view(item);
  }
  for (const auto& [key, value] : view.members()) {
    FUZZ_CHECK(view.at(key).pointer() == value.pointer());
    ++members;
    check_view(value);
  }
  FUZZ_CHECK(view.size() == items + members);
}

void check_source(const Source* source, const std::string& problem) {
  if (source == nullptr) {
    FUZZ_CHECK(!problem.empty());
    FUZZ_CHECK(text::is_utf8(problem));
    return;
  }
  FUZZ_CHECK(source->rejected.size() <= source->rejected_count);
  FUZZ_CHECK(!source->roots.empty());
  for (const doc::View root : source->roots) check_view(root);
  for (const std::string& why : source->rejected) FUZZ_CHECK(text::is_utf8(why));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Limits limits;
  ingest::Candidate candidate("input", Bytes::of(fuzz::text_of(data, size)), limits);
  for (const SourceFormat format :
       {SourceFormat::json, SourceFormat::jsonl, SourceFormat::json_stream, SourceFormat::xml, SourceFormat::csv,
        SourceFormat::yaml, SourceFormat::text, SourceFormat::html}) {
    const Source* const source = candidate.source(format);
    check_source(source, candidate.source_problem());
    FUZZ_CHECK(candidate.source(format) == source);
  }
  const std::vector<std::string> columns = {"id", "name"};
  const Source* const csv = candidate.csv(columns);
  check_source(csv, candidate.source_problem());
  if (csv != nullptr) FUZZ_CHECK(csv->header.size() >= columns.size());
  check_source(candidate.json_after("data ="), candidate.source_problem());
  return 0;
}
