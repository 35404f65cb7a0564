// Signatures with Ed25519 keys in PEM.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace gatepost::ed25519 {

// 64 bytes. The error never has a part of the key in it.
Result<std::string> sign(const Secret& private_pem, std::string_view message);
// The 32 bytes of the public half.
Result<std::string> public_key_of(const Secret& private_pem);
// False for a signature of another key, another message, or none; an error when the key cannot be read.
Result<bool> verify(const std::string& public_pem, std::string_view message, std::string_view signature);

}  // namespace gatepost::ed25519
