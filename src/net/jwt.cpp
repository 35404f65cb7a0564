#include "net/jwt.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "base/base64.hpp"
#include "base/deleter.hpp"
#include "base/json_text.hpp"
#include "base/text.hpp"

namespace gatepost::net {
namespace {

using BioHandle = CHandle<BIO, BIO_free_all>;
using KeyHandle = CHandle<EVP_PKEY, EVP_PKEY_free>;
using DigestContext = CHandle<EVP_MD_CTX, EVP_MD_CTX_free>;

constexpr std::int64_t kIssuedBefore = 60, kValidFor = 540;  // seconds
constexpr int kLeastBits = 2048;
constexpr std::size_t kMostKeyBytes = 65'536;

// What OpenSSL asks when a key is encrypted. It must not ask a terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

Error bad_key(std::string why) {
  return error(ErrorKind::config, "the private key of the GitHub App " + std::move(why),
               "give the text of the .pem file that GitHub made for the App, whole, with its first and last line");
}

// What the text is instead; never a part of it.
std::string what_it_is(std::string_view pem) {
  const auto has = [&](std::string_view words) { return pem.find(words) != std::string_view::npos; };
  if (text::trim(pem).empty()) return "is empty";
  if (has("ENCRYPTED")) return "is encrypted; expected one without a passphrase";
  if (has("BEGIN CERTIFICATE")) return "is a certificate; expected a private key";
  if (has("BEGIN PUBLIC KEY") || has("BEGIN RSA PUBLIC KEY")) return "is a public key; expected the private one";
  if (has("BEGIN OPENSSH PRIVATE KEY")) return "is a key of OpenSSH; expected PEM";
  if (!has("-----BEGIN")) return "is not PEM; expected it to start with -----BEGIN";
  return "is damaged PEM; was a line lost or the text cut?";
}

Result<KeyHandle> read_key(const Secret& pem) {
  std::string unescaped;
  std::string_view given = pem.reveal();
  if (given.find('\n') == std::string_view::npos && given.find("\\n") != std::string_view::npos) {
    unescaped = text::replace_all(std::string(given), "\\n", "\n");
  }
  const Secret lines(std::move(unescaped));
  if (!lines.empty()) given = lines.reveal();
  const BioHandle bio(BIO_new_mem_buf(given.empty() ? "" : given.data(), static_cast<int>(given.size())));
  KeyHandle key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr) : nullptr);
  ERR_clear_error();
  if (!key) return bad_key(what_it_is(given));
  if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) return bad_key("is not an RSA key");
  if (EVP_PKEY_get_bits(key.get()) < kLeastBits) return bad_key("is an RSA key of less than 2048 bits");
  return key;
}

Result<std::string> sign(EVP_PKEY* key, std::string_view text) {
  const DigestContext context(EVP_MD_CTX_new());
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t size = 0;
  std::string signature;
  bool done = context && EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
              EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) == 1;
  if (done) {
    signature.resize(size);
    auto* const out = reinterpret_cast<unsigned char*>(signature.data());
    done = EVP_DigestSign(context.get(), out, &size, bytes, text.size()) == 1;
    signature.resize(size);
  }
  ERR_clear_error();
  if (!done) return bad_key("cannot sign");
  return signature;
}

}  // namespace

Result<Secret> app_jwt(const Secret& pem, std::string_view issuer, Timestamp now) {
  if (text::trim(issuer).empty()) return error(ErrorKind::config, "the id of the GitHub App is empty");
  if (pem.reveal().size() > kMostKeyBytes) return bad_key("is longer than 64 KiB");
  GP_TRY(const KeyHandle key, read_key(pem));
  const std::int64_t seconds = now.unix_ms / 1000;
  std::string claims = "{\"iat\":" + std::to_string(seconds - kIssuedBefore) +
                       ",\"exp\":" + std::to_string(seconds + kValidFor) + ",\"iss\":";
  append_json_string(claims, text::trim(issuer));
  claims += "}";
  std::string token = base64url_encode(R"({"alg":"RS256","typ":"JWT"})") + "." + base64url_encode(claims);
  GP_TRY(const std::string signature, sign(key.get(), token));
  token += "." + base64url_encode(signature);
  return Secret(std::move(token));
}

}  // namespace gatepost::net
