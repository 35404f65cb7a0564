#include "net/url.hpp"

#include <doctest/doctest.h>

using namespace gatepost;
using namespace gatepost::net;

namespace {
Url url(std::string_view text) {
  const auto parsed = Url::parse(text);
  REQUIRE_MESSAGE(parsed.ok(), std::string(text));
  return *parsed;
}
}  // namespace

TEST_CASE("url: the normal form has lower case, no dot segments, no fragment, no default port") {
  CHECK(url("HTTPS://Api.GitHub.com:443/a/../repos/x?per_page=2#top").text ==
        "https://api.github.com/repos/x?per_page=2");
  CHECK(url("https://h").text == "https://h/");
  CHECK(url("https://h:8443/x").origin == "https://h:8443");
  CHECK(url("https://h/x").origin == "https://h:443");
  CHECK(url("http://h/x").origin == "http://h:80");
}

TEST_CASE("url: what is no http address, or hides a user, is refused") {
  for (const std::string_view text :
       {"", "h", "/x", "ftp://h/x", "file:///etc/passwd", "https://", "https://user@h/", "https://user:word@h/",
        "https://h:99999/", "https://h/a b\n", "javascript:alert(1)", "https://a\x01z/"}) {
    CHECK_MESSAGE(!Url::parse(text).ok(), std::string(text));
  }
  CHECK_FALSE(Url::parse("https://h/" + std::string(9000, 'a')).ok());
  CHECK_FALSE(Url::parse(std::string("https://h/\0x", 12)).ok());
}

TEST_CASE("url: an error shows neither query nor password") {
  const auto wrong = Url::parse("https://me:letmein@h/x?signature=abc");
  REQUIRE_FALSE(wrong.ok());
  CHECK(wrong.error().message == "https://h/x is not a URL that we can use: it holds a user name");
  CHECK(shown_url("https://h/a@b?x=1#y") == "https://h/a@b");
  CHECK(shown_url("https://h/\x1b[31m") == "https://h/\\x1b[31m");
}

TEST_CASE("url: references are resolved as a browser does") {
  const Url base = url("https://h/api/v4/x?page=1");
  CHECK(base.resolve("?page=2")->text == "https://h/api/v4/x?page=2");
  CHECK(base.resolve("y")->text == "https://h/api/v4/y");
  CHECK(base.resolve("/y")->text == "https://h/y");
  CHECK(base.resolve("//other/y")->text == "https://other/y");
  CHECK(base.resolve("http://other:81/y")->origin == "http://other:81");
  CHECK_FALSE(base.resolve("https://u@h/").ok());
  CHECK_FALSE(base.resolve("file:///x").ok());
}

TEST_CASE("url: only what lies below the prefix on the same origin lies within") {
  struct Case {
    std::string_view url, prefix;
    bool within;
  };
  for (const Case& it : std::initializer_list<Case>{
           {"https://h/api/v4/projects", "https://h/api/v4", true},
           {"https://h/api/v4", "https://h/api/v4/", true},
           {"https://h/api/v4?x", "https://h/api/v4", true},
           {"https://h:443/x", "https://h", true},
           {"https://H/x", "https://h", true},
           {"https://h/api/v40", "https://h/api/v4", false},
           {"https://h/api", "https://h/api/v4", false},
           {"https://h/api/v4/../x", "https://h/api/v4", false},
           {"https://h/api/v4/%2e%2e/x", "https://h/api/v4", false},
           {"https://h/api/v4/%2E./x", "https://h/api/v4", false},
           {"https://h/api/v4/..%2fx", "https://h/api/v4", false},
           {"https://h/api/v4/..%5Cx", "https://h/api/v4", false},
           {"https://h/api/v4/..;/x", "https://h/api/v4", false},
           {"https://h/api/v4/a..b/x", "https://h/api/v4", true},
           {"https://h:444/api/v4/x", "https://h/api/v4", false},
           {"http://h/api/v4/x", "https://h/api/v4", false},
           {"https://h.evil/api/v4/x", "https://h/api/v4", false},
           {"https://evil/https://h/api/v4", "https://h/api/v4", false},
       }) {
    CHECK_MESSAGE(url(it.url).lies_within(url(it.prefix)) == it.within, std::string(it.url));
  }
}

TEST_CASE("url: loopback is this machine and nothing that sounds like it") {
  for (const std::string_view text : {"http://localhost:1/", "http://127.0.0.1/", "http://127.3.2.1/", "http://[::1]/",
                                      "http://LOCALHOST/", "http://2130706433/", "http://0x7f.1/"}) {
    CHECK_MESSAGE(url(text).is_loopback(), std::string(text));
  }
  for (const std::string_view text :
       {"http://127.0.0.1.evil/", "http://localhost.evil/", "http://128.0.0.1/", "http://[::2]/", "http://127.evil/"}) {
    CHECK_MESSAGE(!url(text).is_loopback(), std::string(text));
  }
}

TEST_CASE("url: a query parameter is replaced, the others stay") {
  CHECK(url("https://h/x?page=1&per_page=100&page=7").with_query("page", "2")->text ==
        "https://h/x?per_page=100&page=2");
  CHECK(url("https://h/x").with_query("page", "2")->text == "https://h/x?page=2");
  CHECK(url("https://h/x?labels=a%26b").with_query("page", "2")->text == "https://h/x?labels=a%26b&page=2");
}
