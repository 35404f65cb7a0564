// A row of `gatepost doctor`.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace gatepost::app {

enum class Health : std::uint8_t { ok, warning, failure };

struct HealthCheck {
  std::string name;
  Health health = Health::ok;
  std::string text;  // what is there
  std::string fix;   // what to do, when it is not as it should be
};

inline HealthCheck failed_check(std::string name, const Error& error) {
  return {std::move(name), Health::failure, error.message, error.hint};
}

}  // namespace gatepost::app
