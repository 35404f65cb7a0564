#include "app/tell_change.hpp"

#include "app/act.hpp"
#include "app/connection.hpp"
#include "app/head_lines.hpp"

namespace gatepost::app {
namespace {

HeadLines::Read reader(const git::Repository& repository, const std::string& commit, forge::Forge& forge) {
  auto read = read_from(repository, commit);
  return read ? std::move(*read) : read_from(forge, commit);
}

publish::Input plan_input(const Evidence& evidence, const report::Input& input, const std::string& head,
                          HeadLines& lines) {
  const CiFacts& ci = evidence.ci;
  return {.report = input,
          .stamp = stamp_of(ci, head),
          .head_lines = [&lines](std::size_t finding) { return lines.of(finding); },
          .head_text = [&lines](std::string_view path, publish::Lines at) { return lines.text(path, at); },
          .pipeline = pipeline_of(ci, head),
          .run_url = ci.run_url,
          .sarif = evidence.settings.publishing.upload_sarif ? sarif_of(input) : "",
          .sarif_ref = sarif_ref(ci, input.assessment.change.head),
          .sarif_commit = input.assessment.change.head,
          .dialect = publish_dialect(ci.system),
          .repository = ci.repository};
}

// Other tokens are not given to such runs; whoever has one all the same may try.
bool has_no_right_to_write(const Ports& ports, const CiFacts& ci) {
  return ci.restricted && ci.system == CiFacts::System::github &&
         find_access(ports, ci).kind == forge::TokenKind::github_actions;
}

}  // namespace

Told tell_change(const Ports& ports, const Evidence& evidence, const report::Input& input, const TellOptions& options) {
  const publish::Settings& settings = evidence.settings.publishing;
  const std::string& judged = input.assessment.change.head;
  if (evidence.ci.event.starts_with("pull_request") && !evidence.ci.change_request) {
    return failure_of(error(ErrorKind::bad_input,
                            "the run's event does not say which pull request it is about: nothing is written on one"));
  }
  if (has_no_right_to_write(ports, evidence.ci)) {
    return failure_of(error(ErrorKind::denied,
                            "the change comes from a fork or from Dependabot, and the workflow's token may only read: "
                            "the summary and the annotations of this run have it all",
                            "docs/forks.md has the workflow that writes comments for such changes"));
  }
  const auto connection = connect(ports, evidence.ci, options.version);
  if (!connection) return failure_of(connection.error());
  forge::Forge& forge = *connection->forge;
  const forge::Wanted wanted = wanted_of(evidence.ci, judged, settings);
  const auto shown = forge.shown(wanted);
  if (!shown) return failure_of(shown.error());
  HeadLines lines(input.assessment, wanted.head == judged, reader(evidence.repository, judged, forge),
                  reader(evidence.repository, wanted.head, forge));
  const publish::Input planned = plan_input(evidence, input, wanted.head, lines);
  return options.dry_run ? print_plan(ports, publish::plan(planned, *shown, settings), *shown)
                         : tell_forge(forge, planned, *shown, settings);
}

}  // namespace gatepost::app
