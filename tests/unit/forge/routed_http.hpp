// A server that answers what a test told it to, and fails the test on anything else.
#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "net/http.hpp"

namespace gatepost::test {

class RoutedHttp final : public net::Http {
 public:
  struct Seen {
    std::string what;  // "GET /pulls/7?x=1"
    std::string body, authorization, accept;
  };

  // `origin` is left out of what requests are called.
  explicit RoutedHttp(std::string origin) : origin_(std::move(origin)) {}
  ~RoutedHttp() override {
    for (const auto& [what, answers] : once_) {
      if (!answers.empty()) FAIL_CHECK("never asked: " << what);
    }
  }

  // Answers every such request.
  RoutedHttp& on(const std::string& what, int status, std::string body, net::Headers headers = json()) {
    always_[what] = net::Response{.status = status, .headers = std::move(headers), .body = std::move(body)};
    return *this;
  }
  // Answers one such request, before `on` does; several are answered in the order told. It must be asked.
  RoutedHttp& once(const std::string& what, int status, std::string body, net::Headers headers = json()) {
    once_[what].push_back(net::Response{.status = status, .headers = std::move(headers), .body = std::move(body)});
    return *this;
  }
  // The connection breaks after the request was sent.
  RoutedHttp& lose(const std::string& what) {
    once_[what].push_back(net::Failure{error(ErrorKind::unavailable, "the connection was closed"), true, true});
    return *this;
  }

  net::Exchange send(const net::Request& request, std::chrono::milliseconds) override {
    std::string what = request.method + " ";
    what += request.url.starts_with(origin_) ? request.url.substr(origin_.size()) : request.url;
    seen.push_back({what, request.body, std::string(request.credential.value.reveal()),
                    std::string(request.headers.get("Accept"))});
    if (!request.body.empty()) CHECK(request.headers.get("Content-Type") == "application/json");
    if (auto& next = once_[what]; !next.empty()) {
      net::Exchange answer = std::move(next.front());
      next.pop_front();
      return answer;
    }
    if (const auto found = always_.find(what); found != always_.end()) return found->second;
    FAIL_CHECK("not expected: " << what << " " << request.body);
    return net::Response{.status = 418, .headers = json(), .body = R"({"message":"not expected"})"};
  }

  [[nodiscard]] std::size_t count(const std::string& what) const {
    std::size_t n = 0;
    for (const Seen& it : seen) n += it.what == what ? 1U : 0U;
    return n;
  }
  // Of the n-th such request.
  [[nodiscard]] std::string body_of(const std::string& what, std::size_t n = 0) const {
    for (const Seen& it : seen) {
      if (it.what == what && n-- == 0) return it.body;
    }
    FAIL_CHECK("was not asked: " << what);
    return {};
  }
  [[nodiscard]] std::vector<std::string> writes() const {
    std::vector<std::string> all;
    for (const Seen& it : seen) {
      if (!it.what.starts_with("GET ")) all.push_back(it.what);
    }
    return all;
  }

  static net::Headers json() { return {{"Content-Type", "application/json; charset=utf-8"}}; }

  std::vector<Seen> seen;

 private:
  std::string origin_;
  std::map<std::string, net::Response> always_;
  std::map<std::string, std::deque<net::Exchange>> once_;
};

}  // namespace gatepost::test
