// Signs as the senders do. The secrets are put together here: no scanner takes them for real ones.
#pragma once

#include <string>
#include <string_view>

#include "base/base64.hpp"
#include "base/digest.hpp"
#include "base/time.hpp"
#include "bot/webhook.hpp"

namespace gatepost::test {

inline constexpr Timestamp kNow{1'700'000'000'000};

// "old" and "new" are ours.
inline std::string secret_of(std::string_view sender, std::string_view which) {
  if (which == "empty") return {};
  const std::string words = std::string(which) + " secret of " + std::string(sender);
  return sender == "gitlab" ? "whsec_" + base64_encode(words) : words;
}

inline bot::WebhookSecrets all_secrets() {
  const auto both = [](const char* sender) {
    return std::vector{Secret(secret_of(sender, "old")), Secret(secret_of(sender, "new"))};
  };
  return {both("github"), both("token"), both("gitlab"), both("jira"), both("linear")};
}

inline std::string hmac_hex(std::string_view key, std::string_view bytes) { return hex(hmac_sha256(key, bytes)); }

// Puts the headers of a signature on. `sender` as in tests/data/bot/README.md, `seconds` is the signed time.
inline void sign(bot::WebhookRequest& request, std::string_view sender, std::string_view which, std::int64_t seconds) {
  const std::string secret = secret_of(sender, which);
  const auto put = [&](const char* name, std::string value) { request.headers.emplace_back(name, std::move(value)); };
  if (sender == "github") put("x-hub-signature-256", "sha256=" + hmac_hex(secret, request.body));
  if (sender == "jira") put("x-hub-signature", "sha256=" + hmac_hex(secret, request.body));
  if (sender == "linear") put("linear-signature", hmac_hex(secret, request.body));
  if (sender == "token") put("x-gitlab-token", secret);
  if (sender != "gitlab") return;
  std::string id;
  for (const auto& [name, value] : request.headers) {
    if (name == "webhook-id") id = value;
  }
  const std::string time = std::to_string(seconds);
  const Digest256 digest = hmac_sha256(std::string(which) + " secret of gitlab", id + "." + time + "." + request.body);
  put("webhook-timestamp", time);
  put("webhook-signature", "v1," + base64_encode({reinterpret_cast<const char*>(digest.data()), digest.size()}));
}

}  // namespace gatepost::test
