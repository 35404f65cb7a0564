// The token by which a GitHub App says that it is itself.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"

namespace gatepost::net {

// A JWT signed with RS256: issued a minute before `now`, for clocks that are slow, valid for nine minutes after it
// (GitHub allows ten). `issuer` is the App's client or app id. `pem` is its private key, PKCS #1 or #8; line ends
// written as \n are understood. Errors never show the key.
Result<Secret> app_jwt(const Secret& pem, std::string_view issuer, Timestamp now);

}  // namespace gatepost::net
