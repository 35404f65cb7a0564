#include <fmt/core.h>

#include <algorithm>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "ingest/format.hpp"

namespace gatepost::ingest {
namespace {

constexpr std::size_t kNotesPerCode = 10;
constexpr std::size_t kMostEngines = 256;        // in one report; the list is kept sorted
constexpr std::size_t kLongestText = 16 * 1024;  // of one message or title that is kept in memory

// "/vulnerabilities/3" is record 3 of the list "/vulnerabilities"; anything else is kept as it is.
struct RecordPlace {
  std::string_view list;
  std::uint32_t ordinal = 0;
  bool numbered = false;
};
RecordPlace place_of(std::string_view at) {
  const std::size_t slash = at.rfind('/');
  if (slash == std::string_view::npos) return {at, 0, false};
  const auto number = text::parse_number(at.substr(slash + 1));
  if (!number || *number > 0xFFFFFFFFU) return {at, 0, false};
  return {at.substr(0, slash), static_cast<std::uint32_t>(*number), true};
}

// "hmac:<key id>:<hex>"
std::string keyed_id(const Secret& secret, const std::string& message) {
  const std::string_view key = secret.reveal();
  return fmt::format("hmac:{}:{}", hex(sha256(key)).substr(0, 8), hex(hmac_sha256(key, message)).substr(0, 32));
}

}  // namespace

ReportWriter::ReportWriter(ObservationTable& table, std::uint32_t report, const Options& options)
    : table_(table), report_(report), options_(options) {}

void ReportWriter::tool(std::string name, std::string version) {
  info().tools.push_back({text::to_utf8(name, 200), text::to_utf8(version, 100)});
}

void ReportWriter::database(std::string_view stated) {
  constexpr std::size_t kDay = std::string_view("2026-11-01").size();
  const auto day = parse_date(stated.substr(0, kDay));
  if (!day) return;
  const std::string text = to_string(*day);
  if (info().database.empty() || text < info().database) info().database = text;
}

void ReportWriter::engine(std::string_view engine) {
  auto& engines = info().engines;
  const auto place = std::ranges::lower_bound(engines, engine);
  if (place != engines.end() && *place == engine) return;
  if (engines.size() == kMostEngines) {
    return note(Note::Level::warning, "too-many-engines", "more engines in one report than anybody runs");
  }
  engines.insert(place, std::string(engine));
}

void ReportWriter::add(Observation draft, std::string_view at) {
  const RecordPlace place = place_of(at);
  draft.report = report_;
  draft.at = place.numbered ? "" : std::string(at);
  for (std::string* long_text : {&draft.title, &draft.message}) {
    if (long_text->size() > kLongestText) *long_text = text::to_utf8(*long_text, kLongestText);
  }
  engine(draft.engine);
  table_.add(draft, table_.intern(place.list), place.ordinal);
  ++info().records.seen;
  ++info().records.mapped;
}

void ReportWriter::reject(std::string_view at, std::string why) {
  ++info().records.seen;
  ++info().records.rejected;
  note(Note::Level::error, "rejected-record", std::move(why), std::string(at));
}

void ReportWriter::count(const RecordCounts& counts) {
  RecordCounts& sum = info().records;
  sum.seen += counts.seen;
  sum.mapped += counts.mapped;
  sum.rejected += counts.rejected;
  sum.grouped += counts.grouped;
  sum.skipped += counts.skipped;
}

void ReportWriter::note(Note::Level level, std::string code, std::string text, std::string at) {
  auto& notes = info().notes;
  const auto same = static_cast<std::size_t>(std::ranges::count(notes, code, &Note::code));
  if (same > kNotesPerCode) return;
  if (same == kNotesPerCode) {
    text = "more of the same are not listed";
    at.clear();
  }
  notes.push_back({level, std::move(code), text::to_utf8(text::strip_controls(std::move(text)), 500),
                   text::to_utf8(text::strip_controls(std::move(at)), 200)});
}

void ReportWriter::inventory(std::string text) {
  inventory_ = true;
  note(Note::Level::warning, "inventory-only", std::move(text));
}

void ReportWriter::refuse(std::string why, std::string at) {
  refused_ = true;
  note(Note::Level::error, "unrecognised", std::move(why), std::move(at));
}

void ReportWriter::incomplete(std::string code, std::string text, std::string at) {
  incomplete_ = true;
  note(Note::Level::warning, std::move(code), std::move(text), std::move(at));
}

void ReportWriter::failed(std::string text, std::string at) {
  failed_ = true;
  note(Note::Level::error, "tool-error", std::move(text), std::move(at));
}

void ReportWriter::finish() {
  ReportInfo& report = info();
  if (refused_ && report.records.mapped == 0) {
    report.state = ReportState::unrecognised;
  } else if (failed_ && report.records.mapped == 0) {
    report.state = ReportState::tool_error;
  } else if (failed_ || incomplete_ || report.records.rejected > 0) {
    report.state = ReportState::partial;
  } else if (report.records.mapped > 0) {
    report.state = ReportState::complete;
  } else if (evidence_ || inventory_) {
    report.state = ReportState::complete_empty;
  } else {
    report.state = ReportState::partial;
    note(Note::Level::warning, "no-evidence", "no finding, and nothing that shows a scan took place");
  }
}

SecretMark ReportWriter::secret_mark(std::string kind, std::string secret) const {
  SecretMark mark{.kind = std::move(kind)};
  if (!options_.secret_key.empty() && !secret.empty()) {
    std::string message = mark.kind + '\0' + secret;
    mark.id = keyed_id(options_.secret_key, message);
    if (!options_.previous_secret_key.empty()) mark.former_id = keyed_id(options_.previous_secret_key, message);
    if (mark.former_id == mark.id) mark.former_id.clear();
    wipe(message);
  }
  wipe(secret);
  return mark;
}

}  // namespace gatepost::ingest
