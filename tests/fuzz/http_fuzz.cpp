// What a server says, up to the headers' meaning: the input is a URL, header lines, an empty line and a body.
#include "base/text.hpp"
#include "fuzz/check.hpp"
#include "net/link.hpp"
#include "net/redirect.hpp"
#include "net/refusal.hpp"
#include "net/retry.hpp"
#include "net/signature.hpp"
#include "net/url.hpp"

using namespace gatepost;
using namespace gatepost::net;

namespace {

constexpr Timestamp kNow{1'700'000'000'000};
const std::string kPrefix = "https://h/api";

// The request URL is the first line; header lines that cannot be are left out, as the network does.
Response response_of(std::string_view input) {
  Response response{200, {}, "", kPrefix + "/x"};
  const std::size_t end = input.find("\n\n");
  for (const std::string_view line : text::split(input.substr(0, end), '\n')) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    (void)response.headers.add(std::string(line.substr(0, colon)), std::string(text::trim(line.substr(colon + 1))));
  }
  if (end != std::string_view::npos) response.body = std::string(input.substr(end + 2));
  return response;
}

void check_url(std::string_view text) {
  FUZZ_CHECK(text::is_utf8(shown_url(text)));
  const auto url = Url::parse(text);
  if (!url) {
    FUZZ_CHECK(text::is_utf8(url.error().message));
    return;
  }
  FUZZ_CHECK(url->scheme == "https" || url->scheme == "http");
  FUZZ_CHECK(url->text.find_first_of("\r\n") == std::string::npos);
  if (const auto again = Url::parse(url->text)) FUZZ_CHECK(again->origin == url->origin && again->path == url->path);
  if (const auto page = url->with_query("page", "2")) FUZZ_CHECK(page->origin == url->origin);
}

void check_waits(const Response& response, std::string_view text) {
  if (const auto wait = parse_retry_after(text, kNow)) FUZZ_CHECK(wait->count() >= 0);
  (void)parse_reset(text, kNow);
  for (const int status : {200, 400, 403, 429, 503}) {
    const auto next = again({status, response.headers, response.body, ""}, {3, 3, kNow, 7});
    FUZZ_CHECK(!next || next->wait.count() > 0);
  }
}

void check_refusal(const Response& response) {
  for (const int status : {401, 403, 422, 502}) {
    const Error told = error_of({status, response.headers, response.body, ""}, "it", response.body);
    FUZZ_CHECK(told.message.size() < 1000 && told.hint.size() < 1000);
    FUZZ_CHECK(text::is_utf8(told.message) && text::is_utf8(told.hint));
    FUZZ_CHECK(text::strip_controls(told.message) == told.message && text::strip_controls(told.hint) == told.hint);
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input = fuzz::text_of(data, size);
  const Response response = response_of(input);
  const Url prefix = *Url::parse(kPrefix);

  check_url(std::string_view(input).substr(0, input.find('\n')));
  for (const Header& header : response.headers) {
    check_url(header.value);
    check_waits(response, header.value);
    for (const Link& link : parse_links(header.value)) FUZZ_CHECK(link.target.size() <= header.value.size());
  }
  if (const auto next = next_page(response, prefix); next && *next) FUZZ_CHECK((*next)->lies_within(prefix));
  check_refusal(response);

  const Request request{"POST", kPrefix + "/x", {{"Authorization", "x"}}, "body", {}};
  if (const auto next = redirected(request, response)) {
    const auto target = Url::parse(next->url);
    FUZZ_CHECK(target && target->origin == prefix.origin && target->scheme == "https");
  }
  (void)check_webhook_signature(Secret("whsec_AAAA"),
                                {response.headers.get("webhook-id"), response.headers.get("webhook-timestamp"),
                                 response.headers.get("webhook-signature")},
                                response.body, kNow);
  FUZZ_CHECK(!check_body_signature(
      Secret("hush"), {"X-Hub-Signature-256", "sha256=", response.headers.get("X-Hub-Signature-256")}, response.body));
  return 0;
}
