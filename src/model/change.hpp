// The change under review: which files and lines differ between base and head, as git sees it. Pure data; src/git fills
// it in.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost {

enum class ChangeKind : std::uint8_t { added, deleted, modified, renamed, type_changed };
inline constexpr std::array<std::string_view, 5> kChangeKindNames = {"added", "deleted", "modified", "renamed",
                                                                     "type-changed"};
inline std::string_view to_string(ChangeKind kind) { return kChangeKindNames[static_cast<std::size_t>(kind)]; }

// A run of lines that differs, without context, as `git diff -U0` prints it: `old_count` lines from `old_first` became
// `new_count` lines from `new_first`. With a count of 0 the line number is the one *before* the place, possibly 0.
struct Hunk {
  std::uint32_t old_first = 0, old_count = 0, new_first = 0, new_count = 0;
  bool line_endings_only = false;  // the same lines but for CR, LF and blanks at the end
  friend bool operator==(const Hunk&, const Hunk&) = default;
};

struct FileChange {
  ChangeKind kind = ChangeKind::modified;
  std::string old_path;                      // "" for an added file
  std::string new_path;                      // "" for a deleted file
  std::uint32_t old_mode = 0, new_mode = 0;  // as git has them: 0100644; 0 for none
  bool binary = false;  // the content differs and is no text: every line of the file then counts as changed
  // False when the lines could not be compared (object missing in a partial clone, file too large): every line of the
  // file then counts as changed.
  bool lines_known = true;
  std::uint8_t similarity = 0;  // of a rename, percent
  // In the order of the file; all lines of an added or deleted file; empty for pure renames, binaries and changes of
  // mode alone.
  std::vector<Hunk> hunks;
  friend bool operator==(const FileChange&, const FileChange&) = default;
};

// How the base was found; shown to the user, because a wrong base blames the wrong person.
enum class BaseSource : std::uint8_t {
  none,           // there is no base: everything is in scope
  given,          // --base
  merge_parents,  // first parent of the checked-out merge commit
  merge_base,     // merge base of base and head
  event,          // the base commit of the CI event, taken as it is: low confidence
  merge_queue,    // base of a merge queue's group
};
inline constexpr std::array<std::string_view, 6> kBaseSourceNames = {"none",       "given", "merge-parents",
                                                                     "merge-base", "event", "merge-queue"};
inline std::string_view to_string(BaseSource source) { return kBaseSourceNames[static_cast<std::size_t>(source)]; }

struct ChangeSet {
  std::string base;  // commit id, or "" when there is none
  std::string head;  // commit id
  BaseSource base_source = BaseSource::none;
  bool confident = true;          // false: the base is a guess, see the notes that came with it
  std::vector<FileChange> files;  // sorted by path (new_path, or old_path of a deleted file)

  // Puts `files` in order: whoever fills it in ends with it.
  void sort();
  // The change that has `new_path`; nullptr for a file that is the same in base and head.
  [[nodiscard]] const FileChange* find_new(std::string_view path) const;
  friend bool operator==(const ChangeSet&, const ChangeSet&) = default;
};

// True when any line from `first` to `last` (1-based, inclusive, of the new file) was added or changed; a change of
// line endings alone does not count, nor do lines that were deleted next to them. With `first` 0 (no line known): true
// when anything in the file changed. Always true when the lines cannot be compared: binaries, unknown lines.
bool touches_new_lines(const FileChange& file, std::uint32_t first, std::uint32_t last);
// The same, but only lines that were added without replacing any.
bool touches_added_lines(const FileChange& file, std::uint32_t first, std::uint32_t last);
// The number that an unchanged line of the old file has in the new one; empty for a line that was changed or deleted,
// when the lines are not known, and when there is only one of the two files. Lines whose ends alone changed are
// unchanged.
std::optional<std::uint32_t> new_line_of(const FileChange& file, std::uint32_t old_line);

}  // namespace gatepost
