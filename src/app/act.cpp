#include "app/act.hpp"

#include "app/connection.hpp"
#include "app/write_output.hpp"
#include "app/writers.hpp"
#include "base/log.hpp"

namespace gatepost::app {
namespace {

// What is lost here is said elsewhere, and the verdict is what it is.
void tell_failure(const Status& status) {
  if (status) return;
  log::warning(status.error().message);
  if (!status.error().hint.empty()) log::warning("hint: " + status.error().hint);
}

Told tell(const Ports& ports, const Audience& audience, const report::Input& input, const Prepare& prepare) {
  auto connection = connect(ports, audience.ci, audience.version);
  if (!connection) {
    tell_failure(connection.error());
    return {.complete = false};
  }
  const publish::Input planned = prepare(input, *connection->forge);
  if (audience.dry_run) {
    const auto plan = rehearse(*connection->forge, planned, audience.wanted, audience.settings);
    tell_failure(plan ? ports.output(*plan) : Status(plan.error()));
    return {};
  }
  return tell_forge(*connection->forge, planned, audience.wanted, audience.settings);
}

}  // namespace

Status write_outputs(const Ports& ports, const report::Input& input, const std::vector<OutputRequest>& outputs) {
  std::optional<Error> failure;
  for (const OutputRequest& output : outputs) {
    GP_TRY(const report::Writer* const chosen, writer(output.format));
    const Status written =
        write_output(ports, output.path, [&](const report::Sink& sink) { return chosen->write(input, sink); });
    if (!written && !failure) failure = written.error();
  }
  if (failure) return *failure;
  return Done{};
}

void show(const Ports& ports, const Audience& audience, const report::Input& input, const Prepare& prepare) {
  const std::vector<LocalFile> files = local_files(audience.ci.system, audience.output_folder);
  tell_failure(write_local_files(ports, input, files));
  if (!audience.tell) return;
  tell_failure(write_job_summary(audience.ci, input));
  tell_failure(write_step_outputs(ports, audience.ci, input, files));
  const Told told = tell(ports, audience, input, prepare);
  for (const std::string& problem : told.problems) log::warning(problem);
  for (const std::string& note : told.notes) log::info(note);
  if (!told.url.empty()) log::info("told at " + told.url);
  if (!audience.dry_run) tell_failure(write_annotations(ports, audience.ci, input, told.inline_findings));
}

}  // namespace gatepost::app
