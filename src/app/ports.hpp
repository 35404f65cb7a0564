// Everything of the world that a command may touch besides files and the repository. main makes the real ones, tests
// make their own.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "net/curl_http.hpp"
#include "net/http.hpp"

namespace gatepost::app {

struct Ports {
  std::function<std::optional<std::string>(const char* name)> environment;  // empty for unset and for ""
  std::function<Timestamp()> clock;
  std::function<Status(std::string_view bytes)> output;     // standard output
  std::function<Status(std::string_view bytes)> narration;  // standard error, as it is
  std::string directory;                                    // the current directory, absolute
  bool output_is_terminal = false;
  std::size_t terminal_columns = 80;
  // The network. Nothing is sent before somebody asks for it.
  std::function<Result<std::unique_ptr<net::Http>>(net::CurlOptions)> http;
  std::function<void(std::chrono::milliseconds)> sleep;
  std::function<std::string()> nonce;  // 32 hex digits that nobody can guess
};

}  // namespace gatepost::app
