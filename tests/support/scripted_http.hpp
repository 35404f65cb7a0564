// A network that answers as it is told, and a clock that only sleeping moves. For tests of what calls servers.
#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <deque>
#include <functional>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "net/client.hpp"
#include "net/http.hpp"

namespace gatepost::test {

class FakeTime {
 public:
  Timestamp now{1'700'000'000'000};
  std::vector<std::chrono::milliseconds> slept;

  net::Time ports() {
    return {[this] { return now; },
            [this](std::chrono::milliseconds duration) {
              slept.push_back(duration);
              pass(duration);
            }};
  }
  void pass(std::chrono::milliseconds duration) { now.unix_ms += duration.count(); }
  [[nodiscard]] std::chrono::milliseconds total_slept() const {
    return std::accumulate(slept.begin(), slept.end(), std::chrono::milliseconds(0));
  }
};

inline net::Response answer(int status, net::Headers headers = {}, std::string body = {}) {
  return {status, std::move(headers), std::move(body), {}};
}
inline net::Exchange refused_connection() {
  return net::Failure{error(ErrorKind::unavailable, "connection refused"), true, false};
}
inline net::Exchange lost_answer() {
  return net::Failure{error(ErrorKind::unavailable, "connection reset"), true, true};
}

// Every request must have been foreseen, and everything foreseen must have been asked.
class ScriptedHttp final : public net::Http {
 public:
  using Answer = std::function<net::Exchange(const net::Request&)>;
  struct Sent {
    std::string line;        // "GET https://…"
    std::string credential;  // the value, or ""
    net::Headers headers;
    std::string body;
    Timestamp at;
    std::chrono::milliseconds budget;
  };

  explicit ScriptedHttp(FakeTime& time) : time_(time) {}
  ~ScriptedHttp() override { CHECK_MESSAGE(script_.empty(), script_.size() << " foreseen requests were not made"); }

  ScriptedHttp& then(Answer answer) {
    script_.push_back(std::move(answer));
    return *this;
  }
  ScriptedHttp& then(net::Exchange exchange) {
    return then([exchange = std::move(exchange)](const net::Request&) { return exchange; });
  }
  ScriptedHttp& then(int status, net::Headers headers = {}, std::string body = {}) {
    return then(net::Exchange(answer(status, std::move(headers), std::move(body))));
  }

  net::Exchange send(const net::Request& request, std::chrono::milliseconds budget) override {
    sent.push_back({request.method + " " + request.url, std::string(request.credential.value.reveal()), request.headers,
                    request.body, time_.now, budget});
    if (script_.empty()) {
      FAIL_CHECK("not foreseen: " << sent.back().line);
      return answer(599);
    }
    const Answer next = std::move(script_.front());
    script_.pop_front();
    return next(request);
  }

  std::vector<Sent> sent;

 private:
  FakeTime& time_;
  std::deque<Answer> script_;
};

}  // namespace gatepost::test
