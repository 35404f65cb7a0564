// tests/data/bot/authenticate.yaml has who is believed.
#include "bot/webhook.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/text.hpp"
#include "support/yaml_cases.hpp"
#include "unit/bot/senders.hpp"

using namespace gatepost;
using namespace gatepost::bot;

namespace {

constexpr std::int64_t kSeconds = test::kNow.unix_ms / 1000;

// "<at -301>" becomes the time.
std::string with_times(std::string body) {
  const std::size_t begin = body.find("<at ");
  if (begin == std::string::npos) return body;
  const std::size_t end = body.find('>', begin);
  const long off = std::stol(body.substr(begin + 4, end - begin - 4));
  return body.replace(begin, end - begin + 1, std::to_string(test::kNow.unix_ms + off * 1000));
}

void sign(WebhookRequest& request, doc::View how) {
  test::sign(request, how.at("as").text(), how.at("with").text(), kSeconds + how.at("at").integer().value_or(0));
}

WebhookRequest request_of(doc::View one) {
  WebhookRequest request{.path = std::string(one.at("path").text()),
                         .headers = {},
                         .body = with_times(std::string(one.at("body").text()))};
  for (const auto& [name, value] : one.at("headers").members()) request.headers.emplace_back(name, value.text());
  if (!one.at("headers").at("content-type").exists()) request.headers.emplace_back("content-type", "application/json");
  if (one.at("sign").is_object()) sign(request, one.at("sign"));
  for (const doc::View how : one.at("sign").items()) sign(request, how);
  for (std::size_t i = 0, n = request.headers.size(); i < n; ++i) {
    if (request.headers[i].first == one.at("twice").text()) request.headers.push_back(request.headers[i]);
  }
  return request;
}

WebhookSecrets secrets_of(doc::View names) {
  if (!names.exists()) return test::all_secrets();
  const WebhookSecrets all = test::all_secrets();
  WebhookSecrets some;
  for (const doc::View it : names.items()) {
    const std::string_view name = it.text();
    if (name == "github") some.github = all.github;
    if (name == "github_empty") some.github = {Secret()};
    if (name == "gitlab_token") some.gitlab_tokens = all.gitlab_tokens;
    if (name == "gitlab_signing") some.gitlab_signing = all.gitlab_signing;
    if (name == "jira") some.jira = all.jira;
    if (name == "linear") some.linear = all.linear;
  }
  return some;
}

void check_refusal(const Refusal& refusal, doc::View expected) {
  CHECK_MESSAGE(refusal.status == expected.at(std::size_t{0}).integer().value_or(0), refusal.why);
  for (const doc::View piece : expected.items()) {
    if (piece.is_string()) CHECK_MESSAGE(refusal.why.find(piece.text()) != std::string::npos, refusal.why);
  }
  for (const char* part : {"secret of", "whsec_"}) CHECK(refusal.why.find(part) == std::string::npos);
  CHECK(refusal.why.find('\n') == std::string::npos);
}

WebhookRequest signed_by_github(std::string body) {
  WebhookRequest request{
      "/github", {{"content-type", "application/json"}, {"x-github-event", "ping"}}, std::move(body)};
  test::sign(request, "github", "new", 0);
  return request;
}

}  // namespace

TEST_CASE("a webhook is believed or refused as the cases say") {
  const doc::Document document = test::yaml_cases("bot/authenticate.yaml");
  std::size_t count = 0;
  for (const doc::View one : document.root().at("cases").items()) {
    ++count;
    CAPTURE(std::string(one.at("name").text()));
    const WebhookRequest request = request_of(one);
    const auto answer = authenticate(request, secrets_of(one.at("secrets")), test::kNow);
    const auto* const delivery = std::get_if<Delivery>(&answer);
    const auto* const refusal = std::get_if<Refusal>(&answer);
    CHECK_MESSAGE((delivery != nullptr) == one.at("is").exists(), (refusal != nullptr ? refusal->why : std::string()));
    if (delivery != nullptr) {
      const std::string expected =
          text::replace_all(std::string(one.at("is").text()), "<digest>", hex(sha256(request.body)));
      CHECK(delivery->id + " " + delivery->event == expected);
    } else {
      check_refusal(*refusal, one.at("refused"));
    }
  }
  CHECK(count > 50);
}

TEST_CASE("a body may have so many bytes and no more") {
  CHECK(std::holds_alternative<Delivery>(
      authenticate(signed_by_github(std::string(kLargestBody, ' ')), test::all_secrets(), test::kNow)));
  const auto answer =
      authenticate(signed_by_github(std::string(kLargestBody + 1, ' ')), test::all_secrets(), test::kNow);
  REQUIRE(std::holds_alternative<Refusal>(answer));
  CHECK(std::get<Refusal>(answer).status == 413);
}

TEST_CASE("no byte of a signed body can be changed, left out or added") {
  const WebhookRequest genuine = signed_by_github(R"({"action":"created"})");
  for (std::size_t i = 0; i <= genuine.body.size(); ++i) {
    WebhookRequest cut = genuine, longer = genuine, changed = genuine;
    longer.body.insert(i, 1, ' ');
    CHECK(std::holds_alternative<Refusal>(authenticate(longer, test::all_secrets(), test::kNow)));
    if (i == genuine.body.size()) break;
    changed.body[i] = static_cast<char>(changed.body[i] ^ 1);
    cut.body.erase(i, 1);
    CHECK(std::holds_alternative<Refusal>(authenticate(changed, test::all_secrets(), test::kNow)));
    CHECK(std::holds_alternative<Refusal>(authenticate(cut, test::all_secrets(), test::kNow)));
  }
}

TEST_CASE("the vectors that the senders publish fit") {
  const auto believed = [](const WebhookRequest& request, const WebhookSecrets& secrets) {
    const auto answer = authenticate(request, secrets, test::kNow);
    return std::holds_alternative<Delivery>(answer);
  };
  WebhookRequest github{
      "/github",
      {{"content-type", "application/json"},
       {"x-github-event", "ping"},
       {"x-hub-signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"}},
      "Hello, World!"};
  CHECK(believed(github, {.github = {Secret("It's a Secret to Everybody")}}));
  github.headers.back().second[10] = '0';
  CHECK_FALSE(believed(github, {.github = {Secret("It's a Secret to Everybody")}}));

  const WebhookRequest gitlab{"/gitlab",
                              {{"content-type", "application/json"},
                               {"x-gitlab-event", "Note Hook"},
                               {"webhook-id", "f5e5f430-f57b-4e6e-9fac-d9128cd7232f"},
                               {"webhook-timestamp", "1700000000"},
                               {"webhook-signature", "v1,5IyBw95pGaKBaJ5bDkc1xelzmRfpEkqyz4fvmx0c9jQ="}},
                              R"({"object_kind":"note"})"};
  const std::string sevens = "whsec_" + base64_encode(std::string(32, '\7'));
  CHECK(believed(gitlab, {.gitlab_signing = {Secret(sevens)}}));
}
