#include "report/owners_json.hpp"

namespace gatepost::report {
namespace {

using doc::JsonWriter;

void write_texts(JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  json.key(key).begin_array();
  for (const std::string& text : texts) json.value(text);
  json.end_array();
}

void write_section(JsonWriter& json, const SectionAnswer& section) {
  json.begin_object().field("name", section.name);
  write_texts(json, "owners", section.owners);
  json.field("optional", section.optional).field("approvals", section.approvals);
  json.field("line", section.line).field("pattern", section.pattern).end_object();
}

void write_diagnostic(JsonWriter& json, const OwnersDiagnostic& it) {
  json.begin_object();
  if (it.line) json.field("line", *it.line);
  if (it.column) json.field("column", *it.column);
  json.field("kind", it.kind).field("text", it.text).optional_field("suggestion", it.suggestion).end_object();
}

void write_count(JsonWriter& json, const OwnershipCount& count) {
  json.field("files", count.files).field("owned", count.owned).key("classes").begin_object();
  for (std::size_t i = 0; i < count.classes.size(); ++i) json.field(kUnownedClassNames[i], count.classes[i]);
  json.end_object();
}

void write_coverage(JsonWriter& json, const UnownedReport& report) {
  json.key("unowned").begin_array();
  for (const UnownedPath& it : report.unowned) json.value(it.path);
  json.end_array();
  json.key("coverage").begin_object();
  write_count(json, report.total);
  if (const auto ppm = report.owned_ppm()) json.field("owned_ppm", *ppm);
  json.key("directories").begin_array();
  for (const DirectoryOwnership& it : report.directories) {
    json.begin_object().field("directory", it.directory);
    write_count(json, it.count);
    json.end_object();
  }
  json.end_array().end_object();
}

}  // namespace

void write_teams(JsonWriter& json, const Routing& routing) {
  const auto write = [&](std::string_view key, const std::vector<RoutedTeam>& teams) {
    if (teams.empty()) return;
    json.key(key).begin_array();
    for (const RoutedTeam& it : teams) {
      json.begin_object().field("team", it.team).field("owner", it.owner).field("because", it.because).end_object();
    }
    json.end_array();
  };
  write("assignees", routing.assignees);
  write("watchers", routing.watchers);
}

void write_owners(JsonWriter& json, const OwnershipAnswer& answer, const Routing* routing) {
  json.begin_object().field("path", answer.path).field("matched", answer.matched());
  write_texts(json, "owners", answer.owners);
  if (answer.rule) {
    json.field("line", answer.rule->line).field("pattern", answer.rule->pattern).field("file", answer.rule->file);
  }
  if (answer.sections) {
    json.key("sections").begin_array();
    for (const SectionAnswer& section : *answer.sections) write_section(json, section);
    json.end_array();
  }
  if (routing != nullptr) write_teams(json, *routing);
  json.end_object();
}

std::string owners_json(std::span<const OwnershipAnswer> answers) {
  JsonWriter json;
  json.begin_array();
  for (const OwnershipAnswer& answer : answers) write_owners(json, answer);
  json.end_array();
  return json.take() + "\n";
}

std::string owners_check_json(const OwnersCheck& check) {
  JsonWriter json;
  json.begin_object().optional_field("file", check.file);
  if (check.dialect) json.field("dialect", to_string(*check.dialect));
  json.key("diagnostics").begin_array();
  for (const OwnersDiagnostic& it : check.diagnostics) write_diagnostic(json, it);
  json.end_array();
  if (check.coverage) write_coverage(json, *check.coverage);
  json.end_object();
  return json.take() + "\n";
}

}  // namespace gatepost::report
