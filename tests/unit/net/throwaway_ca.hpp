// A certificate authority for the length of a test, and a server's certificate from it.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <string>

#include "base/deleter.hpp"

namespace gatepost::test {

using KeyHandle = CHandle<EVP_PKEY, EVP_PKEY_free>;
using CertificateHandle = CHandle<X509, X509_free>;

class ThrowawayCa {
 public:
  // `names` as OpenSSL writes them: "DNS:localhost,IP:127.0.0.1".
  explicit ThrowawayCa(const char* names = "DNS:localhost,DNS:forge.test,IP:127.0.0.1")
      : ca_key_(EVP_EC_gen("P-256")), key_(EVP_EC_gen("P-256")) {
    ca_ = certificate("throw-away authority", ca_key_.get(), nullptr, NID_basic_constraints, "critical,CA:TRUE");
    leaf_ = certificate("server", key_.get(), ca_.get(), NID_subject_alt_name, names);
    context_.reset(SSL_CTX_new(TLS_server_method()));
    const bool usable = SSL_CTX_use_certificate(context_.get(), leaf_.get()) == 1 &&
                        SSL_CTX_use_PrivateKey(context_.get(), key_.get()) == 1;
    if (!usable) std::abort();
  }

  [[nodiscard]] SSL_CTX* server() const { return context_.get(); }
  [[nodiscard]] std::string pem() const {
    const CHandle<BIO, BIO_free_all> bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(bio.get(), ca_.get());
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(size)};
  }

 private:
  // Signed by the authority; by itself when `issuer` is null.
  CertificateHandle certificate(const char* name, EVP_PKEY* key, X509* issuer, int extension, const char* value) {
    CertificateHandle it(X509_new());
    X509_set_version(it.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(it.get()), ++serial_);
    X509_gmtime_adj(X509_getm_notBefore(it.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(it.get()), 3600);
    X509_set_pubkey(it.get(), key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(it.get()), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
    X509_set_issuer_name(it.get(), X509_get_subject_name(issuer != nullptr ? issuer : it.get()));
    const CHandle<X509_EXTENSION, X509_EXTENSION_free> more(X509V3_EXT_conf_nid(nullptr, nullptr, extension, value));
    X509_add_ext(it.get(), more.get(), -1);
    if (X509_sign(it.get(), ca_key_.get(), EVP_sha256()) == 0) std::abort();
    return it;
  }

  long serial_ = 0;
  KeyHandle ca_key_, key_;
  CertificateHandle ca_, leaf_;
  CHandle<SSL_CTX, SSL_CTX_free> context_;
};

}  // namespace gatepost::test
