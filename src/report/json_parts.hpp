// Pieces of JSON that several outputs share. Keys in the order of docs/cli.md; what is unknown is left out.
#pragma once

#include <span>

#include "base/note.hpp"
#include "doc/json_writer.hpp"
#include "model/location.hpp"
#include "model/observation_table.hpp"
#include "model/report_info.hpp"
#include "model/risk.hpp"
#include "model/severity.hpp"
#include "report/reported_path.hpp"
#include "report/sink.hpp"

namespace gatepost::report {

// Each writes one object.
void write_report_info(doc::JsonWriter& json, const ReportInfo& report);
// The same for an object that is open, so that more can be said.
void write_report_members(doc::JsonWriter& json, const ReportInfo& report);
void write_severity(doc::JsonWriter& json, const Severity& severity);
void write_factor(doc::JsonWriter& json, const Factor& factor);
// Members of an object that is open: "in_one_line" and "what_would_change_it".
void write_story(doc::JsonWriter& json, const RiskStory& story);
// `severities`: effective, by ListId of claims; may be shorter than the lists, then it is left out.
void write_observation(doc::JsonWriter& json, const ObservationTable& table, Row row,
                       std::span<const Severity> severities, ReportedPaths& paths);

// Members of an object that is open.
void write_range_fields(doc::JsonWriter& json, const Range& range);

// Whole arrays, one item a line.
void write_notes(doc::JsonWriter& json, std::span<const Note> notes);
void write_reports(doc::JsonWriter& json, std::span<const ReportInfo> reports);
Status write_observations(JsonStream& out, const ObservationTable& table, std::span<const Severity> severities,
                          ReportedPaths paths);

}  // namespace gatepost::report
