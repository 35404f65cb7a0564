#include "correlate/url_template.hpp"

#include <doctest/doctest.h>

TEST_CASE("url template: keeps what names the route, not what changes between scans") {
  const std::pair<const char*, const char*> cases[] = {
      {"https://shop.example/orders/4711?id=3&page=2", "/orders/{id}?id&page"},
      {"http://127.0.0.1:8080/orders/17", "/orders/{id}"},
      {"/user?b=1&a=2&a=3", "/user?a&b"},
      {"/f/550e8400-e29b-41d4-a716-446655440000/x", "/f/{id}/x"},
      {"/commit/deadbeef12345678", "/commit/{id}"},
      {"/decade", "/decade"},
      {"/reports/2026-11-21", "/reports/{id}"},
      {"/mail/bob@example.com", "/mail/{id}"},
      {"/a/b/#fragment", "/a/b"},
      {"https://shop.example", "/"},
      {"", "/"},
      {"/search%20me", "/search me"},
  };
  for (const auto& [url, expected] : cases) {
    INFO(std::string(url));
    CHECK(gatepost::correlate::url_template(url) == expected);
  }
}
