// Keys made at run time, so that none stands in the source. Whoever includes this links OpenSSL.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <string>

namespace gatepost::test {

struct KeyPair {
  std::string private_pem, public_pem;

  static KeyPair make() { return of(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048})); }
  static KeyPair ed25519() { return of(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")); }

 private:
  static KeyPair of(EVP_PKEY* key) {
    KeyPair pair;
    pair.private_pem =
        written([key](BIO* out) { return PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr); });
    pair.public_pem = written([key](BIO* out) { return PEM_write_bio_PUBKEY(out, key); });
    EVP_PKEY_free(key);
    return pair;
  }
  template <class Write>
  static std::string written(const Write& write) {
    BIO* const memory = BIO_new(BIO_s_mem());
    std::string pem(8192, '\0');
    const int length = write(memory) == 1 ? BIO_read(memory, pem.data(), static_cast<int>(pem.size())) : 0;
    BIO_free(memory);
    pem.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    return pem;
  }
};

}  // namespace gatepost::test
