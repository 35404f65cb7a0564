// Who sent a webhook, and whether it is to be believed. Nothing is read from a body before its sender is known, but
// where the time that the sender signed stands in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/secret.hpp"
#include "base/time.hpp"

namespace gatepost::bot {

inline constexpr std::size_t kLargestBody = std::size_t{25} << 20;  // bytes; no sender sends more

// One POST as it came in.
struct WebhookRequest {
  std::string path;                                          // "/github"; what stands behind "?" does not count
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;                                          // raw: signatures are of these bytes
};

// By path: /github, /gitlab, /jira, /linear.
enum class Sender : std::uint8_t { github, gitlab, jira, linear };
std::string_view to_string(Sender sender);

// Several of each, so that one can be replaced without a pause. Empty ones fit nothing.
struct WebhookSecrets {
  std::vector<Secret> github;
  std::vector<Secret> gitlab_tokens;   // sent as they are, in X-Gitlab-Token
  std::vector<Secret> gitlab_signing;  // "whsec_<base64>"
  std::vector<Secret> jira;
  std::vector<Secret> linear;
};

// A webhook whose sender is proven.
struct Delivery {
  Sender sender = Sender::github;
  std::string id;     // equal for retries of one delivery: "github:72d3162e-…", else "github:sha256-<hex of the body>"
  std::string event;  // the sender's word: "issue_comment", "Note Hook", "jira:issue_updated", "Issue"
  friend bool operator==(const Delivery&, const Delivery&) = default;
};

struct Refusal {
  int status = 400;  // 400 what the sender never sends, 401 not proven, 404 nobody's path, 413 too large, 415 no JSON
  std::string why;   // for our log, one sentence without secrets; the other side is told the status alone
};

// Refused: a sender without a secret of ours; a signature that does not fit, also where a token does; a signed time
// that is more than five minutes off (GitLab's signature, Linear); a header that counts and comes twice; a body that is
// empty, too large, or of another type than JSON (GitHub: also a form). All comparisons take the same time whatever the
// bytes are. GitHub and Jira sign no time: that a delivery came before is known from its id alone.
std::variant<Delivery, Refusal> authenticate(const WebhookRequest& request, const WebhookSecrets& secrets,
                                             Timestamp now);

}  // namespace gatepost::bot
