#include "publish/patch.hpp"

#include <algorithm>
#include <limits>

#include "base/text.hpp"

namespace gatepost::publish {
namespace {

// Forges show no more of a file than a tenth of this.
constexpr std::size_t kMostLines = 200'000;

// "-12,3": `first` is the line before the place when the count is 0.
struct Side {
  std::uint32_t first = 0, count = 1;
  // The number of the first line, also when there is none.
  [[nodiscard]] std::uint32_t begin() const { return count == 0 ? first + 1 : first; }
};
struct Header {
  Side old_side, new_side;
};

std::optional<std::uint32_t> number_of(std::string_view digits) {
  constexpr std::size_t kHighest = std::numeric_limits<std::uint32_t>::max() / 2;  // sums of two fit
  const auto number = digits.size() > 10 ? std::nullopt : text::parse_number(digits);
  if (!number || *number > kHighest) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

// "12,3" or "12".
std::optional<Side> side_of(std::string_view range) {
  const std::size_t comma = std::min(range.find(','), range.size());
  const auto first = number_of(range.substr(0, comma));
  const auto count = comma == range.size() ? std::optional<std::uint32_t>(1) : number_of(range.substr(comma + 1));
  if (!first || !count || (*first == 0 && *count > 0)) return std::nullopt;
  return Side{*first, *count};
}

// "@@ -1,3 +1,4 @@ void main()"
std::optional<Header> header_of(std::string_view line) {
  if (!line.starts_with("@@ -")) return std::nullopt;
  const std::size_t plus = line.find(" +"), end = line.find(" @@");
  if (plus == std::string_view::npos || end == std::string_view::npos || plus > end) return std::nullopt;
  const auto old_side = side_of(line.substr(4, plus - 4));
  const auto new_side = side_of(line.substr(plus + 2, end - plus - 2));
  if (!old_side || !new_side || old_side->count + new_side->count == 0) return std::nullopt;
  return Header{*old_side, *new_side};
}

class Reader {
 public:
  explicit Reader(std::string_view diff) : rest_(diff) {}

  std::optional<std::vector<Patch>> read() {
    if (rest_.empty()) return std::vector<Patch>{};
    while (!rest_.empty() && !rest_.starts_with("@@")) next_line();  // "--- a/x", "+++ b/x"
    if (rest_.empty()) return std::nullopt;
    while (!rest_.empty()) {
      const std::string_view line = next_line();
      if (line.starts_with('\\') || (rest_.empty() && line.empty())) continue;
      const auto header = header_of(line);
      if (!header || !read_hunk(*header)) return std::nullopt;
    }
    return std::move(hunks_);
  }

 private:
  // Without its end.
  std::string_view next_line() {
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }

  bool read_hunk(const Header& header) {
    std::uint32_t old_line = header.old_side.begin(), new_line = header.new_side.begin();
    if (old_line < next_old_ || new_line < next_new_) return false;  // hunks go down the file
    const std::uint32_t old_end = old_line + header.old_side.count, new_end = new_line + header.new_side.count;
    Patch hunk;
    while (old_line < old_end || new_line < new_end) {
      if (rest_.empty() || ++lines_ > kMostLines) return false;
      const std::string_view line = next_line();
      const char kind = line.empty() ? ' ' : line.front();  // somebody strips blanks at line ends
      if (kind == '\\') continue;
      const bool is_old = kind == ' ' || kind == '-', is_new = kind == ' ' || kind == '+';
      if (!is_old && !is_new) return false;
      if ((is_old && old_line == old_end) || (is_new && new_line == new_end)) return false;
      hunk.lines.push_back({is_old ? old_line++ : 0, is_new ? new_line++ : 0});
    }
    next_old_ = old_end;
    next_new_ = new_end;
    hunks_.push_back(std::move(hunk));
    return true;
  }

  std::string_view rest_;
  std::vector<Patch> hunks_;
  std::size_t lines_ = 0;
  std::uint32_t next_old_ = 1, next_new_ = 1;
};

}  // namespace

std::optional<std::vector<Patch>> parse_patch(std::string_view diff) { return Reader(diff).read(); }

std::optional<PatchPlace> find_new_line(const std::vector<Patch>& hunks, std::uint32_t new_line) {
  if (new_line == 0) return std::nullopt;
  for (const Patch& hunk : hunks) {
    const auto found = std::ranges::find(hunk.lines, new_line, &PatchLine::new_line);
    if (found != hunk.lines.end()) return PatchPlace{&hunk, *found};
  }
  return std::nullopt;
}

std::uint32_t old_line_outside(const std::vector<Patch>& hunks, std::uint32_t new_line) {
  std::int64_t shift = 0;  // new minus old, behind the hunks that were passed
  for (const Patch& hunk : hunks) {
    const auto has_new = [](const PatchLine& line) { return line.new_line > 0; };
    const auto first_new = std::ranges::find_if(hunk.lines, has_new);
    const std::int64_t begin =
        first_new == hunk.lines.end() ? hunk.lines.front().old_line + shift : std::int64_t{first_new->new_line};
    if (new_line < begin) break;
    for (const PatchLine& line : hunk.lines) shift += (line.new_line > 0 ? 1 : 0) - (line.old_line > 0 ? 1 : 0);
  }
  return static_cast<std::uint32_t>(std::max<std::int64_t>(new_line - shift, 0));
}

}  // namespace gatepost::publish
