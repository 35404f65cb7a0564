#include "net/refusal.hpp"

#include <doctest/doctest.h>

#include <initializer_list>

using namespace gatepost;
using namespace gatepost::net;

TEST_CASE("refusal: the kind says who has to act") {
  struct Case {
    int status;
    ErrorKind kind;
  };
  for (const Case& it : std::initializer_list<Case>{{400, ErrorKind::bad_input},
                                                    {401, ErrorKind::denied},
                                                    {403, ErrorKind::denied},
                                                    {404, ErrorKind::denied},
                                                    {409, ErrorKind::conflict},
                                                    {422, ErrorKind::bad_input},
                                                    {429, ErrorKind::unavailable},
                                                    {500, ErrorKind::unavailable},
                                                    {503, ErrorKind::unavailable}}) {
    CHECK(error_of({it.status, {}, "", ""}, "it").kind == it.kind);
  }
  CHECK(error_of({403, {{"Retry-After", "5"}}, "", ""}, "it").kind == ErrorKind::unavailable);
}

TEST_CASE("refusal: what the server says is told, cut and printable") {
  const Response json{422, {{"Content-Type", "application/json"}}, R"({"message":"Validation Failed"})", ""};
  CHECK(error_of(json, "github: comment", "Validation Failed").message ==
        "github: comment: 422 Unprocessable Content, Validation Failed");
  CHECK(error_of({502, {{"Content-Type", "text/html; charset=utf-8"}}, "<b>x</b>", ""}, "it").message ==
        "it: 502 Bad Gateway, an HTML page");
  CHECK(error_of({503, {}, "\n <!DOCTYPE html><title>Oh", ""}, "it").message ==
        "it: 503 Service Unavailable, an HTML page");
  CHECK(error_of({429, {}, "Retry later\n", ""}, "it").message == "it: 429 Too Many Requests, Retry later");
  CHECK(error_of({418, {}, "", ""}, "it").message == "it: 418");
  const std::string hostile = "a\n::error::b\x1b[31m\xe2\x80\xae" + std::string(5000, 'x');
  const std::string message = error_of({400, {}, hostile, ""}, "it").message;
  CHECK(message.size() < 400);
  CHECK(message.find('\n') == std::string::npos);
  CHECK(message.find('\x1b') == std::string::npos);
  CHECK(message.find("\xe2\x80\xae") == std::string::npos);
}

TEST_CASE("refusal: the way out is named") {
  const auto hint = [](int status, Headers headers) {
    return error_of({status, std::move(headers), "", ""}, "it").hint;
  };
  CHECK(hint(403, {{"X-Accepted-GitHub-Permissions", "checks=write"}}) ==
        "the token needs the permission checks=write");
  CHECK(hint(403, {{"X-GitHub-SSO", "required; url=https://github.com/orgs/acme/sso?authorization_request=A"}}) ==
        "the organisation wants single sign-on: authorise the token at "
        "https://github.com/orgs/acme/sso?authorization_request=A");
  CHECK(hint(403, {{"X-GitHub-SSO", "required; url=javascript:alert(1)"}}) ==
        "the organisation wants single sign-on: authorise the token");
  CHECK(hint(401, {}) == "is the token right, and has it not expired?");
  CHECK(hint(404, {}) == "does it exist, and may the token see it?");
  CHECK(hint(429, {}) == "the rate limit is used up; try again later");
  CHECK(hint(422, {}).empty());
}
