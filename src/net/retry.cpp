#include "net/retry.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"

namespace gatepost::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kFirst = seconds(1), kLongest = seconds(30);
constexpr milliseconds kLimited = seconds(60);
constexpr milliseconds kClockSlack = seconds(1);   // reset times are whole seconds
constexpr std::int64_t kMaxSeconds = 2'678'400;    // a month: nobody waits longer
constexpr std::int64_t kLeastEpoch = 100'000'000;  // below: seconds from now
constexpr std::int64_t kLeastEpochMs = 100'000'000'000;
constexpr std::int64_t kMostEpochMs = 100'000'000'000'000;
constexpr std::size_t kBodyBytes = 4096;
constexpr int kMaxDoublings = 10;

// Vendors write the same two numbers under these names.
constexpr std::array kRemaining = {"X-RateLimit-Remaining", "RateLimit-Remaining", "X-RateLimit-Requests-Remaining",
                                   "X-RateLimit-Complexity-Remaining", "X-RateLimit-Endpoint-Requests-Remaining"};
constexpr std::array kReset = {"X-RateLimit-Reset", "RateLimit-Reset", "X-RateLimit-Requests-Reset",
                               "X-RateLimit-Complexity-Reset", "X-RateLimit-Endpoint-Requests-Reset"};

std::uint64_t mixed(std::uint64_t x) {  // SplitMix64
  x += 0x9E3779B97F4A7C15U;
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
  return x ^ (x >> 31U);
}

milliseconds doubled(milliseconds first, int times) {
  return first * (std::int64_t{1} << static_cast<unsigned>(std::clamp(times, 0, kMaxDoublings)));
}

bool body_has(const Response& response, std::string_view lower_case) {
  return text::lower(std::string_view(response.body).substr(0, kBodyBytes)).find(lower_case) != std::string::npos;
}

// GraphQL tells of a limit with status 200. A bare quote cannot stand in a JSON text: what somebody wrote does not
// match.
bool is_limited_graphql(const Response& response) {
  const bool used_up = text::trim(response.headers.get("X-RateLimit-Remaining")) == "0";
  return (used_up || response.headers.has("Retry-After")) &&
         (body_has(response, "\"type\":\"rate_limit") || body_has(response, "\"type\": \"rate_limit"));
}

bool is_limited(const Response& response) {
  if (response.status == 429) return true;
  if (response.status == 200) return is_limited_graphql(response);
  if (response.status == 400) return body_has(response, "\"ratelimited\"");
  if (response.status != 403) return false;
  return response.headers.has("Retry-After") || text::trim(response.headers.get("X-RateLimit-Remaining")) == "0" ||
         body_has(response, "secondary rate limit") || body_has(response, "abuse detection");
}

bool is_passing(int status) { return status == 408 || (status >= 500 && status != 501 && status != 505); }

// The wait until the latest reset of a budget that is used up, or of one that does not tell what remains.
std::optional<milliseconds> until_reset(const Headers& headers, Timestamp now) {
  std::optional<milliseconds> wait;
  for (std::size_t i = 0; i < kReset.size(); ++i) {
    if (headers.has(kRemaining[i]) && text::trim(headers.get(kRemaining[i])) != "0") continue;
    const auto reset = parse_reset(headers.get(kReset[i]), now);
    if (!reset || *reset <= now) continue;
    wait = std::max(wait.value_or(milliseconds(0)), milliseconds(reset->unix_ms - now.unix_ms) + kClockSlack);
  }
  return wait;
}

}  // namespace

milliseconds backoff(const Attempt& attempt) {
  const milliseconds whole = std::min(doubled(kFirst, attempt.failed), kLongest);
  const auto half = static_cast<std::uint64_t>(whole.count() / 2);
  const std::uint64_t more = mixed(attempt.jitter + static_cast<std::uint64_t>(attempt.failed)) % (half + 1);
  return milliseconds(half + more);
}

std::optional<milliseconds> parse_retry_after(std::string_view value, Timestamp now) {
  value = text::trim(value);
  if (value.empty() || value.size() > 64) return std::nullopt;
  if (std::ranges::all_of(value, text::is_digit)) {
    const auto number = text::parse_number(value);
    if (!number || *number > static_cast<std::size_t>(kMaxSeconds)) return seconds(kMaxSeconds);
    return seconds(*number);
  }
  const std::time_t date = curl_getdate(std::string(value).c_str(), nullptr);
  if (date < 0) return std::nullopt;
  return seconds(std::clamp<std::int64_t>(date - now.unix_ms / 1000, 0, kMaxSeconds));
}

std::optional<Timestamp> parse_reset(std::string_view value, Timestamp now) {
  value = text::trim(value);
  const auto number = text::parse_number(value);
  if (!number) return parse_timestamp(value);
  if (*number > static_cast<std::size_t>(kMostEpochMs)) return std::nullopt;
  const auto count = static_cast<std::int64_t>(*number);
  if (count >= kLeastEpochMs) return Timestamp{count};
  return Timestamp{count * 1000 + (count < kLeastEpoch ? now.unix_ms : 0)};
}

std::optional<Again> again(const Response& response, const Attempt& attempt) {
  const bool limited = is_limited(response);
  if (!limited && !is_passing(response.status)) return std::nullopt;
  const milliseconds unasked = limited ? doubled(kLimited, attempt.limited) : backoff(attempt);
  const auto asked = parse_retry_after(response.headers.get("Retry-After"), attempt.now);
  if (asked && asked->count() > 0) return Again{*asked, limited};
  if (!limited) return Again{unasked, false};
  return Again{until_reset(response.headers, attempt.now).value_or(unasked), true};
}

}  // namespace gatepost::net
