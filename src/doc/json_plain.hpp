// The fast way to a tree: of a JSON document that has nothing strange in it, as nearly all have. Whatever it does not
// take is for the careful reader of json.cpp, which puts up with more and finds the words for what it refuses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/limits.hpp"
#include "doc/document.hpp"
#include "doc/json_pass.hpp"
#include "doc/scan.hpp"

namespace gatepost::doc {

// Adds the value that lies at [begin, end) of the tree's source, which is UTF-8. False when it is not taken: not JSON,
// beyond a limit, with control characters in strings or escapes that mean nothing; then the tree is as it was before.
// `lenient` as in JsonReading.
bool add_plain_json(TreeBuilder& tree, std::size_t begin, std::size_t end, const Limits& limits, bool lenient);

// Adds the children of the container that is open, which are all of the tree's source, with commas between them.
// `offset` is where the source lies in the document. Lenient. False when they are not taken.
bool add_plain_children(TreeBuilder& tree, std::uint64_t offset, const Limits& limits);

// The same of the records of a file that has one a line, each an object or a list; lines may be blank.
bool add_plain_lines(TreeBuilder& tree, std::uint64_t offset, const Limits& limits);

// Reads without recursion: what is open is told by the tree.
class PlainReader {
 public:
  // A text that begins at `offset` of the document, and is read from `begin` on.
  PlainReader(TreeBuilder& tree, std::string_view text, std::size_t begin, const Limits& limits, bool lenient,
              std::uint64_t offset = 0)
      : tree_(tree),
        limits_(limits),
        lenient_(lenient),
        text_(text),
        at_(begin),
        offset_(offset),
        depth_(tree.depth()) {}

  bool read();      // one value with nothing behind it
  bool children();  // of the container that is open, to the end of the text

  // In steps, of a text that comes in pieces: a value, or the bracket that closes what is open. False when it is not
  // taken, or not all there; then nothing has happened.
  bool begin() { return value(); }
  bool step();
  [[nodiscard]] bool at_end_of_value() const { return tree_.depth() == depth_; }
  [[nodiscard]] std::size_t at() const { return at_; }
  // Goes on at `at` of another piece, which begins at `offset`; after the last piece comes none. `gone` values are no
  // longer in the tree.
  void go_on(std::string_view text, std::size_t at, std::uint64_t offset, bool last, std::size_t gone);
  // From now on small objects and lists, but not the root, are passed over: each becomes one node, which has the JSON
  // as its text.
  void pass_over_with(JsonPasser& passer) { passer_ = &passer; }
  // True when an object or a list comes next, or seems to.
  bool at_container() {
    const char next = skip_blanks();
    return next == '{' || next == '[';
  }
  // True when nothing but blanks is left of the text.
  bool only_blanks_left() { return skip_blanks() == '\0' && at_ == text_.size(); }

 private:
  // The byte that comes next; NUL at the end.
  char skip_blanks() {
    const char* const end = text_.data() + text_.size();
    const char* const next = find_behind_blanks(text_.data() + at_, end);
    at_ = static_cast<std::size_t>(next - text_.data());
    return next < end ? *next : '\0';
  }
  bool item();
  bool member();
  bool comma(char c);
  [[nodiscard]] std::size_t values() const {
    return gone_ + tree_.size() + (passer_ == nullptr ? 0 : passer_->values());
  }
  bool value();
  bool pass_over(Kind kind);
  bool open(Kind kind);
  bool close();
  bool text_value();
  bool string(std::string_view& text);
  bool unescape(std::string_view& text);
  bool word(std::string_view word, Kind kind);
  bool number();
  bool scalar(Kind kind, std::size_t end);

  TreeBuilder& tree_;
  const Limits& limits_;
  const bool lenient_;
  std::string_view text_;
  std::size_t at_;
  std::uint64_t offset_;  // of the text
  const std::size_t depth_;
  JsonPasser* passer_ = nullptr;
  std::size_t gone_ = 0;
  bool last_ = true;
  bool just_opened_ = false;
};

}  // namespace gatepost::doc
