// What forges show: unified diffs, and the first lines of comments.
#include <algorithm>

#include "fuzz/check.hpp"
#include "publish/marker.hpp"
#include "publish/patch.hpp"

using namespace gatepost;

namespace {

void check_patch(std::string_view diff) {
  const auto hunks = publish::parse_patch(diff);
  if (!hunks) return;
  publish::PatchLine last;
  for (const publish::Patch& hunk : *hunks) {
    FUZZ_CHECK(!hunk.lines.empty());
    for (const publish::PatchLine& line : hunk.lines) {
      FUZZ_CHECK(line.old_line > 0 || line.new_line > 0);
      // Both sides go down the file.
      FUZZ_CHECK(line.old_line == 0 || line.old_line > last.old_line);
      FUZZ_CHECK(line.new_line == 0 || line.new_line > last.new_line);
      last = {std::max(line.old_line, last.old_line), std::max(line.new_line, last.new_line)};
    }
    const publish::PatchLine& first = hunk.lines.front();
    if (first.new_line > 0) FUZZ_CHECK(publish::find_new_line(*hunks, first.new_line)->line == first);
  }
  publish::old_line_outside(*hunks, last.new_line + 1);
}

void check_markers(std::string_view body) {
  if (const auto marker = publish::parse_summary_marker(body)) {
    FUZZ_CHECK(publish::first_line(body).ends_with(" -->"));
    FUZZ_CHECK(marker->name.find_first_of("<> \n") == std::string::npos);
  }
  if (const auto marker = publish::parse_note_marker(body)) {
    for (const std::string& id : marker->findings) FUZZ_CHECK(is_finding_id(id));
  }
  const publish::Stamp stamp{"abc", 1, 2};
  const auto again = publish::parse_summary_marker(publish::summary_marker(body, stamp));
  FUZZ_CHECK(again && again->stamp == stamp && again->name == publish::marker_name(body));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = fuzz::text_of(data, size);
  check_patch(text);
  check_markers(text);
  return 0;
}
