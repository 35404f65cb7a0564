#include "context/case_fold.hpp"

#include <doctest/doctest.h>

#include <string_view>

using gatepost::context::case_fold;
using gatepost::context::is_blank;

TEST_CASE("case folding makes names equal that differ in letter case only") {
  struct Case {
    std::string_view a, b;
  };
  for (const auto& [a, b] : {Case{"Docs", "dOCS"}, Case{"Straße", "STRASSE"}, Case{"ΣΊΣΥΦΟΣ", "σίσυφος"},
                             Case{"ÉCOLE", "école"}, Case{"Ünit Ω", "ünit ω"}, Case{"\uFB01x", "FIX"}, Case{"Ж", "ж"},
                             Case{"\u1E9E", "ss"}, Case{"\U00010400", "\U00010428"}}) {
    CAPTURE(a);
    CHECK(case_fold(a) == case_fold(b));
  }
}

TEST_CASE("case folding keeps apart what differs in more than letter case") {
  CHECK(case_fold("e") != case_fold("é"));
  CHECK(case_fold("ı") != case_fold("i"));
  CHECK(case_fold("a b") != case_fold("ab"));
}

TEST_CASE("case folding leaves bytes alone that are not UTF-8") {
  CHECK(case_fold("A\xFF\xC3") == "a\xFF\xC3");
  CHECK(case_fold("\xED\xA0\x80") == "\xED\xA0\x80");
  CHECK(case_fold("") == "");
}

TEST_CASE("a text of white space is blank, Unicode's included") {
  CHECK(is_blank(""));
  CHECK(is_blank(" \t\r\v\f"));
  CHECK(is_blank("\u00A0\u2003\u3000\u2028"));
  CHECK_FALSE(is_blank("\u200B"));  // zero width, but no space
  CHECK_FALSE(is_blank(" x "));
  CHECK_FALSE(is_blank("\xA0"));
}
