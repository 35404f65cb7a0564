// What a redirect asks us to do.
#pragma once

#include "base/result.hpp"
#include "net/message.hpp"

namespace gatepost::net {

// 301, 302, 303, 307 or 308 with a Location.
bool is_redirect(const Response& response);

// The request to send instead. Method and body are kept, also for 301 and 302, as GitHub and GitLab mean them, and a
// login page is not taken for the answer to a write; 303 becomes a GET. To another origin only a GET or HEAD goes, with
// nothing of ours but Accept; https never becomes http. The credential is left out: the caller knows where it belongs.
Result<Request> redirected(const Request& request, const Response& response);

}  // namespace gatepost::net
