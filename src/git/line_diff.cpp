#include "git/line_diff.hpp"

#include <algorithm>
#include <string>
#include <unordered_set>

#include "base/hash.hpp"
#include "git/handles.hpp"

namespace gatepost::git {
namespace {

// Without context, git compares nothing of the end that both texts share, in steps of this size.
constexpr std::size_t kTailStep = 1024;

// Cuts off the end that both texts share, but for the rest of the line in which it begins.
void cut_common_tail(std::string_view& before, std::string_view& after) {
  const std::size_t smaller = std::min(before.size(), after.size());
  std::size_t tail = 0;
  const auto end_of = [&](std::string_view text) { return text.substr(text.size() - tail - kTailStep, kTailStep); };
  while (tail + kTailStep <= smaller && end_of(before) == end_of(after)) tail += kTailStep;
  if (tail == 0) return;
  const std::size_t line_end = before.find('\n', before.size() - tail);
  const std::size_t kept = line_end == std::string_view::npos ? tail : line_end + 1 - (before.size() - tail);
  before.remove_suffix(tail - kept);
  after.remove_suffix(tail - kept);
}

// A line without what does not count at its end.
std::string_view without_ending(std::string_view line) {
  const std::size_t last = line.find_last_not_of(" \t\r\n");
  return line.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

bool has_odd_ending(std::string_view line) { return without_ending(line).size() + 1 != line.size(); }

// Collects hunks, and notices whether a removed line came back with another ending.
class HunkReader {
 public:
  explicit HunkReader(bool watch_endings) : watch_endings_(watch_endings) {}

  Status read(std::string_view before, std::string_view after) {
    git_diff_options options;
    git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
    options.context_lines = 0;
    options.flags = GIT_DIFF_FORCE_TEXT | GIT_DIFF_SKIP_BINARY_CHECK | GIT_DIFF_INDENT_HEURISTIC;
    // No paths: libgit2 would look up attributes.
    const int status = git_diff_buffers(before.data(), before.size(), nullptr, after.data(), after.size(), nullptr,
                                        &options, nullptr, nullptr, on_hunk, watch_endings_ ? on_line : nullptr, this);
    if (status < 0) return library_failure(ErrorKind::bad_input, "lines cannot be compared");
    finish_hunk();
    return Done{};
  }
  [[nodiscard]] bool found_endings() const { return found_endings_; }
  std::vector<Hunk> take() { return std::move(hunks_); }

 private:
  static int on_hunk(const git_diff_delta*, const git_diff_hunk* hunk, void* self) {
    static_cast<HunkReader*>(self)->start_hunk(*hunk);
    return 0;
  }
  static int on_line(const git_diff_delta*, const git_diff_hunk*, const git_diff_line* line, void* self) {
    static_cast<HunkReader*>(self)->add_line(line->origin, {line->content, line->content_len});
    return 0;
  }

  void start_hunk(const git_diff_hunk& hunk) {
    finish_hunk();
    const auto number = [](int value) { return static_cast<std::uint32_t>(std::max(value, 0)); };
    hunks_.push_back({.old_first = number(hunk.old_start),
                      .old_count = number(hunk.old_lines),
                      .new_first = number(hunk.new_start),
                      .new_count = number(hunk.new_lines)});
  }

  void add_line(char origin, std::string_view line) {
    if (origin != GIT_DIFF_LINE_DELETION && origin != GIT_DIFF_LINE_ADDITION) return;
    odd_ending_ |= has_odd_ending(line);
    (origin == GIT_DIFF_LINE_DELETION ? removed_ : added_).push_back(line);
  }

  void finish_hunk() {
    const bool possible = !found_endings_ && odd_ending_ && !removed_.empty() && !added_.empty();
    if (possible) {
      std::unordered_set<std::uint64_t> endless;
      for (const std::string_view line : removed_) endless.insert(table_hash(without_ending(line)));
      found_endings_ = std::ranges::any_of(
          added_, [&](std::string_view line) { return endless.contains(table_hash(without_ending(line))); });
    }
    removed_.clear();
    added_.clear();
    odd_ending_ = false;
  }

  bool watch_endings_;
  bool found_endings_ = false;
  bool odd_ending_ = false;                        // some line of this hunk has one
  std::vector<std::string_view> removed_, added_;  // lines of this hunk
  std::vector<Hunk> hunks_;
};

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t length = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return lines;
}

std::string with_plain_endings(const std::vector<std::string_view>& lines) {
  std::string text;
  for (const std::string_view line : lines) text.append(without_ending(line)).append("\n");
  return text;
}

// Appends what differs between `count` pairs of lines that are equal but for their endings.
void append_endings(std::vector<Hunk>& hunks, const std::vector<std::string_view>& before,
                    const std::vector<std::string_view>& after, std::size_t old_index, std::size_t new_index,
                    std::size_t count) {
  bool open = false;
  for (std::size_t i = 0; i < count; ++i) {
    if (before[old_index + i] == after[new_index + i]) {
      open = false;
      continue;
    }
    if (!open) {
      hunks.push_back({.old_first = static_cast<std::uint32_t>(old_index + i + 1),
                       .old_count = 0,
                       .new_first = static_cast<std::uint32_t>(new_index + i + 1),
                       .new_count = 0,
                       .line_endings_only = true});
    }
    open = true;
    ++hunks.back().old_count;
    ++hunks.back().new_count;
  }
}

// Compares once more without the endings, and fills in between what only endings are.
Result<std::vector<Hunk>> diff_with_endings(std::string_view before, std::string_view after) {
  const auto old_lines = lines_of(before), new_lines = lines_of(after);
  const std::string plain_before = with_plain_endings(old_lines), plain_after = with_plain_endings(new_lines);
  HunkReader reader(false);
  GP_CHECK(reader.read(plain_before, plain_after));
  std::vector<Hunk> hunks;
  std::size_t old_index = 0, new_index = 0;  // lines accounted for
  for (const Hunk& hunk : reader.take()) {
    // With a count of 0 the number given is that of the line before.
    const std::size_t equal = hunk.old_first - (hunk.old_count == 0 ? 0 : 1) - old_index;
    append_endings(hunks, old_lines, new_lines, old_index, new_index, equal);
    hunks.push_back(hunk);
    old_index += equal + hunk.old_count;
    new_index += equal + hunk.new_count;
  }
  append_endings(hunks, old_lines, new_lines, old_index, new_index, old_lines.size() - old_index);
  return hunks;
}

}  // namespace

Result<std::vector<Hunk>> diff_lines(std::string_view before, std::string_view after) {
  cut_common_tail(before, after);
  HunkReader reader(true);
  GP_CHECK(reader.read(before, after));
  if (reader.found_endings()) return diff_with_endings(before, after);
  return reader.take();
}

std::uint32_t count_lines(std::string_view text) {
  const auto ends = static_cast<std::uint32_t>(std::ranges::count(text, '\n'));
  return text.empty() || text.ends_with('\n') ? ends : ends + 1;
}

}  // namespace gatepost::git
