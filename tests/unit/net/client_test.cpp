#include "net/client.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "support/scripted_http.hpp"

using namespace gatepost;
using namespace gatepost::net;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::answer;

namespace {

const std::string kApi = "https://h/api";

struct World {
  test::FakeTime time;
  test::ScriptedHttp http{time};

  Client client(Limits limits = {}) {
    return {http, time.ports(), {kApi, {"Authorization", Secret("Bearer hush-hush")}, {}, {}}, limits};
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> out;
    for (const auto& it : http.sent) out.push_back(it.line);
    return out;
  }
  [[nodiscard]] milliseconds slept() const {
    milliseconds sum{0};
    for (const milliseconds it : time.slept) sum += it;
    return sum;
  }
};

Call get(const std::string& path) { return {.url = kApi + path}; }
Call post(const std::string& path, Effect effect = Effect::creates) {
  return {.method = "POST", .url = kApi + path, .body = "{}", .effect = effect};
}

}  // namespace

TEST_CASE("client: an answer of any status is given to the caller") {
  World world;
  Client client = world.client();
  world.http.then(200, {}, "a").then(404).then(422);
  CHECK(client.call(get("/x"))->body == "a");
  CHECK(client.call(get("/x"))->status == 404);
  CHECK(client.call(post("/x"))->status == 422);
  CHECK(world.lines() ==
        std::vector<std::string>{"GET https://h/api/x", "GET https://h/api/x", "POST https://h/api/x"});
  CHECK(client.stats().reads == 2);
  CHECK(client.stats().writes == 1);
  CHECK(world.slept() == seconds(0));
}

TEST_CASE("client: the credential goes below its prefix and nowhere else") {
  World world;
  Client client = world.client();
  world.http.then(200).then(200).then(200);
  (void)client.call(get("/x"));
  (void)client.call({.url = "https://h/other"});
  (void)client.call({.url = "https://evil/api/x"});
  CHECK(world.http.sent[0].credential == "Bearer hush-hush");
  CHECK(world.http.sent[1].credential.empty());
  CHECK(world.http.sent[2].credential.empty());
}

TEST_CASE("client: a credential without a place it belongs to is an error, and so is a broken URL") {
  World world;
  Client lost(world.http, world.time.ports(), {"", {"A", Secret("b")}, {}, {}});
  CHECK_FALSE(lost.call(get("/x")).ok());
  Client client = world.client();
  CHECK_FALSE(client.call({.url = "ftp://h/x"}).ok());
}

// --- trying again ---

TEST_CASE("client: what did not reach the server is sent again, also when it creates") {
  World world;
  Client client = world.client();
  world.http.then(test::refused_connection()).then(test::refused_connection()).then(201);
  CHECK(client.call(post("/x"))->status == 201);
  CHECK(client.stats().retries == 2);
  CHECK(client.stats().writes == 1);
  CHECK(world.slept() >= milliseconds(1500));
}

TEST_CASE("client: tries end, with the last answer or the last failure") {
  World world;
  Client client = world.client({.retries = 2});
  world.http.then(502).then(503).then(502, {}, "the last");
  CHECK(client.call(get("/x"))->body == "the last");
  for (int i = 0; i < 3; ++i) world.http.then(test::lost_answer());
  const auto lost = client.call(get("/x"));
  REQUIRE_FALSE(lost.ok());
  CHECK(lost.error().message == "connection reset; tried 3 times");
  CHECK(lost.error().kind == ErrorKind::unavailable);
}

TEST_CASE("client: what will not get better is not tried again") {
  World world;
  Client client = world.client();
  world.http.then(Failure{error(ErrorKind::unavailable, "certificate"), false, false});
  CHECK(client.call(get("/x")).error().message == "certificate");
  CHECK(world.slept() == seconds(0));
}

TEST_CASE("client: a limit is waited for as long as it says") {
  World world;
  Client client = world.client();
  world.http.then(429, {{"Retry-After", "17"}}).then(200);
  CHECK(client.call(get("/x"))->status == 200);
  CHECK(world.time.slept == std::vector<milliseconds>{seconds(17)});
  CHECK(client.stats().waited == seconds(17));
}

TEST_CASE("client: a write that was limited was not done, and is sent again without looking for it") {
  World world;
  Client client = world.client();
  Call call = post("/x");
  call.recover = []() -> Result<std::optional<Response>> {
    FAIL_CHECK("nothing was made");
    return std::optional<Response>();
  };
  world.http.then(403, {}, "You have exceeded a secondary rate limit").then(201);
  CHECK(client.call(call)->status == 201);
  CHECK(world.slept() == seconds(60));
}

TEST_CASE("client: a wait beyond the limits is not begun") {
  World world;
  Client client = world.client({.waiting = seconds(90)});
  world.http.then(403, {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", "1700003599"}},
                  "API rate limit exceeded");
  const auto limited = client.call(get("/x?q=secret"));
  REQUIRE_FALSE(limited.ok());
  CHECK(limited.error() ==
        error(ErrorKind::unavailable,
              "GET https://h/api/x: 403 Forbidden, API rate limit exceeded; the next try would be in "
              "3600 s, and 90 s may still be waited",
              "the rate limit is used up; try again later"));
  CHECK(world.slept() == seconds(0));
}

TEST_CASE("client: waiting for limits is bounded over all calls") {
  World world;
  Client client = world.client({.waiting = seconds(50)});
  world.http.then(429, {{"Retry-After", "40"}}).then(200).then(429, {{"Retry-After", "20"}});
  CHECK(client.call(get("/x")).ok());
  CHECK_FALSE(client.call(get("/y")).ok());
  CHECK(world.slept() == seconds(40));
}

// --- lost answers ---

TEST_CASE("client: before a call that creates is repeated, what it made is looked for") {
  for (const bool failed_by_status : {false, true}) {
    World world;
    Client client = world.client();
    Call call = post("/comments", Effect::notifies);
    call.recover = [&]() -> Result<std::optional<Response>> {
      GP_TRY(const Response list, client.call(get("/comments")));
      if (list.body == "none") return std::optional<Response>();
      return std::optional<Response>(list);
    };
    world.http.then(failed_by_status ? Exchange(answer(502)) : test::lost_answer());
    world.http.then(200, {}, "none").then(test::lost_answer()).then(200, {}, "ours");
    const auto made = client.call(call);
    REQUIRE(made.ok());
    CHECK(made->body == "ours");
    CHECK(world.lines() == std::vector<std::string>{"POST https://h/api/comments", "GET https://h/api/comments",
                                                    "POST https://h/api/comments", "GET https://h/api/comments"});
    CHECK(client.stats().recovered == 1);
    CHECK(client.stats().retries == 1);
  }
}

TEST_CASE("client: a call that creates is never repeated blindly") {
  World world;
  Client client = world.client();
  world.http.then(test::lost_answer());
  const auto lost = client.call(post("/x"));
  REQUIRE_FALSE(lost.ok());
  CHECK(lost.error().hint == "the server may have done it all the same");
  world.http.then(502);
  CHECK(client.call(post("/x"))->status == 502);
}

TEST_CASE("client: when looking fails, the call is not repeated") {
  World world;
  Client client = world.client();
  Call call = post("/x");
  call.recover = []() -> Result<std::optional<Response>> { return error(ErrorKind::denied, "no list"); };
  world.http.then(test::lost_answer());
  const auto lost = client.call(call);
  REQUIRE_FALSE(lost.ok());
  CHECK(lost.error() ==
        error(ErrorKind::unavailable,
              "POST https://h/api/x: the answer was lost, and looking for what it did failed: no list"));
}

TEST_CASE("client: after the last try, too, what was made is found") {
  World world;
  Client client = world.client({.retries = 0});
  Call call = post("/x");
  call.recover = []() -> Result<std::optional<Response>> { return std::optional(answer(201, {}, "ours")); };
  world.http.then(test::lost_answer()).then(Failure{error(ErrorKind::bad_input, "too long"), false, true});
  CHECK(client.call(call)->body == "ours");
  CHECK(client.call(call)->body == "ours");
}

TEST_CASE("client: what was made is found also when there is no time to wait before") {
  World world;
  Client client = world.client({.total = seconds(3)});
  Call call = post("/x");
  std::optional<Response> ours = answer(201, {}, "ours");
  call.recover = [&]() -> Result<std::optional<Response>> { return ours; };
  world.http.then(503, {{"Retry-After", "10"}}).then(503, {{"Retry-After", "10"}});
  CHECK(client.call(call)->body == "ours");
  ours.reset();
  const auto lost = client.call(call);
  REQUIRE_FALSE(lost.ok());
  CHECK(lost.error().hint == "the server may have done it all the same");
}

TEST_CASE("client: what is the same when done twice is repeated") {
  World world;
  Client client = world.client();
  world.http.then(test::lost_answer()).then(504).then(200);
  Call call = post("/x", Effect::idempotent);
  call.method = "PATCH";
  CHECK(client.call(call)->status == 200);
}

// --- time and counts ---

TEST_CASE("client: writes are a second apart, those that notify three") {
  World world;
  Client client = world.client();
  for (int i = 0; i < 6; ++i) world.http.then(200);
  const Timestamp start = world.time.now;
  for (const Effect effect :
       {Effect::creates, Effect::notifies, Effect::notifies, Effect::idempotent, Effect::read, Effect::notifies}) {
    (void)client.call(post("/x", effect));
  }
  std::vector<std::int64_t> at;
  for (const auto& it : world.http.sent) at.push_back(it.at.unix_ms - start.unix_ms);
  CHECK(at == std::vector<std::int64_t>{0, 1000, 4000, 5000, 5000, 7000});
  CHECK(client.stats().paced == seconds(7));
}

TEST_CASE("client: the pause between writes begins when the first one has ended") {
  World world;
  Client client = world.client();
  const auto slow = [&](const Request&) -> Exchange {
    world.time.pass(milliseconds(700));
    return answer(200);
  };
  world.http.then(slow).then(slow);
  const Timestamp start = world.time.now;
  for (int i = 0; i < 2; ++i) (void)client.call(post("/x", Effect::creates));
  CHECK(world.http.sent.at(1).at.unix_ms - start.unix_ms == 1700);
}

TEST_CASE("client: all calls together end in time") {
  World world;
  Client client = world.client({.total = seconds(10), .one_exchange = seconds(6)});
  const auto slow = [&](const Request&) -> Exchange {
    world.time.pass(seconds(6));
    return answer(200);
  };
  world.http.then(slow);
  CHECK(client.call(get("/x")).ok());
  world.time.pass(seconds(1000));  // between the calls: thinking is free
  world.http.then([&](const Request&) -> Exchange {
    world.time.pass(seconds(4));
    return answer(200);
  });
  CHECK(client.call(get("/x")).ok());
  CHECK(world.http.sent[0].budget == seconds(6));
  CHECK(world.http.sent[1].budget == seconds(4));
  const auto late = client.call(get("/x"));
  REQUIRE_FALSE(late.ok());
  CHECK(late.error() ==
        error(ErrorKind::unavailable, "GET https://h/api/x: the 10 s that all requests together may take are over"));
}

TEST_CASE("client: a wait that would end too late is not begun, and the failure is told") {
  World world;
  Client client = world.client({.total = seconds(3)});
  world.http.then(503, {{"Retry-After", "10"}});
  CHECK(client.call(get("/x")).error().message ==
        "GET https://h/api/x: 503 Service Unavailable; the next try would be in 10 s, and 3 s may still be waited");
}

TEST_CASE("client: a run writes at most as often as it may") {
  World world;
  Client client = world.client({.writes = 2});
  world.http.then(201).then(201);
  CHECK(client.call(post("/x")).ok());
  CHECK(client.call(post("/x")).ok());
  CHECK(client.call(post("/x")).error().message == "POST https://h/api/x: not sent, the limit of 2 writes is reached");
}

// --- redirects ---

TEST_CASE("client: a redirect within the prefix takes method, body and credential along") {
  World world;
  Client client = world.client();
  world.http.then(301, {{"Location", "/api/moved"}}).then(307, {{"Location", "again"}}).then(201);
  const auto made = client.call(post("/x"));
  CHECK(made->status == 201);
  CHECK(made->url == "https://h/api/again");
  CHECK(world.lines() ==
        std::vector<std::string>{"POST https://h/api/x", "POST https://h/api/moved", "POST https://h/api/again"});
  CHECK(world.http.sent[2].body == "{}");
  CHECK(world.http.sent[2].credential == "Bearer hush-hush");
}

TEST_CASE("client: once elsewhere, the credential never comes back") {
  World world;
  Client client = world.client();
  world.http.then(302, {{"Location", "https://store/y"}}).then(302, {{"Location", "https://h/api/z"}}).then(200);
  CHECK(client.call(get("/x")).ok());
  CHECK(world.http.sent[0].credential == "Bearer hush-hush");
  CHECK(world.http.sent[1].credential.empty());
  CHECK(world.http.sent[2].credential.empty());
}

TEST_CASE("client: redirects end") {
  World world;
  Client client = world.client();
  for (int i = 0; i < 6; ++i) world.http.then(302, {{"Location", "/api/x"}});
  const auto round = client.call(get("/x"));
  REQUIRE_FALSE(round.ok());
  CHECK(round.error().message == "GET https://h/api/x was redirected more than 5 times");
}

TEST_CASE("client: a write is not sent to another server, and nothing to one without encryption") {
  World world;
  Client client = world.client();
  world.http.then(307, {{"Location", "https://evil/api/x"}}).then(302, {{"Location", "http://h/api/x"}});
  CHECK(client.call(post("/x")).error().kind == ErrorKind::denied);
  CHECK(client.call(get("/x")).error().kind == ErrorKind::denied);
}

TEST_CASE("client: what 303 says was done is not done again when reading its result fails") {
  World world;
  Client client = world.client();
  world.http.then(303, {{"Location", "/api/result"}}).then(502).then(429).then(200);
  CHECK(client.call(post("/x")).ok());
  CHECK(world.lines() == std::vector<std::string>{"POST https://h/api/x", "GET https://h/api/result",
                                                  "GET https://h/api/result", "GET https://h/api/result"});
}

// --- renewing the credential ---

TEST_CASE("client: a credential is renewed once when it is refused") {
  World world;
  int renewals = 0;
  Credential credential{kApi, {"Authorization", Secret("old")}, {}, [&](milliseconds budget) -> Result<Credential> {
                          CHECK(budget <= seconds(30));
                          ++renewals;
                          return Credential{kApi, {"Authorization", Secret("new")}, {}, {}};
                        }};
  Client client(world.http, world.time.ports(), credential);
  world.http.then(401).then(200).then(401).then(401);
  CHECK(client.call(get("/x"))->status == 200);
  CHECK(world.http.sent[0].credential == "old");
  CHECK(world.http.sent[1].credential == "new");
  CHECK(client.call(get("/x"))->status == 401);
  CHECK(renewals == 2);
}

TEST_CASE("client: a credential is renewed five minutes before it expires; the old one helps out till then") {
  World world;
  bool broken = false;
  Credential credential{kApi, {"Authorization", Secret("old")}, Timestamp{world.time.now.unix_ms + 400'000}, {}};
  credential.renew = [&](milliseconds) -> Result<Credential> {
    if (broken) return error(ErrorKind::unavailable, "down");
    return Credential{kApi, {"Authorization", Secret("new")}, {}, {}};
  };
  Client client(world.http, world.time.ports(), credential);
  for (int i = 0; i < 3; ++i) world.http.then(200);
  (void)client.call(get("/1"));
  world.time.pass(seconds(101));
  broken = true;
  (void)client.call(get("/2"));
  broken = false;
  (void)client.call(get("/3"));
  CHECK(world.http.sent[0].credential == "old");
  CHECK(world.http.sent[1].credential == "old");
  CHECK(world.http.sent[2].credential == "new");
}

TEST_CASE("client: renewing that needs the client itself does not go round in circles") {
  World world;
  Client* self = nullptr;
  Credential credential{kApi, {"Authorization", Secret("old")}, world.time.now, {}};
  credential.renew = [&](milliseconds) -> Result<Credential> {
    GP_TRY(const Response token, self->call(post("/token")));
    return Credential{kApi, {"Authorization", Secret(token.body)}, {}, {}};
  };
  Client client(world.http, world.time.ports(), credential);
  self = &client;
  world.http.then(201, {}, "new").then(200).then(401).then(201, {}, "newer").then(200);
  CHECK(client.call(get("/x"))->status == 200);
  CHECK(world.http.sent[1].credential == "new");
  CHECK(client.call(get("/x"))->status == 200);
  CHECK(world.http.sent[4].credential == "newer");
}

TEST_CASE("client: when an expired credential cannot be renewed, the reason is told") {
  World world;
  Credential credential{kApi, {"Authorization", Secret("old")}, world.time.now, [](milliseconds) -> Result<Credential> {
                          return error(ErrorKind::config, "no key");
                        }};
  Client client(world.http, world.time.ports(), credential);
  CHECK(client.call(get("/x")).error() == error(ErrorKind::config, "renewing the token: no key"));
}

// --- what was read before ---

TEST_CASE("client: what did not change is not read twice") {
  World world;
  Client client = world.client();
  world.http.then(200, {{"ETag", "\"1\""}, {"X-Next-Page", ""}}, "one").then(304).then(200, {{"ETag", "\"2\""}}, "two");
  world.http.then(304).then(200, {}, "json");
  CHECK(client.call(get("/x"))->body == "one");
  const auto again = client.call(get("/x"));
  CHECK(again->body == "one");
  CHECK(again->status == 200);
  CHECK(world.http.sent[1].headers.get("If-None-Match") == "\"1\"");
  CHECK(client.call(get("/x"))->body == "two");
  CHECK(client.call(get("/x"))->body == "two");
  CHECK(world.http.sent[3].headers.get("If-None-Match") == "\"2\"");
  Call other = get("/x");
  other.headers = {{"Accept", "application/json"}};
  CHECK(client.call(other)->body == "json");
  CHECK_FALSE(world.http.sent[4].headers.has("If-None-Match"));
  CHECK(client.stats().not_modified == 2);
}

// --- lists ---

TEST_CASE("client: all pages are read, and no more than wanted") {
  World world;
  Client client = world.client();
  std::string all;
  const auto read = [&](const Response& page) -> Result<bool> {
    all += page.body;
    return page.body != "stop";
  };
  world.http.then(200, {{"Link", "</api/l?page=2>; rel=next"}}, "a")
      .then(200, {{"X-Next-Page", "3"}}, "b")
      .then(200, {}, "c");
  CHECK(client.pages(get("/l"), read).ok());
  CHECK(all == "abc");
  CHECK(world.lines().back() == "GET https://h/api/l?page=3");
  world.http.then(200, {{"Link", "</api/l?page=2>; rel=next"}}, "stop");
  CHECK(client.pages(get("/l"), read).ok());
  world.http.then(404, {{"Link", "</api/l?page=2>; rel=next"}}, "no");
  CHECK(client.pages(get("/l"), read).ok());
}

TEST_CASE("client: pages that lead elsewhere, in a circle or on without end are errors") {
  World world;
  Client client = world.client({.pages = 2});
  const auto read = [](const Response&) -> Result<bool> { return true; };
  world.http.then(200, {{"Link", "<https://evil/api/l>; rel=next"}});
  CHECK(client.pages(get("/l"), read).error().kind == ErrorKind::denied);
  world.http.then(200, {{"Link", "</api/l>; rel=next"}});
  CHECK(client.pages(get("/l"), read).error().message ==
        "GET https://h/api/l: its next pages lead back to one that was read before");
  world.http.then(200, {{"X-Next-Page", "2"}}).then(200, {{"X-Next-Page", "3"}});
  CHECK(client.pages(get("/l"), read).error().message == "GET https://h/api/l: more than 2 pages");
  world.http.then(200);
  const auto stop = [](const Response&) -> Result<bool> { return error(ErrorKind::bad_input, "not a list"); };
  CHECK(client.pages(get("/l"), stop).error().message == "not a list");
}

TEST_CASE("client: a server that repeats our token does not get it into an error") {
  World world;
  const Client client = world.client();
  const std::string echo = "bad header: Bearer hush-hush";
  CHECK(client.error_of({400, {}, echo, ""}, "it").message == "it: 400 Bad Request, bad header: Bearer ***");
  CHECK(client.error_of({400, {}, "", ""}, "it", echo).message == "it: 400 Bad Request, bad header: Bearer ***");
  // Half a token at the place where the text is cut is one, too.
  const std::string at_the_edge = std::string(295, 'x') + "hush-hush";
  CHECK(client.error_of({400, {}, at_the_edge, ""}, "it").message.find("hush") == std::string::npos);
}
