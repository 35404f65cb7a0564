#include "ledger/checkpoint.hpp"

#include <fmt/core.h>

#include "base/base64.hpp"
#include "base/digest.hpp"
#include "base/text.hpp"
#include "ledger/canonical.hpp"

namespace gatepost::ledger {
namespace {

constexpr std::size_t kKeyDigits = 16;

std::string written(const Checkpoint& it, bool signature) {
  CanonicalWriter out;
  out.begin_object().field("count", it.count).field("hash", it.hash).field("key", it.key).field("seq", it.seq);
  if (signature) out.field("signature", it.signature);
  out.field("ts", it.at.unix_ms).end_object();
  return out.take();
}

}  // namespace

Result<Checkpoint> make_checkpoint(const Head& head, Timestamp at, const Secret& private_pem) {
  Checkpoint it{.seq = head.seq, .count = head.seq, .hash = head.hash, .at = at, .key = {}, .signature = {}};
  GP_TRY(const std::string key, ed25519::public_key_of(private_pem));
  it.key = hex(sha256(key)).substr(0, kKeyDigits);
  GP_TRY(const std::string signature, ed25519::sign(private_pem, written(it, false)));
  it.signature = base64_encode(signature);
  return it;
}

std::string to_text(const Checkpoint& checkpoint) { return written(checkpoint, true); }

Result<Checkpoint> parse_checkpoint(std::string_view bytes) {
  CanonicalText text;
  if (!text.read(text::trim(bytes)))
    return error(ErrorKind::bad_input, "a checkpoint that is not canonical JSON, " + text.problem());
  const CanonicalText::Item root = text.root();
  const auto seq = root.at("seq").integer(), count = root.at("count").integer(), at = root.at("ts").integer();
  Checkpoint it{.hash = root.at("hash").text(), .key = root.at("key").text(), .signature = root.at("signature").text()};
  if (!seq || !count || !at || *seq < 0 || *count != *seq || it.hash.size() != kHashLength)
    return error(ErrorKind::bad_input, "a checkpoint has count, hash, key, seq, signature and ts");
  it.seq = static_cast<std::uint64_t>(*seq);
  it.count = it.seq;
  it.at.unix_ms = *at;
  if (to_text(it) != text::trim(bytes)) return error(ErrorKind::bad_input, "a checkpoint with something else in it");
  return it;
}

std::string document_name(const Checkpoint& checkpoint) {
  return fmt::format("checkpoints/{:012}.json", checkpoint.seq);
}

Status check_checkpoint(const Checkpoint& it, const std::string& public_pem, std::string_view hash_at) {
  const auto signature = base64_decode(it.signature);
  const auto refused = [&](const char* why) {
    return error(ErrorKind::bad_input, fmt::format("the checkpoint at event {} {}", it.seq, why));
  };
  GP_TRY(const bool signed_by, ed25519::verify(public_pem, written(it, false), signature.value_or("")));
  if (!signed_by) return refused("was not signed with this key, or was changed after it was signed");
  if (it.seq > 0 && hash_at.empty()) return refused("is beyond the end of the ledger: events were cut off");
  if (it.seq > 0 && hash_at != it.hash)
    return refused("names another hash than the event has: the ledger was rewritten");
  return Done{};
}

}  // namespace gatepost::ledger
