#include "app/act.hpp"

#include <optional>

#include "app/local_channels.hpp"
#include "app/write_output.hpp"
#include "app/writers.hpp"
#include "base/log.hpp"
#include "report/sarif.hpp"

namespace gatepost::app {

void tell_failure(const Status& status) {
  if (status) return;
  log::warning(status.error().message);
  if (!status.error().hint.empty()) log::warning("hint: " + status.error().hint);
}

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

report::Links links_of(const CiFacts& ci, const std::string& commit) {
  report::Links links;
  if (!ci.code_url.empty()) links.code = ci.code_url + "/" + commit;
  links.report = ci.run_url;
  return links;
}

std::string sarif_of(const report::Input& input) {
  std::string document;
  const Status written = report::write_sarif(input, [&](std::string_view bytes) -> Status {
    document += bytes;
    return Done{};
  });
  return written ? document : std::string();
}

void show(const Ports& ports, const CiFacts& ci, const std::string& folder, const report::Input& input,
          const std::function<Told()>& tell) {
  tell_failure(write_job_summary(ci, input));
  tell_failure(write_step_outputs(ports, ci, folder, input));
  const Told told = tell();
  for (const std::string& problem : told.problems) log::warning(problem);
  for (const std::string& note : told.notes) log::warning(note);
  if (!told.url.empty()) tell_failure(ports.narration("gatepost: the comment is at " + told.url + "\n"));
  tell_failure(write_annotations(ports, ci, input, told.inline_findings));
}

Told print_plan(const Ports& ports, publish::Plan plan, const publish::Shown& shown) {
  plan.notes.insert(plan.notes.end(), shown.notes.begin(), shown.notes.end());
  tell_failure(ports.output(publish::describe(plan, true)));
  return {.inline_findings = plan.told_inline};
}

}  // namespace gatepost::app
