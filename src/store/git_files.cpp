#include "store/git_files.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <vector>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "doc/json.hpp"

namespace gatepost::store {
namespace {

constexpr std::int64_t kVersion = 1;

// "2 fixed, 1 detected": the most frequent first.
std::string counts_of(std::span<const ledger::Line> events) {
  std::map<std::string, std::size_t> counts;
  for (const ledger::Line& event : events) ++counts[event.type];
  std::vector<std::pair<std::string, std::size_t>> sorted(counts.begin(), counts.end());
  std::ranges::stable_sort(sorted, std::greater{}, [](const auto& it) { return it.second; });
  std::string text;
  for (const auto& [type, count] : sorted)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, text::printable(type, 40));
  return text;
}

}  // namespace

std::string file_of(const ledger::Line& event) {
  const std::string day = to_string(day_of(event.at));  // "2026-11-21"
  return fmt::format("{}{}/{:02x}.jsonl", kEventsFolder, day.substr(0, 7), sha256(event.subject)[0]);
}

std::string head_text(const ledger::Head& head) {
  return fmt::format("{{\"hash\":\"{}\",\"seq\":{},\"version\":{}}}\n", head.hash, head.seq, kVersion);
}

Result<ledger::Head> read_head(std::string_view text) {
  GP_TRY(const doc::Document document, doc::parse_json(std::string(text), std::string(kHeadFile)));
  const auto version = document.root().at("version").integer(), seq = document.root().at("seq").integer();
  const std::string_view hash = document.root().at("hash").text();
  if (version && *version > kVersion) {
    return error(
        ErrorKind::config,
        fmt::format("the ledger's files are of version {}; this gatepost knows them up to {}", *version, kVersion),
        "a newer gatepost wrote it: use that one");
  }
  if (!version || !seq || *seq < 0 || hash.size() != ledger::kHashLength)
    return error(ErrorKind::bad_input, fmt::format("{} does not say where the ledger ends", kHeadFile));
  return ledger::Head{.seq = static_cast<std::uint64_t>(*seq), .hash = std::string(hash)};
}

std::string commit_message(const ledger::Head& end, std::span<const ledger::Line> events, const Documents& documents) {
  std::string text = "ledger: ";
  text += events.empty() ? text::count_of(documents.size(), "document") : counts_of(events);
  text += fmt::format(" (event {})\n\n", end.seq);
  if (!events.empty()) text += fmt::format("events {} to {}\n", events.front().seq, events.back().seq);
  for (const auto& [name, body] : documents)
    text +=
        body ? fmt::format("document {}: {} bytes\n", name, body->size()) : fmt::format("document {}: gone\n", name);
  text += fmt::format("head {} {}\n", end.seq, end.hash);
  return text;
}

}  // namespace gatepost::store
