// Every encoder of the program. What comes from a report, a repository or a stranger goes through one of these on its
// way out, and through the one that fits the place where it lands. All take any bytes: invalid UTF-8 becomes U+FFFD,
// and characters that hide or reorder text are shown as \u{202e}.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace gatepost::report::escape {

inline constexpr std::size_t kNoLimit = std::string_view::npos;

// What all of them begin with: one line without control characters, runs of blanks of any kind folded into one, none at
// either end. Beyond `characters` the text ends in "…".
std::string one_line(std::string_view s, std::size_t characters = kNoLimit);

// --- Markdown of GitHub and GitLab ---

enum class Spot { paragraph, table_cell };
// Shown as it is: no markup, no link, no mention of a person, no reference to an issue. Up to 13 bytes for one.
std::string markdown_text(std::string_view s, std::size_t characters = kNoLimit);
// A code span; "" for a text without a visible character.
std::string markdown_code(std::string_view s, Spot spot, std::size_t characters = kNoLimit);
// A code block whose lines are numbered from `first_line`: no line of it can be mistaken for a command or for the end.
std::string markdown_fence(std::string_view s, std::size_t first_line);
// A link when the address is https and one of `allowed` fits, else the label alone. `label` is Markdown already. An
// allowed address is a host, or a host and the beginning of a path: "github.com/advisories/".
std::string markdown_link(std::string_view label, std::string_view url, std::span<const std::string> allowed);
// Of a whole document, last: no carriage return is left, and no line starts with "/", which GitLab would obey.
std::string markdown_finish(std::string_view document);

// Shown as it is in Markdown that takes no HTML, as Linear's: signs that mean something stand behind a backslash.
std::string markdown_plain(std::string_view s, std::size_t characters = kNoLimit);
// What stands between the parentheses of a Markdown link. For addresses that is_allowed_url() has let pass.
std::string link_target(std::string_view url);

// --- Wiki markup of Jira ---

// Shown as it is: no macro, no link, no mention, no emoticon, no beginning of a list or a heading.
std::string wiki_text(std::string_view s, std::size_t characters = kNoLimit);
// What stands behind the "|" of a link.
std::string wiki_url(std::string_view url);

// --- Addresses ---

// True for an https address without user and password that one of `allowed` fits.
bool is_allowed_url(std::string_view url, std::span<const std::string> allowed);
// What stands unencoded in a URL's path stays, all else becomes %41. "/" stays: it separates segments.
std::string url_path(std::string_view path);

// --- HTML ---

std::string html_text(std::string_view s);
std::string html_attribute(std::string_view s);  // between double quotes

// --- CSV ---

// One cell, quoted when it has to be. A cell that a spreadsheet would compute starts with "'". Line breaks stay.
std::string csv_cell(std::string_view s);

// --- Logs and terminals ---

// One line that moves no cursor, changes no colour, and is no command to a CI runner wherever in a line it stands.
std::string terminal(std::string_view s, std::size_t characters = kNoLimit);
// Of a finished line: its beginning is no workflow command either.
std::string log_line(std::string line);
// The message and the properties of a GitHub workflow command: "::error file=<property>::<data>".
std::string workflow_data(std::string_view s, std::size_t characters = 4000);
std::string workflow_property(std::string_view s, std::size_t characters = 250);

// --- Plain text that a forge shows ---

// Of a check run's annotation, at most `bytes`. Line breaks stay; characters beyond U+FFFF, which the interface does
// not take, are written \U0001F600.
std::string annotation(std::string_view s, std::size_t bytes = 64'000);
// Of a SARIF message, at most `bytes`. Line breaks stay; "[text](target)", which viewers make a link, is taken apart.
std::string sarif_message(std::string s, std::size_t bytes);
// Of a commit status: at most 140 characters, all ASCII.
std::string commit_status(std::string_view s);

}  // namespace gatepost::report::escape
