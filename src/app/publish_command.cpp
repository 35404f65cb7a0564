#include "app/publish_command.hpp"

#include <utility>

#include "app/ci.hpp"
#include "app/connection.hpp"
#include "app/explain_risk.hpp"
#include "app/gather.hpp"
#include "app/ledger_decisions.hpp"
#include "app/record_verdict.hpp"
#include "app/result_file.hpp"
#include "app/second_stage.hpp"
#include "app/target_ledger.hpp"
#include "base/log.hpp"
#include "git/library.hpp"
#include "risk/severity.hpp"

namespace gatepost::app {
namespace {

// The ledger lies beside a checkout. Without one nothing that was decided there counts here.
void honour_decisions(const Ports& ports, const CiFacts& ci, Timestamp now, config::Settings& settings,
                      std::vector<Note>& notes) {
  const auto library = git::Library::start();
  if (!library) return;
  const auto repository = open_repository(ports, "", ci);
  if (!repository) return;
  const ChangeSet none;
  const auto ledger = read_target_ledger(
      ports, settings, {.repository = *repository, .change = none, .asks_forge = true, .now = now}, notes);
  if (ledger && *ledger) honour((*ledger)->decisions, settings);
}

// The ledger is that of the repository whose checkout this is.
Status record(const Ports& ports, const CiFacts& ci, const config::Settings& settings, const Assessment& assessment,
              Timestamp now) {
  GP_TRY(const git::Library library, git::Library::start());
  GP_TRY(const git::Repository repository, open_repository(ports, "", ci));
  return record_verdict(ports, {.settings = settings,
                                .repository = repository,
                                .ci = ci,
                                .assessment = assessment,
                                .store = "",
                                .now = now,
                                .trusted = !ci.restricted});
}

}  // namespace

Result<ExitCode> publish(const Ports& ports, const PublishRequest& request) {
  const CiFacts ci = detect_ci(ports);
  const Inputs inputs(ports, request.flags);
  GP_TRY(ResultFile result, read_result_file(request.result));
  GP_TRY(const Connection connection, connect(ports, ci, request.version));
  forge::Forge& forge = *connection.forge;
  auto asked_for = ask_forge(ports, forge, ci, inputs, &result);
  if (!asked_for && asked_for.error().kind == ErrorKind::conflict) {
    // Closed or pushed to meanwhile: nothing went wrong, and nobody waits for this result.
    log::warning(asked_for.error().message + "; nothing is published");
    return ExitCode::done;
  }
  if (!asked_for) return asked_for.error();
  Asked& asked = *asked_for;
  const Timestamp now = request.now ? *request.now : ports.clock();
  honour_decisions(ports, ci, now, asked.rules.settings, result.found.notes);
  const TipLines lines(result);
  const Assessment assessment = judge_again(ports, ci, std::move(result), asked, now);
  const std::vector<Severity> severities = risk::effective_severities(assessment.table);
  const report::Input input{.assessment = assessment,
                            .explain = [&](std::size_t finding) { return explain_risk(assessment, finding); },
                            .story = [&](std::size_t finding) { return risk_story(assessment, finding); },
                            .observation_severities = severities,
                            .style = {.width = ports.terminal_columns, .colour = request.colour},
                            .links = links_of(ci, assessment.change.head),
                            .tool_version = request.version,
                            .time = now};
  const std::vector<OutputRequest> standard = {{"terminal", "-"}};
  const Status written = write_outputs(ports, input, request.outputs.empty() ? standard : request.outputs);
  Told told;
  show(ports, ci, "", input, [&] {
    const publish::Input planned = plan_input(input, ci, asked.shown, lines);
    const publish::Settings& settings = asked.rules.settings.publishing;
    told = request.dry_run ? print_plan(ports, publish::plan(planned, asked.shown, settings), asked.shown)
                           : tell_forge(forge, planned, asked.shown, settings);
    return told;
  });
  if (request.record && !request.dry_run) tell_failure(record(ports, ci, asked.rules.settings, assessment, now));
  if (!written) return written.error();
  return told.complete ? ExitCode::done : ExitCode::unavailable;
}

}  // namespace gatepost::app
