#include "store/checks.hpp"

#include <fmt/core.h>

#include "base/text.hpp"

namespace gatepost::store {
namespace {

constexpr std::size_t kLongestName = 200;
constexpr std::size_t kLargestEvent = std::size_t{1} << 20;
constexpr std::size_t kLargestDocument = std::size_t{128} << 20;

bool is_hash(std::string_view text) {
  return text.size() == ledger::kHashLength && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_line(std::string_view text) {
  return text.starts_with('{') && text.ends_with('}') && text.find_first_of("\n\r") == std::string_view::npos &&
         text.find('\0') == std::string_view::npos && text::is_utf8(text);
}

bool is_name_part(std::string_view part) {
  if (part.empty() || part.starts_with('.')) return false;
  for (const char c : part) {
    if (!text::is_alnum(c) && std::string_view("._-+@").find(c) == std::string_view::npos) return false;
  }
  return true;
}

Error unfit(const ledger::Line& event, std::string_view why) {
  return error(ErrorKind::bad_input, fmt::format("event {} cannot be appended: {}", event.seq, why));
}

Status check_event(const ledger::Head& before, const ledger::Line& event) {
  if (event.seq != before.seq + 1) return unfit(event, fmt::format("the one before is {}", before.seq));
  if (event.prev != before.hash) return unfit(event, "it does not name the hash of the event before");
  if (!is_hash(event.hash)) return unfit(event, "its hash is no SHA-256");
  if (event.text.size() > kLargestEvent) return unfit(event, fmt::format("it has more than {} bytes", kLargestEvent));
  if (!is_line(event.text)) return unfit(event, "its text is no JSON object on one line");
  return Done{};
}

}  // namespace

bool is_document_name(std::string_view name) {
  if (name.empty() || name.size() > kLongestName) return false;
  for (const std::string_view part : text::split(name, '/')) {
    if (!is_name_part(part)) return false;
  }
  return true;
}

Status check_append(const ledger::Head& expected, std::span<const ledger::Line> events, const Documents& documents) {
  ledger::Head head = expected;
  for (const ledger::Line& event : events) {
    GP_CHECK(check_event(head, event));
    head = {.seq = event.seq, .hash = event.hash};
  }
  for (const auto& [name, body] : documents) {
    if (!is_document_name(name))
      return error(ErrorKind::bad_input, fmt::format("\"{}\" is no name for a document", text::printable(name)));
    if (body && body->size() > kLargestDocument) {
      return error(ErrorKind::bad_input,
                   fmt::format("document {} has {} bytes; the limit is {}", name, body->size(), kLargestDocument));
    }
  }
  return Done{};
}

Error conflict(std::string_view store, const ledger::Head& expected, const ledger::Head& found) {
  return error(ErrorKind::conflict,
               fmt::format("{}: somebody else wrote first: the ledger ends at event {} ({}), not at event {} ({})",
                           store, found.seq, found.hash.substr(0, 10), expected.seq, expected.hash.substr(0, 10)),
               "run again: what is there is read anew");
}

ledger::Head head_after(const ledger::Head& head, std::span<const ledger::Line> events) {
  return events.empty() ? head : ledger::Head{.seq = events.back().seq, .hash = events.back().hash};
}

}  // namespace gatepost::store
