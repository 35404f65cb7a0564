// JSON string literals, without a parser: what model and report need of JSON.
#pragma once

#include <string>
#include <string_view>

namespace gatepost {

// Appends `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);
// The text of a JSON string literal given without its quotes. A broken escape becomes U+FFFD and sets `*broken`, when
// given; nothing resets it.
std::string unescape_json(std::string_view raw, bool* broken = nullptr);
// The same into `out`, whose memory is used again.
void unescape_json(std::string_view raw, std::string& out, bool* broken = nullptr);

}  // namespace gatepost
