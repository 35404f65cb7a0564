// The way to the forge of the CI that we run in.
#pragma once

#include <memory>
#include <string>

#include "app/ci.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"
#include "forge/forge.hpp"
#include "net/client.hpp"
#include "net/curl_http.hpp"
#include "net/http.hpp"

namespace gatepost::app {

struct Connection {
  std::unique_ptr<net::Http> http;
  std::unique_ptr<forge::Forge> forge;  // uses `http`
};

// An error, ErrorKind::denied, that says how to give us a token when there is none; ErrorKind::usage outside a CI.
// Connections with one `pace` write to the forge as slowly as one would.
Result<Connection> connect(const Ports& ports, const CiFacts& ci, const std::string& version,
                           net::Pace* pace = nullptr);

// How this machine reaches others: proxies, certificates.
net::CurlOptions curl_options(const Ports& ports, const std::string& version);
// A clock that does not go back when the system's is set.
net::Time time_of(const Ports& ports);

// Where tokens are looked for, and which kind each is. TokenKind::none when there is none.
forge::Access find_access(const Ports& ports, const CiFacts& ci);

}  // namespace gatepost::app
