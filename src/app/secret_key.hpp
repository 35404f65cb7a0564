// The keys that found secrets are marked with.
#pragma once

#include "app/ports.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace gatepost::app {

inline constexpr std::size_t kShortestSecretKey = 16;  // bytes; marks by a shorter one could be guessed

struct SecretKeys {
  Secret current, previous;  // previous: that secrets had their marks from until lately
};

// Of GATEPOST_SECRET_KEY, else of the file that GATEPOST_SECRET_KEY_FILE names, without white space around it; empty
// when neither is set. The previous one likewise of GATEPOST_SECRET_KEY_PREVIOUS and …_PREVIOUS_FILE, only beside a
// current one. A key that is too short is an error, which does not show it.
Result<SecretKeys> secret_keys(const Ports& ports);

}  // namespace gatepost::app
