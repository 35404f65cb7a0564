#include "context/gitlab_references.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace gatepost::context::codeowners {
namespace {

constexpr std::size_t kLocalCharacters = 100, kDomainCharacters = 255;  // of an e-mail address
constexpr std::size_t kPathCharacters = 256;                            // of one level of a namespace
constexpr std::size_t kParents = 20;                                    // levels above a namespace

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_word(char c) { return text::is_alnum(c) || c == '_'; }
bool is_path(char c) { return is_word(c) || c == '-' || c == '.'; }
bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

bool starts_name(std::string_view s, std::size_t at) {
  if (at >= s.size() || s[at] != '@') return false;
  return at == 0 || (!is_word(s[at - 1]) && s[at - 1] != '@');
}

// How much of `run`, all of whose characters may stand in a path, is one level of a namespace: it does not start with
// `-` nor end with `.`, `.git` or `.atom`. 0: none of it.
std::size_t level_length(std::string_view run) {
  if (run.empty() || run[0] == '-') return 0;
  std::size_t length = std::min(run.size(), kPathCharacters);
  while (length > 1) {
    const std::string_view level = run.substr(0, length);
    if (!level.ends_with('.') && !level.ends_with(".git") && !level.ends_with(".atom")) return length;
    --length;
  }
  return run[0] == '.' ? 0 : 1;
}

// End of the namespace path that starts at `at`, or `at` when there is none.
std::size_t namespace_end(std::string_view s, std::size_t at) {
  std::size_t end = at;
  for (std::size_t parents = 0;; ++parents) {
    std::size_t run_end = at;
    while (run_end < s.size() && is_path(s[run_end])) ++run_end;
    const std::string_view run = s.substr(at, run_end - at);
    const std::size_t length = level_length(run);
    if (length == 0) return end;
    end = at + length;
    const bool whole = length == run.size() && run_end < s.size() && s[run_end] == '/';
    if (!whole || parents == kParents) return end;
    at = run_end + 1;
  }
}

void find_names(std::string_view s, std::vector<Reference>& out) {
  for (std::size_t i = s.find('@'); i != std::string_view::npos; i = s.find('@', i)) {
    const std::size_t end = starts_name(s, i) ? namespace_end(s, i + 1) : i + 1;
    if (end > i + 1) out.push_back({i, end - i});
    i = end;
  }
}

// Start of the at most 100 characters in front of `at` that may be the local part; none before `first`.
std::size_t local_part_begin(std::string_view s, std::size_t at, std::size_t first) {
  std::size_t begin = at;
  for (std::size_t characters = 0; begin > first && characters < kLocalCharacters; ++characters) {
    std::size_t before = begin - 1;
    while (before > first && continues_character(s[before])) --before;
    if (s[before] == '@' || is_space(s[before])) break;
    begin = before;
  }
  return begin;
}

// End of the domain at `at`: at most 255 characters, the last one a letter, a digit or `_`; `at` when there is none.
std::size_t domain_end(std::string_view s, std::size_t at) {
  std::size_t end = at, last = at;
  for (std::size_t characters = 0; end < s.size() && s[end] != '@' && !is_space(s[end]); ++end) {
    if (!continues_character(s[end]) && ++characters > kDomainCharacters) break;
    if (is_word(s[end])) last = end + 1;
  }
  return last;
}

void find_emails(std::string_view s, std::vector<Reference>& out) {
  std::size_t first = 0;
  for (std::size_t at = s.find('@'); at != std::string_view::npos; at = s.find('@', at + 1)) {
    const std::size_t begin = local_part_begin(s, at, first);
    const std::size_t end = domain_end(s, at + 1);
    if (begin == at || end == at + 1) continue;
    out.push_back({begin, end - begin});
    first = end;
  }
}

void find_roles(std::string_view s, std::vector<Reference>& out) {
  constexpr std::array<std::string_view, 3> kRoles = {"developer", "maintainer", "owner"};
  for (std::size_t at = s.find("@@"); at != std::string_view::npos; at = s.find("@@", at + 1)) {
    if (at > 0 && (is_word(s[at - 1]) || s[at - 1] == '@')) continue;
    for (const std::string_view role : kRoles) {
      if (!text::equal_ignoring_case(s.substr(at + 2, role.size()), role)) continue;
      std::size_t end = at + 2 + role.size();
      if (end < s.size() && (s[end] == 's' || s[end] == 'S')) ++end;
      if (end == s.size() || is_space(s[end])) out.push_back({at, end - at});
    }
  }
}

}  // namespace

std::vector<Reference> gitlab_references(std::string_view text) {
  std::vector<Reference> found;
  find_names(text, found);
  find_emails(text, found);
  find_roles(text, found);
  std::ranges::sort(found, {}, [](const Reference& it) { return std::pair(it.begin, it.size); });
  return found;
}

bool has_gitlab_reference(std::string_view word) { return !gitlab_references(word).empty(); }

}  // namespace gatepost::context::codeowners
