#include "net/listener.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

namespace gatepost::net {
namespace {

using namespace std::chrono_literals;

Timestamp steady() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(now).count()};
}

class Client {
 public:
  explicit Client(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { ::close(socket_); }

  bool send(std::string_view bytes) const {
    return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }
  // All that comes until the other side ends.
  std::string rest() const {
    std::string all;
    char piece[4096];
    for (ssize_t got = 0; (got = ::recv(socket_, piece, sizeof piece, 0)) > 0;)
      all.append(piece, static_cast<std::size_t>(got));
    return all;
  }
  bool connected_ = false;

 private:
  int socket_;
};

class Running {
 public:
  explicit Running(const ListenerLimits& limits = {}) {
    const auto echo = [this](Incoming&& request) -> Answer {
      while (blocked) std::this_thread::sleep_for(5ms);
      std::string kept;
      for (const auto& [name, value] : request.headers)
        if (name == "x-kept") kept = value;
      return {202, request.path + " " + kept + " " + request.body};
    };
    auto made = listen("127.0.0.1", 0,
                       {{"/github", true, echo}, {"/ready", false, [](Incoming&&) -> Answer { return {200, "yes"}; }}},
                       limits, steady);
    REQUIRE_MESSAGE(made.ok(), made.error().message);
    listener = std::move(*made);
    thread_ = std::thread([this] { listener->serve(); });
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    blocked = false;
    stop();
  }
  void stop() {
    if (!thread_.joinable()) return;
    listener->stop();
    thread_.join();
  }
  // The status line's number and the body.
  std::string ask(const std::string& bytes) const {
    const Client client(listener->port());
    client.send(bytes);
    const std::string all = client.rest();
    if (!all.starts_with("HTTP/1.1 ")) return all;
    const std::size_t end = all.find("\r\n\r\n");
    return all.substr(9, 3) + (end + 4 < all.size() ? " " + all.substr(end + 4) : "");
  }

  std::unique_ptr<Listener> listener;
  std::atomic<bool> blocked = false;

 private:
  std::thread thread_;
};

std::string post(const std::string& body, const std::string& headers = "") {
  return "POST /github?x=1 HTTP/1.1\r\nHost: x\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

TEST_CASE("a request is read as it was sent and answered, and the connection ends") {
  const Running running;
  CHECK(running.ask(post("{\"a\":1}", "X-KEPT: yes\r\n")) == "202 /github yes {\"a\":1}");
  CHECK(running.ask("GET /ready HTTP/1.1\r\nHost: x\r\n\r\n") == "200 yes");
  const std::string chunked = "POST /github HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  CHECK(running.ask(chunked + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n") == "202 /github  abcde");
  const Client waits(running.listener->port());
  waits.send("POST /github HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  waits.send("ok");
  CHECK(waits.rest().starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202"));
}

TEST_CASE("what cannot be meant is refused, before its body is read") {
  ListenerLimits limits;
  limits.body = 1000;
  const Running running(limits);
  const auto headers = [](const std::string& rest) { return "POST /github HTTP/1.1\r\n" + rest + "\r\n"; };
  CHECK(running.ask("POST /elsewhere HTTP/1.1\r\nContent-Length: 9000000000\r\n\r\n") == "404");
  CHECK(running.ask("GET /github HTTP/1.1\r\n\r\n") == "405");
  CHECK(running.ask("DELETE /github HTTP/1.1\r\nContent-Length: 5\r\n\r\n") == "405");
  CHECK(running.ask(headers("")) == "411");
  CHECK(running.ask(headers("Content-Length: 1001\r\n")) == "413");
  CHECK(running.ask(headers("Content-Length: -1\r\n")) == "400");
  CHECK(running.ask(headers("Content-Length: 5\r\nContent-Length: 6\r\n")) == "400");
  CHECK(running.ask(headers("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")) == "400");
  CHECK(running.ask(headers("Content-Length: 5\r\nContent-Encoding: gzip\r\n")) == "415");
  CHECK(running.ask(headers("Content-Length: 5\r\nContent-Type: Multipart/form-data; boundary=x\r\n")) == "415");
  CHECK(running.ask(headers("Transfer-Encoding: chunked\r\n") + "7d0\r\n" + std::string(2000, 'x') + "\r\n0\r\n\r\n") ==
        "413");
  CHECK(running.ask(post(std::string(1000, 'x'))).size() == 4 + 9 + 1000);
  CHECK(running.ask("nonsense\r\n\r\n").starts_with("400"));
}

TEST_CASE("who is slow or endless is cut off") {
  ListenerLimits limits;
  limits.for_headers = 150ms;
  limits.for_request = 300ms;
  limits.headers = 2000;
  const Running running(limits);
  const auto time_of = [&](const std::string& begin, const std::string& drop) {
    const Timestamp before = steady();
    const Client client(running.listener->port());
    client.send(begin);
    std::thread drip([&] {
      for (int i = 0; i < 60 && client.send(drop); ++i) std::this_thread::sleep_for(20ms);
    });
    client.rest();
    const std::int64_t took = steady().unix_ms - before.unix_ms;
    drip.join();
    return took;
  };
  CHECK(time_of("POST /github HTTP/1.1\r\nX: ", "y") < 1'100);
  CHECK(time_of("POST /github HTTP/1.1\r\nContent-Length: 999\r\n\r\n", "y") < 1'200);
  CHECK(time_of("POST /github HTTP/1.1\r\n", std::string(200, 'a') + ": b\r\n") < 1'100);
  CHECK(running.ask(post("still there")) == "202 /github  still there");
}

TEST_CASE("more connections than there is room for are turned away at once") {
  ListenerLimits limits;
  limits.connections = 1;
  limits.waiting = 1;
  Running running(limits);
  running.blocked = true;
  const Client works(running.listener->port());
  works.send(post("one"));
  std::this_thread::sleep_for(100ms);
  const Client waits(running.listener->port());
  waits.send(post("two"));
  std::this_thread::sleep_for(100ms);
  CHECK(running.ask("").starts_with("503"));
  running.blocked = false;
  CHECK(works.rest().ends_with("one"));
  CHECK(waits.rest().ends_with("two"));
}

TEST_CASE("bodies that are being read have one memory together") {
  ListenerLimits limits;
  limits.memory = 1000;
  const Running running(limits);
  CHECK(running.ask(post(std::string(1001, 'x'))) == "503");
  CHECK(running.ask(post(std::string(900, 'x'))).starts_with("202"));
  CHECK(running.ask(post(std::string(900, 'x'))).starts_with("202"));
}

TEST_CASE("what was begun is answered after a stop, and a port has one owner") {
  Running running;
  CHECK_FALSE(listen("127.0.0.1", running.listener->port(), {}, {}, steady).ok());
  running.blocked = true;
  const Client client(running.listener->port());
  client.send(post("last"));
  std::this_thread::sleep_for(100ms);
  std::thread stops([&] { running.stop(); });
  std::this_thread::sleep_for(50ms);
  CHECK_FALSE(Client(running.listener->port()).connected_);
  running.blocked = false;
  CHECK(client.rest().ends_with("last"));
  stops.join();
}

}  // namespace
}  // namespace gatepost::net
