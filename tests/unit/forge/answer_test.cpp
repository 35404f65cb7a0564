#include "forge/answer.hpp"

#include <doctest/doctest.h>

#include "doc/json.hpp"

using namespace gatepost;

namespace {

doc::Document json(std::string text) { return doc::parse_json(std::move(text), "test").value(); }

}  // namespace

TEST_CASE("answer: what a forge says about why it refuses") {
  const struct {
    const char *body, *said;
  } kCases[] = {
      {R"({"message":"Not Found","documentation_url":"https://docs"})", "Not Found"},
      {R"({"message":"Validation Failed","errors":[{"resource":"Label","code":"already_exists","field":"name"}]})",
       "Validation Failed; Label.name: already_exists"},
      {R"x({"message":"Validation Failed","errors":[{"resource":"IssueComment","code":"unprocessable","field":"data",
          "message":"Body is too long (maximum is 65536 characters)"}]})x",
       "Validation Failed; Body is too long (maximum is 65536 characters)"},
      {R"({"message":"Unprocessable Entity","errors":["line must be part of the diff"]})",
       "Unprocessable Entity; line must be part of the diff"},
      {R"({"data":null,"errors":[{"type":"FORBIDDEN","message":"Resource not accessible by integration"}]})",
       "Resource not accessible by integration"},
      {R"({"message":"400 Bad request - Note {:line_code=>[\"can't be blank\"]}"})",
       "400 Bad request - Note {:line_code=>[\"can't be blank\"]}"},
      {R"({"message":{"title":["can't be blank","is too short"],"base":["taken"]}})",
       "title can't be blank; title is too short; taken"},
      {R"({"message":{"error":"This endpoint has been requested too many times."}})",
       "This endpoint has been requested too many times."},
      {R"({"message":["a","b","a"]})", "a; b"},
      {R"({"error":"position[start_sha] is missing"})", "position[start_sha] is missing"},
      {R"({"error":"invalid_token","error_description":"Token was revoked."})", "invalid_token; Token was revoked."},
      {R"({"message":["1","2","3","4","5","6","7"]})", "1; 2; 3; 4; 5"},
      {R"({"message":{"a":{"b":{"c":{"d":{"e":{"f":"too deep"}}}}}}})", ""},
      {R"({"message":"two\nlines"})", "two lines"},
      {R"({"errors":[{"resource":"a\nb","field":"c\r","code":"d\u0085 e"}]})", "a b.c : d\u0085 e"},
      {"<html>502</html>", ""},
      {"", ""},
      {"[]", ""},
      {"{\"message\":", ""},
  };
  for (const auto& it : kCases) {
    CAPTURE(it.body);
    CHECK(forge::said_in(it.body) == it.said);
  }
}

TEST_CASE("answer: numbers are 64 bits wide, and may come as text") {
  const auto document = json(R"([3735928559123, "42", 0, -1, 1.5, 18446744073709551615, 18446744073709551616, null,
    "4x", "", [1]])");
  const char* const kExpected[] = {"3735928559123", "42", "", "", "", "18446744073709551615", "", "", "", "", ""};
  std::size_t i = 0;
  for (const doc::View item : document.root().items()) {
    CAPTURE(i);
    CHECK(forge::id_of(item) == kExpected[i++]);
  }
}

TEST_CASE("answer: a commit is a full id, and zeros stand for none") {
  const std::string a40(40, 'a'), b64(64, 'b');
  const auto document = json("[\"" + a40 + "\",\"" + b64 + "\",\"" + std::string(40, '0') + "\",\"abc\",\"" +
                             std::string(40, 'A') + "\",\"" + std::string(40, 'g') + "\",7]");
  const std::string kExpected[] = {a40, b64, "", "", a40, "", ""};
  std::size_t i = 0;
  for (const doc::View item : document.root().items()) CHECK(forge::commit_of(item) == kExpected[i++]);
}

TEST_CASE("answer: a page of HTML is not taken for an empty answer") {
  const net::Response page{.status = 200, .body = "<html><title>Sign in</title></html>"};
  const auto document = forge::json_of(page, "github: read the labels");
  REQUIRE_FALSE(document);
  CHECK(document.error().kind == ErrorKind::unavailable);
  CHECK(document.error().message == "github: read the labels: the answer is an HTML page, not JSON");
  CHECK_FALSE(forge::json_of({.status = 200, .body = R"({"a":)"}, "x"));
  CHECK_FALSE(forge::json_of({.status = 200, .body = ""}, "x"));
  CHECK(forge::json_of({.status = 200, .body = "[]"}, "x"));
}

TEST_CASE("answer: what stands in a path is encoded byte by byte") {}
