// The files that a ledger is on its ref, and the message of a commit to it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "ledger/line.hpp"
#include "store/store.hpp"

namespace gatepost::store {

inline constexpr std::string_view kHeadFile = "head.json", kEventsFolder = "events/", kDocumentsFolder = "documents/";

// "events/2026-11/a7.jsonl": the month of the event, then two digits of its subject's SHA-256. A month that is over
// never changes again, and what happens to one finding in a month is in one small file.
std::string file_of(const ledger::Line& event);

// The end of the ledger, so that it is known without reading events.
std::string head_text(const ledger::Head& head);
// Refuses what a newer gatepost wrote in another form.
Result<ledger::Head> read_head(std::string_view text);

// "ledger: 3 fixed, 1 detected (event 45)", and below which events and documents, and the new end.
std::string commit_message(const ledger::Head& end, std::span<const ledger::Line> events, const Documents& documents);

}  // namespace gatepost::store
