#include <string_view>

#include "report/compliance.hpp"

namespace gatepost::report {
namespace {

using doc::JsonWriter;

void write_texts(JsonWriter& json, std::string_view name, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  json.key(name).begin_array();
  for (const std::string& it : texts) json.value(it);
  json.end_array();
}

template <class Number>
void write_numbers(JsonWriter& json, std::string_view name, const std::vector<Number>& numbers) {
  if (numbers.empty()) return;
  json.key(name).begin_array();
  for (const Number it : numbers) json.value(it);
  json.end_array();
}

void write_population(JsonWriter& json, const CompliancePopulation& it) {
  json.key("population").begin_object().field("all", it.all).field("open", it.open).field("overdue", it.overdue);
  json.field("fixed", it.fixed).field("waived", it.waived).field("false_positive", it.false_positive);
  json.field("not_affected", it.not_affected).field("other", it.other).end_object();
}

void write_control(JsonWriter& json, const ComplianceControl& it) {
  json.line_break().begin_object().field("id", it.id).field("title", it.title).field("state", to_string(it.state));
  json.optional_field("elsewhere", it.elsewhere);
  if (it.has_population) write_population(json, it.population);
  json.key("evidence").begin_array();
  for (const ComplianceFact& fact : it.facts) {
    json.begin_object().field("topic", fact.topic).field("state", to_string(fact.state)).field("text", fact.text);
    json.end_object();
  }
  json.end_array();
  write_texts(json, "samples", it.samples);
  write_numbers(json, "exceptions", it.exceptions);
  json.end_object();
}

Status write_frameworks(JsonStream& out, const Compliance& compliance) {
  JsonWriter& json = out.json;
  json.key("frameworks").begin_array();
  for (const ComplianceFramework& it : compliance.frameworks) {
    json.line_break().begin_object().field("id", it.id).field("name", it.name).optional_field("version", it.version);
    json.field("scope", it.scope).field("findings", it.findings).key("controls_by_state").begin_object();
    for (std::size_t i = 0; i < it.states.size(); ++i) json.field(kEvidenceStateNames[i], it.states[i]);
    json.end_object().key("controls").begin_array();
    for (const ComplianceControl& control : it.controls) {
      write_control(json, control);
      GP_CHECK(out.pass_on());
    }
    json.end_array().end_object();
  }
  json.end_array();
  return Done{};
}

void write_course(JsonWriter& json, const std::vector<ComplianceStep>& course) {
  json.key("course").begin_array();
  for (const ComplianceStep& it : course) {
    json.begin_object().field("seq", it.seq).field("at", it.at).field("event", it.event).field("by", it.by);
    json.optional_field("what", it.what).optional_field("commit", it.commit).field("hash", it.hash).end_object();
  }
  json.end_array();
}

Status write_samples(JsonStream& out, const Compliance& compliance) {
  JsonWriter& json = out.json;
  json.key("samples").begin_array();
  for (const ComplianceSample& it : compliance.samples) {
    json.line_break().begin_object().field("id", it.id).field("title", it.title).field("state", it.state);
    json.field("kind", to_string(it.kind)).field("severity", to_string(it.severity)).key("risk").tenths(it.risk_tenths);
    json.optional_field("place", it.place).optional_field("package", it.package).optional_field("service", it.service);
    json.optional_field("team", it.team);
    write_texts(json, "engines", it.engines);
    write_texts(json, "advisories", it.advisories);
    write_numbers(json, "cwe", it.cwes);
    json.optional_field("first_detected", it.first_detected).optional_field("due", it.due);
    json.optional_field("closed", it.closed);
    write_course(json, it.course);
    json.end_object();
    GP_CHECK(out.pass_on());
  }
  json.end_array();
  return Done{};
}

Status write_exceptions(JsonStream& out, const Compliance& compliance) {
  JsonWriter& json = out.json;
  json.key("exceptions").begin_array();
  for (const ComplianceException& it : compliance.exceptions) {
    json.line_break().begin_object().field("number", it.number).optional_field("id", it.id).field("kind", it.kind);
    json.optional_field("reason", it.reason).optional_field("justification", it.justification);
    json.field("decided", it.decided).field("seq", it.seq).optional_field("until", it.until);
    json.optional_field("requested_by", it.requested_by);
    write_texts(json, "approved_by", it.approved_by);
    json.field("duties", to_string(it.duties)).field("duties_text", it.duties_text);
    json.field("findings", it.findings).field("now", it.now).optional_field("ended", it.ended).end_object();
    GP_CHECK(out.pass_on());
  }
  json.end_array();
  return Done{};
}

Status write_runs(JsonStream& out, const Compliance& compliance) {
  JsonWriter& json = out.json;
  json.key("runs").begin_array();
  for (const ComplianceRun& it : compliance.runs) {
    json.line_break().begin_object().field("seq", it.seq).field("at", it.at).optional_field("id", it.id);
    json.optional_field("commit", it.commit).optional_field("url", it.url).optional_field("policy", it.policy);
    json.optional_field("verdict", it.verdict);
    write_texts(json, "complete", it.complete);
    write_texts(json, "incomplete", it.incomplete);
    json.field("seen", it.seen).field("detected", it.detected).field("fixed", it.fixed).end_object();
    GP_CHECK(out.pass_on());
  }
  json.end_array();
  return Done{};
}

void write_scanners(JsonWriter& json, const Compliance& compliance) {
  json.key("scanners").begin_array();
  for (const ComplianceScanner& it : compliance.scanners) {
    json.line_break().begin_object().field("engine", it.engine).optional_field("kinds", it.kinds);
    json.field("state", to_string(it.state)).field("runs", it.runs).field("complete", it.complete);
    json.optional_field("first_complete", it.first_complete).optional_field("last_complete", it.last_complete);
    json.field("longest_gap_days", it.longest_gap_days).optional_field("version", it.version);
    json.optional_field("database", it.database).optional_field("note", it.note).end_object();
  }
  json.end_array().key("service_levels").begin_array();
  for (const ComplianceLevel& it : compliance.levels) {
    json.begin_object().field("band", it.band);
    if (it.days != 0) json.field("days", it.days);
    json.field("due", it.due).field("kept", it.kept).field("overdue", it.overdue).end_object();
  }
  json.end_array();
}

void write_integrity(JsonWriter& json, const ComplianceIntegrity& it) {
  json.key("integrity").begin_object().field("ledger", it.ledger).field("events", it.events);
  json.field("last_seq", it.last_seq).optional_field("first_at", it.first_at).optional_field("last_at", it.last_at);
  json.optional_field("hash", it.hash).field("checkpoints", it.checkpoints);
  write_texts(json, "broken_checkpoints", it.broken_checkpoints);
  json.end_object();
}

}  // namespace

Status write_compliance_json(const Compliance& it, const Sink& sink) {
  JsonStream out(sink);
  JsonWriter& json = out.json;
  json.begin_object().field("schema", "gatepost.dev/compliance/1").optional_field("project", it.project);
  json.field("generated", it.generated).field("version", it.version).key("period").begin_object();
  json.field("from", it.from).field("to", it.to).end_object().field("caution", kComplianceCaution);
  write_texts(json, "notes", it.notes);
  GP_CHECK(write_frameworks(out, it));
  json.line_break().field("sampling", it.sampling);
  GP_CHECK(write_samples(out, it));
  GP_CHECK(write_exceptions(out, it));
  GP_CHECK(write_runs(out, it));
  write_scanners(json, it);
  write_integrity(json.line_break(), it.integrity);
  json.end_object();
  return out.finish();
}

}  // namespace gatepost::report
