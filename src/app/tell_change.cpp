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
          .run_url = ci.run_url,
          .sarif = evidence.settings.publishing.upload_sarif ? sarif_of(input) : "",
          .sarif_ref = ci.ref,
          .sarif_commit = input.assessment.change.head,
          .dialect = publish_dialect(ci.system),
          .repository = ci.repository};
}

}  // namespace

Told tell_change(const Ports& ports, const Evidence& evidence, const report::Input& input, const TellOptions& options) {
  const publish::Settings& settings = evidence.settings.publishing;
  const std::string& judged = input.assessment.change.head;
  const auto connection = connect(ports, evidence.ci, options.version);
  if (!connection) return failure_of(connection.error());
  forge::Forge& forge = *connection->forge;
  const forge::Wanted wanted = wanted_of(evidence.ci, judged, settings);
  const auto shown = forge.shown(wanted);
  if (!shown) return failure_of(shown.error());
  HeadLines lines(input.assessment, wanted.head == judged, reader(evidence.repository, judged, forge),
                  reader(evidence.repository, wanted.head, forge));
  const publish::Input planned = plan_input(evidence, input, wanted.head, lines);
  return options.dry_run ? print_plan(ports, publish::plan(planned, *shown, settings))
                         : tell_forge(forge, planned, *shown, settings);
}

}  // namespace gatepost::app
