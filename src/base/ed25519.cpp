#include "base/ed25519.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <array>

#include "base/deleter.hpp"

namespace gatepost::ed25519 {
namespace {

using BioHandle = CHandle<BIO, BIO_free_all>;
using KeyHandle = CHandle<EVP_PKEY, EVP_PKEY_free>;
using DigestContext = CHandle<EVP_MD_CTX, EVP_MD_CTX_free>;

constexpr std::size_t kMostKeyBytes = 65'536, kSignatureBytes = 64, kPublicBytes = 32;

// What OpenSSL asks when a key is encrypted. It must not ask a terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

Result<KeyHandle> read_key(std::string_view pem, bool is_private) {
  const char* const which = is_private ? "private" : "public";
  const bool fits = !pem.empty() && pem.size() <= kMostKeyBytes;
  const BioHandle bio(fits ? BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())) : nullptr);
  KeyHandle key;
  if (bio) {
    key.reset(is_private ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr)
                         : PEM_read_bio_PUBKEY(bio.get(), nullptr, no_passphrase, nullptr));
  }
  ERR_clear_error();
  if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519) {
    return error(ErrorKind::config, std::string("the ") + which + " key is no Ed25519 key in PEM without a passphrase",
                 is_private ? "make one: openssl genpkey -algorithm ed25519 -out ledger.pem"
                            : "make it of the private one: openssl pkey -in ledger.pem -pubout -out ledger.pub");
  }
  return key;
}

}  // namespace

Result<std::string> sign(const Secret& private_pem, std::string_view message) {
  GP_TRY(const KeyHandle key, read_key(private_pem.reveal(), true));
  const DigestContext context(EVP_MD_CTX_new());
  std::array<unsigned char, kSignatureBytes> signature{};
  std::size_t size = signature.size();
  const bool done = context && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
                    EVP_DigestSign(context.get(), signature.data(), &size, bytes_of(message), message.size()) == 1;
  ERR_clear_error();
  if (!done) return error(ErrorKind::config, "the private key cannot sign");
  return std::string(reinterpret_cast<const char*>(signature.data()), size);
}

Result<std::string> public_key_of(const Secret& private_pem) {
  GP_TRY(const KeyHandle key, read_key(private_pem.reveal(), true));
  std::array<unsigned char, kPublicBytes> bytes{};
  std::size_t size = bytes.size();
  if (EVP_PKEY_get_raw_public_key(key.get(), bytes.data(), &size) != 1)
    return error(ErrorKind::config, "the private key has no public half");
  return std::string(reinterpret_cast<const char*>(bytes.data()), size);
}

Result<bool> verify(const std::string& public_pem, std::string_view message, std::string_view signature) {
  GP_TRY(const KeyHandle key, read_key(public_pem, false));
  const DigestContext context(EVP_MD_CTX_new());
  const bool good =
      signature.size() == kSignatureBytes && context &&
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
      EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(message), message.size()) == 1;
  ERR_clear_error();
  return good;
}

}  // namespace gatepost::ed25519
