#include <algorithm>

#include "base/text.hpp"
#include "correlate/source_text.hpp"

namespace gatepost::correlate {
namespace {

// Lock files write the version on the name's line or a few lines below it.
constexpr std::uint32_t kVersionWithin = 4;
constexpr std::size_t kMostLines = 1000;

bool is_name_char(char c) { return text::is_alnum(c) || c == '.' || c == '-' || c == '_'; }

// Finds `word` with something else than a name's character on both sides. "/" and "@" may stand before a name, as in
// "node_modules/lodash", but "@" not where it would make another package ("@types/lodash").
std::size_t find_word(std::string_view line, std::string_view word) {
  for (std::size_t at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
    const bool free_before = at == 0 || !is_name_char(line[at - 1]);
    const std::size_t end = at + word.size();
    const bool free_after = end == line.size() || !is_name_char(line[end]);
    const std::string_view before = line.substr(0, at);
    const std::size_t scope = before.rfind('@');
    const bool other_scope = before.ends_with('/') && word[0] != '@' && scope != std::string_view::npos &&
                             before.find('/', scope) == before.size() - 1;
    if (free_before && free_after && !other_scope) return at;
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
      const std::size_t at = candidate.find(version);
      if (at == std::string::npos) continue;
      const std::size_t end = at + version.size();
      const bool whole = (at == 0 || !text::is_digit(candidate[at - 1])) &&
                         (end == candidate.size() || !(text::is_digit(candidate[end]) || candidate[end] == '.'));
      if (!whole) continue;
      lines.push_back(number);
      if (below != number) lines.push_back(below);
      break;
    }
  }
  return lines;
}

}  // namespace gatepost::correlate
