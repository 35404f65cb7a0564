#include "net/jwt.hpp"

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <string>
#include <vector>

#include "base/base64.hpp"
#include "base/deleter.hpp"
#include "base/text.hpp"

using namespace gatepost;
using namespace gatepost::net;

namespace {

using Key = CHandle<EVP_PKEY, EVP_PKEY_free>;
using Bio = CHandle<BIO, BIO_free_all>;

constexpr Timestamp kNow{1'700'000'000'999};

Key rsa_key(unsigned bits) { return Key(EVP_RSA_gen(bits)); }

enum class Form { pkcs8, pkcs1, encrypted, public_only };
std::string pem_of(EVP_PKEY* key, Form form) {
  const Bio bio(BIO_new(BIO_s_mem()));
  const auto* const words = reinterpret_cast<const unsigned char*>("words");
  switch (form) {
    case Form::pkcs8:
      PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
      break;
    case Form::pkcs1:
      PEM_write_bio_PrivateKey_traditional(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
      break;
    case Form::encrypted:
      PEM_write_bio_PrivateKey(bio.get(), key, EVP_aes_256_cbc(), words, 5, nullptr, nullptr);
      break;
    case Form::public_only:
      PEM_write_bio_PUBKEY(bio.get(), key);
      break;
  }
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

bool verifies(EVP_PKEY* key, std::string_view text, std::string_view signature) {
  const CHandle<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key);
  return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                          reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
}

}  // namespace

TEST_CASE("jwt: signed with RS256, issued a minute ago, valid for less than ten minutes") {
  const Key key = rsa_key(2048);
  for (const Form form : {Form::pkcs8, Form::pkcs1}) {
    std::string pem = pem_of(key.get(), form);
    for (const bool one_line : {false, true}) {
      const auto token = app_jwt(Secret(one_line ? text::replace_all(pem, "\n", "\\n") : pem), " 12345 ", kNow);
      REQUIRE(token.ok());
      const std::string whole(token->reveal());
      const auto parts = text::split(whole, '.');
      REQUIRE(parts.size() == 3);
      CHECK(base64_decode(parts[0]) == R"({"alg":"RS256","typ":"JWT"})");
      CHECK(base64_decode(parts[1]) == R"({"iat":1699999940,"exp":1700000540,"iss":"12345"})");
      CHECK(verifies(key.get(), whole.substr(0, whole.rfind('.')), *base64_decode(parts[2])));
      CHECK(whole.find_first_of("=+/\n") == std::string::npos);
    }
  }
}

TEST_CASE("jwt: a key that is none is named for what it is, and not shown") {
  const Key key = rsa_key(2048);
  const Key elliptic(EVP_EC_gen("P-256"));
  const std::string good = pem_of(key.get(), Form::pkcs8);
  struct Case {
    std::string pem, message;
  };
  const std::string about = "the private key of the GitHub App ";
  for (const Case& it : std::vector<Case>{
           {"", "is empty"},
           {" \n", "is empty"},
           {"ghs_abcdef", "is not PEM; expected it to start with -----BEGIN"},
           {good.substr(0, 600), "is damaged PEM; was a line lost or the text cut?"},
           {pem_of(key.get(), Form::public_only), "is a public key; expected the private one"},
           {pem_of(key.get(), Form::encrypted), "is encrypted; expected one without a passphrase"},
           {pem_of(elliptic.get(), Form::pkcs8), "is not an RSA key"},
           {pem_of(rsa_key(1024).get(), Form::pkcs8), "is an RSA key of less than 2048 bits"},
           {std::string(100'000, 'x'), "is longer than 64 KiB"},
       }) {
    const auto token = app_jwt(Secret(it.pem), "1", kNow);
    REQUIRE_FALSE(token.ok());
    CHECK(token.error().message == about + it.message);
    CHECK(token.error().kind == ErrorKind::config);
  }
  CHECK(app_jwt(Secret(good), "", kNow).error().message == "the id of the GitHub App is empty");
}
