#include "ingest/advice.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"

namespace gatepost::ingest {
namespace {

constexpr std::size_t kLongestAdvice = 4096;
constexpr std::size_t kLongestVersion = 100;
constexpr std::size_t kMostVersions = 16;

bool is_any_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view one) { return text::equal_ignoring_case(one, word); });
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n", at);
    if (begin == std::string_view::npos) break;
    at = std::min(text.find_first_of(" \t\r\n", begin), text.size());
    words.push_back(text.substr(begin, at - begin));
  }
  return words;
}

// "2.9.5," and "v1.2.3." are versions, "above." is not.
std::optional<std::string_view> as_version(std::string_view word) {
  while (!word.empty() && std::string_view(",.;:)").find(word.back()) != std::string_view::npos) word.remove_suffix(1);
  const std::string_view number = word.starts_with('v') || word.starts_with('V') ? word.substr(1) : word;
  const bool fits = !number.empty() && word.size() <= kLongestVersion && text::is_digit(number[0]) &&
                    std::ranges::all_of(number, [](char c) {
                      return text::is_alnum(c) || std::string_view(".-+~:_").find(c) != std::string_view::npos;
                    });
  return fits ? std::optional(word) : std::nullopt;
}

// Reads advice word by word; `at` is behind the word "upgrade".
class Sentence {
 public:
  Sentence(const std::vector<std::string_view>& words, std::size_t at) : words_(words), at_(at) {}

  // What stands before "to": "lodash", "apt from 1.4.8", or nothing.
  bool find_target(std::string_view package) {
    bool named = package.empty();
    std::size_t others = 0;
    for (constexpr std::size_t kFarthest = 12; at_ < words_.size() && others < kFarthest; ++at_) {
      if (is_any_of(words_[at_], {"to"})) {
        ++at_;
        return named || others == 0;
      }
      named = named || words_[at_].find(package) != std::string_view::npos;
      ++others;
    }
    return false;
  }

  void read_versions(std::vector<std::string>& versions) {
    while (at_ < words_.size() && is_any_of(words_[at_], {"version", "versions", "at", "least"})) ++at_;
    for (; at_ < words_.size() && versions.size() < kMostVersions; ++at_) {
      if (is_any_of(words_[at_], {"or", "and", "version", "versions", ","})) continue;
      const auto version = as_version(words_[at_]);
      if (!version) return;
      if (std::ranges::find(versions, *version) == versions.end()) versions.emplace_back(*version);
      if (words_[at_].ends_with('.') || words_[at_].ends_with(';')) return;
    }
  }

 private:
  const std::vector<std::string_view>& words_;
  std::size_t at_;
};

}  // namespace

std::vector<std::string> versions_in_advice(std::string_view advice, std::string_view package) {
  const std::vector<std::string_view> words = words_of(advice.substr(0, kLongestAdvice));
  std::vector<std::string> versions;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!is_any_of(words[i], {"upgrade", "update"})) continue;
    Sentence sentence(words, i + 1);
    if (sentence.find_target(package)) sentence.read_versions(versions);
  }
  return versions;
}

}  // namespace gatepost::ingest
