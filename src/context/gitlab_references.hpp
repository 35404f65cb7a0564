// The owners GitLab finds in a text: @user and @group/sub names, e-mail addresses, @@roles. It searches, it does not
// split, so that owners in the middle of other words count.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace gatepost::context::codeowners {

struct Reference {
  std::size_t begin = 0, size = 0;  // of the text
  friend bool operator==(const Reference&, const Reference&) = default;
};

// In the order of the text. Linear in its size.
std::vector<Reference> gitlab_references(std::string_view text);
bool has_gitlab_reference(std::string_view word);

// Calls f(begin, size) for every run of `text` without white space.
template <class F>
void each_word(std::string_view text, F f) {
  const auto is_space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t begin = i;
    while (i < text.size() && !is_space(text[i])) ++i;
    if (i > begin) f(begin, i - begin);
    while (i < text.size() && is_space(text[i])) ++i;
  }
}

}  // namespace gatepost::context::codeowners
