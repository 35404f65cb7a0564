// A stranger's texts made harmless to keep: no NUL and other control characters, valid UTF-8, of bounded length. This
// is not escaping; that is done where a text is written.
#pragma once

#include <string>
#include <string_view>

namespace gatepost::ingest {

constexpr std::size_t kLongestName = 1024;          // names, versions, identifiers, addresses
constexpr std::size_t kLongestTitle = 500;          // one line
constexpr std::size_t kLongestMessage = 16 * 1024;  // several lines

// What a note says of bytes that had to be replaced.
inline constexpr const char* kReadAsReplacement = "bytes that are not UTF-8 were read as U+FFFD";

std::string plain_name(std::string_view text);        // one line, blanks kept as they are
std::string plain_title(std::string_view text);       // one line, runs of blanks folded
std::string plain_paragraphs(std::string_view text);  // line ends and tabs kept

// True for "http://…" and "https://…": what may become a link.
bool is_web_address(std::string_view text);
// The address without user and password, or "" when it is none that may become a link.
std::string web_address(std::string_view text);

}  // namespace gatepost::ingest
