#include "bot/webhook.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "base/digest.hpp"
#include "base/result.hpp"
#include "base/text.hpp"
#include "bot/body.hpp"
#include "net/signature.hpp"

namespace gatepost::bot {
namespace {

constexpr std::int64_t kToleranceMs = 300'000;
constexpr std::size_t kLongestId = 200, kLongestEvent = 100;  // bytes

// Of these a second one would leave open which of them was checked.
constexpr std::array<std::string_view, 13> kCounted = {
    "content-type",      "x-hub-signature-256", "x-hub-signature",     "x-github-event",  "x-github-delivery",
    "x-gitlab-token",    "x-gitlab-event",      "x-gitlab-event-uuid", "idempotency-key", "webhook-id",
    "webhook-timestamp", "webhook-signature",   "linear-signature"};

std::string_view header(const WebhookRequest& request, std::string_view name) {
  const auto found =
      std::ranges::find(request.headers, name, [](const auto& it) -> std::string_view { return it.first; });
  return found == request.headers.end() ? std::string_view() : std::string_view(found->second);
}

bool has_header(const WebhookRequest& request, std::string_view name) {
  return std::ranges::find(request.headers, name, [](const auto& it) -> std::string_view { return it.first; }) !=
         request.headers.end();
}

// Printable ASCII on one line.
bool is_plain(std::string_view s, std::size_t longest, bool blanks) {
  return !s.empty() && s.size() <= longest &&
         std::ranges::all_of(s, [&](char c) { return (c > ' ' && c < '\x7F') || (blanks && c == ' '); });
}

// By what the sender gives, else by the bytes themselves.
std::string dedupe_id(Sender sender, std::string_view given, std::string_view body) {
  std::string id(to_string(sender));
  id += ':';
  if (is_plain(given, kLongestId, false)) return id.append(given);
  return id.append("sha256-").append(hex(sha256(body)));
}

Result<std::string> event_name(std::string_view given, std::string_view where) {
  if (is_plain(given, kLongestEvent, true)) return std::string(given);
  return error(ErrorKind::bad_input, std::string(where) + " names no event, but \"" + text::printable(given) + "\"");
}

// Whether one of the secrets fits; all of them are tried.
template <class Check>
Status any_fits(std::span<const Secret> secrets, const Check& check) {
  std::optional<Error> first;
  bool fits = false;
  for (const Secret& secret : secrets) {
    const Status status = check(secret);
    fits |= status.ok();
    if (!status && !first) first = status.error();
  }
  if (fits) return Done{};
  return first ? *std::move(first) : error(ErrorKind::denied, "there is no secret to check the delivery with");
}

Status check_body(std::span<const Secret> secrets, const net::BodySignature& signature, std::string_view body) {
  return any_fits(secrets, [&](const Secret& it) { return net::check_body_signature(it, signature, body); });
}

// --- the senders
// -----------------------------------------------------------------------------------------------------------

Result<Delivery> check_github(const WebhookRequest& it, const WebhookSecrets& secrets, Timestamp /*now*/) {
  GP_CHECK(check_body(secrets.github, {"X-Hub-Signature-256", "sha256=", header(it, "x-hub-signature-256")}, it.body));
  GP_TRY(std::string event, event_name(header(it, "x-github-event"), "X-GitHub-Event"));
  return Delivery{Sender::github, dedupe_id(Sender::github, header(it, "x-github-delivery"), it.body),
                  std::move(event)};
}

// A delivery that is signed is judged by its signature alone.
Status check_gitlab_sender(const WebhookRequest& it, const WebhookSecrets& secrets, Timestamp now) {
  if (has_header(it, "webhook-signature")) {
    if (secrets.gitlab_signing.empty())
      return error(ErrorKind::denied, "the delivery is signed, and there is no signing token to check it with");
    const net::WebhookStamp stamp{header(it, "webhook-id"), header(it, "webhook-timestamp"),
                                  header(it, "webhook-signature")};
    if (stamp.id.empty()) return error(ErrorKind::denied, "the delivery is signed, and has no webhook-id");
    return any_fits(secrets.gitlab_signing,
                    [&](const Secret& secret) { return net::check_webhook_signature(secret, stamp, it.body, now); });
  }
  if (secrets.gitlab_tokens.empty())
    return error(ErrorKind::denied,
                 "the delivery has no webhook-signature, and there is no token to take in its place");
  const std::string_view given = header(it, "x-gitlab-token");
  return any_fits(secrets.gitlab_tokens, [&](const Secret& secret) -> Status {
    if (net::same_secret(secret, given)) return Done{};
    return error(ErrorKind::denied,
                 given.empty() ? "the delivery has no X-Gitlab-Token" : "X-Gitlab-Token is not the token of ours");
  });
}

// GitLab gives the same Event-UUID to all that one webhook set off: only with the body does it name a delivery.
std::string gitlab_id(const WebhookRequest& it) {
  for (const std::string_view name : {"webhook-id", "idempotency-key"}) {
    if (const std::string_view given = header(it, name); !given.empty()) return std::string(given);
  }
  const std::string_view uuid = header(it, "x-gitlab-event-uuid");
  return uuid.empty() ? std::string() : std::string(uuid) + "-" + hex(sha256(it.body));
}

Result<Delivery> check_gitlab(const WebhookRequest& it, const WebhookSecrets& secrets, Timestamp now) {
  GP_CHECK(check_gitlab_sender(it, secrets, now));
  GP_TRY(std::string event, event_name(header(it, "x-gitlab-event"), "X-Gitlab-Event"));
  return Delivery{Sender::gitlab, dedupe_id(Sender::gitlab, gitlab_id(it), it.body), std::move(event)};
}

Result<Delivery> check_jira(const WebhookRequest& it, const WebhookSecrets& secrets, Timestamp /*now*/) {
  GP_CHECK(check_body(secrets.jira, {"X-Hub-Signature", "sha256=", header(it, "x-hub-signature")}, it.body));
  GP_TRY(const doc::Document document, parse_body(it.body, "the webhook of Jira"));
  GP_TRY(std::string event, event_name(document.root().at("webhookEvent").text(), "webhookEvent"));
  return Delivery{Sender::jira, dedupe_id(Sender::jira, header(it, "x-atlassian-webhook-identifier"), it.body),
                  std::move(event)};
}

Result<Delivery> check_linear(const WebhookRequest& it, const WebhookSecrets& secrets, Timestamp now) {
  GP_CHECK(check_body(secrets.linear, {"Linear-Signature", "", header(it, "linear-signature")}, it.body));
  GP_TRY(const doc::Document document, parse_body(it.body, "the webhook of Linear"));
  const auto sent = document.root().at("webhookTimestamp").integer();
  if (!sent) return error(ErrorKind::denied, "the webhook of Linear has no webhookTimestamp");
  const bool far = *sent > now.unix_ms + kToleranceMs || *sent < now.unix_ms - kToleranceMs;
  if (far) return error(ErrorKind::denied, "webhookTimestamp is more than five minutes off");
  GP_TRY(std::string event, event_name(document.root().at("type").text(), "type"));
  return Delivery{Sender::linear, dedupe_id(Sender::linear, header(it, "linear-delivery"), it.body), std::move(event)};
}

struct Entry {
  Sender sender;
  std::string_view path;
  bool forms;  // a body "payload=<JSON>" is one too
  Result<Delivery> (*check)(const WebhookRequest&, const WebhookSecrets&, Timestamp);
  std::array<std::vector<Secret> WebhookSecrets::*, 2> secrets;  // one of them has to be there
};
// In the order of Sender.
constexpr std::array<Entry, 4> kSenders = {{
    {Sender::github, "/github", true, check_github, {&WebhookSecrets::github, nullptr}},
    {Sender::gitlab, "/gitlab", false, check_gitlab, {&WebhookSecrets::gitlab_tokens, &WebhookSecrets::gitlab_signing}},
    {Sender::jira, "/jira", false, check_jira, {&WebhookSecrets::jira, nullptr}},
    {Sender::linear, "/linear", false, check_linear, {&WebhookSecrets::linear, nullptr}},
}};

bool is_configured(const Entry& entry, const WebhookSecrets& secrets) {
  return std::ranges::any_of(entry.secrets, [&](const auto member) {
    return member != nullptr && !std::ranges::all_of(secrets.*member, &Secret::empty);
  });
}

bool is_readable(std::string_view content_type, bool forms) {
  const std::string type = text::lower(text::trim(content_type.substr(0, content_type.find(';'))));
  return type == "application/json" || (forms && type == "application/x-www-form-urlencoded");
}

// What is refused before any signature is computed.
std::optional<Refusal> refusal_of_shape(const WebhookRequest& request, bool forms) {
  if (request.body.size() > kLargestBody) {
    return Refusal{413, "the body has " + std::to_string(request.body.size()) + " bytes, expected at most " +
                            std::to_string(kLargestBody)};
  }
  for (const std::string_view name : kCounted) {
    const auto count =
        std::ranges::count(request.headers, name, [](const auto& it) -> std::string_view { return it.first; });
    if (count > 1) return Refusal{400, "the header " + std::string(name) + " comes more than once"};
  }
  const std::string_view type = header(request, "content-type");
  if (!is_readable(type, forms)) {
    return Refusal{415, "the content type is \"" + text::printable(type) +
                            "\"; expected application/json, which the settings of the webhook say"};
  }
  if (request.body.empty()) return Refusal{400, "the body is empty"};
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Sender sender) { return kSenders[static_cast<std::size_t>(sender)].path.substr(1); }

std::variant<Delivery, Refusal> authenticate(const WebhookRequest& request, const WebhookSecrets& secrets,
                                             Timestamp now) {
  const std::string_view path = std::string_view(request.path).substr(0, request.path.find('?'));
  const auto* const entry = std::ranges::find(kSenders, path, &Entry::path);
  if (entry == kSenders.end())
    return Refusal{404,
                   "nobody sends to \"" + text::printable(path) + "\"; expected /github, /gitlab, /jira or /linear"};
  if (!is_configured(*entry, secrets))
    return Refusal{404, "there is no webhook secret for " + std::string(to_string(entry->sender)) +
                            ", so nothing of it is accepted"};
  if (auto refusal = refusal_of_shape(request, entry->forms)) return *std::move(refusal);
  auto delivery = entry->check(request, secrets, now);
  if (delivery) return *std::move(delivery);
  return Refusal{delivery.error().kind == ErrorKind::denied ? 401 : 400, delivery.error().message};
}

}  // namespace gatepost::bot
