#include "git/diff.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/parallel.hpp"
#include "base/text.hpp"
#include "git/history.hpp"
#include "git/line_diff.hpp"
#include "git/objects.hpp"
#include "git/rename.hpp"
#include "git/revision.hpp"
#include "git/similarity.hpp"
#include "git/tree_cursor.hpp"
#include "git/tree_diff.hpp"

namespace gatepost::git {
namespace {

constexpr std::size_t kFilesAtOnce = 16;       // handed to a thread together
constexpr std::size_t kFilesForAThread = 100;  // fewer are not worth a thread

enum class Lines : std::uint8_t {
  same,       // nothing to compare: the content is the same
  known,      // compared
  missing,    // a content is not in this clone, or damaged
  too_large,  // over a limit
};

// What reading its content told about one changed path.
struct Content {
  Lines lines = Lines::same;
  bool binary = false;
  bool comparable = false;  // `size` and `pieces` are known
  std::uint64_t size = 0;
  std::vector<Piece> pieces;
  std::vector<Hunk> hunks;
};

// One side of a change as text.
struct Side {
  Lines state = Lines::known;
  Object object;
  std::string_view text;
};

bool is_added(const TreeChange& change) { return change.old_mode == 0; }
bool is_deleted(const TreeChange& change) { return change.new_mode == 0; }
bool is_lone(const TreeChange& change) { return is_added(change) || is_deleted(change); }
bool changes_type(const TreeChange& change) { return ((change.old_mode ^ change.new_mode) & kModeKind) != 0; }

// All lines of the old file became all lines of the new one.
std::vector<Hunk> replace_all(std::uint32_t old_count, std::uint32_t new_count) {
  if (old_count == 0 && new_count == 0) return {};
  return {{.old_first = old_count == 0 ? 0U : 1U,
           .old_count = old_count,
           .new_first = new_count == 0 ? 0U : 1U,
           .new_count = new_count}};
}

// What all threads together have read. Summed up whatever is then left out, so that the sums do not depend on the order
// of reading.
struct Tally {
  const DiffLimits& limits;
  std::atomic<std::uint64_t> bytes = 0, similarity_bytes = 0, blobs = 0;
  [[nodiscard]] bool over_total() const { return bytes > limits.total_bytes; }
  [[nodiscard]] bool over_similarity() const { return similarity_bytes > limits.similarity_bytes; }
};

// Reads contents, on one thread.
class Reader {
 public:
  Reader(Objects objects, Tally& tally) : objects_(std::move(objects)), tally_(tally), limits_(tally.limits) {}

  // The one changed path: its lines and, with `seek_similar`, its pieces.
  Content read(const TreeChange& change, bool seek_similar) {
    return is_lone(change) ? read_lone(change, seek_similar) : compare(change);
  }
  // The same for a file that moved from the path of `source` to that of `target`.
  Content read_pair(const TreeChange& source, const TreeChange& target) {
    return compare({target.path, source.old_mode, target.new_mode, source.old_id, target.new_id});
  }

 private:
  Side load(std::uint32_t mode, const ObjectId& id);
  Content compare(const TreeChange& change);
  Content read_lone(const TreeChange& change, bool seek_similar);

  Objects objects_;
  Tally& tally_;
  const DiffLimits& limits_;
  std::optional<PieceCounter> counter_;
};

Side Reader::load(std::uint32_t mode, const ObjectId& id) {
  if (mode == 0) return {};
  if (mode == kModeSubmodule) return {.text = "commit\n"};  // one line, which says where it points
  const auto size = objects_.size(id);
  if (!size || !*size) return {.state = Lines::missing};
  tally_.bytes += **size;
  if (**size > limits_.blob_bytes || tally_.over_total()) return {.state = Lines::too_large};
  auto object = objects_.find(id);
  if (!object || !*object) return {.state = Lines::missing};
  ++tally_.blobs;
  Side side{.object = **std::move(object)};
  side.text = side.object.bytes();
  return side;
}

Content Reader::compare(const TreeChange& change) {
  if (change.old_id == change.new_id && !changes_type(change)) return {};
  if (change.old_mode == kModeSubmodule && change.new_mode == kModeSubmodule) {
    return {.lines = Lines::known, .hunks = replace_all(1, 1)};
  }
  const Side before = load(change.old_mode, change.old_id), after = load(change.new_mode, change.new_id);
  const Lines worse = std::max(before.state, after.state);
  if (worse != Lines::known) return {.lines = worse};
  if (is_binary(before.text) || is_binary(after.text)) return {.lines = Lines::known, .binary = true};
  if (changes_type(change)) {
    return {.lines = Lines::known, .hunks = replace_all(count_lines(before.text), count_lines(after.text))};
  }
  const auto too_many = [&](std::string_view text) {
    return text.size() > limits_.blob_lines && count_lines(text) > limits_.blob_lines;
  };
  if (too_many(before.text) || too_many(after.text)) return {.lines = Lines::too_large};
  auto hunks = diff_lines(before.text, after.text);
  if (!hunks) return {.lines = Lines::too_large};
  return {.lines = Lines::known, .hunks = *std::move(hunks)};
}

Content Reader::read_lone(const TreeChange& change, bool seek_similar) {
  const Side side = is_added(change) ? load(change.new_mode, change.new_id) : load(change.old_mode, change.old_id);
  Content content{.lines = side.state};
  if (side.state != Lines::known) return content;
  content.size = side.text.size();
  content.binary = is_binary(side.text);
  const std::uint32_t count = content.binary ? 0 : count_lines(side.text);
  content.hunks = is_added(change) ? replace_all(0, count) : replace_all(count, 0);
  if (!seek_similar || !is_regular(is_added(change) ? change.new_mode : change.old_mode)) return content;
  tally_.similarity_bytes += content.size;
  if (tally_.over_similarity()) return content;
  content.comparable = true;
  if (!counter_) counter_.emplace();
  content.pieces = counter_->pieces(side.text);
  return content;
}

class Differ {
 public:
  Differ(const Repository& repository, const DiffOptions& options, std::vector<TreeChange> changes)
      : repository_(repository),
        options_(options),
        changes_(std::move(changes)),
        tally_{options.limits},
        contents_(changes_.size()),
        moves_(changes_.size()) {}

  Difference run() {
    by_line_ = changes_.size() <= options_.limits.paths_by_line;
    pair_identical_files();
    if (by_line_) read_contents();
    if (by_line_) pair_similar_files();
    if (by_line_) compare_moved();
    Difference difference;
    for (std::uint32_t i = 0; i < changes_.size(); ++i) {
      if (!moved_away(i)) difference.change.files.push_back(describe(i));
    }
    difference.change.sort();
    difference.notes = notes();
    difference.statistics = {
        .trees_read = 0, .blobs_read = tally_.blobs, .bytes_read = tally_.bytes.load(), .pairs_scored = pairs_scored_};
    return difference;
  }

 private:
  // For a deleted path the target that it moved to, for an added one the source that it came from.
  struct Moved {
    bool yes = false;
    std::uint32_t other = 0, score = 0;
  };
  // Deleted and added paths that have not moved, with the indices of their changes.
  struct Lone {
    std::vector<LoneFile> files;
    std::vector<std::uint32_t> changes;
  };

  [[nodiscard]] bool moved_away(std::uint32_t i) const { return moves_[i].yes && is_deleted(changes_[i]); }
  [[nodiscard]] bool moved_here(std::uint32_t i) const { return moves_[i].yes && is_added(changes_[i]); }

  Lone lone(bool deleted) const;
  void record(const Lone& sources, const Lone& targets, const std::vector<Rename>& renames);
  void pair_identical_files();
  void pair_similar_files();
  void read_contents();
  void compare_moved();
  unsigned prepare_readers(std::size_t files);
  template <class Work>
  void for_each(const std::vector<std::uint32_t>& indices, Work work);
  FileChange describe(std::uint32_t i);
  std::vector<Note> notes() const;

  const Repository& repository_;
  const DiffOptions& options_;
  std::vector<TreeChange> changes_;
  Tally tally_;
  std::vector<Reader> readers_;  // one for each thread
  std::vector<Content> contents_;
  std::vector<Moved> moves_;
  bool by_line_ = true;
  bool renames_cut_ = false;
  std::uint64_t pairs_scored_ = 0;
  std::size_t missing_ = 0, too_large_ = 0;  // files
};

Differ::Lone Differ::lone(bool deleted) const {
  Lone found;
  for (std::uint32_t i = 0; i < changes_.size(); ++i) {
    const TreeChange& change = changes_[i];
    if (moves_[i].yes || !(deleted ? is_deleted(change) : is_added(change))) continue;
    const Content& content = contents_[i];
    found.files.push_back({.path = change.path,
                           .mode = deleted ? change.old_mode : change.new_mode,
                           .id = deleted ? change.old_id : change.new_id,
                           .size = content.size,
                           .pieces = content.comparable ? &content.pieces : nullptr});
    found.changes.push_back(i);
  }
  return found;
}

void Differ::record(const Lone& sources, const Lone& targets, const std::vector<Rename>& renames) {
  for (const Rename& rename : renames) {
    const std::uint32_t source = sources.changes[rename.source], target = targets.changes[rename.target];
    moves_[source] = {true, target, rename.score};
    moves_[target] = {true, source, rename.score};
  }
}

void Differ::pair_identical_files() {
  const Lone sources = lone(true), targets = lone(false);
  record(sources, targets, pair_identical(sources.files, targets.files));
}

void Differ::pair_similar_files() {
  const Lone sources = lone(true), targets = lone(false);
  if (sources.files.empty() || targets.files.empty()) return;
  // Which contents were read before a limit was reached depends on the threads.
  if (tally_.over_similarity() || tally_.over_total()) {
    renames_cut_ = true;
    return;
  }
  const SimilarFiles similar = pair_similar(sources.files, targets.files, {.pairs = options_.limits.rename_pairs});
  record(sources, targets, similar.renames);
  renames_cut_ = similar.cut;
  pairs_scored_ = similar.pairs_scored;
}

// How many threads so many files are worth, with a reader for each.
unsigned Differ::prepare_readers(std::size_t files) {
  const unsigned most = options_.threads == 0 ? default_threads() : options_.threads;
  const std::size_t wanted = std::clamp<std::size_t>(files / kFilesForAThread, 1, most);
  if (readers_.empty()) readers_.emplace_back(Objects(repository_), tally_);
  while (readers_.size() < wanted) {
    auto own = Objects::open_own(repository_);
    if (!own) break;
    readers_.emplace_back(*std::move(own), tally_);
  }
  return static_cast<unsigned>(std::min(wanted, readers_.size()));
}

template <class Work>
void Differ::for_each(const std::vector<std::uint32_t>& indices, Work work) {
  const unsigned threads = prepare_readers(indices.size());
  std::size_t next = 0;
  const auto produce = [&]() -> std::optional<std::size_t> {
    if (next >= indices.size()) return std::nullopt;
    return std::exchange(next, next + kFilesAtOnce);
  };
  produce_and_work<std::size_t>(threads, std::size_t{2} * threads, produce, [&](unsigned worker, std::size_t first) {
    const std::size_t end = std::min(first + kFilesAtOnce, indices.size());
    for (std::size_t i = first; i < end; ++i) contents_[indices[i]] = work(readers_[worker], indices[i]);
  });
}

void Differ::read_contents() {
  std::vector<std::uint32_t> wanted;
  bool any_source = false, any_target = false;
  for (std::uint32_t i = 0; i < changes_.size(); ++i) {
    if (moves_[i].yes) continue;
    any_source |= is_deleted(changes_[i]);
    any_target |= is_added(changes_[i]);
    wanted.push_back(i);
  }
  const bool seek_similar = any_source && any_target;
  for_each(wanted, [&](Reader& reader, std::uint32_t i) { return reader.read(changes_[i], seek_similar); });
}

void Differ::compare_moved() {
  std::vector<std::uint32_t> wanted;
  for (std::uint32_t i = 0; i < changes_.size(); ++i) {
    if (moved_here(i)) wanted.push_back(i);
  }
  for_each(wanted,
           [&](Reader& reader, std::uint32_t i) { return reader.read_pair(changes_[moves_[i].other], changes_[i]); });
}

FileChange Differ::describe(std::uint32_t i) {
  const TreeChange& change = changes_[i];
  const TreeChange& from = moved_here(i) ? changes_[moves_[i].other] : change;
  FileChange file;
  if (from.old_mode != 0) file.old_path = from.path;
  if (change.new_mode != 0) file.new_path = change.path;
  file.old_mode = from.old_mode;
  file.new_mode = change.new_mode;
  file.kind = moved_here(i)          ? ChangeKind::renamed
              : is_added(change)     ? ChangeKind::added
              : is_deleted(change)   ? ChangeKind::deleted
              : changes_type(change) ? ChangeKind::type_changed
                                     : ChangeKind::modified;
  if (moved_here(i)) file.similarity = static_cast<std::uint8_t>(moves_[i].score * 100 / kFullScore);
  if (from.old_id == change.new_id && !changes_type({{}, from.old_mode, change.new_mode, {}, {}})) return file;
  Content& content = contents_[i];
  const bool compared = by_line_ && !tally_.over_total();
  file.lines_known = compared && content.lines == Lines::known;
  if (compared && content.lines == Lines::missing) ++missing_;
  // Of an added file every line counts anyway.
  if (compared && content.lines == Lines::too_large && !is_lone(change)) ++too_large_;
  if (!file.lines_known) return file;
  file.binary = content.binary;
  file.hunks = std::move(content.hunks);
  return file;
}

std::vector<Note> Differ::notes() const {
  std::vector<Note> all;
  const auto tell = [&](std::string code, std::string text) {
    all.push_back({.level = Note::Level::warning, .code = std::move(code), .text = std::move(text), .at = {}});
  };
  constexpr std::string_view kConsequence = "every line of them counts as changed";
  if (!by_line_) {
    tell("too-many-paths",
         fmt::format("{} paths differ, more than the limit of {}: they are not compared line by line, "
                     "and only identical files are recognised as renamed",
                     changes_.size(), options_.limits.paths_by_line));
  }
  if (tally_.over_total()) {
    tell("change-too-large", fmt::format("the changed files hold {} bytes, more than the limit of {}: {}",
                                         tally_.bytes.load(), options_.limits.total_bytes, kConsequence));
  }
  if (missing_ > 0) {
    const std::string remedy = repository_.is_partial() ? "; run: " + unfilter_command() : "";
    tell("contents-missing", fmt::format("the contents of {} are not in this clone; {}{}",
                                         text::count_of(missing_, "changed file"), kConsequence, remedy));
  }
  if (too_large_ > 0) {
    tell("files-too-large",
         fmt::format("{} over the limit of {} bytes or {} lines; {}", text::count_of(too_large_, "changed file"),
                     options_.limits.blob_bytes, options_.limits.blob_lines, kConsequence));
  }
  if (renames_cut_) {
    tell("renames-incomplete",
         "too many added and deleted files to compare each with each: some renamed files count as "
         "deleted and added");
  }
  return all;
}

Result<ObjectId> tree_of(const Repository& repository, const ObjectId& commit) {
  GP_TRY(const auto found, read_commit(repository, commit));
  if (found) return found->tree;
  return error(ErrorKind::usage, fmt::format("commit {} is not in this clone", commit.hex()),
               "run: " + fetch_command(repository, commit));
}

}  // namespace

Result<Difference> diff(const Repository& repository, const ObjectId& base, const ObjectId& head,
                        const DiffOptions& options) {
  GP_TRY(const ObjectId before, tree_of(repository, base));
  GP_TRY(const ObjectId after, tree_of(repository, head));
  GP_TRY(TreeComparison trees, compare_trees(repository, before, after, options.limits.paths));
  Difference difference = Differ(repository, options, std::move(trees.changes)).run();
  difference.statistics.trees_read = trees.trees_read;
  difference.change.base = base.hex();
  difference.change.head = head.hex();
  difference.change.base_source = BaseSource::given;
  return difference;
}

Result<Difference> diff(const Repository& repository, const ChangeBase& base, const DiffOptions& options) {
  Difference difference;
  if (base.base) {
    GP_TRY(difference, diff(repository, *base.base, base.head, options));
  }
  difference.change.head = base.head.hex();
  difference.change.base_source = base.source;
  difference.change.confident = base.confident;
  difference.notes.insert(difference.notes.begin(), base.notes.begin(), base.notes.end());
  return difference;
}

}  // namespace gatepost::git
