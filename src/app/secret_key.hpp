// The key that found secrets are marked with.
#pragma once

#include "app/ports.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace gatepost::app {

inline constexpr std::size_t kShortestSecretKey = 16;  // bytes; marks by a shorter one could be guessed

// Of GATEPOST_SECRET_KEY, else of the file that GATEPOST_SECRET_KEY_FILE names, without white space around it; empty
// when neither is set. A key that is too short is an error, which does not show it.
Result<Secret> secret_key(const Ports& ports);

}  // namespace gatepost::app
