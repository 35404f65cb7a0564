#include "ingest/patch.hpp"

#include <optional>
#include <string>

#include "base/text.hpp"
#include "model/repo_path.hpp"

namespace gatepost::ingest {
namespace {

constexpr std::size_t kMostEdits = 1000;

struct Counts {
  std::uint32_t first = 0, lines = 1;
};

// "12,3" or "12"; empty when it is neither.
std::optional<Counts> read_counts(std::string_view text) {
  const std::size_t comma = text.find(',');
  const auto first = text::parse_number(text.substr(0, comma));
  const auto lines =
      comma == std::string_view::npos ? std::optional<std::size_t>(1) : text::parse_number(text.substr(comma + 1));
  constexpr std::size_t kMost = 100'000'000;
  if (!first || !lines || *first > kMost || *lines > kMost) return std::nullopt;
  return Counts{static_cast<std::uint32_t>(*first), static_cast<std::uint32_t>(*lines)};
}

struct Hunk {
  Counts before, after;
};

// "@@ -1,5 +1,6 @@ function"
std::optional<Hunk> read_hunk_header(std::string_view line) {
  const std::size_t end = line.find(" @@", 3);
  const std::size_t plus = line.find(" +");
  if (!line.starts_with("@@ -") || end == std::string_view::npos || plus == std::string_view::npos || plus > end) {
    return std::nullopt;
  }
  const auto before = read_counts(line.substr(4, plus - 4));
  const auto after = read_counts(line.substr(plus + 2, end - plus - 2));
  if (!before || !after) return std::nullopt;
  return Hunk{*before, *after};
}

// "--- a/package-lock.json<tab>date" is package-lock.json; empty for /dev/null.
std::optional<std::string> path_of(std::string_view header) {
  std::string_view path = header.substr(4);
  path = text::trim(path.substr(0, path.find('\t')));
  if (path == "/dev/null" || path.empty()) return std::nullopt;
  if (path.starts_with("a/") || path.starts_with("b/")) path.remove_prefix(2);
  return normalise_reported_path(path, false);
}

class PatchReader {
 public:
  explicit PatchReader(std::string_view patch) : lines_(text::split(patch, '\n')) {}

  std::vector<Edit> read() {
    while (at_ < lines_.size()) {
      if (!read_one()) return {};
    }
    return std::move(edits_);
  }

 private:
  bool read_one() {
    const std::string_view line = lines_[at_];
    if (line.starts_with("--- ")) return read_file_header();
    if (line.starts_with("@@ -")) return read_hunk();
    ++at_;
    return true;
  }

  bool read_file_header() {
    if (at_ + 1 >= lines_.size() || !lines_[at_ + 1].starts_with("+++ ")) return false;
    const auto before = path_of(lines_[at_]);
    const auto after = path_of(lines_[at_ + 1]);
    at_ += 2;
    if (!before || before != after) return false;
    path_ = *before;
    return true;
  }

  bool read_hunk() {
    const auto hunk = read_hunk_header(lines_[at_++]);
    if (!hunk || path_.empty() || hunk->before.lines == 0 || hunk->before.first == 0) return false;
    if (edits_.size() == kMostEdits) return false;
    std::uint32_t before = hunk->before.lines, after = hunk->after.lines;
    std::string text;
    for (; before > 0 || after > 0; ++at_) {
      if (at_ == lines_.size()) return false;
      const std::string_view line = lines_[at_];
      const char sign = line.empty() ? ' ' : line[0];  // some tools strip the blank of an empty context line
      if (sign == '\\') continue;                      // "\ No newline at end of file"
      if ((sign != ' ' && sign != '-' && sign != '+') || (sign != '+' && before == 0) || (sign != '-' && after == 0)) {
        return false;
      }
      if (sign != '+') --before;
      if (sign == '-') continue;
      --after;
      text.append(line.empty() ? line : line.substr(1)).append("\n");
    }
    const std::uint32_t first = hunk->before.first;
    edits_.push_back({path_, {.first_line = first, .last_line = first + hunk->before.lines - 1}, std::move(text)});
    return true;
  }

  std::vector<std::string_view> lines_;
  std::size_t at_ = 0;
  std::string path_;
  std::vector<Edit> edits_;
};

}  // namespace

std::vector<Edit> edits_of_patch(std::string_view patch) { return PatchReader(patch).read(); }

}  // namespace gatepost::ingest
