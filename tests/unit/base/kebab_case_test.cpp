#include <doctest/doctest.h>

#include <string>

#include "base/text.hpp"

using namespace gatepost;

TEST_CASE("text: kebab case keeps letters and digits only") {
  CHECK(text::kebab_case("Acme Scan (v2)") == "acme-scan-v2");
  CHECK(text::kebab_case("--find_sec_bugs--") == "find-sec-bugs");
  CHECK(text::kebab_case("") == "");
  CHECK(text::kebab_case("\xC3\xA4!?") == "");
}

TEST_CASE("text: replace_all replaces every occurrence and does not look at what it wrote") {
  CHECK(text::replace_all("a/b/c", "/", "~1") == "a~1b~1c");
  CHECK(text::replace_all("aaa", "a", "aa") == "aaaaaa");
  CHECK(text::replace_all("aaaa", "aa", "") == "");
  CHECK(text::replace_all("abc", "x", "y") == "abc");
  CHECK(text::replace_all("abc", "", "y") == "abc");
  CHECK(text::replace_all(std::string("a\0b", 3), std::string_view("\0", 1), "-") == "a-b");
}

// A stranger's text with a million matches took minutes when each of them moved the rest.
TEST_CASE("text: replace_all takes time in proportion to the text") {
  const std::string many(4'000'000, 'a');
  CHECK(text::replace_all(many, "a", "bb").size() == 2 * many.size());
}
