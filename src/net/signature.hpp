// Who sent a webhook. All comparisons take the same time whatever the bytes are.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"

namespace gatepost::net {

// Equal bytes. Only the length can be told from the time it takes.
bool same_secret(const Secret& expected, std::string_view given);

// HMAC-SHA256 of the whole raw body, in hexadecimal digits, as GitHub, Jira and Linear put it into a header.
struct BodySignature {
  std::string_view header;  // its name, for people: "X-Hub-Signature-256"
  std::string_view scheme;  // what stands before the digits: "sha256=", or nothing
  std::string_view value;   // as it was sent; "" when it was not
};
// An empty secret fits nothing.
Status check_body_signature(const Secret& secret, const BodySignature& signature, std::string_view body);

// The headers of a webhook signed as the Standard Webhooks say, like GitLab's signing token.
struct WebhookStamp {
  std::string_view id;         // webhook-id
  std::string_view timestamp;  // webhook-timestamp, seconds
  std::string_view signature;  // webhook-signature: "v1,<base64>", several apart by blanks
};
// `token` is "whsec_<base64>". The timestamp may be five minutes off.
Status check_webhook_signature(const Secret& token, const WebhookStamp& stamp, std::string_view body, Timestamp now);

}  // namespace gatepost::net
