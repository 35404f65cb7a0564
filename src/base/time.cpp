#include "base/time.hpp"

#include <fmt/core.h>

#include "base/text.hpp"

namespace gatepost {
namespace {

constexpr std::int64_t kMsPerSecond = 1000, kMsPerMinute = 60 * kMsPerSecond, kMsPerHour = 60 * kMsPerMinute;
constexpr std::int64_t kMsPerDay = 24 * kMsPerHour;
constexpr std::int64_t kFirstMs = -62'135'596'800'000;  // 0001-01-01T00:00:00Z
constexpr std::int64_t kLastMs = 253'402'300'799'999;   // 9999-12-31T23:59:59.999Z

// Reads fixed-width fields off the front of a text; after the first failure everything fails.
struct Scanner {
  std::string_view rest;
  bool ok = true;

  int digits(std::size_t width) {
    int value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      if (!ok || i >= rest.size() || !text::is_digit(rest[i])) return fail();
      value = value * 10 + (rest[i] - '0');
    }
    rest.remove_prefix(width);
    return value;
  }
  char one_of(std::string_view accepted) {
    if (!ok || rest.empty() || accepted.find(rest[0]) == std::string_view::npos) {
      fail();
      return '\0';
    }
    const char c = rest[0];
    rest.remove_prefix(1);
    return c;
  }
  int fail() {
    ok = false;
    return 0;
  }
};

std::optional<std::chrono::sys_days> scan_date(Scanner& in) {
  using namespace std::chrono;
  const int y = in.digits(4);
  in.one_of("-");
  const int m = in.digits(2);
  in.one_of("-");
  const int d = in.digits(2);
  const year_month_day date{year{y}, month{static_cast<unsigned>(m)}, day{static_cast<unsigned>(d)}};
  if (!in.ok || !date.ok() || y == 0) return std::nullopt;
  return sys_days{date};
}

// Milliseconds of "12:34:56.789"; digits beyond the third are dropped.
std::int64_t scan_clock(Scanner& in) {
  const int hour = in.digits(2);
  in.one_of(":");
  const int minute = in.digits(2);
  int second = 0;
  std::int64_t ms = 0;
  if (in.ok && in.rest.starts_with(':')) {
    in.one_of(":");
    second = in.digits(2);
  }
  if (in.ok && (in.rest.starts_with('.') || in.rest.starts_with(','))) {
    in.one_of(".,");
    std::int64_t scale = 100;
    std::size_t digits = 0;
    for (; !in.rest.empty() && text::is_digit(in.rest[0]); ++digits, scale /= 10) ms += scale * (in.digits(1));
    if (digits == 0) in.fail();
  }
  if (hour > 23 || minute > 59 || second > 60) in.fail();
  if (second == 60) second = 59;
  return hour * kMsPerHour + minute * kMsPerMinute + second * kMsPerSecond + ms;
}

// Milliseconds to take off local time: "Z" 0, "+02:00" two hours; "+0200" and "+02" are seen in reports, too.
std::int64_t scan_offset(Scanner& in) {
  if (in.rest.empty()) return 0;
  const char sign = in.one_of("Zz+-");
  if (sign == 'Z' || sign == 'z' || !in.ok) return 0;
  const int hours = in.digits(2);
  int minutes = 0;
  if (in.ok && !in.rest.empty()) {
    if (in.rest[0] == ':') in.one_of(":");
    minutes = in.digits(2);
  }
  if (hours > 23 || minutes > 59) in.fail();
  const std::int64_t offset = hours * kMsPerHour + minutes * kMsPerMinute;
  return sign == '-' ? -offset : offset;
}

}  // namespace

std::optional<Timestamp> parse_timestamp(std::string_view text) {
  Scanner in{text};
  const auto day = scan_date(in);
  if (!day) return std::nullopt;
  std::int64_t ms = day->time_since_epoch().count() * kMsPerDay;
  if (in.rest.empty()) return Timestamp{ms};
  in.one_of("Tt ");
  ms += scan_clock(in);
  if (in.ok && in.rest.starts_with(' ')) in.rest.remove_prefix(1);
  ms -= scan_offset(in);
  const bool within_years = kFirstMs <= ms && ms <= kLastMs;  // an offset may lead out of them
  if (!in.ok || !in.rest.empty() || !within_years) return std::nullopt;
  return Timestamp{ms};
}

std::string to_string(std::chrono::sys_days day) {
  const std::chrono::year_month_day date{day};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::chrono::sys_days day_of(Timestamp time) {
  return std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(time.unix_ms)));
}

std::string to_string(Timestamp time) {
  const auto day = day_of(time);
  const std::int64_t ms = time.unix_ms - day.time_since_epoch().count() * kMsPerDay;
  std::string out = fmt::format("{}T{:02}:{:02}:{:02}", to_string(day), ms / kMsPerHour, ms / kMsPerMinute % 60,
                                ms / kMsPerSecond % 60);
  if (ms % kMsPerSecond != 0) out += fmt::format(".{:03}", ms % kMsPerSecond);
  return out + "Z";
}

std::optional<std::chrono::sys_days> parse_date(std::string_view text) {
  Scanner in{text};
  const auto day = scan_date(in);
  return in.rest.empty() ? day : std::nullopt;
}

}  // namespace gatepost
