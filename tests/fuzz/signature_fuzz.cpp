// Whoever is not the sender: the first lines are the path and headers ("name: value"), an empty line ends them. Nothing
// is believed that was not signed with the secret, and what is signed is believed as it stands.
#include <algorithm>

#include "base/base64.hpp"
#include "base/digest.hpp"
#include "base/text.hpp"
#include "bot/webhook.hpp"
#include "fuzz/check.hpp"

using namespace gatepost;
using bot::Delivery;
using bot::Refusal;
using bot::WebhookRequest;

namespace {

constexpr Timestamp kNow{1'700'000'000'000};
const std::string kSecret = "the secret of the fuzz target", kSigning = "whsec_" + base64_encode(kSecret);

bot::WebhookSecrets secrets() {
  return {.github = {Secret(kSecret)},
          .gitlab_tokens = {Secret(kSecret)},
          .gitlab_signing = {Secret(kSigning)},
          .jira = {Secret(kSecret)},
          .linear = {Secret(kSecret)}};
}

WebhookRequest read(std::string_view text) {
  const auto take_line = [&] {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
  };
  WebhookRequest request;
  request.path = take_line();
  for (std::string_view line = take_line(); !line.empty(); line = take_line()) {
    const std::size_t colon = std::min(line.find(": "), line.size());
    request.headers.emplace_back(text::lower(line.substr(0, colon)), line.substr(std::min(colon + 2, line.size())));
  }
  request.body = text;
  return request;
}

void check(const std::variant<Delivery, Refusal>& answer) {
  if (const auto* const refusal = std::get_if<Refusal>(&answer)) {
    FUZZ_CHECK(refusal->status == 400 || refusal->status == 401 || refusal->status == 404 || refusal->status == 413 ||
               refusal->status == 415);
    FUZZ_CHECK(!refusal->why.empty() && refusal->why.find('\n') == std::string::npos && text::is_utf8(refusal->why));
    FUZZ_CHECK(refusal->why.find(kSecret) == std::string::npos && refusal->why.find(kSigning) == std::string::npos);
    return;
  }
  const auto& delivery = std::get<Delivery>(answer);
  FUZZ_CHECK(delivery.id.starts_with(to_string(delivery.sender)) && delivery.id.size() < 400);
  for (const char c : delivery.id) FUZZ_CHECK(c > ' ' && c < '\x7F');
  for (const char c : delivery.event) FUZZ_CHECK(c >= ' ' && c < '\x7F');
}

// The same with the header that its sender would put on.
WebhookRequest signed_by(WebhookRequest request, const char* path, const char* header, const char* scheme) {
  request.path = path;
  std::erase_if(request.headers, [&](const auto& it) { return it.first == header || it.first == "content-type"; });
  request.headers.emplace_back(header, scheme + hex(hmac_sha256(kSecret, request.body)));
  request.headers.emplace_back("content-type", "application/json");
  return request;
}

// No refusal of what is signed says that it is not.
void check_signed(const WebhookRequest& request) {
  const auto answer = authenticate(request, secrets(), kNow);
  check(answer);
  const auto* const refusal = std::get_if<Refusal>(&answer);
  FUZZ_CHECK(refusal == nullptr || refusal->status != 401 ||
             refusal->why.find("webhookTimestamp") != std::string::npos);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const WebhookRequest request = read(fuzz::text_of(data, size));
  const auto answer = authenticate(request, secrets(), kNow);
  check(answer);
  // The secret is in no seed: only who has a token in clear could be believed, and nobody does.
  FUZZ_CHECK(std::holds_alternative<Refusal>(answer));
  check_signed(signed_by(request, "/github", "x-hub-signature-256", "sha256="));
  check_signed(signed_by(request, "/jira", "x-hub-signature", "sha256="));
  check_signed(signed_by(request, "/linear", "linear-signature", ""));
  return 0;
}
