#include "app/publish_command.hpp"

#include <utility>

#include "app/ci.hpp"
#include "app/connection.hpp"
#include "app/finding_facts.hpp"
#include "app/head_lines.hpp"
#include "app/rejudge.hpp"
#include "app/result_file.hpp"
#include "app/rules_of_base.hpp"
#include "git/library.hpp"
#include "risk/explain.hpp"
#include "risk/severity.hpp"

namespace gatepost::app {
namespace {

// Everything that the second stage asks the forge for.
struct Asked {
  publish::Shown shown;
  RulesOfBase rules;
};

Result<Asked> ask(forge::Forge& forge, const CiFacts& ci, const ResultFile& result, const Inputs& inputs) {
  const std::string& judged = result.change.change_head.empty() ? result.change.head : result.change.change_head;
  publish::Settings settings;
  GP_TRY(publish::Shown shown, forge.shown(wanted_of(ci, judged, settings)));
  GP_CHECK(check_belongs(result, shown.request));
  const auto read = [&](std::string_view path) { return forge.file_at(path, shown.request.target_branch); };
  GP_TRY(RulesOfBase rules, rules_of_base(read, dialect_of(ci.system)));
  GP_CHECK(apply(inputs, rules.settings.publishing));
  // Only now it is known under which name we go there, and which check of GitLab waits for us.
  const publish::Settings& known = rules.settings.publishing;
  if (known.name != settings.name || known.external_check != settings.external_check) {
    GP_TRY(shown, forge.shown(wanted_of(ci, judged, known)));
  }
  return Asked{std::move(shown), std::move(rules)};
}

publish::Input plan_input(const report::Input& input, const CiFacts& ci, const publish::Shown& shown,
                          HeadLines& lines) {
  return {.report = input,
          .stamp = stamp_of(ci, shown.request.head),
          .head_lines = [&lines](std::size_t finding) { return lines.of(finding); },
          .head_text = [&lines](std::string_view path, publish::Lines at) { return lines.text(path, at); },
          .run_url = ci.run_url,
          .dialect = publish_dialect(ci.system),
          .repository = ci.repository};
}

}  // namespace

Result<ExitCode> publish(const Ports& ports, const PublishRequest& request) {
  GP_TRY(const git::Library library, git::Library::start());  // compares lines
  const CiFacts ci = detect_ci(ports);
  const Inputs inputs(ports, request.flags);
  GP_TRY(ResultFile result, read_result_file(request.result));
  GP_TRY(const Connection connection, connect(ports, ci, request.version));
  forge::Forge& forge = *connection.forge;
  GP_TRY(const Asked asked, ask(forge, ci, result, inputs));
  const Timestamp now = request.now ? *request.now : ports.clock();
  const Assessment assessment = rejudge(std::move(result), asked.shown.request,
                                        {.settings = asked.rules.settings,
                                         .owners = asked.rules.owners,
                                         .event = policy::Event::pull_request,
                                         .now = now,
                                         .tools_may_suppress = false});
  const std::vector<Severity> severities = risk::effective_severities(assessment.table);
  const report::Input input{
      .assessment = assessment,
      .explain = [&](std::size_t finding) { return risk::explain(risk_input(assessment, finding)); },
      .observation_severities = severities,
      .style = {.width = ports.terminal_columns, .colour = request.colour},
      .links = links_of(ci, asked.shown.request.head),
      .tool_version = request.version,
      .time = now};
  const std::vector<OutputRequest> standard = {{"terminal", "-"}};
  GP_CHECK(write_outputs(ports, input, request.outputs.empty() ? standard : request.outputs));
  Told told;
  show(ports, ci, "", input, [&] {
    const std::string &judged = assessment.change.head, &head = asked.shown.request.head;
    HeadLines lines(assessment, judged == head, read_from(forge, judged), read_from(forge, head));
    const publish::Input planned = plan_input(input, ci, asked.shown, lines);
    const publish::Settings& settings = asked.rules.settings.publishing;
    told = request.dry_run ? print_plan(ports, publish::plan(planned, asked.shown, settings))
                           : tell_forge(forge, planned, asked.shown, settings);
    return told;
  });
  return told.complete ? ExitCode::done : ExitCode::unavailable;
}

}  // namespace gatepost::app
