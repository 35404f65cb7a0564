#include "git/tree.hpp"

#include <fmt/core.h>

#include "base/text.hpp"
#include "git/history.hpp"
#include "git/revision.hpp"
#include "git/tree_cursor.hpp"
#include "git/tree_diff.hpp"

namespace gatepost::git {
namespace {

// Room for so many files is taken at once; what is not needed of it costs nothing.
constexpr std::size_t kUsualFiles = 65'536;

FileType type_of(std::uint32_t mode) {
  if (mode == kModeExecutable) return FileType::executable;
  if (mode == kModeLink) return FileType::symbolic_link;
  return mode == kModeSubmodule ? FileType::submodule : FileType::regular;
}

// Visits all files below a directory, in order. `enter(directory)` says whether a directory is worth reading. The stack
// is its own: a stranger's directories may be nested deeply.
template <class Enter, class Visit>
class Walker {
 public:
  Walker(const Repository& repository, std::size_t most, Enter enter, Visit visit)
      : repository_(repository), most_(most), enter_(std::move(enter)), visit_(std::move(visit)) {}

  Status walk(const ObjectId& root) {
    GP_CHECK(open(root));
    while (!open_.empty()) {
      Level& level = open_.back();
      if (level.cursor.at_end()) {
        open_.pop_back();
        path_.resize(open_.empty() ? 0 : open_.back().path_length);
      } else {
        GP_CHECK(step(level));
      }
    }
    return Done{};
  }

 private:
  struct Level {
    TreeCursor cursor;
    std::size_t path_length = 0;
  };

  Status open(const ObjectId& tree) {
    if (++trees_ > most_) return too_many();
    GP_TRY(TreeCursor cursor, TreeCursor::open(repository_, tree));
    open_.push_back({std::move(cursor), path_.size()});
    return Done{};
  }

  Status step(Level& level) {
    const TreeItem item = level.cursor.item();
    GP_CHECK(level.cursor.next());
    path_.resize(level.path_length);
    path_.append(item.name);
    if (path_.size() > kLongestPath) {
      return error(ErrorKind::bad_input, fmt::format("a path in the repository is longer than {} bytes", kLongestPath));
    }
    if (!item.is_tree()) {
      if (++files_ > most_) return too_many();
      visit_(path_, item);
    } else if (enter_(path_)) {
      path_ += '/';
      return open(item.id);
    }
    return Done{};
  }

  [[nodiscard]] Error too_many() const {
    return error(ErrorKind::bad_input, fmt::format("the repository has more than {} files or directories", most_));
  }

  const Repository& repository_;
  std::size_t most_;
  Enter enter_;
  Visit visit_;
  std::vector<Level> open_;
  std::string path_;
  std::size_t files_ = 0, trees_ = 0;
};

// The directories that every match lies in: {"reports", "ci"} for "reports/ci/*.json".
std::vector<std::string> literal_directories(const Glob& glob) {
  std::vector<std::string> directories;
  std::string_view pattern = glob.pattern();
  if (pattern.starts_with("./")) pattern.remove_prefix(2);
  const auto segments = text::split(pattern, '/');
  for (std::size_t i = 0; i + 1 < segments.size() && Glob::is_literal(segments[i]); ++i) {
    directories.emplace_back(segments[i]);
  }
  return directories;
}

bool may_hold_matches(const std::vector<std::string>& literal, std::string_view directory) {
  const auto segments = text::split(directory, '/');
  for (std::size_t i = 0; i < segments.size() && i < literal.size(); ++i) {
    if (segments[i] != literal[i]) return false;
  }
  return true;
}

}  // namespace

Result<Tree> Tree::of_commit(const Repository& repository, const ObjectId& commit) {
  GP_TRY(const auto found, read_commit(repository, commit));
  if (!found) {
    return error(ErrorKind::usage, fmt::format("commit {} is not in this clone", commit.hex()),
                 "run: " + fetch_command(repository, commit));
  }
  return Tree(repository, found->tree);
}

Result<std::optional<TreeFile>> Tree::find(std::string_view path) const {
  ObjectId directory = root_;
  const auto segments = text::split(path, '/');
  for (std::size_t i = 0; i < segments.size(); ++i) {
    GP_TRY(TreeCursor cursor, TreeCursor::open(repository_, directory));
    const bool last = i + 1 == segments.size();
    while (!cursor.at_end() && (cursor.item().name != segments[i] || cursor.item().is_tree() == last)) {
      GP_CHECK(cursor.next());
    }
    if (cursor.at_end()) return std::optional<TreeFile>{};
    directory = cursor.item().id;
    if (last) return std::optional(TreeFile{std::string(path), type_of(cursor.item().mode), cursor.item().id});
  }
  return std::optional<TreeFile>{};
}

Result<std::optional<std::string>> Tree::read(std::string_view path, std::uint64_t limit) const {
  GP_TRY(const auto file, find(path));
  if (!file) return std::optional<std::string>{};
  return read(path, {file->type, file->id}, limit);
}

Result<std::optional<std::string>> Tree::read(std::string_view path, const Listing::Entry& found,
                                              std::uint64_t limit) const {
  if (found.type == FileType::submodule) return std::optional<std::string>{};
  if (found.type == FileType::symbolic_link) {
    return error(ErrorKind::bad_input, fmt::format("{}: is a symbolic link in git, which is not followed",
                                                   text::printable(path, kLongestPath)));
  }
  GP_TRY(auto bytes, read_blob(repository_, found.id, limit, path));
  return std::optional(std::move(bytes));
}

Result<std::vector<std::string>> Tree::paths(std::size_t most) const {
  std::vector<std::string> all;
  Walker walker(
      repository_, most, [](std::string_view) { return true; },
      [&](const std::string& path, const TreeItem&) { all.push_back(path); });
  GP_CHECK(walker.walk(root_));
  return all;
}

Result<Listing> Tree::list() const {
  Listing all;
  all.paths.reserve(kUsualFiles), all.entries.reserve(kUsualFiles);
  Walker walker(
      repository_, kMostFiles, [](std::string_view) { return true; },
      [&](const std::string& path, const TreeItem& item) {
        all.paths.push_back(path);
        all.entries.push_back({type_of(item.mode), item.id});
      });
  GP_CHECK(walker.walk(root_));
  return all;
}

Result<std::vector<TreeFile>> Tree::files_if(const Wanted& wanted) const {
  std::vector<TreeFile> all;
  Walker walker(
      repository_, kMostFiles, [](std::string_view) { return true; },
      [&](const std::string& path, const TreeItem& item) {
        if (wanted(path)) all.push_back({path, type_of(item.mode), item.id});
      });
  GP_CHECK(walker.walk(root_));
  return all;
}

Result<std::vector<TreeFile>> Tree::files(const Wanted& wanted, const KnownTree& known) const {
  const auto compared = compare_trees(repository_, known.id, root_, known.paths.size() / 4 + 1'000);
  if (!compared) return files_if(wanted);  // too different, or damaged: then this says how
  std::vector<TreeFile> all;
  std::size_t at = 0;
  const auto take_known_before = [&](const std::string* path) {
    for (; at < known.paths.size() && (path == nullptr || known.paths[at] < *path); ++at) {
      if (wanted(known.paths[at])) all.push_back({known.paths[at], known.entries[at].type, known.entries[at].id});
    }
  };
  for (const TreeChange& change : compared->changes) {
    take_known_before(&change.path);
    if (change.old_mode != 0) ++at;  // it is the next one
    if (change.new_mode != 0 && wanted(change.path))
      all.push_back({change.path, type_of(change.new_mode), change.new_id});
  }
  take_known_before(nullptr);
  return all;
}

Result<std::vector<TreeFile>> Tree::matching(const Glob& glob) const {
  std::vector<TreeFile> found;
  const auto literal = literal_directories(glob);
  Walker walker(
      repository_, kMostFiles, [&](std::string_view directory) { return may_hold_matches(literal, directory); },
      [&](const std::string& path, const TreeItem& item) {
        if (glob.matches(path)) found.push_back({path, type_of(item.mode), item.id});
      });
  GP_CHECK(walker.walk(root_));
  return found;
}

std::optional<TreePattern> parse_tree_pattern(std::string_view pattern) {
  constexpr std::string_view kScheme = "git:";
  if (!pattern.starts_with(kScheme)) return std::nullopt;
  pattern.remove_prefix(kScheme.size());
  const std::size_t colon = pattern.find(':');  // no revision has one
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == pattern.size()) return std::nullopt;
  return TreePattern{std::string(pattern.substr(0, colon)), std::string(pattern.substr(colon + 1))};
}

Result<std::string> read_blob(const Repository& repository, const ObjectId& blob, std::uint64_t limit,
                              std::string_view name) {
  const std::string shown = text::printable(name, kLongestPath);
  GP_TRY(const auto size, Objects(repository).size(blob).context(shown));
  if (!size) {
    const std::string hint =
        repository.is_partial()
            ? "the clone was made with a filter that leaves contents out; run: " + unfilter_command()
            : "the clone is damaged; run: git fsck";
    return error(ErrorKind::usage,
                 fmt::format("{}: its contents (git object {}) are not in this clone", shown, blob.hex()), hint);
  }
  if (*size > limit) {
    return error(ErrorKind::bad_input, fmt::format("{}: {} bytes; the limit is {}", shown, *size, limit));
  }
  GP_TRY(const auto object, find_object(repository, blob).context(shown));
  if (!object || object->type() != ObjectType::blob) {
    return error(ErrorKind::bad_input, fmt::format("{}: git object {} is not a blob", shown, blob.hex()));
  }
  return std::string(object->bytes());
}

}  // namespace gatepost::git
