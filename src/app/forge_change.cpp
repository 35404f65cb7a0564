#include "app/forge_change.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace gatepost::app {
namespace {

ChangeKind kind_of(const publish::ShownFile& file) {
  if (file.added) return ChangeKind::added;
  if (file.deleted) return ChangeKind::deleted;
  return file.old_path == file.new_path ? ChangeKind::modified : ChangeKind::renamed;
}

// The runs of lines of one hunk that are on one side only, without the context around them.
void add_runs(const publish::Patch& patch, std::vector<Hunk>& hunks) {
  // The last line that was passed on each side; at first the one before the hunk, when it has a line there.
  const auto before = [&](std::uint32_t publish::PatchLine::* side) {
    const auto first = std::ranges::find_if(patch.lines, [&](const auto& line) { return line.*side > 0; });
    return first == patch.lines.end() ? 0U : (*first).*side - 1;
  };
  std::uint32_t old_line = before(&publish::PatchLine::old_line), new_line = before(&publish::PatchLine::new_line);
  Hunk run;
  const auto end_run = [&] {
    if (run.old_count + run.new_count > 0) hunks.push_back(run);
    run = {};
  };
  for (const publish::PatchLine& line : patch.lines) {
    if (line.old_line > 0 && line.new_line > 0) {
      end_run();
    } else {
      if (run.old_count + run.new_count == 0) run = {.old_first = old_line, .new_first = new_line};
      if (line.old_line > 0 && run.old_count++ == 0) run.old_first = line.old_line;
      if (line.new_line > 0 && run.new_count++ == 0) run.new_first = line.new_line;
    }
    old_line = std::max(old_line, line.old_line);
    new_line = std::max(new_line, line.new_line);
  }
  end_run();
}

FileChange file_of(const publish::ShownFile& shown) {
  FileChange file{.kind = kind_of(shown), .lines_known = shown.lines_known};
  if (file.kind != ChangeKind::added) file.old_path = shown.old_path.empty() ? shown.new_path : shown.old_path;
  if (file.kind != ChangeKind::deleted) file.new_path = shown.new_path;
  for (const publish::Patch& patch : shown.hunks) add_runs(patch, file.hunks);
  return file;
}

}  // namespace

ChangeSet change_of(const publish::ChangeRequest& request) {
  ChangeSet change;
  for (const publish::ShownFile& shown : request.files) change.files.push_back(file_of(shown));
  change.sort();
  return change;
}

}  // namespace gatepost::app
