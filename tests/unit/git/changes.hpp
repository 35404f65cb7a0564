// Changes as data: the files before and after, and the change set that must come out.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "model/change.hpp"
#include "support/git_repo.hpp"

namespace gatepost::test {

// What lies between the commits of a change: for those who look for its base.
enum class ChangeHistory { straight, criss_cross, octopus };

struct ChangeCase {
  std::string name;
  std::vector<GitFile> before, after;
  std::vector<std::string> expected;  // see describe()
  ChangeHistory history = ChangeHistory::straight;
};

// "M a.txt @2,1>2,1": letter, path, and for each hunk first line and count, before and after. "~" instead of "@" marks
// endings alone, "R97 a -> b" a rename with its similarity, "100644>100755" modes that differ.
inline std::string describe(const FileChange& file) {
  static constexpr char kLetters[] = {'A', 'D', 'M', 'R', 'T'};
  std::string text(1, kLetters[static_cast<int>(file.kind)]);
  if (file.kind == ChangeKind::renamed) text += std::to_string(file.similarity);
  text += " " + (file.old_path.empty() ? file.new_path : file.old_path);
  if (!file.new_path.empty() && !file.old_path.empty() && file.new_path != file.old_path)
    text += " -> " + file.new_path;
  char modes[32];
  std::snprintf(modes, sizeof modes, " %06o>%06o", file.old_mode, file.new_mode);
  if (file.old_mode != file.new_mode) text += modes;
  if (file.binary) text += " binary";
  if (!file.lines_known) text += " unknown";
  for (const Hunk& hunk : file.hunks) {
    text += std::string(hunk.line_endings_only ? " ~" : " @") + std::to_string(hunk.old_first) + "," +
            std::to_string(hunk.old_count) + ">" + std::to_string(hunk.new_first) + "," +
            std::to_string(hunk.new_count);
  }
  return text;
}

// A line for each file.
inline std::string describe(const ChangeSet& change) {
  std::string all;
  for (const FileChange& file : change.files) all += describe(file) + "\n";
  return all;
}
inline std::string lines_of(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) all += line + "\n";
  return all;
}

// "line 1\nline 2\n…", with `edits` put in place of lines by their number.
inline std::string numbered_lines(int count, const std::vector<std::pair<int, std::string>>& edits = {},
                                  const std::string& ending = "\n") {
  std::string text;
  for (int i = 1; i <= count; ++i) {
    std::string line = "line " + std::to_string(i);
    for (const auto& [number, replacement] : edits) {
      if (number == i) line = replacement;
    }
    text += line + ending;
  }
  return text;
}

inline const std::vector<ChangeCase>& change_cases() {
  using enum GitFile::Type;
  static const std::string kCommit1(40, '1'), kCommit2(40, '2');
  static const std::string kBinary = std::string("\0\1\2binary\n", 10);
  static const std::vector<ChangeCase> cases = {
      {"nothing", {{"a", "1\n"}}, {{"a", "1\n"}}, {}},
      {"edit", {{"a", numbered_lines(9)}}, {{"a", numbered_lines(9, {{2, "x"}, {8, "y"}})}}, {"M a @2,1>2,1 @8,1>8,1"}},
      {"lines added in front and behind",
       {{"a", numbered_lines(3)}},
       {{"a", "front\n" + numbered_lines(3) + "behind\n"}},
       {"M a @0,0>1,1 @3,0>5,1"}},
      {"added", {{"a", "1\n"}}, {{"a", "1\n"}, {"d/b", "1\n2\n3\n"}}, {"A d/b 000000>100644 @0,0>1,3"}},
      {"added empty", {{"a", "1\n"}}, {{"a", "1\n"}, {"b", ""}}, {"A b 000000>100644"}},
      {"deleted", {{"a", "1\n"}, {"d/b", "1\n2"}}, {{"a", "1\n"}}, {"D d/b 100644>000000 @1,2>0,0"}},
      {"emptied", {{"a", "1\n2\n"}}, {{"a", ""}}, {"M a @1,2>0,0"}},
      {"rename", {{"old/a", numbered_lines(9)}}, {{"new/a", numbered_lines(9)}}, {"R100 old/a -> new/a"}},
      {"rename and edit",
       {{"old/a.c", numbered_lines(20)}},
       {{"new/b.c", numbered_lines(20, {{5, "line V"}})}},
       {"R95 old/a.c -> new/b.c @5,1>5,1"}},
      {"rename with another mode",
       {{"a", numbered_lines(9)}},
       {{"b", numbered_lines(9), executable}},
       {"R100 a -> b 100644>100755"}},
      {"rename of an empty file", {{"a", ""}, {"k", "1\n"}}, {{"b", ""}, {"k", "1\n"}}, {"R100 a -> b"}},
      {"two names swapped with their contents",
       {{"a", numbered_lines(9)}, {"b", "other\n"}},
       {{"a", "other\n"}, {"b", numbered_lines(9)}},
       {"M a @1,9>1,1", "M b @1,1>1,9"}},
      {"to LF", {{"a", numbered_lines(3, {}, "\r\n")}}, {{"a", numbered_lines(3)}}, {"M a ~1,3>1,3"}},
      {"to CRLF with an edit and two lines more",
       {{"a", numbered_lines(6)}},
       {{"a", numbered_lines(6, {{3, "edited"}, {5, "line 5\r\nmore\r\nmore"}}, "\r\n")}},
       {"M a ~1,2>1,2 @3,1>3,1 ~4,2>4,2 @5,0>6,2 ~6,1>8,1"}},
      {"to CRLF and renamed",
       {{"a", numbered_lines(9)}},
       {{"b", numbered_lines(9, {}, "\r\n")}},
       {"R87 a -> b ~1,9>1,9"}},  // CRs count for the size of a file, not for what is common
      {"blanks at the end", {{"a", "one\ntwo\nthree\n"}}, {{"a", "one\ntwo \t\nthree\n"}}, {"M a ~2,1>2,1"}},
      {"blanks at the beginning count", {{"a", "one\n two\n"}}, {{"a", "one\n  two\n"}}, {"M a @2,1>2,1"}},
      {"last line finished", {{"a", "1\n2"}}, {{"a", "1\n2\n"}}, {"M a ~2,1>2,1"}},
      {"unfinished last line edited", {{"a", "1\n2"}}, {{"a", "1\n3"}}, {"M a @2,1>2,1"}},
      {"line after an unfinished one", {{"a", "1\n2"}}, {{"a", "1\n2\n3"}}, {"M a ~2,1>2,1 @2,0>3,1"}},
      {"binary", {{"a", kBinary + "1"}}, {{"a", kBinary + "2"}}, {"M a binary"}},
      {"text to binary", {{"a", "text\n"}}, {{"a", kBinary}}, {"M a binary"}},
      {"NUL after 8000 bytes is text",
       {{"a", std::string(8000, 'x') + "\n" + kBinary}},
       {{"a", std::string(8000, 'y') + "\n" + kBinary}},
       {"M a @1,1>1,1"}},
      {"binary renamed", {{"a", kBinary}}, {{"b", kBinary}}, {"R100 a -> b"}},
      {"mode", {{"a", "1\n"}}, {{"a", "1\n", executable}}, {"M a 100644>100755"}},
      {"mode and edit", {{"a", "1\n"}}, {{"a", "2\n", executable}}, {"M a 100644>100755 @1,1>1,1"}},
      {"link", {{"a", "there", symbolic_link}}, {{"a", "elsewhere", symbolic_link}}, {"M a @1,1>1,1"}},
      {"link renamed", {{"a", "there", symbolic_link}}, {{"b", "there", symbolic_link}}, {"R100 a -> b"}},
      {"file to link", {{"a", "1\n2\n"}}, {{"a", "there", symbolic_link}}, {"T a 100644>120000 @1,2>1,1"}},
      {"link to file", {{"a", "there", symbolic_link}}, {{"a", "1\n2\n"}}, {"T a 120000>100644 @1,1>1,2"}},
      {"link to file of the same bytes",
       {{"a", "there", symbolic_link}},
       {{"a", "there"}},
       {"T a 120000>100644 @1,1>1,1"}},
      {"a file is not renamed to a link of the same bytes",
       {{"a", "there"}},
       {{"b", "there", symbolic_link}},
       {"D a 100644>000000 @1,1>0,0", "A b 000000>120000 @0,0>1,1"}},
      {"submodule added", {{"a", "1\n"}}, {{"a", "1\n"}, {"s", kCommit1, submodule}}, {"A s 000000>160000 @0,0>1,1"}},
      {"submodule moved on", {{"s", kCommit1, submodule}}, {{"s", kCommit2, submodule}}, {"M s @1,1>1,1"}},
      {"submodule to file", {{"s", kCommit1, submodule}}, {{"s", "1\n2\n"}}, {"T s 160000>100644 @1,1>1,2"}},
      {"file to directory",
       {{"a", "1\n2\n"}, {"a.c", "x\n"}},
       {{"a/b", "other\n"}, {"a.c", "y\n"}},
       {"D a 100644>000000 @1,2>0,0", "M a.c @1,1>1,1", "A a/b 000000>100644 @0,0>1,1"}},
      {"names of all kinds",
       {{"plain", "1\n"}},
       {{"caf\xC3\xA9/na\xC3\xAFve.txt", "1\n2\n"},
        {"plain", "1\n"},
        {"q\"uo\\te", "1\n"},
        {"tab\tnew\nline", "1\n"},
        {"two  blanks ", "1\n"},
        {"x b/y", "1\n"},
        {"\xFF\xFE", "1\n"}},
       {"A caf\xC3\xA9/na\xC3\xAFve.txt 000000>100644 @0,0>1,2", "A q\"uo\\te 000000>100644 @0,0>1,1",
        "A tab\tnew\nline 000000>100644 @0,0>1,1", "A two  blanks  000000>100644 @0,0>1,1",
        "A x b/y 000000>100644 @0,0>1,1", "A \xFF\xFE 000000>100644 @0,0>1,1"}},
      {"edits in many directories",
       {{"a/b/c/d", "1\n"}, {"a/b/e", "1\n"}, {"a/f", "1\n"}, {"g/h", "1\n"}},
       {{"a/b/c/d", "2\n"}, {"a/b/e", "1\n"}, {"a/f", "2\n"}, {"g/h", "2\n"}},
       {"M a/b/c/d @1,1>1,1", "M a/f @1,1>1,1", "M g/h @1,1>1,1"}},
      {"edit after target and change were merged into each other",
       {{"a", numbered_lines(9)}},
       {{"a", numbered_lines(9, {{2, "x"}})}},
       {"M a @2,1>2,1"},
       ChangeHistory::criss_cross},
      {"edit that is a merge of three",
       {{"a", numbered_lines(9)}},
       {{"a", numbered_lines(9, {{2, "x"}})}},
       {"M a @2,1>2,1"},
       ChangeHistory::octopus},
  };
  return cases;
}

}  // namespace gatepost::test
