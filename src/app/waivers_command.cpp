#include "app/waivers_command.hpp"

#include <fmt/core.h>

#include <array>

#include "app/waiver_list.hpp"
#include "app/write_output.hpp"
#include "base/text.hpp"
#include "report/waivers.hpp"

namespace gatepost::app {
namespace {

struct Form {
  std::string_view format;
  Status (*write)(const report::WaiverReport& report, const report::Sink& sink);
};
constexpr std::array kForms = {Form{"terminal", report::write_waivers_terminal},
                               Form{"json", report::write_waivers_json},
                               Form{"markdown", report::write_waivers_markdown}};

}  // namespace

Result<ExitCode> list_waivers(const Ports& ports, const WaiversRequest& request) {
  GP_TRY(const ReportMaterial material, gather_report_material(ports, request.place));
  WaiverRecords records;
  ledger::CanonicalText scratch;
  for (const ledger::Line& line : material.ledger.lines) {
    GP_TRY(const ledger::Event event, ledger::parse(line.text, scratch));
    records.add(event);
  }
  report::WaiverReport report{.ledger = material.store->name(), .generated = to_string(material.now)};
  report.events = material.ledger.lines.size();
  report.waivers = waiver_list(material.settings, material.ledger.state, records, material.people, material.now);
  for (const Form& form : kForms) {
    if (form.format != request.format) continue;
    GP_CHECK(write_output(ports, request.output, [&](const report::Sink& sink) { return form.write(report, sink); }));
    return ExitCode::done;
  }
  return error(ErrorKind::usage, fmt::format("--format is \"{}\"; expected terminal, json or markdown",
                                             text::printable(request.format, 40)));
}

}  // namespace gatepost::app
