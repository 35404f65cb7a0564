#include "report/sarif_parts.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/json_text.hpp"
#include "model/repo_path.hpp"
#include "model/sarif_base.hpp"
#include "report/escape.hpp"

namespace gatepost::report::sarif {
namespace {

using doc::JsonWriter;

constexpr std::string_view kSchema = "https://json.schemastore.org/sarif-2.1.0.json";
constexpr std::string_view kRepositoryBase = "%SRCROOT%";
constexpr std::size_t kMostFlowSteps = 1'000;  // GitHub keeps no more
constexpr std::size_t kMostRelated = 100;      // GitHub keeps no more

void write_base(JsonWriter& json, std::string_view id, std::string_view uri, std::string_view description) {
  json.key(id).begin_object().optional_field("uri", uri);
  write_message(json, "description", description);
  json.end_object();
}

bool is_number_for_all(std::uint64_t number) { return number <= std::numeric_limits<std::int32_t>::max(); }

// False for a text edit whose place is not known to the character: better no proposal than one that deletes too much.
bool is_exact(const Edit& edit) {
  const Range& range = edit.range;
  return range.first_line > 0 && is_number_for_all(range.first_line) && !edit.path.empty() &&
         (range.first_column == 0 || range.last_column > 0);
}

bool has_region(const Range& range) { return range.first_line > 0 && is_number_for_all(range.first_line); }

void append_region(std::string& out, const Range& range) {
  // In SARIF the end column is the one behind the last character.
  const std::uint64_t end_column = std::uint64_t{range.last_column} + 1;
  const bool has_end = range.last_line >= range.first_line && is_number_for_all(range.last_line);
  const bool has_end_column = range.last_column > 0 && has_end && is_number_for_all(end_column) &&
                              (range.last_line > range.first_line || end_column >= range.first_column);
  out += R"({"startLine":)";
  append_number(out, range.first_line);
  if (range.first_column > 0 && is_number_for_all(range.first_column)) {
    out += R"(,"startColumn":)";
    append_number(out, range.first_column);
  }
  if (has_end) {
    out += R"(,"endLine":)";
    append_number(out, range.last_line);
  }
  if (has_end_column) {
    out += R"(,"endColumn":)";
    append_number(out, end_column);
  }
  out += '}';
}

void append_fix(std::string& out, const Fix& fix, Artifacts& artifacts) {
  out += '{';
  if (!fix.description.empty()) {
    out += R"("description":)";
    append_message(out, escape::sarif_message(fix.description, kMessageBytes));
    out += ',';
  }
  out += R"("artifactChanges":[)";
  for (const Edit& edit : fix.edits) {
    if (!out.ends_with('[')) out += ',';
    out += R"({"artifactLocation":)" + artifacts.of(edit.path) + R"(,"replacements":[{"deletedRegion":)";
    append_region(out, edit.range);
    out += R"(,"insertedContent":)";
    append_message(out, edit.text);
    out += "}]}";
  }
  out += "]}";
}

}  // namespace

std::string_view level_of(SeverityLabel label) {
  switch (label) {
    case SeverityLabel::critical:
    case SeverityLabel::high:
      return "error";
    case SeverityLabel::medium:
    case SeverityLabel::unknown:
      return "warning";
    case SeverityLabel::low:
    case SeverityLabel::info:
      return "note";
  }
  return "warning";
}

void begin_log(JsonWriter& json) {
  json.begin_object().field("$schema", kSchema).field("version", "2.1.0").key("runs").begin_array();
}

void write_name_and_version(JsonWriter& json, const std::string& version) {
  json.field("name", "gatepost").optional_field("version", version);
}

void write_root(JsonWriter& json) {
  json.key("originalUriBaseIds").begin_object();
  write_base(json, kRepositoryBase, {}, "The root of the repository.");
  json.end_object();
}

void write_roots(JsonWriter& json) {
  json.key("originalUriBaseIds").begin_object();
  write_base(json, kRepositoryBase, {}, "The root of the repository.");
  write_base(json, kFileSystemBase, "file:///", "The root of the file system that was scanned.");
  write_base(json, kReportBase, {}, "Where the report lies: it stands for the place of what is in no file.");
  json.end_object();
}

void write_message(JsonWriter& json, std::string_view key, std::string_view text) {
  json.key(key).begin_object().field("text", text).end_object();
}

void write_notification(JsonWriter& json, std::string_view id, std::string_view text) {
  json.begin_object().key("descriptor").begin_object().field("id", id).end_object().field("level", "warning");
  write_message(json, "message", escape::sarif_message(std::string(text), kMessageBytes));
  json.end_object();
}

void append_number(std::string& out, std::uint64_t number) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

void append_message(std::string& out, std::string_view text) {
  out += R"({"text":)";
  append_json_string(out, text);
  out += '}';
}

std::string artifact(std::string_view path, std::string_view base) {
  // GitHub refuses an address that is empty.
  std::string text = R"({"uri":")" + (path.empty() ? "." : escape::url_path(path));
  return text.append(R"(","uriBaseId":")").append(base).append("\"}");
}

std::string artifact(std::string_view path) {
  const bool absolute = is_absolute_path(path);
  path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
  return artifact(path, absolute ? kFileSystemBase : kRepositoryBase);
}

std::string report_name(std::string_view path) {
  if (const auto inside = RepoPath::parse(path)) return inside->value();
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return name.empty() ? "report" : std::string(name);
}

std::string_view Artifacts::of(const ObservationTable& table, TextId path) {
  Known& known = known_[static_cast<std::size_t>(path) % kMost];
  if (known.table != &table || known.path != path) known = {&table, path, of(table.text(path))};
  return known.artifact;
}

std::string Artifacts::of(std::string_view path) {
  const std::string_view shown = paths_.shown(path);
  return shown.empty() ? std::string() : artifact(shown);
}

void append_location(std::string& out, std::string_view artifact, const Range& range, std::string_view symbol,
                     std::string_view message, std::uint64_t id) {
  std::string_view comma;
  const auto member = [&](std::string_view text) {
    out += comma;
    out += text;
    comma = ",";
  };
  out += '{';
  if (id > 0) {
    member(R"("id":)");
    append_number(out, id);
  }
  if (!artifact.empty()) {
    member(R"("physicalLocation":{"artifactLocation":)");
    out += artifact;
    if (has_region(range)) {
      out += R"(,"region":)";
      append_region(out, range);
    }
    out += '}';
  }
  if (!symbol.empty()) {
    member(R"("logicalLocations":[{"fullyQualifiedName":)");
    append_json_string(out, symbol);
    out += "}]";
  }
  if (!message.empty()) {
    member(R"("message":)");
    append_message(out, message);
  }
  out += '}';
}

void append_flow(std::string& out, const ObservationTable& table, const ObservationRow& row, Artifacts& artifacts) {
  const auto steps = table.locations(row.flow);
  if (steps.empty()) return;
  out += R"(,"codeFlows":[{"threadFlows":[{"locations":[)";
  for (const StoredLocation& step : steps.first(std::min(steps.size(), kMostFlowSteps))) {
    if (!out.ends_with('[')) out += ',';
    out += R"({"location":)";
    append_location(out, artifacts.of(table, step.path), step.range, table.text(step.symbol), {});
    out += '}';
  }
  out += "]}]}]";
}

void append_related(std::string& out, const ObservationTable& table, const ObservationDetail* detail,
                    Artifacts& artifacts) {
  if (detail == nullptr) return;
  std::uint64_t id = 0;
  const auto append = [&](const StoredLocation& place) {
    const std::string_view file = artifacts.of(table, place.path);
    if (file.empty() || id >= kMostRelated) return;
    out += id == 0 ? R"(,"relatedLocations":[)" : ",";
    append_location(out, file, place.range, table.text(place.symbol), {}, ++id);
  };
  std::ranges::for_each(detail->related, append);
  for (std::size_t i = 1; i < detail->locations.size(); ++i) append(detail->locations[i]);
  if (id > 0) out += ']';
}

void append_fixes(std::string& out, const ObservationDetail* detail, Artifacts& artifacts) {
  if (detail == nullptr) return;
  bool any = false;
  for (const Fix& fix : detail->fixes) {
    const bool usable = !fix.edits.empty() && std::ranges::all_of(fix.edits, [&](const Edit& edit) {
      return is_exact(edit) && artifacts.shows(edit.path);
    });
    if (!usable) continue;
    out += any ? "," : R"(,"fixes":[)";
    any = true;
    append_fix(out, fix, artifacts);
  }
  if (any) out += ']';
}

void append_suppression(std::string& out, std::string_view kind, std::string_view why) {
  out += R"({"kind":")";
  out += kind;
  out += R"(","status":"accepted")";
  if (!why.empty()) {
    out += R"(,"justification":)";
    append_json_string(out, escape::sarif_message(std::string(why), kMessageBytes));
  }
  out += '}';
}

void append_tool_suppression(std::string& out, const ObservationDetail* detail) {
  const bool told = detail != nullptr && detail->suppression.has_value();
  const bool in_source = told && detail->suppression->by == "inSource";
  append_suppression(out, in_source ? "inSource" : "external",
                     told ? std::string_view(detail->suppression->reason) : std::string_view());
}

}  // namespace gatepost::report::sarif
