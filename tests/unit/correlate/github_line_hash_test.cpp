#include "correlate/github_line_hash.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using gatepost::correlate::github_line_hashes;
using Hashes = std::vector<std::string>;

TEST_CASE("line hash: an empty file has the hash of its end") {
  CHECK(github_line_hashes("") == Hashes{"c129715d7a2bc9a3:1"});
}

TEST_CASE("line hash: blanks at the start of lines do not matter") {
  CHECK(github_line_hashes(" a\nb\n  \t\tc\n d") ==
        Hashes{"271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"});
}

TEST_CASE("line hash: equal windows are counted") {
  std::string text;
  for (int i = 0; i < 10; ++i) text += "Lorem ipsum dolor sit amet.\n";
  CHECK(github_line_hashes(text) == Hashes{"a7f2ff13bc495cf2:1", "a7f2ff13bc495cf2:2", "a7f2ff13bc495cf2:3",
                                           "a7f2ff13bc495cf2:4", "a7f2ff13bc495cf2:5", "a7f2ff13bc495cf2:6",
                                           "a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1", "55ec222b86bcae53:1",
                                           "cc97dc7b1d7d8f7b:1", "c129715d7a2bc9a3:1"});
}

TEST_CASE("line hash: short lines hash with those that follow") {
  CHECK(github_line_hashes("x = 2\nx = 1\nprint(x)\nx = 3\nprint(x)\nx = 4\nprint(x)\n") ==
        Hashes{"e54938cc54b302f1:1", "bb609acbe9138d60:1", "1131fd5871777f34:1", "5c482a0f8b35ea28:1",
               "54517377da7028d2:1", "2c644846cb18d53e:1", "f1b89f20de0d133:1", "c129715d7a2bc9a3:1"});
}

TEST_CASE("line hash: all kinds of line ends give the same hashes") {
  const Hashes expected = github_line_hashes("a b\nc\n\nd e\n");
  for (const char* const text : {"a b\r\nc\r\n\r\nd e\r\n", "a b\rc\r\rd e\r", "a b\nc\r\n\rd e\n"}) {
    CHECK(github_line_hashes(text) == expected);
  }
}

TEST_CASE("line hash: a character beyond the basic plane counts as two units") {
  // One pair of surrogates pushes the window's end by two units.
  CHECK(github_line_hashes("\xF0\x9F\x98\x80") != github_line_hashes("\xEF\xBF\xBD"));
  CHECK(github_line_hashes("\xF0\x9F\x98\x80").size() == 1);
}
