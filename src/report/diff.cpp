#include "report/diff.hpp"

#include <cstdio>
#include <string>

#include "base/text.hpp"
#include "report/escape.hpp"
#include "report/facts.hpp"
#include "report/width.hpp"
#include "report/words.hpp"

namespace gatepost::report {
namespace {

using doc::JsonWriter;

const std::string& path_of(const FileChange& file) { return file.new_path.empty() ? file.old_path : file.new_path; }

std::string octal(std::uint32_t mode) {
  char digits[16];
  std::snprintf(digits, sizeof digits, "%o", static_cast<unsigned>(mode));
  return digits;
}

// "  @@ -10,2 +10,5 @@", as git writes it: a count of 1 is left out.
std::string hunk_line(const Hunk& hunk) {
  const auto side = [](std::uint32_t first, std::uint32_t count) {
    return std::to_string(first) + (count == 1 ? "" : "," + std::to_string(count));
  };
  return "  @@ -" + side(hunk.old_first, hunk.old_count) + " +" + side(hunk.new_first, hunk.new_count) + " @@" +
         (hunk.line_endings_only ? " line endings only" : "") + "\n";
}

std::string file_line(const FileChange& file) {
  std::size_t added = 0, removed = 0;
  for (const Hunk& hunk : file.hunks) {
    added += hunk.new_count;
    removed += hunk.old_count;
  }
  std::string line = pad(std::string(to_string(file.kind)), 13);
  const bool moved = !file.old_path.empty() && !file.new_path.empty() && file.old_path != file.new_path;
  if (moved) line += escape::terminal(file.old_path) + " → ";
  line += escape::terminal(path_of(file));
  if (file.similarity > 0) line += " (" + std::to_string(file.similarity) + " %)";
  if (file.old_mode != 0 && file.new_mode != 0 && file.old_mode != file.new_mode) {
    line += " mode " + octal(file.old_mode) + " → " + octal(file.new_mode);
  }
  if (file.binary) return line + " binary\n";
  if (!file.lines_known) return line + " lines unknown, all of them count as changed\n";
  return line + (file.hunks.empty() ? "\n" : " +" + std::to_string(added) + " -" + std::to_string(removed) + "\n");
}

void write_file(JsonWriter& json, const FileChange& file) {
  json.begin_object().field("kind", to_string(file.kind)).optional_field("old_path", file.old_path);
  json.field("path", path_of(file));
  if (file.similarity > 0) json.field("similarity", file.similarity);
  json.field("binary", file.binary).field("lines_known", file.lines_known);
  json.key("modes").begin_object();
  if (file.old_mode != 0) json.field("old", octal(file.old_mode));
  if (file.new_mode != 0) json.field("new", octal(file.new_mode));
  json.end_object().key("hunks").begin_array();
  for (const Hunk& hunk : file.hunks) {
    json.begin_object().field("old_first", hunk.old_first).field("old_count", hunk.old_count);
    json.field("new_first", hunk.new_first).field("new_count", hunk.new_count);
    json.field("line_endings_only", hunk.line_endings_only).end_object();
  }
  json.end_array().end_object();
}

}  // namespace

Status write_diff_text(const ChangeSet& change, const Sink& sink) {
  constexpr std::size_t kPiece = std::size_t{256} << 10;
  std::size_t hunks = 0;
  for (const FileChange& file : change.files) hunks += file.hunks.size();
  std::string out = escape::terminal(compared(change)) + "\n" + grouped(change.files.size()) +
                    (change.files.size() == 1 ? " file, " : " files, ") + grouped(hunks) +
                    (hunks == 1 ? " hunk\n" : " hunks\n");
  for (const FileChange& file : change.files) {
    out += escape::log_line(file_line(file));
    for (const Hunk& hunk : file.hunks) out += hunk_line(hunk);
    if (out.size() < kPiece) continue;
    GP_CHECK(sink(out));
    out.clear();
  }
  return sink(out);
}

Status write_diff_json(const ChangeSet& change, const Sink& sink) {
  JsonStream out(sink);
  out.json.begin_object().field("gatepost", "diff/1");
  out.json.optional_field("base", change.base).optional_field("head", change.head);
  out.json.field("base_source", to_string(change.base_source)).field("confident", change.confident);
  out.json.key("files").begin_array();
  for (const FileChange& file : change.files) {
    out.json.line_break();
    write_file(out.json, file);
    GP_CHECK(out.pass_on());
  }
  out.json.end_array().end_object();
  return out.finish();
}

}  // namespace gatepost::report
