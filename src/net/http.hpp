// One exchange with a server. The seam between what we decide and the network.
#pragma once

#include <chrono>
#include <variant>

#include "base/result.hpp"
#include "net/message.hpp"

namespace gatepost::net {

// No whole answer arrived.
struct Failure {
  Error error;             // without secrets and without the query of the URL
  bool transient = false;  // trying again may help: connection refused or reset, time out
  bool reached = false;    // the server may have got the request, and may have done what it asks for
};

// An answer of any status, or a failure.
using Exchange = std::variant<Response, Failure>;

class Http {
 public:
  Http() = default;
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;
  virtual ~Http() = default;
  // Sends once: no retry, no redirect. Returns within `budget`.
  virtual Exchange send(const Request& request, std::chrono::milliseconds budget) = 0;
};

}  // namespace gatepost::net
