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
#include "ingest/ingest.hpp"
#include "report/words.hpp"
#include "report/writers.hpp"
#include "risk/explain.hpp"
#include "risk/severity.hpp"

namespace gatepost::app {
namespace {

// Line hashes of findings in the head. The first question answers all of them, so that each file is read once.
class LineHashes {
 public:
  LineHashes(const Assessment& assessment, const git::Repository& repository) : assessment_(assessment) {
    auto tree = git::Tree::of_commit(repository, *git::ObjectId::parse(assessment.change.head));
    if (tree) tree_ = std::move(*tree);
  }
  const std::string& operator()(std::size_t index) {
    if (hashes_.empty()) read_all();
    return hashes_[index];
  }

 private:
  void read_all() {
    const std::vector<Finding>& findings = assessment_.findings.all;
    hashes_.resize(findings.size());
    std::vector<std::size_t> in_head;
    for (std::size_t i = 0; tree_ && i < findings.size(); ++i) {
      if (!findings[i].in_base_only && findings[i].file != Finding::kNoFile) in_head.push_back(i);
    }
    std::ranges::stable_sort(in_head, {}, [&](std::size_t i) { return findings[i].file; });
    std::uint32_t file = Finding::kNoFile;
    std::vector<std::string> of_file;
    for (const std::size_t i : in_head) {
      if (findings[i].file != file) of_file = github_line_hashes(*tree_, assessment_.findings.path_of(findings[i]));
      file = findings[i].file;
      const std::uint32_t line = findings[i].range.first_line;
      if (line > 0 && line <= of_file.size()) hashes_[i] = of_file[line - 1];
    }
  }

  const Assessment& assessment_;
  std::optional<git::Tree> tree_;
  std::vector<std::string> hashes_;  // of each finding
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
  if (std::ranges::any_of(request.outputs, [](const OutputRequest& it) { return it.format == "json"; })) {
    ingest::add_digests(evidence.table);
    ingest::add_digests(evidence.base_table);
  }
  const Timestamp now = request.now ? *request.now : ports.clock();
  const Assessment assessment = assess(evidence, now);

  LineHashes line_hashes(assessment, evidence.repository);
  const std::vector<Severity> severities = risk::effective_severities(assessment.table);
  const report::Input input{
      .assessment = assessment,
      .explain = [&](std::size_t finding) { return risk::explain(risk_input(assessment, finding)); },
      .line_hash = [&](std::size_t finding) { return line_hashes(finding); },
      .observation_severities = severities,
      .style = {.width = ports.terminal_columns, .colour = request.colour},
      .sarif = {.complete_kinds = complete_kinds(assessment)},
      .tool_version = request.version,
      .time = now};
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
