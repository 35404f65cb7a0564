// URLs as libcurl understands them, so that what we check is what is asked. http and https only, without user and
// password.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace gatepost::net {

struct Url {
  std::string text;    // normal form: lower case scheme and host, no dot segments, no fragment
  std::string origin;  // "https://example.com:443", always with the port
  std::string scheme, host, path;

  static Result<Url> parse(std::string_view text);
  // What a Location or Link header at this URL means.
  [[nodiscard]] Result<Url> resolve(std::string_view reference) const;
  // The same with this query parameter instead of those of its name.
  [[nodiscard]] Result<Url> with_query(std::string_view name, std::string_view value) const;
  // Same origin, and a path that is `prefix`'s or lies below it, however a server may read it.
  [[nodiscard]] bool lies_within(const Url& prefix) const;
  [[nodiscard]] bool is_loopback() const;  // localhost, 127.0.0.0/8, ::1: nothing leaves this machine
  friend bool operator==(const Url&, const Url&) = default;
};

// For people: without query, user and password, printable and cut.
std::string shown_url(std::string_view text);

}  // namespace gatepost::net
