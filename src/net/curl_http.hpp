// Http by libcurl: https, and plain http for this machine only unless it is allowed; certificates are always verified.
// Neither cookies, .netrc nor the environment are read. One thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "net/http.hpp"

namespace gatepost::net {

struct CurlOptions {
  std::string user_agent = "gatepost";
  std::string ca_file;                                 // SSL_CERT_FILE or CURL_CA_BUNDLE; "" for the system's
  std::string https_proxy, http_proxy, no_proxy;       // as the variables of these names; may hold a password
  bool allow_plain_http = false;                       // beyond loopback hosts
  std::uint64_t body_bytes = std::uint64_t{64} << 20;  // of one answer, unpacked
  std::chrono::milliseconds connect_timeout{10'000};
};

class CurlHttp final : public Http {
 public:
  static Result<std::unique_ptr<CurlHttp>> create(CurlOptions options);
  ~CurlHttp() override;
  Exchange send(const Request& request, std::chrono::milliseconds budget) override;

 private:
  struct State;
  explicit CurlHttp(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gatepost::net
