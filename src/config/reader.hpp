// Reads a configuration document strictly: every key is known, every value has its type, and all problems are reported
// at once, each with file:line:column and, for a slip of the pen, the nearest name.
#pragma once

#include <chrono>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "doc/document.hpp"

namespace gatepost::config {

class Problems {
 public:
  void add(const doc::View& at, const std::string& what) { lines_.push_back(at.where() + ": " + what); }
  void add_at_key(const doc::View& at, const std::string& what) { lines_.push_back(at.key_where() + ": " + what); }
  void add_line(std::string line) { lines_.push_back(std::move(line)); }
  [[nodiscard]] bool empty() const { return lines_.empty(); }
  [[nodiscard]] std::size_t size() const { return lines_.size(); }
  // One error with a line for each problem.
  [[nodiscard]] Error error() const;

 private:
  std::vector<std::string> lines_;
};

// The members of one mapping. Ask for every key it may have, then call finish(), which complains about the others.
class Section {
 public:
  // A view that does not exist is an empty mapping; anything but a mapping is a problem.
  Section(doc::View view, Problems& problems);

  [[nodiscard]] doc::View get(std::string_view key);
  [[nodiscard]] std::string text(std::string_view key);           // "" when absent
  [[nodiscard]] std::string required_text(std::string_view key);  // absent or empty is a problem
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view key, std::int64_t least, std::int64_t most);
  [[nodiscard]] std::optional<bool> boolean(std::string_view key);  // true, false, on, off
  [[nodiscard]] std::optional<std::chrono::sys_days> date(std::string_view key);
  [[nodiscard]] std::vector<std::string> texts(std::string_view key);  // a list of texts, or one text
  // Position in `names`; a value that is not there is a problem. true and false mean "on" and "off".
  [[nodiscard]] std::optional<std::size_t> choice(std::string_view key, std::span<const std::string_view> names);
  // The list that the file `file` is about. One that is missing, no list or longer than `most` is a problem, and
  // nothing of it is to be read: the answer does not exist.
  [[nodiscard]] doc::View file_list(std::string_view key, std::string_view file, std::size_t most);
  void finish();
  [[nodiscard]] doc::View view() const { return view_; }

 private:
  doc::View view_;
  Problems& problems_;
  std::vector<std::string_view> known_;
};

// What stands there, for messages: "an empty list", "a mapping".
std::string kind_text(doc::View view);
// "x is not known; did you mean y?" or "…; expected one of a, b, c".
std::string unknown_name(std::string_view what, std::string_view name, std::span<const std::string_view> names);

}  // namespace gatepost::config
