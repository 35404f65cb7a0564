// An HTTP listener that ends what does not: each connection is one request, within a time and a size. For a loopback or
// a private network, behind something that speaks TLS.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace gatepost::net {

struct Incoming {
  std::string path;                                          // without what stands behind "?"
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;                                          // of POST
};

struct Answer {
  int status = 200;
  std::string body;
  std::string content_type = "text/plain; charset=utf-8";
};

// One path, one method. Called by several threads at once.
struct Route {
  std::string path;
  bool post = false;  // else GET and HEAD
  std::function<Answer(Incoming&& request)> handle;
};

struct ListenerLimits {
  std::size_t body = std::size_t{25} << 20;     // bytes of one request
  std::size_t headers = std::size_t{64} << 10;  // bytes of one request
  std::size_t memory = std::size_t{256} << 20;  // bytes of all bodies that are being read; beyond it: 503
  unsigned connections = 64;                    // at work at once, each with a thread
  unsigned waiting = 1024;                      // connections that wait for a thread; beyond it: 503
  std::chrono::milliseconds for_headers{5'000}, for_request{15'000}, for_answer{5'000};
};

class Listener {
 public:
  Listener() = default;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  virtual ~Listener() = default;

  [[nodiscard]] virtual int port() const = 0;
  // Answers until somebody calls stop() and all that was begun is answered. Once.
  virtual void serve() = 0;
  // From any thread, before or after serve(): nothing more is accepted.
  virtual void stop() = 0;
};

// Bound, and listening, but not answering yet. Port 0 is any. `now` is a clock that does not go back. Refused before
// the body is read: other paths (404) and methods (405), bodies without a length that are not chunked (411), too large
// (413), compressed or of several parts (415).
Result<std::unique_ptr<Listener>> listen(const std::string& host, int port, std::vector<Route> routes,
                                         const ListenerLimits& limits, std::function<Timestamp()> now);

}  // namespace gatepost::net
