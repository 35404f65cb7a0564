#include "app/publish_command.hpp"

#include <utility>

#include "app/ci.hpp"
#include "app/connection.hpp"
#include "app/explain_risk.hpp"
#include "app/gather.hpp"
#include "app/record_verdict.hpp"
#include "app/rejudge.hpp"
#include "app/result_file.hpp"
#include "app/second_stage.hpp"
#include "app/stored_result.hpp"
#include "app/target_ledger.hpp"
#include "base/log.hpp"
#include "git/library.hpp"
#include "risk/severity.hpp"

namespace gatepost::app {
namespace {

// The ledger lies beside a checkout. Without one nothing that was decided there is known here.
TargetLedgerAnswer read_ledger_of(const Ports& ports, const CiFacts& ci, const std::string& store, Timestamp now,
                                  const config::Settings& settings, std::vector<Note>& notes) {
  const auto unread = [&](const Error& why) {
    const bool stated =
        !store.empty() || (settings.ledger.stated && settings.ledger.store != config::Ledger::Store::none);
    return TargetLedgerAnswer{
        .ledger = std::nullopt,
        .unread = stated ? "the ledger is not known here, so neither is what was frozen: " + why.message : ""};
  };
  const auto library = git::Library::start();
  if (!library) return unread(library.error());
  const auto repository = open_repository(ports, "", ci);
  if (!repository) return unread(repository.error());
  const ChangeSet none;
  auto answer = read_target_ledger(
      ports, settings, {.repository = *repository, .change = none, .store = store, .asks_forge = true, .now = now},
      notes);
  return answer ? *std::move(answer) : unread(answer.error());
}

// The ledger is that of the repository whose checkout this is.
Status record(const Ports& ports, const CiFacts& ci, const std::string& store, const config::Settings& settings,
              const Assessment& assessment, Timestamp now) {
  GP_TRY(const git::Library library, git::Library::start());
  GP_TRY(const git::Repository repository, open_repository(ports, "", ci));
  return record_verdict(ports, {.settings = settings,
                                .repository = repository,
                                .ci = ci,
                                .assessment = assessment,
                                .store = store,
                                .now = now,
                                .trusted = !ci.restricted});
}

// The change, and what was found there.
struct Material {
  Asked asked;
  ResultFile result;
  std::uint64_t pipeline = 0;  // as FoundResult
  bool again = false;          // the same evidence as that of the words that are there
};

Result<Material> material_of(const Ports& ports, forge::Forge& forge, const CiFacts& ci, const Inputs& inputs,
                             std::optional<ResultFile> named, bool if_kept) {
  if (named) {
    GP_TRY(Asked asked, ask_forge(ports, forge, ci, inputs, &*named));
    return Material{std::move(asked), *std::move(named), 0, false};
  }
  GP_TRY(Asked asked, ask_forge(ports, forge, ci, inputs, nullptr));
  const publish::ChangeRequest& change = asked.shown.request;
  if (!change.open) return error(ErrorKind::conflict, "the change request is closed");
  const config::StoredResult& place = asked.rules.settings.result;
  GP_TRY(const auto kept, kept_result(forge, change, place));
  if (!kept) {
    return error(if_kept ? ErrorKind::conflict : ErrorKind::unavailable, nothing_kept(change, place),
                 "let the gate write it (check --result) and keep it, or name the file");
  }
  GP_TRY(ResultFile result, read_result(kept->text, kept->name));
  GP_CHECK(check_belongs(result, change));
  return Material{std::move(asked), std::move(result), kept->pipeline, true};
}

Result<ExitCode> judge_and_tell(const Ports& ports, forge::Forge& forge, const CiFacts& ci,
                                const PublishRequest& request, Material material) {
  auto& [asked, result, pipeline, again] = material;
  const Timestamp now = request.now ? *request.now : ports.clock();
  honour(read_ledger_of(ports, ci, request.store, now, asked.rules.settings, result.found.notes), asked.rules.settings);
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
    publish::Input planned = plan_input(input, ci, asked.shown, lines);
    if (again) planned.stamp = stamp_of_words(asked.shown, planned.stamp);
    if (planned.pipeline == 0) planned.pipeline = pipeline;
    const publish::Settings& settings = asked.rules.settings.publishing;
    told = request.dry_run ? print_plan(ports, publish::plan(planned, asked.shown, settings), asked.shown)
                           : tell_forge(forge, planned, asked.shown, settings);
    return told;
  });
  if (request.record && !request.dry_run)
    tell_failure(record(ports, ci, request.store, asked.rules.settings, assessment, now));
  if (!written) return written.error();
  return told.complete ? ExitCode::done : ExitCode::unavailable;
}

}  // namespace

Result<ExitCode> publish(const Ports& ports, const PublishRequest& request) {
  const CiFacts ci = request.change ? about_change(detect_ci(ports), *request.change) : detect_ci(ports);
  std::optional<ResultFile> named;
  if (!request.result.empty()) {
    GP_TRY(named, read_result_file(request.result));
  }
  GP_TRY(const Connection connection, connect(ports, ci, request.version));
  forge::Forge& forge = *connection.forge;
  auto material = material_of(ports, forge, ci, Inputs(ports, request.flags), std::move(named), request.if_kept);
  if (!material && material.error().kind == ErrorKind::conflict) {
    // Closed or pushed to meanwhile, or nothing to tell: nothing went wrong, and nobody waits for this result.
    log::warning(material.error().message + "; nothing is published");
    return ExitCode::done;
  }
  if (!material) return material.error();
  return judge_and_tell(ports, forge, ci, request, *std::move(material));
}

}  // namespace gatepost::app
