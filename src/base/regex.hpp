// Regular expressions in RE2's syntax: linear time on any text, so also for patterns and texts of strangers.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace re2 {
class RE2;
}

namespace gatepost {

class Regex {
 public:
  static Result<Regex> compile(std::string_view pattern);
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  ~Regex();

  // Anywhere in `text`.
  [[nodiscard]] bool found_in(std::string_view text) const;
  // The groups of the first match, [0] being the whole; a group that took no part is "". They point into `text`.
  [[nodiscard]] std::optional<std::vector<std::string_view>> match(std::string_view text) const;
  // Every match from left to right, without overlap: the first group, or the whole where the pattern has no group.
  [[nodiscard]] std::vector<std::string_view> find_all(std::string_view text) const;
  // Every match replaced; "\\1" in `replacement` is the first group.
  [[nodiscard]] std::string replace_all(std::string_view text, std::string_view replacement) const;
  // Number of the group (?P<name>…); 0 when there is none.
  [[nodiscard]] std::size_t group(const std::string& name) const;

 private:
  explicit Regex(std::unique_ptr<re2::RE2> compiled);
  std::unique_ptr<re2::RE2> compiled_;
  std::map<std::string, int> names_;
};

}  // namespace gatepost
