// A server of git over HTTPS, with the pipeline's token when it is the forge that the pipeline runs for.
#pragma once

#include <cstdint>
#include <string>

#include "app/ports.hpp"
#include "base/result.hpp"
#include "git/protocol.hpp"
#include "net/client.hpp"

namespace gatepost::app {

// `address` is that of a repository: "https://github.com/acme/shop.git". Each exchange has the limits for itself.
Result<git::Exchange> exchange_with(const Ports& ports, std::string address, std::uint64_t largest_answer,
                                    const net::Limits& limits);

}  // namespace gatepost::app
