#include "app/compliance_report.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>
#include <vector>

#include "app/framework_files.hpp"
#include "app/posture.hpp"
#include "app/report_material.hpp"
#include "app/write_output.hpp"
#include "base/text.hpp"
#include "compliance/evaluate.hpp"
#include "ingest/engine.hpp"
#include "report/compliance.hpp"

namespace gatepost::app {
namespace {

struct Form {
  std::string_view format;
  Status (*write)(const Compliance& compliance, const report::Sink& sink);
};
constexpr std::array kForms = {Form{"html", report::write_compliance_html}, Form{"json", report::write_compliance_json},
                               Form{"markdown", report::write_compliance_markdown},
                               Form{"csv", report::write_compliance_csv}};

Result<const Form*> form_of(const std::string& format) {
  for (const Form& it : kForms) {
    if (it.format == format) return &it;
  }
  return error(ErrorKind::usage,
               fmt::format("--format is \"{}\"; with --compliance expected html, json, markdown or csv",
                           text::printable(format, 40)));
}

Result<std::int64_t> midnight(std::string_view option, const std::string& text, int days_later) {
  const auto day = parse_date(text);
  if (!day) {
    return error(ErrorKind::usage,
                 fmt::format("{} is \"{}\"; expected a day like 2026-01-31", option, text::printable(text, 40)));
  }
  const std::chrono::sys_days then = *day + std::chrono::days(days_later);
  return std::chrono::duration_cast<std::chrono::milliseconds>(then.time_since_epoch()).count();
}

// The last day counts whole; without one the period ends now.
Result<compliance::Period> period_of(const ComplianceRequest& request, Timestamp now) {
  compliance::Period period{{now.unix_ms - request.report.days * ledger::kDayMs}, {now.unix_ms + 1}};
  if (!request.to.empty()) {
    GP_TRY(period.to.unix_ms, midnight("--to", request.to, 1));
    period.from.unix_ms = period.to.unix_ms - request.report.days * ledger::kDayMs;
  }
  if (!request.from.empty()) {
    GP_TRY(period.from.unix_ms, midnight("--from", request.from, 0));
  }
  if (period.from >= period.to)
    return error(ErrorKind::usage,
                 fmt::format("the period from {} to {} is empty", to_string(day_of(period.from)),
                             to_string(day_of({period.to.unix_ms - 1}))),
                 "give a --from that is not after --to");
  return period;
}

// What the ledger knew at the end of the period.
struct Known {
  std::vector<ledger::Event> events;
  ledger::State state;
};
Result<Known> known_until(const LedgerView& ledger, Timestamp end) {
  Known known;
  ledger::CanonicalText scratch;
  for (const ledger::Line& line : ledger.lines) {
    GP_TRY(ledger::Event event, ledger::parse(line.text, scratch));
    if (event.at >= end) break;
    GP_CHECK(known.state.apply(event));
    known.events.push_back(std::move(event));
  }
  return known;
}

Result<std::vector<std::string>> checkpoints_of(store::Store& store) {
  std::vector<std::string> texts;
  GP_TRY(const std::vector<std::string> names, store.document_names("checkpoints/"));
  for (const std::string& name : names) {
    GP_TRY(auto text, store.document(name));
    if (text) texts.push_back(std::move(*text));
  }
  return texts;
}

std::vector<std::string> notes_on(const Known& known, const compliance::Period& period, Timestamp now) {
  std::vector<std::string> notes;
  if (known.events.empty()) {
    notes.emplace_back("The ledger has no event before the end of the period.");
  } else if (known.events.front().at > period.from) {
    notes.push_back(fmt::format("The ledger begins on {}, after the period did: what was before is not in it.",
                                to_string(day_of(known.events.front().at))));
  }
  if (period.to.unix_ms > now.unix_ms + 1) notes.emplace_back("The period is not over yet.");
  return notes;
}

}  // namespace

Result<ExitCode> report_compliance(const Ports& ports, const ComplianceRequest& request) {
  GP_TRY(const Form* const form, form_of(request.report.format));
  GP_TRY(const ReportMaterial material, gather_report_material(ports, {request.report.repository, request.report.config,
                                                                       request.report.store, request.report.now}));
  GP_CHECK(require_events(material));
  GP_TRY(std::vector<Framework> frameworks, read_frameworks(material.repository, material.rules));
  GP_TRY(frameworks, chosen_frameworks(std::move(frameworks), request.framework));
  GP_TRY(const compliance::Period period, period_of(request, material.now));
  GP_TRY(const Known known, known_until(material.ledger, period.to));
  const ledger::People& people = material.people;
  compliance::Material evidence{.events = known.events,
                                .state = known.state,
                                .period = period,
                                .as_of = std::min(material.now, Timestamp{period.to.unix_ms - 1}),
                                .services = material.settings.services,
                                .justifications = {},
                                .name_of = [&](std::string_view who) { return people.name(who); },
                                .told = [&](const ledger::Event& it) { return event_text(it, &people); },
                                .kind_of = [](std::string_view engine) { return ingest::engine_kind(engine); },
                                .checkpoints = {},
                                .ledger_name = material.store->name(),
                                .samples = request.samples};
  for (const policy::Waiver& it : material.settings.waivers) evidence.justifications[it.id.value] = it.justification;
  GP_TRY(evidence.checkpoints, checkpoints_of(*material.store));
  Compliance compliance = compliance::evaluate(evidence, frameworks);
  compliance.project = material.project;
  compliance.generated = to_string(material.now);
  compliance.version = request.report.version;
  compliance.from = to_string(period.from);
  compliance.to = to_string(Timestamp{period.to.unix_ms - 1});
  compliance.notes = notes_on(known, period, material.now);
  GP_CHECK(write_output(ports, request.report.output,
                        [&](const report::Sink& sink) { return form->write(compliance, sink); }));
  return ExitCode::done;
}

}  // namespace gatepost::app
