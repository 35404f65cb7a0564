#include "report/width.hpp"

#include <doctest/doctest.h>

#include <string>

namespace gatepost::report {

TEST_CASE("width: wide characters take two columns, combining marks none") {
  CHECK(width_of(std::string_view("plain")) == 5);
  CHECK(width_of(std::string_view("漢字")) == 4);
  CHECK(width_of(std::string_view("한국어")) == 6);
  CHECK(width_of(std::string_view("한")) == 2);  // in letters
  CHECK(width_of(std::string_view("e\u0301")) == 1);
  CHECK(width_of(std::string_view("😀")) == 2);
  CHECK(width_of(std::string_view("→…✗é")) == 4);
}

TEST_CASE("width: a text is cut at the end, never inside a character") {
  CHECK(fit("hello", 5) == "hello");
  CHECK(fit("hello", 4) == "hel…");
  CHECK(fit("漢字漢字", 5) == "漢字…");
  CHECK(fit("漢字漢字", 4) == "漢…");
  CHECK(fit("e\u0301e\u0301e\u0301", 2) == "e\u0301…");
  CHECK(fit("hello", 1) == "…");
  CHECK(fit("hello", 0).empty());
}

TEST_CASE("width: of a path its name stays, then its first directory") {
  const std::string path = "payments/src/main/java/checkout/OrderRepository.java:118";
  CHECK(fit_path(path, 80) == path);
  CHECK(fit_path(path, 50) == "payments/…/java/checkout/OrderRepository.java:118");
  CHECK(fit_path(path, 36) == "payments/…/OrderRepository.java:118");
  CHECK(fit_path(path, 28) == "…/OrderRepository.java:118");
  CHECK(fit_path(path, 20) == "OrderRepo…y.java:118");
  CHECK(fit_path("short.c:1", 4) == "s…:1");
  for (std::size_t columns = 0; columns < 60; ++columns) CHECK(width_of(fit_path(path, columns)) <= columns);
}

TEST_CASE("width: lines are broken at blanks, and long words anywhere") {
  using Lines = std::vector<std::string>;
  CHECK(wrap("one two three", 7) == Lines{"one two", "three"});
  CHECK(wrap("one two three", 80) == Lines{"one two three"});
  CHECK(wrap("abcdefghij kl", 4) == Lines{"abcd", "efgh", "ij", "kl"});
  CHECK(wrap("漢字漢字", 5) == Lines{"漢字", "漢字"});
  CHECK(wrap("", 10).empty());
}

}  // namespace gatepost::report
