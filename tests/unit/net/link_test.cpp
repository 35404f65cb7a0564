#include "net/link.hpp"

#include <doctest/doctest.h>

using namespace gatepost;
using namespace gatepost::net;

namespace {

const char* const kHere = "https://h/api/items?page=1";

// "-" for the last page, "!" for an error.
std::string next_of(Headers headers, const char* prefix = "https://h/api") {
  const auto next = next_page({200, std::move(headers), "", kHere}, *Url::parse(prefix));
  if (!next) return "!";
  return *next ? (*next)->text : "-";
}

}  // namespace

TEST_CASE("link: targets and relations are read as RFC 8288 writes them") {
  const auto links = parse_links(
      R"(<https://h/x?page=2&q=a,b;c>; rel="next", </last>;title="a \"quoted\", text; rel=x";REL=Last , <y>; rel="prev NEXT")");
  REQUIRE(links.size() == 3);
  CHECK(links[0] == Link{"https://h/x?page=2&q=a,b;c", {"next"}});
  CHECK(links[1] == Link{"/last", {"last"}});
  CHECK(links[2] == Link{"y", {"prev", "next"}});
}

TEST_CASE("link: broken values are read as far as they go") {
  CHECK(parse_links("").empty());
  CHECK(parse_links("<x").empty());
  CHECK(parse_links("rubbish, <x>; rel=next").size() == 1);
  CHECK(parse_links("<x>; rel=\"next").at(0).relations == std::vector<std::string>{"next"});
  CHECK(parse_links("<x>; rel").at(0).relations.empty());
  CHECK(parse_links("<x>; rel=a; rel=next").at(0).relations == std::vector<std::string>{"a"});
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "<x>,";
  CHECK(parse_links(many).size() == 32);
  CHECK(parse_links(std::string(1'000'000, ';')).empty());
}

TEST_CASE("next page: the Link header goes before X-Next-Page, and neither leaves the prefix") {
  CHECK(next_of({}) == "-");
  CHECK(next_of({{"Link", "</api/items?page=2>; rel=\"next\""}}) == "https://h/api/items?page=2");
  CHECK(next_of({{"Link", "<?page=3>; rel=prev"}, {"link", "<?page=2>; rel=next"}}) == "https://h/api/items?page=2");
  CHECK(next_of({{"Link", "<?page=2>; rel=next"}, {"X-Next-Page", "9"}}) == "https://h/api/items?page=2");
  CHECK(next_of({{"X-Next-Page", "2"}}) == "https://h/api/items?page=2");
  CHECK(next_of({{"X-Next-Page", ""}}) == "-");
  CHECK(next_of({{"X-Next-Page", "2&private_token=x"}}) == "-");
  CHECK(next_of({{"Link", "<https://evil/api/items>; rel=next"}}) == "!");
  CHECK(next_of({{"Link", "<http://h/api/items>; rel=next"}}) == "!");
  CHECK(next_of({{"Link", "</other?page=2>; rel=next"}}) == "!");
  CHECK(next_of({{"Link", "<file:///etc/passwd>; rel=next"}}) == "!");
}
