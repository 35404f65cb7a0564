// Keeps found secrets inside the parser: what leaves it is an HMAC, a kind, and texts without the value.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ingest/format.hpp"
#include "model/observation.hpp"

namespace gatepost::ingest {

// True when a value cannot tell two secrets apart: blanked out by the tool ("AKIA****…", "[REDACTED]"), or only the
// first line of a key ("-----BEGIN RSA PRIVATE KEY-----").
bool is_masked(std::string_view value);

// The mark of a secret that a report shows; the id stays "" for a masked value. The bytes of `value` are wiped.
SecretMark mark_secret(const ReportWriter& out, std::string kind, std::string value);

// The text with every occurrence of the value, also in the forms of plain_text.hpp, replaced by "***". Of a line of
// code as the value what it has in quotes, or assigns, is replaced, too.
std::string without_secret(std::string text, std::string_view value);

// What stands guard over the texts about one found secret. `value` is what the report shows of it, or "".
class SecretGuard {
 public:
  explicit SecretGuard(std::string_view value);
  ~SecretGuard();
  SecretGuard(const SecretGuard&) = delete;
  SecretGuard& operator=(const SecretGuard&) = delete;

  // The value itself stands in the text.
  [[nodiscard]] bool finds(std::string_view text) const { return without(std::string(text)) != text; }
  [[nodiscard]] std::string without(std::string text) const;
  // The same for prose, in which whatever looks like a token is hidden, too.
  [[nodiscard]] std::string masked(std::string text) const;
  // The same for prose about a password or key in code, in which quotes may have the value, too, when it is not known.
  [[nodiscard]] std::string masked_credential(std::string text) const;
  // The value stands in the text; when it is not known, something that looks like a token.
  [[nodiscard]] bool gives_away(std::string_view text) const;

 private:
  std::vector<std::string> forms_;  // in which texts may hold the value, as it is first
  std::vector<std::string> parts_;  // that give it away alone
};

// "https://user:password@host/path" without the part before "@".
std::string without_userinfo(std::string url);

}  // namespace gatepost::ingest
