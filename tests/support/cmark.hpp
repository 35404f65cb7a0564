// What Markdown becomes: cmark-gfm with GitHub's extensions, without the sanitiser that GitHub runs behind it.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace gatepost::test {

// Nothing when cmark-gfm is not installed; the running test case is then marked as skipped.
std::optional<std::string> html_of(const std::string& markdown);

struct Html {
  std::string tags;                // all tags, one behind the other, without comments
  std::vector<std::string> texts;  // decoded, outside of code
  std::vector<std::string> codes;  // decoded, of each code element
};
Html parse_html(const std::string& html);

}  // namespace gatepost::test
