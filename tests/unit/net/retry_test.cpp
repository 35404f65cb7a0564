#include "net/retry.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>

using namespace gatepost;
using namespace gatepost::net;
using std::chrono::milliseconds;

namespace {

constexpr Timestamp kNow{1'700'000'000'000};  // 2023-11-14T22:13:20Z

// "final", "limited 60000", "failed 1000".
std::string decision(int status, Headers headers = {}, std::string body = {}, int failed = 0) {
  const auto next = again({status, std::move(headers), std::move(body), ""}, {failed, failed, kNow, 0});
  if (!next) return "final";
  return (next->limited ? "limited " : "failed ") + std::to_string(next->wait.count());
}

}  // namespace

TEST_CASE("retry: what is final") {
  for (const int status : {200, 201, 202, 204, 304, 400, 401, 403, 404, 405, 406, 409, 410, 413, 422, 501, 505}) {
    CHECK_MESSAGE(decision(status) == "final", status);
  }
  CHECK(decision(403, {{"X-RateLimit-Remaining", "4999"}, {"X-RateLimit-Reset", "1700000100"}},
                 R"({"message":"Resource not accessible by integration"})") == "final");
  CHECK(decision(422, {{"Retry-After", "5"}}) == "final");
  // Somebody's words about limits, and the last answer that was allowed.
  CHECK(decision(200, {{"X-RateLimit-Remaining", "0"}}, R"([{"body":"\"type\":\"RATE_LIMITED\""}])") == "final");
  CHECK(decision(200, {}, R"({"type":"RATE_LIMITED"})") == "final");
}

TEST_CASE("retry: limits say when") {
  struct Case {
    const char* what;
    int status;
    Headers headers;
    const char* body;
    const char* decision;
  };
  const std::initializer_list<Case> cases = {
      {"seconds", 429, {{"Retry-After", "17"}}, "", "limited 17000"},
      {"seconds with 403", 403, {{"retry-after", " 30 "}}, "", "limited 30000"},
      {"a date", 429, {{"Retry-After", "Tue, 14 Nov 2023 22:14:05 GMT"}}, "", "limited 45000"},
      {"a date that is past", 429, {{"Retry-After", "Tue, 14 Nov 2023 22:13:05 GMT"}}, "", "limited 60000"},
      {"nothing", 429, {}, "Retry later", "limited 60000"},
      {"zero", 429, {{"Retry-After", "0"}}, "", "limited 60000"},
      {"blank", 403, {{"Retry-After", ""}}, "", "limited 60000"},
      {"nonsense", 429, {{"Retry-After", "soon"}}, "", "limited 60000"},
      {"a negative number", 429, {{"Retry-After", "-5"}}, "", "limited 60000"},
      {"more than anybody waits", 429, {{"Retry-After", "99999999999999999999999"}}, "", "limited 2678400000"},
      {"Retry-After before reset", 429, {{"Retry-After", "5"}, {"RateLimit-Reset", "1700000100"}}, "", "limited 5000"},
      {"GitHub, primary",
       403,
       {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", "1700000100"}},
       "",
       "limited 101000"},
      {"GraphQL, which says 200",
       200,
       {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", "1700000100"}},
       R"({"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded"}]})",
       "limited 101000"},
      {"GraphQL, secondary",
       200,
       {{"Retry-After", "7"}},
       R"({"errors":[{"type":"RATE_LIMIT","message":"x"}]})",
       "limited 7000"},
      {"GitHub, primary, reset is past",
       403,
       {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1699999999"}},
       "",
       "limited 60000"},
      {"GitHub, secondary: the reset is of another limit",
       403,
       {{"X-RateLimit-Remaining", "4990"}, {"X-RateLimit-Reset", "1700003000"}},
       R"({"message":"You have exceeded a Secondary Rate Limit. Please wait"})",
       "limited 60000"},
      {"GitHub Enterprise, older",
       403,
       {},
       R"({"message":"You have triggered an abuse detection mechanism"})",
       "limited 60000"},
      {"GitLab",
       429,
       {{"RateLimit-Remaining", "0"}, {"RateLimit-Reset", "1700000020"}},
       "Retry later",
       "limited 21000"},
      {"seconds from now", 429, {{"RateLimit-Reset", "20"}}, "", "limited 21000"},
      {"Jira", 429, {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", "2023-11-14T22:14Z"}}, "", "limited 41000"},
      {"Linear",
       400,
       {{"X-RateLimit-Requests-Remaining", "0"}, {"X-RateLimit-Requests-Reset", "1700000030000"}},
       R"({"errors":[{"extensions":{"code":"RATELIMITED"}}]})",
       "limited 31000"},
      {"two budgets, the later one",
       429,
       {{"X-RateLimit-Requests-Remaining", "0"},
        {"X-RateLimit-Requests-Reset", "1700000010000"},
        {"X-RateLimit-Complexity-Remaining", "0"},
        {"X-RateLimit-Complexity-Reset", "1700000020000"}},
       "",
       "limited 21000"},
      {"a reset beyond all numbers", 429, {{"RateLimit-Reset", "18446744073709551615"}}, "", "limited 60000"},
  };
  for (const Case& it : cases) {
    CAPTURE(it.what);
    CHECK(decision(it.status, it.headers, it.body) == it.decision);
  }
}

TEST_CASE("retry: a limit without a time is a minute, then two, then four") {
  CHECK(decision(429, {}, "", 1) == "limited 120000");
  CHECK(decision(429, {}, "", 2) == "limited 240000");
  CHECK(decision(429, {}, "", 1'000'000) == "limited 61440000");
}

TEST_CASE("retry: servers that fail get more time with each failure") {
  for (const int status : {408, 500, 502, 503, 504, 522}) CHECK(decision(status).starts_with("failed "));
  CHECK(decision(503, {{"Retry-After", "7"}}) == "failed 7000");
  milliseconds whole(1000);
  for (int failed = 0; failed < 5; ++failed, whole *= 2) {
    const milliseconds wait = backoff({failed, 0, kNow, 42});
    CHECK(wait >= whole / 2);
    CHECK(wait <= whole);
    CHECK(wait == backoff({failed, 0, kNow, 42}));
  }
  CHECK(backoff({2'000'000, 0, kNow, 42}) <= milliseconds(30'000));
  CHECK(backoff({0, 0, kNow, 1}) != backoff({0, 0, kNow, 2}));
}
