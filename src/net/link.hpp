// Where the next page of a list is.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "net/message.hpp"
#include "net/url.hpp"

namespace gatepost::net {

struct Link {
  std::string target;
  std::vector<std::string> relations;  // lower case
  friend bool operator==(const Link&, const Link&) = default;
};

// The value of a Link header (RFC 8288), as far as it can be read.
std::vector<Link> parse_links(std::string_view value);

// The URL of the page after this one, from Link with rel=next or else from X-Next-Page; nothing on the last page. An
// error when it does not lie within `prefix`.
Result<std::optional<Url>> next_page(const Response& response, const Url& prefix);

}  // namespace gatepost::net
