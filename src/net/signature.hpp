// Who sent a webhook. All comparisons take the same time whatever the bytes are.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"

namespace gatepost::net {

// Equal bytes. Only the length can be told from the time it takes.
bool same_secret(const Secret& expected, std::string_view given);

// X-Hub-Signature-256 of GitHub over the raw body. An empty secret fits nothing.
Status check_github_signature(const Secret& secret, std::string_view header, std::string_view body);

// The headers of a webhook signed as the Standard Webhooks say, like GitLab's signing token.
struct WebhookStamp {
  std::string_view id;         // webhook-id
  std::string_view timestamp;  // webhook-timestamp, seconds
  std::string_view signature;  // webhook-signature: "v1,<base64>", several apart by blanks
};
// `token` is "whsec_<base64>". The timestamp may be five minutes off.
Status check_webhook_signature(const Secret& token, const WebhookStamp& stamp, std::string_view body, Timestamp now);

}  // namespace gatepost::net
