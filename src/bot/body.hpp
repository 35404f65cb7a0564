// The body of a webhook as a document.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "doc/document.hpp"

namespace gatepost::bot {

// A JSON object with at most a million values. `name` is what messages call it.
Result<doc::Document> parse_body(std::string_view body, const char* name);

// The JSON in a form "payload=…", as GitHub sends it when it is told to; any other body as it is.
std::string without_form(std::string_view body);

}  // namespace gatepost::bot
