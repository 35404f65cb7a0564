// What `gatepost convert --format json` writes: "observations/1". Several reports in one file become one, because the
// file is what is reported on; each observation keeps the place that it had in its own.
#include <fmt/core.h>

#include <string>

#include "base/text.hpp"
#include "ingest/engine.hpp"
#include "ingest/format.hpp"
#include "ingest/normalised.hpp"
#include "ingest/plain_text.hpp"

namespace gatepost::ingest {

extern const Format kGatepost;

namespace {

constexpr std::string_view kFamily = "observations/";
constexpr std::string_view kVersion = "observations/1";
constexpr std::size_t kMostReports = 10'000;  // in one file

bool recognise(Candidate& candidate) {
  if (candidate.shape() != doc::Shape::json_object) return false;
  return candidate.json_so_far().at("gatepost").text().starts_with(kFamily);
}

// What was said of a report when it was read for the first time.
void read_state(doc::View report, const std::string& at, ReportWriter& out) {
  const std::string_view state = report.at("state").text();
  if (state == to_string(ReportState::complete) || state == to_string(ReportState::complete_empty))
    return out.evidence_of_a_scan();
  const std::string path = text::printable(report.at("path").text(), 100);
  if (state == to_string(ReportState::tool_error))
    return out.failed(fmt::format("the tool behind {} failed", path), at);
  const bool known = state == to_string(ReportState::partial) || state == to_string(ReportState::unrecognised);
  out.incomplete(known ? "incomplete-report" : "unknown-state",
                 known ? fmt::format("{} could not be read in full: {}", path, state)
                       : fmt::format("the state of {} is not known", path),
                 at);
}

void read_report_info(doc::View report, const std::string& at, ReportWriter& out) {
  for (const ToolInfo& tool : normalised_tools(report)) {
    out.tool(tool.name, tool.version);
    if (const std::string engine = engine_id(tool.name); !engine.empty()) out.engine(engine);
  }
  for (const doc::View stated : report.at("notes").items()) {
    const auto note = read_normalised_note(stated);
    if (note) out.note(note->level, note->code, note->text, note->at);
  }
  read_state(report, at, out);
}

void read_observation(doc::View record, const std::string& place, ReportWriter& out) {
  auto draft = read_normalised(record);
  if (!draft) return out.reject(place, std::move(draft).error().message);
  const std::string at = plain_name(record.at("at").text());
  out.add(std::move(*draft), at.empty() ? place : at);
}

void read(Candidate& candidate, ReportWriter& out) {
  const doc::View document = candidate.json_in_memory();
  const doc::View reports = document.at("reports"), observations = document.at("observations");
  if (document.at("gatepost").text() != kVersion) {
    return out.refuse(fmt::format("\"gatepost\" is \"{}\"; expected {}",
                                  text::printable(document.at("gatepost").text(), 40), kVersion),
                      "/gatepost");
  }
  if (candidate.truncated()) {
    out.truncated();
  } else if (!observations.is_array() || !reports.is_array()) {
    return out.refuse("observations of gatepost without \"reports\" and \"observations\"");
  }
  std::size_t index = 0;
  for (const doc::View report : reports.items()) {
    if (index == kMostReports) {
      out.incomplete("too-many", fmt::format("more than {} reports in one file", kMostReports), "/reports");
      break;
    }
    read_report_info(report, fmt::format("/reports/{}", index++), out);
  }
  index = 0;
  for (const doc::View record : observations.items()) {
    read_observation(record, fmt::format("/observations/{}", index++), out);
  }
}

}  // namespace

const Format kGatepost{
    .id = "gatepost",
    .title = "observations of gatepost, version 1",
    .kind = "any",
    .recognised_by = "\"gatepost\": \"observations/1\"",
    .yields =
        "everything that `gatepost convert --format json` writes: observations with all their facts, the tools, and "
        "whether each report was read in full",
    .recognise = recognise,
    .read = read,
};

}  // namespace gatepost::ingest
