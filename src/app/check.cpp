#include "app/check.hpp"

#include <algorithm>
#include <optional>
#include <span>

#include "app/assess.hpp"
#include "app/exit_code.hpp"
#include "app/finding_facts.hpp"
#include "app/source_facts.hpp"
#include "app/write_output.hpp"
#include "app/writers.hpp"
#include "base/log.hpp"
#include "git/library.hpp"
#include "git/tree.hpp"
#include "report/words.hpp"
#include "report/writers.hpp"
#include "risk/explain.hpp"
#include "risk/severity.hpp"

namespace gatepost::app {
namespace {

// Line hashes of findings in the head, each file read when it is asked for.
class LineHashes {
 public:
  LineHashes(const Assessment& assessment, const git::Repository& repository) : assessment_(assessment) {
    auto tree = git::Tree::of_commit(repository, *git::ObjectId::parse(assessment.change.head));
    if (tree) tree_ = std::move(*tree);
  }
  std::string operator()(std::size_t index) const {
    const Finding& finding = assessment_.findings.all[index];
    if (!tree_ || finding.in_base_only || finding.file == Finding::kNoFile) return {};
    return github_line_hash(*tree_, assessment_.findings.path_of(finding), finding.range.first_line);
  }

 private:
  const Assessment& assessment_;
  std::optional<git::Tree> tree_;
};

std::vector<Kind> complete_kinds(const Assessment& assessment) {
  std::vector<Kind> kinds;
  for (const Finding& finding : assessment.findings.all) {
    if (std::ranges::find(kinds, finding.kind) == kinds.end()) kinds.push_back(finding.kind);
  }
  return kinds;
}

// Standard output may carry JSON, or nothing: then the narration says how the gate stands.
void narrate(const Assessment& assessment, std::span<const OutputRequest> outputs) {
  const auto tells = [](const OutputRequest& it) { return it.format == "terminal" && it.path == "-"; };
  if (std::ranges::any_of(outputs, tells)) return;
  const report::Headline headline = report::headline_of(assessment, report::overview_of(assessment));
  const std::string line = headline.verdict + ": " + headline.why;
  const bool open = exit_code(assessment.verdict.outcome) == ExitCode::done;
  if (open) return log::info(line);
  log::error(line);
}

}  // namespace

Result<Verdict> check(const Ports& ports, const CheckRequest& request) {
  GP_TRY(const git::Library library, git::Library::start());
  GP_TRY(Evidence evidence, gather(ports, request.gather));
  const Assessment assessment = assess(evidence, request.now ? *request.now : ports.clock());

  const LineHashes line_hashes(assessment, evidence.repository);
  const std::vector<Severity> severities = risk::effective_severities(assessment.table);
  const report::Input input{
      .assessment = assessment,
      .explain = [&](std::size_t finding) { return risk::explain(risk_input(assessment, finding)); },
      .line_hash = line_hashes,
      .observation_severities = severities,
      .style = {.width = ports.terminal_columns, .colour = request.colour},
      .sarif = {.complete_kinds = complete_kinds(assessment)},
      .tool_version = request.version};
  const std::vector<OutputRequest> standard = {{"terminal", "-"}};
  const std::vector<OutputRequest>& outputs = request.outputs.empty() ? standard : request.outputs;
  // An output that cannot be written neither keeps the others back nor changes a verdict that closes the gate.
  std::optional<Error> failure;
  for (const OutputRequest& output : outputs) {
    GP_TRY(const report::Writer* const chosen, writer(output.format));
    const Status written =
        write_output(ports, output.path, [&](const report::Sink& sink) { return chosen->write(input, sink); });
    if (!written && !failure) failure = written.error();
  }
  narrate(assessment, outputs);
  if (failure && exit_code(assessment.verdict.outcome) == ExitCode::done) return *failure;
  if (failure) log::error(failure->message);
  return assessment.verdict;
}

}  // namespace gatepost::app
