// Keeps found secrets inside the parser: what leaves it is an HMAC, a kind, and texts without the value.
#pragma once

#include <string>
#include <string_view>

#include "ingest/format.hpp"
#include "model/observation.hpp"

namespace gatepost::ingest {

// True when a value cannot tell two secrets apart: blanked out by the tool ("AKIA****…", "[REDACTED]"), or only the
// first line of a key ("-----BEGIN RSA PRIVATE KEY-----").
bool is_masked(std::string_view value);

// The mark of a secret that a report shows; the id stays "" for a masked value. The bytes of `value` are wiped.
SecretMark mark_secret(const ReportWriter& out, std::string kind, std::string value);

// The text with every occurrence of the value, also in the forms of plain_text.hpp, and of what stands in quotes in it
// replaced by "***".
std::string without_secret(std::string text, std::string_view value);

// "https://user:password@host/path" without the part before "@".
std::string without_userinfo(std::string url);

}  // namespace gatepost::ingest
