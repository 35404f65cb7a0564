#include "forge/gitlab_position.hpp"

#include <algorithm>
#include <string_view>

#include "base/digest.hpp"

namespace gatepost::forge {
namespace {

using publish::PatchLine;
using publish::ShownFile;

// The line as the diff has it. One that it does not show is the same on both sides.
PatchLine sides_of(const PatchLine& given, const ShownFile& file) {
  if (given.new_line == 0) return {given.old_line, 0};
  if (file.added) return {0, given.new_line};
  if (const auto shown = publish::find_new_line(file.hunks, given.new_line)) return shown->line;
  return {publish::old_line_outside(file.hunks, given.new_line), given.new_line};
}

bool same_line(const PatchLine& a, const PatchLine& b) {
  return a.new_line > 0 ? a.new_line == b.new_line : b.new_line == 0 && a.old_line == b.old_line;
}

// The number that the other side has come to at a line that it does not have: of the last one before it, plus one.
std::uint32_t reached(const publish::Patch& hunk, const PatchLine& at, std::uint32_t PatchLine::* side) {
  std::uint32_t before = 0;
  bool passed = false;
  for (const PatchLine& line : hunk.lines) {
    passed = passed || same_line(line, at);
    if (line.*side == 0) continue;
    if (passed) return line.*side;
    before = line.*side;
  }
  return before == 0 ? 0 : before + 1;  // 0: that side is empty
}

// The hunk that shows the line; nullptr when none does.
const publish::Patch* hunk_of(const ShownFile& file, const PatchLine& line) {
  const auto shows = [&](const publish::Patch& hunk) {
    return std::ranges::any_of(hunk.lines, [&](const PatchLine& it) { return same_line(it, line); });
  };
  const auto found = std::ranges::find_if(file.hunks, shows);
  return found == file.hunks.end() ? nullptr : &*found;
}

GitLabPosition::End end_of(const PatchLine& line, const ShownFile& file, const std::string& path_hash) {
  PatchLine counted = line;
  const publish::Patch* const hunk = hunk_of(file, line);
  if (hunk != nullptr && counted.old_line == 0) counted.old_line = reached(*hunk, line, &PatchLine::old_line);
  if (hunk != nullptr && counted.new_line == 0) counted.new_line = reached(*hunk, line, &PatchLine::new_line);
  return {path_hash + "_" + std::to_string(counted.old_line) + "_" + std::to_string(counted.new_line), line};
}

void write_line(doc::JsonWriter& json, const PatchLine& line) {
  if (line.old_line > 0) json.field("old_line", line.old_line);
  if (line.new_line > 0) json.field("new_line", line.new_line);
}

void write_end(doc::JsonWriter& json, std::string_view name, const GitLabPosition::End& end) {
  json.key(name).begin_object().field("line_code", end.line_code);
  json.field("type", end.line.old_line == 0 ? "new" : "old");
  write_line(json, end.line);
  json.end_object();
}

}  // namespace

GitLabPosition gitlab_position(const publish::Note& note, const ShownFile& file) {
  GitLabPosition position{.old_path = file.old_path.empty() ? file.new_path : file.old_path,
                          .new_path = file.new_path.empty() ? file.old_path : file.new_path};
  const bool names_line = note.last.new_line > 0 || note.last.old_line > 0;
  if (!names_line || !file.lines_known) return position;
  position.on_lines = true;
  position.line = sides_of(note.last, file);
  const PatchLine first = sides_of(note.first, file);
  if ((first.new_line > 0 || first.old_line > 0) && first != position.line) {
    const std::string path_hash = sha1_hex(position.new_path);
    position.range = {end_of(first, file, path_hash), end_of(position.line, file, path_hash)};
  }
  return position;
}

void write_position(doc::JsonWriter& json, const GitLabPosition& position, const publish::ChangeRequest& request) {
  json.begin_object().field("position_type", position.on_lines ? "text" : "file");
  json.field("base_sha", request.base).field("start_sha", request.start).field("head_sha", request.head);
  json.field("old_path", position.old_path).field("new_path", position.new_path);
  if (position.on_lines) write_line(json, position.line);
  if (position.range) {
    json.key("line_range").begin_object();
    write_end(json, "start", position.range->first);
    write_end(json, "end", position.range->second);
    json.end_object();
  }
  json.end_object();
}

}  // namespace gatepost::forge
