#include "base/secret.hpp"

#include <openssl/crypto.h>

namespace gatepost {

void wipe(std::string& bytes) {
  OPENSSL_cleanse(bytes.data(), bytes.size());
  bytes.clear();
}

void Secret::wipe() { gatepost::wipe(value_); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    value_ = other.value_;
    other.wipe();
  }
  return *this;
}

}  // namespace gatepost
