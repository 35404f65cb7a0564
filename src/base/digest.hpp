// Hashes that are stored or compared across runs: SHA-256, whole or cut to 128 bits. In-memory tables use hash.hpp.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct SHA256state_st;  // of OpenSSL

namespace gatepost {

using Digest256 = std::array<std::uint8_t, 32>;

// The first half of a SHA-256. XXH3 would be faster, but collisions can be built for it, and a collision with a waived
// finding would open the gate.
struct Digest128 {
  std::array<std::uint8_t, 16> bytes{};
  [[nodiscard]] bool empty() const { return *this == Digest128{}; }  // all zero: not computed
  // The first or the last eight bytes as a number, the first byte the highest: numbers are in the order of the bytes.
  [[nodiscard]] std::uint64_t first_half() const { return big_endian(bytes.data()); }
  [[nodiscard]] std::uint64_t last_half() const { return big_endian(bytes.data() + 8); }
  friend bool operator==(const Digest128&, const Digest128&) = default;
  friend std::strong_ordering operator<=>(const Digest128& a, const Digest128& b) {
    const auto first = a.first_half() <=> b.first_half();
    return first != std::strong_ordering::equal ? first : a.last_half() <=> b.last_half();
  }

 private:
  static std::uint64_t big_endian(const std::uint8_t* eight) {
    std::uint64_t number = 0;
    std::memcpy(&number, eight, sizeof number);
    return std::endian::native == std::endian::little ? __builtin_bswap64(number) : number;
  }
};

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  Sha256& add(std::string_view bytes);
  // Adds an 8-byte length and the bytes, so that neighbouring fields cannot be confused.
  Sha256& field(std::string_view bytes);
  Sha256& field(std::uint64_t number);
  Digest256 finish();     // and starts anew
  Digest128 finish128();  // and starts anew

 private:
  void restart();
  void hash(std::string_view bytes);
  void hash_waiting();
  std::unique_ptr<SHA256state_st> state_;
  // What was added and is not hashed yet: a call of OpenSSL for each short field costs as much as hashing it.
  std::array<char, 512> waiting_;
  std::size_t waiting_size_ = 0;
};

Digest256 sha256(std::string_view bytes);
// For names that others give by it, never for trust.
std::string sha1_hex(std::string_view bytes);
Digest256 hmac_sha256(std::string_view key, std::string_view bytes);
std::string hex(const Digest256& digest);
std::string hex(const Digest128& digest);
// RFC 4648 base32 without padding: 26 letters for 128 bits.
std::string base32(const Digest128& digest);
void append_base32(std::string& out, const Digest128& digest);
// The digest whose base32() is exactly this text; empty for any other.
std::optional<Digest128> parse_base32(std::string_view text);

}  // namespace gatepost
