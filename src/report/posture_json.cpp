#include <algorithm>
#include <map>
#include <string_view>

#include "report/posture.hpp"

namespace gatepost::report {
namespace {

using doc::JsonWriter;

// Texts that many findings share stand in a list once, and findings name their position.
class Shared {
 public:
  std::size_t of(const std::string& text) {
    const auto [at, fresh] = positions_.try_emplace(text, texts_.size());
    if (fresh) texts_.push_back(at->first);
    return at->second;
  }
  void write(JsonWriter& json, std::string_view name) const {
    json.key(name).begin_array();
    for (const std::string_view text : texts_) json.value(text);
    json.end_array();
  }

 private:
  std::map<std::string, std::size_t> positions_;
  std::vector<std::string_view> texts_;
};

struct Lists {
  Shared teams, services, engines, rules, paths, states, kinds, slas;
};

void write_counts(JsonWriter& json, std::string_view name, const BySeverity& counts) {
  json.key(name).begin_object();
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] != 0) json.field(kBySeverity[i], counts[i]);
  }
  json.end_object();
}

void shared(JsonWriter& json, Shared& list, const std::string& text) {
  if (text.empty())
    json.raw("null");
  else
    json.value(list.of(text));
}

void text_or_null(JsonWriter& json, std::string_view text) {
  if (text.empty())
    json.raw("null");
  else
    json.value(text);
}

constexpr std::array<std::string_view, 23> kColumns = {
    "id",      "title",   "kind", "severity", "risk",    "state",   "path",       "line",
    "subject", "engines", "rule", "team",     "service", "package", "advisories", "first_detected",
    "due",     "closed",  "sla",  "waiver",   "why",     "fix",     "reopened"};

void write_finding(JsonWriter& json, const PostureFinding& it, Lists& lists) {
  json.begin_array().value(it.id).value(it.title);
  shared(json, lists.kinds, std::string(to_string(it.kind)));
  json.value(by_severity(it.severity)).value(it.risk_tenths);
  shared(json, lists.states, it.state);
  shared(json, lists.paths, it.path);
  it.line == 0 ? json.raw("null") : json.value(it.line);
  text_or_null(json, it.subject);
  json.begin_array();
  for (const std::string& engine : it.engines) json.value(lists.engines.of(engine));
  json.end_array();
  shared(json, lists.rules, it.rule);
  shared(json, lists.teams, it.team);
  shared(json, lists.services, it.service);
  text_or_null(json, it.package);
  json.begin_array();
  for (const std::string& advisory : it.advisories) json.value(advisory);
  json.end_array();
  text_or_null(json, it.first_detected);
  text_or_null(json, it.due);
  text_or_null(json, it.closed);
  shared(json, lists.slas, it.sla);
  text_or_null(json, it.waiver);
  text_or_null(json, it.why);
  text_or_null(json, it.fix);
  json.value(it.reopened).end_array();
}

Status write_findings(JsonStream& out, const Posture& posture, Lists& lists) {
  JsonWriter& json = out.json;
  json.key("findings").begin_object().key("columns").begin_array();
  for (const std::string_view column : kColumns) json.value(column);
  json.end_array().key("rows").begin_array();
  for (const PostureFinding& it : posture.findings) {
    json.line_break();
    write_finding(json, it, lists);
    GP_CHECK(out.pass_on());
  }
  json.end_array().end_object();
  return Done{};
}

void write_lists(JsonWriter& json, const Lists& lists) {
  json.line_break().key("lists").begin_object();
  lists.teams.write(json, "teams");
  lists.services.write(json, "services");
  lists.engines.write(json, "engines");
  lists.rules.write(json, "rules");
  lists.paths.write(json, "paths");
  lists.states.write(json, "states");
  lists.kinds.write(json, "kinds");
  lists.slas.write(json, "slas");
  json.end_object();
}

void write_head(JsonWriter& json, const Posture& it) {
  json.field("schema", "gatepost.dev/posture/1").key("project").begin_object();
  json.optional_field("name", it.project).optional_field("branch", it.branch).optional_field("commit", it.commit);
  json.end_object().field("generated", it.generated).field("version", it.version);
  json.key("period").begin_object().field("from", it.from).field("to", it.to).end_object();
  json.optional_field("blob_url", it.blob_url);
}

template <class Value>
void write_series(JsonWriter& json, const Posture& posture, std::string_view name, const Value& value) {
  json.key(name).begin_array();
  for (const PostureDay& day : posture.trend) json.value(value(day));
  json.end_array();
}

void write_trend(JsonWriter& json, const Posture& posture) {
  json.line_break().key("trend").begin_object();
  write_series(json, posture, "at", [](const PostureDay& it) { return it.unix_seconds; });
  for (std::size_t i = 0; i < kBySeverity.size(); ++i)
    write_series(json, posture, kBySeverity[i], [i](const PostureDay& it) { return it.open[i]; });
  write_series(json, posture, "opened", [](const PostureDay& it) { return it.opened; });
  write_series(json, posture, "fixed", [](const PostureDay& it) { return it.fixed; });
  json.end_object();
}

void write_units(JsonWriter& json, const Posture& posture) {
  json.line_break().key("fix_first").begin_array();
  for (const PostureUnit& it : posture.fix_first) {
    json.begin_object().field("what", it.what).optional_field("command", it.command).optional_field("team", it.team);
    json.field("closes", it.closes)
        .field("risk_before", it.risk_before)
        .field("risk_after", it.risk_after)
        .end_object();
  }
  json.end_array();
}

void write_groups(JsonWriter& json, std::string_view name, const std::vector<PostureGroup>& groups) {
  json.line_break().key(name).begin_array();
  for (const PostureGroup& it : groups) {
    json.begin_object().field("name", it.name);
    write_counts(json, "open", it.open);
    json.field("risk", it.risk_tenths).field("overdue", it.overdue).optional_field("more", it.more).end_object();
  }
  json.end_array();
}

void write_scanners(JsonWriter& json, const Posture& posture) {
  json.line_break().key("scanners").begin_array();
  for (const PostureScanner& it : posture.scanners) {
    json.begin_object().field("engine", it.engine).optional_field("version", it.version);
    json.optional_field("database", it.database).optional_field("last_complete", it.last_complete);
    json.field("state", it.state).field("open", it.open).optional_field("note", it.note).end_object();
  }
  json.end_array();
}

void optional_number(JsonWriter& json, std::string_view name, std::optional<std::int64_t> number) {
  if (number) json.field(name, *number);
}

void write_service_levels(JsonWriter& json, const Posture& posture) {
  json.line_break().key("sla").begin_object();
  optional_number(json, "compliance_permille", posture.compliance_permille);
  json.key("rows").begin_array();
  for (const PostureServiceLevel& it : posture.service_levels) {
    json.begin_object().field("band", it.band).key("days");
    it.days ? json.value(*it.days) : json.raw("null");
    json.field("due", it.due).field("met", it.met).field("late", it.late).field("overdue", it.overdue).end_object();
  }
  json.end_array().end_object();
  json.key("metrics").begin_object().field("n", posture.repaired);
  optional_number(json, "mttr_median_h", posture.mttr_median_h);
  optional_number(json, "mttr_p90_h", posture.mttr_p90_h);
  optional_number(json, "km_median_h", posture.mttr_censored_h);
  optional_number(json, "mttd_median_h", posture.mttd_median_h);
  json.end_object().key("age").begin_array();
  for (const Posture::Age& it : posture.backlog) {
    json.begin_object().field("label", it.label);
    write_counts(json, "counts", it.counts);
    json.end_object();
  }
  json.end_array();
}

void write_waivers(JsonWriter& json, const Posture& posture) {
  json.line_break().key("waivers").begin_array();
  for (const PostureWaiver& it : posture.waivers) {
    json.begin_object().field("id", it.id).field("state", it.state).optional_field("reason", it.reason);
    json.optional_field("justification", it.justification).optional_field("requested_by", it.requested_by);
    json.optional_field("approved_by", it.approved_by).optional_field("expires", it.expires);
    json.field("source", it.source).optional_field("where", it.where);
    if (it.days_left) json.field("days_left", *it.days_left);
    if (it.seq != 0) json.field("seq", it.seq);
    json.optional_field("lapsed", it.lapsed).optional_field("note", it.note);
    json.field("findings", it.findings).end_object();
  }
  json.end_array();
}

void write_events(JsonWriter& json, const Posture& posture) {
  json.line_break().key("drift").begin_array();
  for (const PostureEvent& it : posture.drift)
    json.begin_object().field("at", it.at).field("kind", it.type).field("what", it.what).end_object();
  json.end_array().line_break().key("audit").begin_array();
  for (const PostureEvent& it : posture.audit) {
    json.begin_object().field("seq", it.seq).field("at", it.at).field("type", it.type).field("actor", it.actor);
    json.field("subject", it.subject).field("what", it.what).field("hash", it.hash).end_object();
  }
  json.end_array().field("audit_total", posture.events).field("audit_verified", posture.verified);
  json.field("audit_sentence", posture.verification);
}

}  // namespace

Status write_posture_json(const Posture& posture, const Sink& sink) {
  JsonStream out(sink);
  JsonWriter& json = out.json;
  json.begin_object();
  write_head(json, posture);
  Lists lists;
  GP_CHECK(write_findings(out, posture, lists));
  write_lists(json, lists);
  write_trend(json, posture);
  write_units(json, posture);
  write_groups(json, "teams", posture.teams);
  write_groups(json, "services", posture.services);
  write_scanners(json, posture);
  write_service_levels(json, posture);
  write_waivers(json, posture);
  write_events(json, posture);
  json.line_break().key("notes").begin_array();
  for (const std::string& note : posture.notes) json.value(note);
  json.end_array().end_object();
  return out.finish();
}

}  // namespace gatepost::report
