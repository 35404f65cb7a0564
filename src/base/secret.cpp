#include "base/secret.hpp"

#include <openssl/crypto.h>

namespace gatepost {

void wipe(std::string& bytes) {
  bytes.resize(bytes.capacity());  // what a longer text left behind the end, too
  OPENSSL_cleanse(bytes.data(), bytes.size());
  bytes.clear();
}

void Secret::wipe() { gatepost::wipe(value_); }

Secret::Secret(std::string value) : value_(value) { gatepost::wipe(value); }

Secret& Secret::operator=(const Secret& other) {
  if (this != &other) {
    wipe();
    value_ = other.value_;
  }
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    value_ = other.value_;
    other.wipe();
  }
  return *this;
}

}  // namespace gatepost
