// What a forge answers, read leniently: their documents promise more than they keep. Almost every field may be absent
// or of another type, an error may be a page of HTML, and numbers are 64 bits wide.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "doc/document.hpp"
#include "net/message.hpp"

namespace gatepost::forge {

// Of a note that was to be deleted.
inline constexpr std::string_view kAnswered = "a note that is over stays: somebody answered it a moment ago";

// The JSON of an answer that was ok. `what` says what was asked for: "github: read the pull request 7". Anything else
// than JSON is an error of kind unavailable: a proxy or a login page answered instead.
Result<doc::Document> json_of(const net::Response& response, std::string_view what);

// What a forge says in its answer about why it refuses, in one line; "" when it says nothing that we know. GitHub:
// `message` and `errors`; GraphQL: `errors`; GitLab: `message` as text, list or object, or `error`.
std::string said_in(std::string_view body);

// A number of a thing, given as number or as its digits; empty for anything else and for 0.
std::optional<std::uint64_t> number_of(doc::View view);
// The same in decimal; "" when there is none.
std::string id_of(doc::View view);
// Full commit id, lower case; "" for anything else, and for 000…, which stands for "none".
std::string commit_of(doc::View view);
bool is_commit(std::string_view text);

// "what happened; what to do"
std::string sentence_of(const Error& failure);

// In the order of their age; both are decimal numbers of any length.
bool is_older(const std::string& id, const std::string& than);
// A line's number; 0 when there is none.
std::uint32_t line_of(doc::View view);
// "." or ".." between slashes: in an address it leads elsewhere, encoded or not.
bool has_dot_segment(std::string_view path);

}  // namespace gatepost::forge
