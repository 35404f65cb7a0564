#include <algorithm>

#include "base/text.hpp"
#include "correlate/source_text.hpp"

namespace gatepost::correlate {
namespace {

// Lock files write the version on the name's line or a few lines below it.
constexpr std::uint32_t kVersionWithin = 4;
constexpr std::size_t kMostLines = 1000;
constexpr std::size_t kLongestScope = 256;  // npm allows 214 characters for a whole name

bool is_name_char(char c) { return text::is_alnum(c) || c == '.' || c == '-' || c == '_'; }

// Whether "@scope/" stands directly before the word.
bool has_scope_before(std::string_view before, std::string_view word) {
  if (!before.ends_with('/') || word[0] == '@') return false;
  before = before.substr(before.size() - std::min(before.size(), kLongestScope));
  const std::size_t scope = before.rfind('@');
  return scope != std::string_view::npos && before.find('/', scope) == before.size() - 1;
}

// Whether the version stands in the line and is no part of a longer one.
bool has_version(std::string_view line, std::string_view version) {
  for (std::size_t at = line.find(version); at != std::string_view::npos; at = line.find(version, at + 1)) {
    const std::size_t end = at + version.size();
    const bool whole = (at == 0 || !(text::is_digit(line[at - 1]) || line[at - 1] == '.')) &&
                       (end == line.size() || !(text::is_digit(line[end]) || line[end] == '.'));
    if (whole) return true;
  }
  return false;
}

// Finds `word` with something else than a name's character on both sides. "/" and "@" may stand before a name, as in
// "node_modules/lodash", but "@" not where it would make another package ("@types/lodash").
std::size_t find_word(std::string_view line, std::string_view word) {
  for (std::size_t at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
    const bool free_before = at == 0 || !is_name_char(line[at - 1]);
    const std::size_t end = at + word.size();
    const bool free_after = end == line.size() || !is_name_char(line[end]);
    if (free_before && free_after && !has_scope_before(line.substr(0, at), word)) return at;
  }
  return std::string_view::npos;
}

// As it may be spelled in the file: the artifact of "group:artifact", without case and with "-" for "_".
std::string comparable(std::string_view text) {
  std::string folded = text::lower(text);
  std::ranges::replace(folded, '_', '-');
  return folded;
}

}  // namespace

std::vector<std::uint32_t> package_lines(const SourceText& manifest, const Component& component) {
  std::string name = comparable(component.package);
  name = name.substr(name.rfind(':') + 1);
  std::string version = comparable(component.version);
  if (version.starts_with('v')) version.erase(0, 1);
  std::vector<std::uint32_t> lines;
  if (name.empty()) return lines;
  for (std::uint32_t number = 1; number <= manifest.line_count() && lines.size() < kMostLines; ++number) {
    const std::string line = comparable(manifest.line(number));
    if (find_word(line, name) == std::string_view::npos) continue;
    if (version.empty()) {
      lines.push_back(number);
      continue;
    }
    for (std::uint32_t below = number; below <= number + kVersionWithin; ++below) {
      const std::string candidate = comparable(manifest.line(below));
      if (!has_version(candidate, version)) continue;
      lines.push_back(number);
      if (below != number) lines.push_back(below);
      break;
    }
  }
  return lines;
}

}  // namespace gatepost::correlate
