#include "net/redirect.hpp"

#include <doctest/doctest.h>

#include <initializer_list>

using namespace gatepost;
using namespace gatepost::net;

namespace {

Request request_of(std::string method, std::string url) {
  return {std::move(method),
          std::move(url),
          {{"Accept", "a/b"}, {"Content-Type", "c/d"}, {"X-Ours", "1"}},
          "body",
          {"Authorization", Secret("hush")}};
}

Result<Request> after(int status, const Request& request, std::string location) {
  return redirected(request, {status, {{"Location", std::move(location)}}, "", request.url});
}

}  // namespace

TEST_CASE("redirect: method and body are kept on the same server, but for 303") {
  struct Case {
    int status;
    const char *method, *then, *body;
  };
  for (const Case& it : std::initializer_list<Case>{{301, "GET", "GET", "body"},
                                                    {302, "GET", "GET", "body"},
                                                    {301, "POST", "POST", "body"},
                                                    {302, "POST", "POST", "body"},
                                                    {307, "PATCH", "PATCH", "body"},
                                                    {308, "PUT", "PUT", "body"},
                                                    {303, "POST", "GET", ""},
                                                    {303, "HEAD", "HEAD", "body"},
                                                    {307, "DELETE", "DELETE", "body"}}) {
    const auto next = after(it.status, request_of(it.method, "https://h/x"), "/y");
    REQUIRE(next.ok());
    CHECK(next->url == "https://h/y");
    CHECK(next->method == it.then);
    CHECK(next->body == it.body);
    CHECK(next->headers.has("Content-Type") == (it.body[0] != '\0'));
    CHECK(next->headers.get("X-Ours") == "1");
    CHECK(next->credential.name.empty());
  }
}

TEST_CASE("redirect: to another server only a read goes, with nothing of ours") {
  for (const char* target : {"https://other/y", "//other/y", "https://h:8443/y"}) {
    const auto next = after(302, request_of("GET", "https://h/x"), target);
    REQUIRE(next.ok());
    CHECK(next->headers == Headers{{"Accept", "a/b"}});
    CHECK(next->body.empty());
    CHECK(next->credential.value.empty());
    const auto write = after(307, request_of("POST", "https://h/x?secret=1"), std::string(target) + "?sig=2");
    REQUIRE_FALSE(write.ok());
    CHECK(write.error().kind == ErrorKind::denied);
    CHECK(write.error().message.find("secret") == std::string::npos);
    CHECK(write.error().message.find("sig") == std::string::npos);
  }
  CHECK(after(303, request_of("POST", "https://h/x"), "https://other/y")->method == "GET");
}

TEST_CASE("redirect: never to plain http, to a file, or with a password") {
  for (const char* target :
       {"http://h/y", "http://localhost/y", "file:///etc/passwd", "https://u:p@h/y", "gopher://h/"}) {
    CHECK_FALSE(after(301, request_of("GET", "https://h/x"), target).ok());
  }
  CHECK(after(301, request_of("GET", "http://localhost/x"), "https://h/y").ok());
}

TEST_CASE("redirect: only the five statuses with a Location are redirects") {
  for (const int status : {301, 302, 303, 307, 308}) {
    CHECK(is_redirect({status, {{"Location", "/"}}, "", ""}));
    CHECK_FALSE(is_redirect({status, {}, "", ""}));
  }
  for (const int status : {200, 201, 300, 304, 305, 404})
    CHECK_FALSE(is_redirect({status, {{"Location", "/"}}, "", ""}));
}
