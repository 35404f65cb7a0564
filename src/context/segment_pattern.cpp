#include "context/segment_pattern.hpp"

#include <algorithm>

#include "context/segment_glob.hpp"

namespace gatepost::context::codeowners {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
// A path of 4096 bytes, the most we look at, has no more segments than this.
constexpr std::size_t kMostSegments = 2048;

struct Split {
  std::string_view raw;   // the segment as written
  std::size_t separator;  // where its `/` stands, or the end of the pattern
  bool escaped = false;   // the separator is written `\/`
  bool unclosed = false;  // a bracket is never closed: nothing matches
};

// The segment that starts at `begin`. A bracket expression may hold a `/`, which then separates nothing.
Split next_segment(std::string_view pattern, std::size_t begin, OwnersDialect dialect) {
  for (std::size_t i = begin; i < pattern.size(); ++i) {
    if (pattern[i] == '/') return {pattern.substr(begin, i - begin), i};
    if (pattern[i] == '\\' && i + 1 < pattern.size()) {
      if (pattern[i + 1] == '/') return {pattern.substr(begin, i - begin), i + 1, true};
      ++i;
    } else if (pattern[i] == '[' && dialect == OwnersDialect::gitlab) {
      const std::size_t end = bracket_end(pattern, i);
      if (end == kNone) return {pattern.substr(begin), pattern.size(), false, true};
      i = end - 1;
    }
  }
  return {pattern.substr(begin), pattern.size()};
}

bool all_stars(std::string_view raw) {
  return !raw.empty() && std::ranges::all_of(raw, [](char c) { return c == '*'; });
}

// Without the backslashes of escapes.
void append_unescaped(std::string& out, std::string_view raw) {
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '\\' && i + 1 < raw.size()) ++i;
    out += raw[i];
  }
}

bool has_wildcard(std::string_view raw, OwnersDialect dialect) {
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '\\') {
      ++i;
    } else if (raw[i] == '*' || raw[i] == '?' || (raw[i] == '[' && dialect == OwnersDialect::gitlab)) {
      return true;
    }
  }
  return false;
}

// `*.ext`: one star, one dot.
bool is_extension(std::string_view raw) {
  return raw.size() > 2 && raw[0] == '*' && raw[1] == '.' && raw.find_first_of(".*?[\\", 2) == kNone;
}

bool ends_in_lone_backslash(std::string_view pattern) {
  const std::size_t last_other = pattern.find_last_not_of('\\');
  const std::size_t run = pattern.size() - (last_other == kNone ? 0 : last_other + 1);
  return run % 2 == 1;
}

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace

void SegmentPattern::clear() {
  text_.clear();
  parts_.clear();
  cover_ = Cover::exact;
  never_ = false;
}

void SegmentPattern::add_globstar() {
  const bool repeated = !parts_.empty() && parts_.back().kind == SegmentKind::globstar;
  if (!repeated) parts_.push_back({SegmentKind::globstar, 0, 0});
}

void SegmentPattern::add_segment(std::string_view raw, OwnersDialect dialect) {
  const auto begin = static_cast<std::uint32_t>(text_.size());
  SegmentKind kind = SegmentKind::glob;
  if (raw.empty()) {
    never_ = true;
  } else if (all_stars(raw)) {
    kind = SegmentKind::any;
  } else if (is_extension(raw)) {
    kind = SegmentKind::extension;
    text_ += raw.substr(1);
  } else if (!has_wildcard(raw, dialect)) {
    kind = SegmentKind::literal;
    append_unescaped(text_, raw);
  } else {
    text_ += raw;
  }
  parts_.push_back({kind, begin, static_cast<std::uint32_t>(text_.size()) - begin});
  if (parts_.size() > 2 * kMostSegments) never_ = true;
}

void SegmentPattern::drop_trailing_globstars() {
  while (!parts_.empty() && parts_.back().kind == SegmentKind::globstar) parts_.pop_back();
}

// `…/**/*` is everything below; `*` alone at any depth is everything.
void SegmentPattern::fold_everything_below() {
  const std::size_t n = parts_.size();
  if (cover_ == Cover::below || n < 2) return;
  if (parts_[n - 1].kind != SegmentKind::any || parts_[n - 2].kind != SegmentKind::globstar) return;
  parts_.pop_back();
  drop_trailing_globstars();
  cover_ = Cover::below;
}

void SegmentPattern::read_github(std::string_view pattern) {
  clear();
  never_ = pattern.empty() || pattern == "/" || ends_in_lone_backslash(pattern);
  const bool leading = pattern.starts_with('/');
  if (leading) pattern.remove_prefix(1);
  bool directory = false, star_last = false, separated = leading;
  for (std::size_t begin = 0; begin < pattern.size() && !never_;) {
    const Split split = next_segment(pattern, begin, OwnersDialect::github);
    begin = split.separator + 1;
    const bool last = begin >= pattern.size();
    directory = last && split.separator < pattern.size();
    separated = separated || !last;
    if (split.raw == "**") {
      add_globstar();
    } else {
      add_segment(split.raw, OwnersDialect::github);
      star_last = last && !directory && split.raw == "*";
    }
  }
  if (never_) return;
  if (!separated) {  // nothing says where: at any depth
    parts_.insert(parts_.begin(), Part{SegmentKind::globstar, 0, 0});
    if (parts_.size() > 1 && parts_[1].kind == SegmentKind::globstar) parts_.pop_back();
  }
  const bool globstar_last = !parts_.empty() && parts_.back().kind == SegmentKind::globstar;
  if (directory || globstar_last) {
    cover_ = Cover::below;
    drop_trailing_globstars();
  } else {
    cover_ = star_last && separated ? Cover::exact : Cover::tree;
  }
  fold_everything_below();
}

void SegmentPattern::read_gitlab(std::string_view key) {
  clear();
  key.remove_prefix(1);                                   // every key starts with `/`
  if (ends_in_lone_backslash(key)) key.remove_suffix(1);  // it escapes nothing
  for (std::size_t begin = 0; begin <= key.size() && !never_;) {
    const Split split = next_segment(key, begin, OwnersDialect::gitlab);
    const bool last = split.separator >= key.size();
    never_ = split.unclosed;
    if (split.raw == "**" && !last && !split.escaped) {
      add_globstar();
    } else {
      add_segment(split.raw, OwnersDialect::gitlab);
    }
    begin = split.separator + 1;
    if (last) break;
  }
  if (!never_) fold_everything_below();
}

std::string normalise_gitlab(std::string_view pattern) {
  if (pattern == "*") return "/**/*";
  std::string key;
  if (pattern.starts_with("\\#")) pattern.remove_prefix(1);
  if (!pattern.starts_with('/')) key = "/**/";
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const bool escaped_blank = pattern[i] == '\\' && i + 1 < pattern.size() && is_space(pattern[i + 1]);
    if (!escaped_blank) {
      key += pattern[i];
      continue;
    }
    key += ' ';
    while (i + 1 < pattern.size() && is_space(pattern[i + 1])) ++i;
  }
  if (key.ends_with('/')) key += "**/*";
  return key;
}

}  // namespace gatepost::context::codeowners
