#include "base/glob.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"

namespace gatepost {
namespace {

constexpr std::size_t kMaxAlternatives = 256;
constexpr std::size_t kLongestPattern = 4096;

// Length of the character class that starts at pattern[i] == '[', 0 when it is not closed within its segment.
std::size_t class_length(std::string_view pattern, std::size_t i) {
  std::size_t j = i + 1;
  if (j < pattern.size() && (pattern[j] == '!' || pattern[j] == '^')) ++j;
  if (j < pattern.size() && pattern[j] == ']') ++j;
  for (; j < pattern.size() && pattern[j] != ']'; ++j) {
    if (pattern[j] == '/') return 0;
    if (pattern[j] == '\\') ++j;
  }
  return j < pattern.size() ? j + 1 - i : 0;
}

bool class_matches(std::string_view set, char c) {
  set = set.substr(1, set.size() - 2);
  const bool negated = !set.empty() && (set[0] == '!' || set[0] == '^');
  if (negated) set.remove_prefix(1);
  bool found = false;
  for (std::size_t i = 0; i < set.size(); ++i) {
    if (set[i] == '\\' && i + 1 < set.size()) ++i;
    const char first = set[i];
    char last = first;
    if (i + 2 < set.size() && set[i + 1] == '-') {
      i += 2;
      if (set[i] == '\\' && i + 1 < set.size()) ++i;
      last = set[i];
    }
    found |= static_cast<unsigned char>(first) <= static_cast<unsigned char>(c) &&
             static_cast<unsigned char>(c) <= static_cast<unsigned char>(last);
  }
  return found != negated;
}

// Matches one pattern element at `p` against `c`; the element's length, 0 when it does not match.
std::size_t element_matches(std::string_view pattern, std::size_t p, char c) {
  switch (pattern[p]) {
    case '?':
      return 1;
    case '[': {
      const std::size_t length = class_length(pattern, p);
      if (length == 0) return c == '[' ? 1 : 0;
      return class_matches(pattern.substr(p, length), c) ? length : 0;
    }
    case '\\':
      if (p + 1 < pattern.size()) return pattern[p + 1] == c ? 2 : 0;
      [[fallthrough]];
    default:
      return pattern[p] == c ? 1 : 0;
  }
}

// Length of what stands at pattern[i], seen by somebody who looks for braces: an escape or a class hides them.
std::size_t step_length(std::string_view pattern, std::size_t i) {
  if (pattern[i] == '\\') return 2;
  return pattern[i] == '[' ? std::max<std::size_t>(class_length(pattern, i), 1) : 1;
}

struct Expansion {
  std::vector<std::string> done;
  std::string problem;
};

// The text between the brace at `open` and its partner, split at the commas of this level; empty when it is not closed.
std::vector<std::string_view> brace_parts(std::string_view s, std::size_t open, std::size_t& close) {
  std::vector<std::string_view> parts;
  std::size_t depth = 0, begin = open + 1;
  for (std::size_t i = open; i < s.size(); i += step_length(s, i)) {
    if (s[i] == '{') {
      ++depth;
    } else if (s[i] == ',' && depth == 1) {
      parts.push_back(s.substr(begin, i - begin));
      begin = i + 1;
    } else if (s[i] == '}' && --depth == 0) {
      parts.push_back(s.substr(begin, i - begin));
      close = i;
      return parts;
    }
  }
  return {};
}

// Replaces the first brace group of each pending pattern by its parts until none is left.
Expansion expand_braces(std::string_view pattern) {
  std::vector<std::string> pending{std::string(pattern)};
  Expansion out;
  while (!pending.empty()) {
    if (pending.size() + out.done.size() > kMaxAlternatives) {
      out.problem = fmt::format("more than {} alternatives", kMaxAlternatives);
      return out;
    }
    const std::string current = std::move(pending.back());
    pending.pop_back();
    std::size_t open = 0;
    while (open < current.size() && current[open] != '{') open += step_length(current, open);
    if (open >= current.size()) {
      out.done.push_back(current);
      continue;
    }
    std::size_t close = 0;
    const auto parts = brace_parts(current, open, close);
    if (parts.empty()) {
      out.problem = fmt::format("\"{{\" at column {} is not closed", open + 1);
      return out;
    }
    for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
      pending.push_back(current.substr(0, open).append(*part).append(current, close + 1));
    }
  }
  return out;
}

std::string unclosed_class(std::string_view pattern) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
    } else if (pattern[i] == '[') {
      const std::size_t length = class_length(pattern, i);
      if (length == 0) return fmt::format("\"[\" at column {} is not closed", i + 1);
      i += length - 1;
    }
  }
  return {};
}

bool segments_match(const std::vector<std::string>& pattern, const std::vector<std::string_view>& path) {
  // Two pointers with one point of return: a later `**` makes an earlier one's choice irrelevant.
  std::size_t p = 0, s = 0, star = std::string::npos, resume = 0;
  while (s < path.size()) {
    if (p < pattern.size() && pattern[p] == "**") {
      star = p++;
      resume = s;
    } else if (p < pattern.size() && glob_segment_matches(pattern[p], path[s])) {
      ++p;
      ++s;
    } else if (star != std::string::npos) {
      p = star + 1;
      s = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == "**") ++p;
  return p == pattern.size();
}

}  // namespace

bool glob_segment_matches(std::string_view pattern, std::string_view segment) {
  std::size_t p = 0, s = 0, star = std::string_view::npos, resume = 0;
  while (s < segment.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = s;
      continue;
    }
    const std::size_t length = p < pattern.size() ? element_matches(pattern, p, segment[s]) : 0;
    if (length != 0) {
      p += length;
      ++s;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      s = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

Result<Glob> Glob::compile(std::string_view pattern) {
  const auto refuse = [&](const std::string& problem) {
    return error(ErrorKind::config, fmt::format("glob \"{}\": {}", text::printable(pattern), problem));
  };
  if (pattern.empty()) return refuse("empty");
  if (pattern.size() > kLongestPattern) return refuse(fmt::format("longer than {} bytes", kLongestPattern));
  if (auto problem = unclosed_class(pattern); !problem.empty()) return refuse(problem);
  Expansion expansion = expand_braces(pattern);
  if (!expansion.problem.empty()) return refuse(expansion.problem);
  Glob glob;
  glob.pattern_ = pattern;
  for (const std::string& alternative : expansion.done) {
    std::string_view rest = alternative;
    if (rest.starts_with("./")) rest.remove_prefix(2);
    std::vector<std::string> segments;
    for (const std::string_view segment : text::split(rest, '/')) segments.emplace_back(segment);
    glob.alternatives_.push_back(std::move(segments));
  }
  return glob;
}

bool Glob::matches(std::string_view path) const {
  const auto segments = text::split(path, '/');
  for (const auto& alternative : alternatives_) {
    if (segments_match(alternative, segments)) return true;
  }
  return false;
}

bool Glob::may_match_below(std::string_view folder) const {
  const auto segments = text::split(folder, '/');
  return std::ranges::any_of(alternatives_, [&](const std::vector<std::string>& pattern) {
    for (std::size_t i = 0; i < segments.size(); ++i) {
      if (i < pattern.size() && pattern[i] == "**") return true;
      if (i + 1 >= pattern.size() || !glob_segment_matches(pattern[i], segments[i])) return false;
    }
    return true;
  });
}

bool Glob::is_literal(std::string_view pattern) { return pattern.find_first_of("*?[{\\") == std::string_view::npos; }

}  // namespace gatepost
