// Whether to ask again, and when. Nothing here waits or reads a clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.hpp"
#include "net/message.hpp"

namespace gatepost::net {

// Where we are with a call.
struct Attempt {
  int failed = 0;   // tries before this one
  int limited = 0;  // of these, by a rate limit
  Timestamp now;
  std::uint64_t jitter = 0;
};

struct Again {
  std::chrono::milliseconds wait{0};
  bool limited = false;  // a rate limit: the server did nothing. Otherwise it may have acted before it failed.
  friend bool operator==(const Again&, const Again&) = default;
};

// Nothing when the answer is final. 429, and 403 as GitHub limits: Retry-After, else the reset time when nothing
// remains, else a minute, doubled each time; a reset time that is past counts as none. Linear's 400 RATELIMITED is the
// same, and so is 200 when GraphQL's first error is of type RATE_LIMITED. 408 and 5xx but 501 and 505: Retry-After,
// else backoff(). https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api
std::optional<Again> again(const Response& response, const Attempt& attempt);

// 1 s, doubled with each failure up to 30 s, and of that between the half and the whole.
std::chrono::milliseconds backoff(const Attempt& attempt);

// Seconds, or a date of HTTP; never negative. Nothing when there is none or it cannot be read.
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value, Timestamp now);

// A moment written as seconds or milliseconds since 1970, as seconds from now, or in ISO 8601.
std::optional<Timestamp> parse_reset(std::string_view value, Timestamp now);

}  // namespace gatepost::net
