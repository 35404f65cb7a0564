// Points in time as UTC milliseconds. Nobody below app reads a clock: `now` is a parameter.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatepost {

struct Timestamp {
  std::int64_t unix_ms = 0;
  friend auto operator<=>(const Timestamp&, const Timestamp&) = default;
};

// RFC 3339 ("2026-11-21T04:05:06.789Z", offsets, lower case, a blank for the T), and what tools write instead: no
// offset (then UTC), "+0200" or "+02", a blank before the offset, no seconds, a comma for the point, a bare date (then
// midnight). Years 1 to 9999 in UTC; a leap second counts as the second before; digits beyond milliseconds are dropped.
std::optional<Timestamp> parse_timestamp(std::string_view text);
// "2026-11-21T04:05:06Z", with milliseconds only when there are some.
std::string to_string(Timestamp time);

// "2026-11-21" and nothing else.
std::optional<std::chrono::sys_days> parse_date(std::string_view text);
std::string to_string(std::chrono::sys_days day);
std::chrono::sys_days day_of(Timestamp time);

}  // namespace gatepost
