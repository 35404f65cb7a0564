#include "net/curl_http.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/gzip.hpp"
#include "net/client.hpp"
#include "support/scripted_http.hpp"
#include "support/temporary_folder.hpp"
#include "unit/net/loopback_server.hpp"
#include "unit/net/throwaway_ca.hpp"

using namespace gatepost;
using namespace gatepost::net;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::Connection;
using test::LoopbackServer;

namespace {

std::unique_ptr<CurlHttp> curl(CurlOptions options = {}) {
  auto made = CurlHttp::create(std::move(options));
  REQUIRE(made.ok());
  return *std::move(made);
}

Failure failure_of(const Exchange& exchange) {
  const auto* const failure = std::get_if<Failure>(&exchange);
  REQUIRE(failure != nullptr);
  return *failure;
}

Response response_of(const Exchange& exchange) {
  if (const auto* const failure = std::get_if<Failure>(&exchange)) FAIL(failure->error.message);
  return std::get<Response>(exchange);
}

Request post(std::string url) { return {"POST", std::move(url), {{"Content-Type", "application/json"}}, "{}", {}}; }

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("curl: a request arrives as it was written, and the answer as it was given") {
  LoopbackServer server([](Connection& it, const std::string&) {
    it.answer("201 Created", "X-One: 1\r\nx-one: 2\r\nBad Header: x\r\nX-Escape: a\x1b[31mb\r\n", "made");
  });
  const auto http = curl({.user_agent = "gatepost/test"});
  Request request = post(server.url("/a%20b?c=d"));
  request.credential = {"Authorization", Secret("Bearer hush")};
  const Response made = response_of(http->send(request, seconds(5)));
  CHECK(made.status == 201);
  CHECK(made.body == "made");
  CHECK(made.headers.all("X-One") == std::vector<std::string_view>{"1", "2"});
  CHECK(made.headers.get("X-Escape") == "a[31mb");
  const std::string sent = server.requests().at(0);
  CHECK(sent.starts_with("POST /a%20b?c=d HTTP/1.1\r\n"));
  CHECK(has(sent, "\r\nAuthorization: Bearer hush\r\n"));
  CHECK(has(sent, "\r\nContent-Type: application/json\r\n"));
  CHECK(has(sent, "\r\nUser-Agent: gatepost/test\r\n"));
  CHECK_FALSE(has(sent, "Expect"));
  CHECK(sent.ends_with("\r\n\r\n{}"));
}

TEST_CASE("curl: every method goes out under its name, with a body when it has one") {
  LoopbackServer server([](Connection& it, const std::string&) { it.answer("200 OK", "", ""); });
  const auto http = curl();
  for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
    CHECK(response_of(http->send({method, server.url("/"), {}, "", {}}, seconds(5))).status == 200);
    CHECK(server.requests().back().starts_with(std::string(method) + " / HTTP/1.1"));
  }
  (void)http->send({"DELETE", server.url("/"), {}, "body", {}}, seconds(5));
  CHECK(server.requests().back().starts_with("DELETE / "));
  CHECK(server.requests().back().ends_with("\r\n\r\nbody"));
  CHECK(has(server.requests().at(1), "Content-Length: 0"));
}

TEST_CASE("curl: HEAD has no body, and 1xx is not the answer") {
  LoopbackServer server([](Connection& it, const std::string& request) {
    if (request.starts_with("HEAD")) {
      it.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
    } else {
      it.write("HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n");
      it.answer("200 OK", "X-Late: 1\r\n", "x");
    }
  });
  const auto http = curl();
  CHECK(response_of(http->send({.method = "HEAD", .url = server.url("/")}, seconds(5))).body.empty());
  const Response late = response_of(http->send({.url = server.url("/")}, seconds(5)));
  CHECK(late.status == 200);
  CHECK_FALSE(late.headers.has("X-Early"));
  CHECK(late.headers.has("X-Late"));
}

TEST_CASE("curl: a line end in a token or a method is refused before anything is sent") {
  LoopbackServer server([](Connection& it, const std::string&) { it.answer("200 OK", "", ""); });
  const auto http = curl();
  Request request{.url = server.url("/")};
  request.credential = {"Authorization", Secret("Bearer hush\r\nX-Evil: 1")};
  const Failure failure = failure_of(http->send(request, seconds(5)));
  CHECK(failure.error.message == "the HTTP header Authorization would hold a control character");
  CHECK_FALSE(failure.transient);
  request = {.method = "GET / HTTP/1.1\r\nX:", .url = server.url("/")};
  CHECK_FALSE(failure_of(http->send(request, seconds(5))).reached);
  CHECK(server.requests().empty());
}

TEST_CASE("curl: redirects are left to the caller") {
  LoopbackServer server([](Connection& it, const std::string&) { it.answer("302 Found", "Location: /y\r\n", ""); });
  CHECK(response_of(curl()->send({.url = server.url("/x")}, seconds(5))).headers.get("Location") == "/y");
  CHECK(server.requests().size() == 1);
}

TEST_CASE("curl: a refused connection did not reach the server") {
  std::string url;
  {
    const LoopbackServer gone([](Connection&, const std::string&) {});
    url = gone.url("/x?q=secret");
  }
  const Failure failure = failure_of(curl()->send(post(url), seconds(5)));
  CHECK(failure.transient);
  CHECK_FALSE(failure.reached);
  CHECK(failure.error.kind == ErrorKind::unavailable);
  CHECK(has(failure.error.message, "POST http://127.0.0.1:"));
  CHECK_FALSE(has(failure.error.message, "secret"));
}

TEST_CASE("curl: a slow answer ends with the budget, and may have been acted on") {
  LoopbackServer server([](Connection& it, const std::string&) {
    it.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    for (int i = 0; i < 1000 && it.write("x"); ++i) std::this_thread::sleep_for(milliseconds(20));
    it.reset();
  });
  const auto begin = std::chrono::steady_clock::now();
  const Failure failure = failure_of(curl()->send(post(server.url("/")), milliseconds(300)));
  CHECK(std::chrono::steady_clock::now() - begin < seconds(10));
  CHECK(failure.transient);
  CHECK(failure.reached);
}

TEST_CASE("curl: a truncated body and a lost answer are failures, not answers") {
  for (const char* words : {"", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf",
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf", "HTTP/1.1 20"}) {
    LoopbackServer server([&](Connection& it, const std::string&) {
      it.write(words);
      it.reset();
    });
    CAPTURE(words);
    const Failure failure = failure_of(curl()->send(post(server.url("/")), seconds(5)));
    CHECK(failure.transient);
    CHECK(failure.reached);
    CHECK(server.requests().size() == 1);
  }
}

TEST_CASE("curl: a write that gets no answer on a connection used before is not sent again behind our back") {
  std::atomic<int> count = 0;
  LoopbackServer server([&](Connection& it, const std::string&) {
    if (count++ == 0) {
      it.answer("200 OK", "", "x");
    } else {
      it.reset();
    }
  });
  const auto http = curl();
  CHECK(response_of(http->send({.url = server.url("/")}, seconds(5))).status == 200);
  CHECK(failure_of(http->send(post(server.url("/")), seconds(5))).reached);
  CHECK(server.requests().size() == 2);
}

TEST_CASE("curl: reads use one connection") {
  std::atomic<int> connections = 0;
  LoopbackServer server([&](Connection& it, const std::string& request) {
    if (has(request, "/first")) ++connections;
    it.answer("200 OK", "", std::to_string(it.socket()));
  });
  const auto http = curl();
  const std::string first = response_of(http->send({.url = server.url("/first")}, seconds(5))).body;
  CHECK(response_of(http->send({.url = server.url("/second")}, seconds(5))).body == first);
}

TEST_CASE("curl: an answer that is too long is not read to its end") {
  LoopbackServer server([](Connection& it, const std::string&) {
    it.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string chunk = "400\r\n" + std::string(1024, 'x') + "\r\n";
    for (int i = 0; i < 100'000 && it.write(chunk); ++i) {
    }
    it.reset();
  });
  const Failure failure = failure_of(curl({.body_bytes = 100'000})->send({.url = server.url("/")}, seconds(10)));
  CHECK(has(failure.error.message, "the answer is longer than the limit of 100000 bytes"));
  CHECK(failure.error.kind == ErrorKind::bad_input);
  CHECK_FALSE(failure.transient);
  CHECK(failure.reached);
}

TEST_CASE("curl: packed answers are unpacked, and bombs do not explode") {
  const std::string bomb = gzip(std::string(50'000'000, 'a'));
  LoopbackServer server([&](Connection& it, const std::string& request) {
    it.answer("200 OK", "Content-Encoding: gzip\r\n", has(request, "/bomb") ? bomb : gzip("hello"));
  });
  const auto http = curl({.body_bytes = 1'000'000});
  CHECK(response_of(http->send({.url = server.url("/")}, seconds(5))).body == "hello");
  CHECK(has(server.requests().at(0), "Accept-Encoding: gzip\r\n"));
  CHECK(has(failure_of(http->send({.url = server.url("/bomb")}, seconds(5))).error.message, "longer than the limit"));
}

TEST_CASE("curl: too many headers are refused") {
  for (const std::size_t size : {std::size_t{2}, std::size_t{1000}}) {
    LoopbackServer server([&](Connection& it, const std::string&) {
      std::string headers;
      for (int i = 0; i < 300; ++i) headers += "X-" + std::to_string(i) + ": " + std::string(size, 'x') + "\r\n";
      it.answer("200 OK", headers, "");
    });
    const Failure failure = failure_of(curl()->send({.url = server.url("/")}, seconds(5)));
    CHECK(has(failure.error.message, "too many headers"));
    CHECK_FALSE(failure.transient);
  }
}

TEST_CASE("curl: what is not HTTP is a failure") {
  for (const char* words :
       {"220 mail ESMTP\r\n", "HTTP/9.9 999 x\r\n\r\n", "\r\n\r\n\r\n", "HTTP/1.1 200 OK\r\n\0x\r\n"}) {
    LoopbackServer server([&](Connection& it, const std::string&) {
      it.write(words);
      it.reset();
    });
    (void)failure_of(curl()->send({.url = server.url("/")}, seconds(5)));
  }
}

TEST_CASE("curl: plain http is for this machine, unless it is allowed") {
  const Failure failure = failure_of(curl()->send({.url = "http://forge.test/x"}, seconds(5)));
  CHECK(failure.error.kind == ErrorKind::denied);
  CHECK(failure.error.message == "GET http://forge.test/x: not encrypted, and not on this machine");
}

// --- TLS ---

TEST_CASE("curl: a certificate of an authority that we were given is accepted, and no other") {
  const test::ThrowawayCa ca, stranger, wrong_name("DNS:other.test");
  const test::TemporaryFolder folder;
  const std::string file = folder.write("ca.pem", ca.pem());
  LoopbackServer server([](Connection& it, const std::string&) { it.answer("200 OK", "", "safe"); }, ca.server());
  CHECK(response_of(curl({.ca_file = file})->send({.url = server.url("/")}, seconds(5))).body == "safe");

  const Failure unknown = failure_of(curl()->send(post(server.url("/")), seconds(5)));
  CHECK_FALSE(unknown.transient);
  CHECK_FALSE(unknown.reached);
  CHECK(has(unknown.error.hint, "SSL_CERT_FILE"));
  const std::string other = folder.write("other.pem", stranger.pem());
  CHECK_FALSE(failure_of(curl({.ca_file = other})->send({.url = server.url("/")}, seconds(5))).transient);
  const std::string absent = folder.path("absent.pem");
  CHECK_FALSE(failure_of(curl({.ca_file = absent})->send({.url = server.url("/")}, seconds(5))).transient);

  LoopbackServer misnamed([](Connection& it, const std::string&) { it.answer("200 OK", "", ""); }, wrong_name.server());
  const std::string third = folder.write("wrong.pem", wrong_name.pem());
  CHECK_FALSE(failure_of(curl({.ca_file = third})->send({.url = misnamed.url("/")}, seconds(5))).transient);
  CHECK(misnamed.requests().empty());
}

TEST_CASE("curl: TLS below 1.2 is refused") {
  const test::ThrowawayCa ca;
  const test::TemporaryFolder folder;
  SSL_CTX_set_security_level(ca.server(), 0);
  SSL_CTX_set_min_proto_version(ca.server(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(ca.server(), TLS1_1_VERSION);
  LoopbackServer server([](Connection& it, const std::string&) { it.answer("200 OK", "", ""); }, ca.server());
  const Failure failure =
      failure_of(curl({.ca_file = folder.write("ca.pem", ca.pem())})->send({.url = server.url("/")}, seconds(5)));
  CHECK_FALSE(failure.reached);
}

// --- proxies ---

TEST_CASE("curl: a proxy is used for what is not excepted, and sees the password that is meant for it only") {
  LoopbackServer proxy([](Connection& it, const std::string&) { it.answer("200 OK", "", "by proxy"); });
  LoopbackServer server([](Connection& it, const std::string&) { it.answer("200 OK", "", "direct"); });
  CurlOptions options{.https_proxy = "http://127.0.0.1:1",
                      .http_proxy = "http://me:word@127.0.0.1:" + proxy.port(),
                      .no_proxy = "other.test, .inner.test",
                      .allow_plain_http = true};
  const auto http = curl(options);
  CHECK(response_of(http->send({.url = "http://forge.test/x"}, seconds(5))).body == "by proxy");
  const std::string sent = proxy.requests().at(0);
  CHECK(sent.starts_with("GET http://forge.test/x HTTP/1.1\r\n"));
  CHECK(has(sent, "Proxy-Authorization: Basic "));
  CHECK(response_of(http->send({.url = server.url("/")}, seconds(5))).body == "direct");
  CHECK_FALSE(has(server.requests().at(0), "Proxy-Authorization"));
  // Without the proxy these names lead nowhere.
  CHECK(failure_of(http->send({.url = "http://other.test/x"}, seconds(5))).transient);
  CHECK(failure_of(http->send({.url = "http://a.inner.test/x"}, seconds(5))).transient);
  CHECK(proxy.requests().size() == 1);
}

TEST_CASE("curl: through a tunnel the proxy sees the server's name and nothing else") {
  const test::ThrowawayCa ca;
  const test::TemporaryFolder folder;
  LoopbackServer server([](Connection& it, const std::string&) { it.answer("200 OK", "", "tunnelled"); }, ca.server());
  LoopbackServer proxy([&](Connection& it, const std::string&) {
    const int there = test::connect_to(server.port());
    it.write("HTTP/1.1 200 Connection established\r\nX-Proxy: 1\r\n\r\n");
    test::relay(it.socket(), there);
    ::close(there);
    it.reset();
  });
  const auto http =
      curl({.ca_file = folder.write("ca.pem", ca.pem()), .https_proxy = "http://127.0.0.1:" + proxy.port()});
  Request request = post("https://forge.test/x");
  request.credential = {"Authorization", Secret("Bearer hush")};
  REQUIRE(request.headers.add("X-Ours", "1").ok());
  const Response got = response_of(http->send(request, seconds(5)));
  CHECK(got.body == "tunnelled");
  CHECK_FALSE(got.headers.has("X-Proxy"));
  CHECK(has(server.requests().at(0), "Authorization: Bearer hush"));
  const std::string seen = proxy.requests().at(0);
  CHECK(seen.starts_with("CONNECT forge.test:443 HTTP/1.1\r\n"));
  CHECK_FALSE(has(seen, "hush"));
  CHECK_FALSE(has(seen, "X-Ours"));
}

TEST_CASE("curl: a proxy that refuses is named, and the server was not reached") {
  LoopbackServer proxy(
      [](Connection& it, const std::string&) { it.answer("407 Proxy Authentication Required", "", ""); });
  const auto http = curl({.https_proxy = "http://me:word@127.0.0.1:" + proxy.port()});
  const Failure failure = failure_of(http->send(post("https://forge.test/x"), seconds(5)));
  CHECK_FALSE(failure.transient);
  CHECK_FALSE(failure.reached);
  CHECK(has(failure.error.hint, "HTTPS_PROXY"));
  CHECK_FALSE(has(failure.error.message, "word"));
}

// --- with the client ---

TEST_CASE("curl and client: a comment whose answer is lost is posted once") {
  std::atomic<int> posted = 0;
  LoopbackServer server([&](Connection& it, const std::string& request) {
    if (request.starts_with("POST")) {
      ++posted;
      it.reset();
    } else {
      it.answer("200 OK", "", posted > 0 ? "ours" : "none");
    }
  });
  const auto http = curl();
  test::FakeTime time;
  Client client(*http, time.ports(), {server.url("/"), {"Authorization", Secret("Bearer hush")}, {}, {}});
  Call call{.method = "POST", .url = server.url("/comments"), .body = "{}", .effect = Effect::notifies};
  call.recover = [&]() -> Result<std::optional<Response>> {
    GP_TRY(Response list, client.call({.url = server.url("/comments")}));
    return list.body == "ours" ? std::optional(std::move(list)) : std::nullopt;
  };
  const auto made = client.call(call);
  REQUIRE(made.ok());
  CHECK(made->body == "ours");
  CHECK(posted == 1);
}
