#include "report/json_parts.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

#include "report/facts.hpp"

namespace gatepost::report {
namespace {

using doc::JsonWriter;

// "/runs/0/results/12", or what the reader said.
std::string pointer_of(const ObservationTable& table, const ObservationRow& row, const ObservationDetail* detail) {
  if (detail != nullptr && !detail->at.empty()) return detail->at;
  return std::string(table.text(row.list)) + "/" + std::to_string(row.ordinal);
}

void write_claim(JsonWriter& json, const ObservationTable& table, const StoredClaim& claim) {
  json.begin_object().field("label", to_string(claim.label));
  if (claim.tenths != StoredClaim::kNoTenths) json.field("tenths", claim.tenths);
  json.field("method", to_string(claim.method));
  json.optional_field("source", table.text(claim.source));
  json.optional_field("vector", table.text(claim.vector));
  json.end_object();
}

void write_severities(JsonWriter& json, const ObservationTable& table, const ObservationRow& row,
                      std::span<const Severity> severities) {
  const ListId claims = table.claims_of(row);
  const auto index = static_cast<std::size_t>(claims);
  if (index < severities.size()) {
    json.key("severity");
    write_severity(json, severities[index]);
  }
  if (claims == ListId::none) return;
  json.key("severities").begin_array();
  for (const StoredClaim& claim : table.claims(claims)) write_claim(json, table, claim);
  json.end_array();
}

// Nothing but the symbol when the path must not be shown: a line without its file says nothing.
void write_place(JsonWriter& json, std::string_view reported, const Range& range, std::string_view symbol,
                 ReportedPaths& paths) {
  const std::string_view path = paths.shown(reported);
  json.optional_field("path", path);
  if (!path.empty() || reported.empty()) write_range_fields(json, range);
  json.optional_field("symbol", symbol);
}

void write_locations(JsonWriter& json, std::string_view key, const ObservationTable& table,
                     std::span<const StoredLocation> locations, ReportedPaths& paths) {
  if (locations.empty()) return;
  json.key(key).begin_array();
  for (const StoredLocation& at : locations) {
    json.begin_object();
    write_place(json, table.text(at.path), at.range, table.text(at.symbol), paths);
    json.end_object();
  }
  json.end_array();
}

void write_texts(JsonWriter& json, std::string_view key, const ObservationTable& table, ListId list) {
  if (list == ListId::none) return;
  json.key(key).begin_array();
  for (const TextId id : table.texts(list)) json.value(table.text(id));
  json.end_array();
}

void write_component(JsonWriter& json, const ObservationTable& table, const StoredComponent& component) {
  json.optional_field("purl", table.text(component.purl));
  json.optional_field("package", table.text(component.package));
  json.optional_field("version", table.text(component.version));
  if (component.scope != Scope::unknown) json.field("scope", to_string(component.scope));
  if (component.direct < 2) json.field("direct", component.direct == 1);
  write_texts(json, "fixed_versions", table, component.fixed_versions);
  write_texts(json, "dependency_path", table, component.dependency_path);
}

void write_cwes(JsonWriter& json, std::span<const Cwe> cwes) {
  if (cwes.empty()) return;
  json.key("cwe").begin_array();
  for (const Cwe cwe : cwes) json.value(cwe.number);
  json.end_array();
}

void write_subject(JsonWriter& json, const ObservationDetail& detail) {
  json.optional_field("resource", detail.resource);
  json.optional_field("image", detail.image);
  if (detail.endpoint) {
    json.key("endpoint").begin_object();
    json.optional_field("method", detail.endpoint->method);
    json.optional_field("url", detail.endpoint->url);
    json.optional_field("parameter", detail.endpoint->parameter);
    json.end_object();
  }
  if (detail.secret) {
    json.key("secret").begin_object();
    json.optional_field("kind", detail.secret->kind);
    json.optional_field("id", detail.secret->id);
    json.end_object();
    if (detail.secret->verified) json.field("verified", *detail.secret->verified);
  }
}

void write_suppression(JsonWriter& json, const ObservationRow& row, const ObservationDetail* detail) {
  if (!row.suppressed) return;
  json.key("suppressed").begin_object();
  const bool told = detail != nullptr && detail->suppression.has_value();
  json.field("by", told && !detail->suppression->by.empty() ? std::string_view(detail->suppression->by) : "tool");
  if (told) json.optional_field("reason", detail->suppression->reason);
  json.end_object();
}

void write_fixes(JsonWriter& json, std::span<const Fix> fixes, ReportedPaths& paths) {
  if (fixes.empty()) return;
  json.key("fixes").begin_array();
  for (const Fix& fix : fixes) {
    json.begin_object().optional_field("description", fix.description);
    json.key("edits").begin_array();
    for (const Edit& edit : fix.edits) {
      json.begin_object();
      write_place(json, edit.path, edit.range, {}, paths);
      json.field("text", edit.text).end_object();
    }
    json.end_array().end_object();
  }
  json.end_array();
}

void write_fingerprints(JsonWriter& json, const ObservationTable& table, ListId list) {
  if (list == ListId::none) return;
  json.key("fingerprints").begin_object();
  for (const StoredFingerprint& print : fingerprints_by_name(table, list)) {
    json.field(table.text(print.name), table.text(print.value));
  }
  json.end_object();
}

}  // namespace

void write_range_fields(JsonWriter& json, const Range& range) {
  if (range.first_line > 0) json.field("line", range.first_line);
  if (range.first_column > 0) json.field("column", range.first_column);
  if (range.last_line > 0) json.field("end_line", range.last_line);
  if (range.last_column > 0) json.field("end_column", range.last_column);
}

void write_severity(JsonWriter& json, const Severity& severity) {
  json.begin_object().field("label", to_string(severity.label));
  json.field("tenths", severity.tenths);
  json.field("method", to_string(severity.method));
  json.optional_field("source", severity.source);
  json.optional_field("vector", severity.vector);
  json.end_object();
}

void write_factor(JsonWriter& json, const Factor& factor) {
  json.begin_object().field("factor", factor.name);
  json.optional_field("value", factor.value);
  json.key("effect").tenths(factor.effect_tenths);
  json.optional_field("because", factor.because);
  json.optional_field("evidence", factor.evidence);
  json.end_object();
}

void write_story(JsonWriter& json, const RiskStory& story) {
  if (story.line.empty()) return;
  json.field("in_one_line", story.line).key("what_would_change_it").begin_array();
  for (const Move& move : story.moves) {
    json.begin_object().field("fact", move.fact).field("value", move.value);
    json.key("risk").tenths(move.tenths).field("band", to_string(move.band)).field("how", move.how).end_object();
  }
  json.end_array();
}

void write_notes(JsonWriter& json, std::span<const Note> notes) {
  json.begin_array();
  for (const Note& note : notes) {
    json.line_break().begin_object();
    json.field("level", to_string(note.level)).field("code", note.code).field("text", note.text);
    json.optional_field("at", note.at).end_object();
  }
  json.end_array();
}

void write_report_info(JsonWriter& json, const ReportInfo& report) {
  json.begin_object();
  write_report_members(json, report);
  json.end_object();
}

void write_report_members(JsonWriter& json, const ReportInfo& report) {
  const auto write_tool = [&](const ToolInfo& tool) {
    json.begin_object().optional_field("name", tool.name).optional_field("version", tool.version).end_object();
  };
  json.field("path", report.path).optional_field("format", report.format);
  std::vector<ToolInfo> known;  // a run that does not name its tool says nothing
  std::ranges::copy_if(report.tools, std::back_inserter(known),
                       [](const ToolInfo& tool) { return tool != ToolInfo{}; });
  if (!known.empty()) {
    json.key("tool");
    write_tool(known.front());
  }
  if (known.size() > 1) {
    json.key("tools").begin_array();
    for (const ToolInfo& tool : known) write_tool(tool);
    json.end_array();
  }
  json.optional_field("sha256", report.sha256).field("state", to_string(report.state));
  json.key("records").begin_object();
  json.field("seen", report.records.seen).field("mapped", report.records.mapped);
  json.field("rejected", report.records.rejected).field("grouped", report.records.grouped);
  json.field("skipped", report.records.skipped).end_object();
  json.key("notes");
  write_notes(json, report.notes);
}

void write_reports(JsonWriter& json, std::span<const ReportInfo> reports) {
  json.begin_array();
  for (const ReportInfo& report : reports) {
    json.line_break();
    write_report_info(json, report);
  }
  json.end_array();
}

void write_observation(JsonWriter& json, const ObservationTable& table, Row index, std::span<const Severity> severities,
                       ReportedPaths& paths) {
  const ObservationRow& row = table.row(index);
  const RuleInfo& rule = table.rule_of(row);
  const ObservationDetail* const detail = table.detail_of(row);

  json.begin_object().field("report", row.report).field("at", pointer_of(table, row, detail));
  json.optional_field("engine", table.text(rule.engine)).field("kind", to_string(row.kind));
  json.optional_field("rule", table.text(rule.id));
  json.optional_field("title", reported_title(table, row));
  json.optional_field("message", table.message(row));
  json.optional_field("help_url", reported_help(table, row));
  write_severities(json, table, row, severities);
  if (row.confidence != Confidence::unknown) json.field("confidence", to_string(row.confidence));
  write_place(json, table.text(row.path), row.range, table.text(row.symbol), paths);
  if (detail != nullptr && detail->locations.size() > 1)
    write_locations(json, "locations", table, detail->locations, paths);
  write_locations(json, "flow", table, table.locations(row.flow), paths);
  if (detail != nullptr) write_locations(json, "related", table, detail->related, paths);
  if (const StoredComponent* component = table.component_of(row)) write_component(json, table, *component);
  write_texts(json, "advisories", table, row.advisories);
  write_cwes(json, table.cwes(table.cwes_of(row)));
  if (detail != nullptr) write_subject(json, *detail);
  if (row.reach != Reach::unknown) json.field("reach", to_string(row.reach));
  if (detail != nullptr && detail->epss_ppm) json.field("epss_ppm", *detail->epss_ppm);
  if (detail != nullptr && detail->kev) json.field("kev", *detail->kev);
  write_suppression(json, row, detail);
  if (row.needs_review) json.field("needs_review", true);
  if (detail != nullptr) {
    json.optional_field("vendor_status", detail->vendor_status);
    write_fixes(json, detail->fixes, paths);
    json.optional_field("uid", detail->uid);
  }
  write_fingerprints(json, table, row.fingerprints);
  json.field("occurrences", detail != nullptr ? detail->occurrences : 1U).end_object();
}

Status write_observations(JsonStream& out, const ObservationTable& table, std::span<const Severity> severities,
                          ReportedPaths paths) {
  out.json.begin_array();
  for (Row row = 0; row < table.size(); ++row) {
    out.json.line_break();
    write_observation(out.json, table, row, severities, paths);
    GP_CHECK(out.pass_on());
  }
  out.json.end_array();
  return Done{};
}

}  // namespace gatepost::report
