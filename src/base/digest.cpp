#include "base/digest.hpp"

// The plain functions of SHA-256 are deprecated for the EVP ones, which add some 60 ns to each hash. Reading a report
// makes three for each result: a fifteenth of its time.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "base/assert.hpp"

namespace gatepost {
namespace {

// Fetched once: an implicit fetch for every hash costs more than the hash of a short text.
const EVP_MD* sha256_algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  GP_ASSERT(algorithm != nullptr);
  return algorithm;
}

std::string hex_of(std::span<const std::uint8_t> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
  return out;
}

}  // namespace

Sha256::Sha256() : state_(std::make_unique<SHA256state_st>()) { restart(); }

Sha256::~Sha256() = default;

void Sha256::restart() { GP_ASSERT(SHA256_Init(state_.get()) == 1); }

void Sha256::hash(std::string_view bytes) { GP_ASSERT(SHA256_Update(state_.get(), bytes.data(), bytes.size()) == 1); }

void Sha256::hash_waiting() {
  hash({waiting_.data(), waiting_size_});
  waiting_size_ = 0;
}

Sha256& Sha256::add(std::string_view bytes) {
  if (bytes.size() > waiting_.size() - waiting_size_) hash_waiting();
  if (bytes.size() > waiting_.size()) {
    hash(bytes);
  } else {
    waiting_size_ += bytes.copy(waiting_.data() + waiting_size_, bytes.size());
  }
  return *this;
}

Sha256& Sha256::field(std::string_view bytes) { return field(std::uint64_t{bytes.size()}).add(bytes); }

// The lowest byte first.
Sha256& Sha256::field(std::uint64_t number) {
  if constexpr (std::endian::native == std::endian::big) number = __builtin_bswap64(number);
  std::array<char, sizeof number> encoded;
  std::memcpy(encoded.data(), &number, encoded.size());
  return add({encoded.data(), encoded.size()});
}

Digest256 Sha256::finish() {
  hash_waiting();
  Digest256 digest;
  GP_ASSERT(SHA256_Final(digest.data(), state_.get()) == 1);
  restart();
  return digest;
}

Digest128 Sha256::finish128() {
  const Digest256 whole = finish();
  Digest128 half;
  std::memcpy(half.bytes.data(), whole.data(), half.bytes.size());
  return half;
}

Digest256 sha256(std::string_view bytes) { return Sha256().add(bytes).finish(); }

Digest256 hmac_sha256(std::string_view key, std::string_view bytes) {
  const std::string_view some_key = key.empty() ? "" : key;  // OpenSSL refuses null pointers
  const std::string_view text = bytes.empty() ? "" : bytes;
  Digest256 digest{};
  unsigned length = 0;
  const auto* data = reinterpret_cast<const unsigned char*>(text.data());
  GP_ASSERT(HMAC(sha256_algorithm(), some_key.data(), static_cast<int>(some_key.size()), data, text.size(),
                 digest.data(), &length) != nullptr);
  return digest;
}

std::string hex(const Digest256& digest) { return hex_of(digest); }
std::string hex(const Digest128& digest) { return hex_of(digest.bytes); }

std::string sha1_hex(std::string_view bytes) {
  std::array<std::uint8_t, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  return hex_of(digest);
}

std::string base32(const Digest128& digest) {
  std::string out;
  append_base32(out, digest);
  return out;
}

void append_base32(std::string& out, const Digest128& digest) {
  static constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::array<std::uint8_t, std::tuple_size_v<decltype(digest.bytes)> + 1> bytes{};  // zeros behind the last bit
  std::ranges::copy(digest.bytes, bytes.begin());
  std::array<char, (std::tuple_size_v<decltype(digest.bytes)> * 8 + 4) / 5> letters;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    const std::size_t bit = 5 * i;
    const unsigned two_bytes = (unsigned{bytes[bit / 8]} << 8U) | bytes[bit / 8 + 1];
    letters[i] = kLetters[(two_bytes >> (11 - bit % 8)) & 31U];
  }
  out.append(letters.data(), letters.size());
}

std::optional<Digest128> parse_base32(std::string_view text) {
  if (text.size() != base32(Digest128{}).size()) return std::nullopt;
  Digest128 digest;
  std::size_t byte = 0;
  std::uint32_t pending = 0;
  int bits = 0;
  for (const char c : text) {
    const bool letter = c >= 'A' && c <= 'Z', digit = c >= '2' && c <= '7';
    if (!letter && !digit) return std::nullopt;
    pending = (pending << 5U) | static_cast<std::uint32_t>(letter ? c - 'A' : c - '2' + 26);
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    digest.bytes[byte++] = static_cast<std::uint8_t>(pending >> static_cast<unsigned>(bits));
    pending &= (1U << static_cast<unsigned>(bits)) - 1U;
  }
  if (pending != 0) return std::nullopt;  // bits behind the digest
  return digest;
}

}  // namespace gatepost
