// Where a ledger stood, signed: whoever keeps it elsewhere can prove that nothing before it was changed or cut off.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/ed25519.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "ledger/line.hpp"

namespace gatepost::ledger {

struct Checkpoint {
  std::uint64_t seq = 0, count = 0;  // of the last event; of all events to it
  std::string hash;
  Timestamp at;
  std::string key;        // beginning of the SHA-256 of the public key
  std::string signature;  // Base64
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

// Signs with an Ed25519 key in PEM.
Result<Checkpoint> make_checkpoint(const Head& head, Timestamp at, const Secret& private_pem);
std::string to_text(const Checkpoint& checkpoint);  // canonical JSON
Result<Checkpoint> parse_checkpoint(std::string_view text);
// Where a store keeps it: "checkpoints/000000000123.json".
std::string document_name(const Checkpoint& checkpoint);

// That the key signed it, and that the ledger has the event with this hash. `hash_at` is the hash of event seq, "" when
// the ledger ends before it.
Status check_checkpoint(const Checkpoint& checkpoint, const std::string& public_pem, std::string_view hash_at);

}  // namespace gatepost::ledger
