// What was read from one report, as JSON for golden files: the report on top, then one line for each observation. What
// is unknown or empty is left out, so that a golden shows what is there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "doc/json_writer.hpp"
#include "model/observation_table.hpp"

namespace gatepost::test {

using Json = doc::JsonWriter;

inline void write_range(Json& json, const Range& range) {
  if (range.first_line != 0) json.field("line", range.first_line);
  if (range.first_column != 0) json.field("column", range.first_column);
  if (range.last_line != range.first_line) json.field("end_line", range.last_line);
  if (range.last_column != 0) json.field("end_column", range.last_column);
}

inline void write_place(Json& json, const Location& place) {
  json.optional_field("path", place.path);
  write_range(json, place.range);
  json.optional_field("symbol", place.symbol);
}

inline void write_places(Json& json, std::string_view key, const std::vector<Location>& places) {
  if (places.empty()) return;
  json.key(key).begin_array();
  for (const Location& place : places) {
    json.begin_object();
    write_place(json, place);
    json.end_object();
  }
  json.end_array();
}

template <class Item, class Write>
void write_list(Json& json, std::string_view key, const std::vector<Item>& items, Write write) {
  if (items.empty()) return;
  json.key(key).begin_array();
  for (const Item& item : items) write(item);
  json.end_array();
}

inline void write_texts(Json& json, std::string_view key, const std::vector<std::string>& texts) {
  write_list(json, key, texts, [&](const std::string& text) { json.value(text); });
}

inline void write_claim(Json& json, const SeverityClaim& claim) {
  json.begin_object().field("label", to_string(claim.label));
  if (claim.tenths) json.key("tenths").value(*claim.tenths);
  json.field("method", to_string(claim.method)).optional_field("source", claim.source);
  json.optional_field("vector", claim.vector).end_object();
}

inline void write_component(Json& json, const Component& component) {
  json.optional_field("purl", component.purl).optional_field("package", component.package);
  json.optional_field("version", component.version);
  if (component.scope != Scope::unknown) json.field("scope", to_string(component.scope));
  if (component.direct) json.field("direct", *component.direct);
  write_texts(json, "fixed_versions", component.fixed_versions);
  write_texts(json, "dependency_path", component.dependency_path);
}

inline void write_fix(Json& json, const Fix& fix) {
  json.begin_object().optional_field("description", fix.description);
  write_list(json, "edits", fix.edits, [&](const Edit& edit) {
    json.begin_object().field("path", edit.path);
    write_range(json, edit.range);
    json.field("text", edit.text).end_object();
  });
  json.end_object();
}

inline void write_subject(Json& json, const Observation& seen) {
  write_place(json, seen.place);
  write_places(json, "locations", seen.locations);
  write_places(json, "related", seen.related);
  write_places(json, "flow", seen.flow);
  if (seen.component) write_component(json, *seen.component);
  json.optional_field("resource", seen.resource).optional_field("image", seen.image);
  if (seen.endpoint) {
    json.key("endpoint").begin_object().optional_field("method", seen.endpoint->method);
    json.optional_field("url", seen.endpoint->url).optional_field("parameter", seen.endpoint->parameter).end_object();
  }
  if (seen.secret) {
    json.key("secret").begin_object().optional_field("kind", seen.secret->kind).optional_field("id", seen.secret->id);
    if (seen.secret->verified) json.field("verified", *seen.secret->verified);
    json.end_object();
  }
}

inline std::string to_json(const Observation& seen) {
  Json json;
  json.begin_object().field("at", seen.at).field("engine", seen.engine).field("kind", to_string(seen.kind));
  json.optional_field("rule", seen.rule).optional_field("title", seen.title).optional_field("message", seen.message);
  json.optional_field("help_url", seen.help_url);
  write_list(json, "severities", seen.claims, [&](const SeverityClaim& claim) { write_claim(json, claim); });
  if (seen.confidence != Confidence::unknown) json.field("confidence", to_string(seen.confidence));
  write_subject(json, seen);
  write_list(json, "advisories", seen.advisories, [&](const AdvisoryId& id) { json.value(id.value()); });
  write_list(json, "cwe", seen.cwes, [&](Cwe cwe) { json.value(cwe.number); });
  if (seen.reach != Reach::unknown) json.field("reach", to_string(seen.reach));
  if (seen.epss_ppm) json.key("epss_ppm").value(*seen.epss_ppm);
  if (seen.kev) json.field("kev", *seen.kev);
  if (seen.suppression) {
    json.key("suppressed").begin_object().field("by", seen.suppression->by);
    json.optional_field("reason", seen.suppression->reason).end_object();
  }
  if (seen.needs_review) json.field("needs_review", true);
  json.optional_field("vendor_status", seen.vendor_status);
  write_list(json, "fixes", seen.fixes, [&](const Fix& fix) { write_fix(json, fix); });
  json.optional_field("uid", seen.uid);
  if (!seen.fingerprints.empty()) {
    json.key("fingerprints").begin_object();
    for (const auto& [name, value] : seen.fingerprints) json.field(name, value);
    json.end_object();
  }
  if (seen.occurrences != 1) json.field("occurrences", seen.occurrences);
  if (!seen.context.empty()) json.field("context", hex(seen.context));
  return json.end_object().take();
}

inline void write_records(Json& json, const RecordCounts& records) {
  json.key("records").begin_object().field("seen", records.seen).field("mapped", records.mapped);
  if (records.rejected != 0) json.field("rejected", records.rejected);
  if (records.grouped != 0) json.field("grouped", records.grouped);
  if (records.skipped != 0) json.field("skipped", records.skipped);
  json.end_object();
}

inline std::string to_json(const Note& note) {
  Json json;
  json.begin_object().field("level", to_string(note.level)).field("code", note.code).field("text", note.text);
  return json.optional_field("at", note.at).end_object().take();
}

// The whole of report `index`; its path and digest are left to the test.
inline std::string to_json(const ObservationTable& table, std::uint32_t index) {
  const ReportInfo& report = table.reports()[index];
  std::vector<std::string> observations;
  for (Row row = 0; row < table.size(); ++row) {
    if (table.row(row).report == index) observations.push_back(to_json(table.observation(row)));
  }
  Json json(Json::Style::indented);
  json.begin_object().optional_field("format", report.format).field("state", to_string(report.state));
  write_list(json, "tools", report.tools, [&](const ToolInfo& tool) {
    Json line;
    json.raw(line.begin_object().field("name", tool.name).optional_field("version", tool.version).end_object().take());
  });
  write_texts(json, "engines", report.engines);
  write_records(json, report.records);
  write_list(json, "notes", report.notes, [&](const Note& note) { json.raw(to_json(note)); });
  write_list(json, "observations", observations, [&](const std::string& line) { json.raw(line); });
  return json.end_object().take() + "\n";
}

}  // namespace gatepost::test
