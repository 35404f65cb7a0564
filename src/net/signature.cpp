#include "net/signature.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "base/base64.hpp"
#include "base/digest.hpp"
#include "base/text.hpp"

namespace gatepost::net {
namespace {

constexpr std::int64_t kToleranceMs = 300'000;

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

Status refused(std::string why) { return error(ErrorKind::denied, std::move(why)); }

}  // namespace

bool same_secret(const Secret& expected, std::string_view given) {
  return !expected.empty() && same(expected.reveal(), given);
}

Status check_body_signature(const Secret& secret, const BodySignature& signature, std::string_view body) {
  const std::string name(signature.header);
  if (secret.empty()) return refused("there is no webhook secret to check " + name + " with");
  if (signature.value.empty()) return refused("the delivery has no " + name);
  if (!signature.value.starts_with(signature.scheme)) {
    return refused(name + " does not start with " + std::string(signature.scheme));
  }
  const std::string expected = hex(hmac_sha256(secret.reveal(), body));
  if (!same(expected, text::lower(signature.value.substr(signature.scheme.size())))) {
    return refused(name + " is not the signature that our webhook secret gives");
  }
  return Done{};
}

Status check_webhook_signature(const Secret& token, const WebhookStamp& stamp, std::string_view body, Timestamp now) {
  static constexpr std::string_view kToken = "whsec_", kVersion = "v1,";
  const std::string_view given = token.reveal();
  auto decoded = given.starts_with(kToken) ? base64_decode(given.substr(kToken.size())) : std::nullopt;
  if (!decoded || decoded->empty()) return refused("the signing token is not whsec_ and base64");
  const Secret key(std::move(*decoded));

  const auto seconds = text::parse_number(stamp.timestamp);
  if (!seconds || *seconds > 100'000'000'000U) return refused("webhook-timestamp is not a number of seconds");
  const std::int64_t off = static_cast<std::int64_t>(*seconds) * 1000 - now.unix_ms;
  if (off > kToleranceMs || off < -kToleranceMs) return refused("webhook-timestamp is more than five minutes off");

  std::string signed_text(stamp.id);
  signed_text.append(".").append(stamp.timestamp).append(".").append(body);
  const Digest256 digest = hmac_sha256(key.reveal(), signed_text);
  const std::string expected = base64_encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
  bool fits = false;  // all of them are compared
  for (const std::string_view one : text::split(stamp.signature, ' ')) {
    fits |= one.starts_with(kVersion) && same(expected, one.substr(kVersion.size()));
  }
  if (!fits) return refused("the signature of the delivery is not the one of our signing token");
  return Done{};
}

}  // namespace gatepost::net
