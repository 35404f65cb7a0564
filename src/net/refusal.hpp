// An answer that is not what we asked for, as one sentence.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "net/message.hpp"

namespace gatepost::net {

// "what: 403 Forbidden, Resource not accessible by integration", with the missing permission or the way out as hint.
// `said` is the message that the caller found in the body (a vendor's JSON: only the caller reads documents); without
// it the first words of the body stand for it, or that it is an HTML page. Text of the server is cut and made
// printable. Kinds: denied for 401, 403 and 404 (services hide what we may not see), unavailable for 408, 429 and 5xx,
// conflict for 409, bad_input for everything else.
Error error_of(const Response& response, std::string_view what, std::string_view said = {});

}  // namespace gatepost::net
