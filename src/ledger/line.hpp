// One event of the ledger as it is kept: a line of canonical JSON (RFC 8785) that names its predecessor's hash.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.hpp"

namespace gatepost::ledger {

inline constexpr std::size_t kHashLength = 64;  // SHA-256 in hexadecimal, lower case

// What a store must know of an event, and the event itself. The fields repeat what `text` says.
struct Line {
  std::uint64_t seq = 0;  // 1 for the first event of a ledger, then without a gap
  Timestamp at;
  std::string type;     // "detected", "fixed", …
  std::string subject;  // the finding, waiver, scanner … that it is about; "" when it is about the repository
  std::string prev;     // hash of the event before; of the first: 64 times "0"
  std::string hash;     // SHA-256(prev || canonical JSON without the hash)
  std::string text;     // canonical JSON with the hash, without a line end
  friend bool operator==(const Line&, const Line&) = default;
};

// Where a ledger ends.
struct Head {
  std::uint64_t seq = 0;  // 0: no event yet
  std::string hash = std::string(kHashLength, '0');
  friend bool operator==(const Head&, const Head&) = default;
};

}  // namespace gatepost::ledger
