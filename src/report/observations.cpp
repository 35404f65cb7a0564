#include "report/observations.hpp"

#include "base/text.hpp"
#include "report/escape.hpp"
#include "report/facts.hpp"
#include "report/json_parts.hpp"

namespace gatepost::report {
namespace {

void begin_document(doc::JsonWriter& json, const ObservationTable& table) {
  json.begin_object().field("gatepost", "observations/1").key("reports");
  write_reports(json, table.reports());
}

// "reports/trivy.json: trivy, complete, 12 of 12 records"
std::string report_line(const ReportInfo& report) {
  std::string line =
      report.path + ": " + (report.format.empty() ? "" : report.format + ", ") + std::string(to_string(report.state));
  const RecordCounts& records = report.records;
  if (records.seen > 0)
    line += ", " + grouped(records.mapped) + " of " + text::count_of(records.seen, "record") + " mapped";
  if (records.rejected > 0) line += ", " + grouped(records.rejected) + " rejected";
  if (records.grouped > 0) line += ", " + grouped(records.grouped) + " grouped";
  if (records.skipped > 0) line += ", " + grouped(records.skipped) + " without a problem";
  return line;
}

}  // namespace

Status write_observations_json(const TableInput& input, const Sink& sink) {
  JsonStream out(sink);
  begin_document(out.json, input.table);
  out.json.key("observations");
  GP_CHECK(write_observations(out, input.table, input.severities, ReportedPaths::as_given()));
  out.json.end_object();
  return out.finish();
}

Status write_observations_jsonl(const TableInput& input, const Sink& sink) {
  ReportedPaths paths = ReportedPaths::as_given();
  std::string lines;
  doc::JsonWriter json;
  constexpr std::size_t kPiece = std::size_t{256} << 10;
  for (Row row = 0; row < input.table.size(); ++row) {
    write_observation(json, input.table, row, input.severities, paths);
    lines += json.text();
    lines += '\n';
    json.clear_text();
    if (lines.size() < kPiece) continue;
    GP_CHECK(sink(lines));
    lines.clear();
  }
  return sink(lines);
}

Status write_reports_summary(const TableInput& input, const Sink& sink) {
  JsonStream out(sink);
  begin_document(out.json, input.table);
  out.json.end_object();
  return out.finish();
}

namespace {

constexpr std::size_t kCharacters = 600;

std::string note_line(const ReportInfo& report, const Note& note) {
  const std::string at = note.at.empty() ? "" : note.at + ": ";
  return escape::terminal(report.path + ": " + at + note.text, kCharacters);
}

}  // namespace

std::vector<std::string> report_lines(const ObservationTable& table) {
  std::vector<std::string> lines;
  for (const ReportInfo& report : table.reports()) {
    lines.push_back(escape::terminal(report_line(report), kCharacters));
    for (const Note& note : report.notes) {
      if (note.level != Note::Level::info) lines.push_back(note_line(report, note));
    }
  }
  return lines;
}

std::vector<std::string> unmapped_lines(const ObservationTable& table) {
  std::vector<std::string> lines;
  for (const ReportInfo& report : table.reports()) {
    for (const Note& note : report.notes) {
      if (note.code == "unmapped-severity" || note.code == "unmapped-value") lines.push_back(note_line(report, note));
    }
  }
  return lines;
}

}  // namespace gatepost::report
