#include "app/check.hpp"

#include <algorithm>
#include <optional>
#include <span>

#include "app/assess.hpp"
#include "app/connection.hpp"
#include "app/exit_code.hpp"
#include "app/finding_facts.hpp"
#include "app/head_lines.hpp"
#include "app/inputs.hpp"
#include "app/local_channels.hpp"
#include "app/source_facts.hpp"
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

// In a pipeline the reports are kept for whoever asks for them later.
std::string output_folder(const Ports& ports, const CheckRequest& request, const Evidence& evidence) {
  if (auto folder = Inputs(ports, request.gather.flags).get("output-dir")) return *folder;
  const bool default_one = request.publish && !request.dry_run && evidence.ci.system != CiFacts::System::none;
  return default_one ? "gatepost-out" : "";
}

// What plans and lines are made from, for as long as the forge is told.
class Telling {
 public:
  Telling(const Evidence& evidence, const report::Input& input, forge::Forge& forge, const forge::Wanted& wanted)
      : evidence_(evidence),
        input_(input),
        head_(wanted.head),
        lines_(input.assessment, evidence.repository, wanted.head,
               [&forge, head = wanted.head](std::string_view path) -> std::optional<std::string> {
                 auto text = forge.file_at(path, head);
                 return text ? std::move(*text) : std::nullopt;
               }) {}

  publish::Input input() {
    const CiFacts& ci = evidence_.ci;
    const bool gitlab = ci.system == CiFacts::System::gitlab;
    const bool upload = evidence_.settings.publishing.upload_sarif;
    return {.report = input_,
            .stamp = stamp_of(ci, head_),
            .head_lines = [this](std::size_t finding) { return lines_.of(finding); },
            .head_text = [this](std::string_view path, publish::Lines at) { return lines_.text(path, at); },
            .run_url = ci.run_url,
            .sarif = upload ? sarif_of(input_) : "",
            .sarif_ref = ci.ref,
            .sarif_commit = input_.assessment.change.head,
            .dialect = gitlab ? publish::Dialect::gitlab : publish::Dialect::github,
            .repository = ci.repository};
  }

 private:
  const Evidence& evidence_;
  const report::Input& input_;
  const std::string head_;
  HeadLines lines_;
};

Told tell(const Ports& ports, const CheckRequest& request, const Evidence& evidence, const report::Input& input) {
  const publish::Settings& settings = evidence.settings.publishing;
  const auto connection = connect(ports, evidence.ci, request.version);
  if (!connection) return failure_of(connection.error());
  const forge::Wanted wanted = wanted_of(evidence.ci, input.assessment.change.head, settings);
  const auto shown = connection->forge->shown(wanted);
  if (!shown) return failure_of(shown.error());
  Telling telling(evidence, input, *connection->forge, wanted);
  if (request.dry_run) return print_plan(ports, publish::plan(telling.input(), *shown, settings));
  return tell_forge(*connection->forge, telling.input(), *shown, settings);
}

}  // namespace

Result<Verdict> check(const Ports& ports, const CheckRequest& request) {
  GP_TRY(const git::Library library, git::Library::start());
  GP_TRY(Evidence evidence, gather(ports, request.gather));
  if (std::ranges::any_of(request.outputs, [](const OutputRequest& it) { return it.format == "json"; })) {
    ingest::add_digests(evidence.table);
    ingest::add_digests(evidence.base_table);
  }
  const Assessment assessment = assess(evidence, request.now ? *request.now : ports.clock());

  LineHashes line_hashes(assessment, evidence.repository);
  const std::vector<Severity> severities = risk::effective_severities(assessment.table);
  const report::Input input{
      .assessment = assessment,
      .explain = [&](std::size_t finding) { return risk::explain(risk_input(assessment, finding)); },
      .line_hash = [&](std::size_t finding) { return line_hashes(finding); },
      .observation_severities = severities,
      .style = {.width = ports.terminal_columns, .colour = request.colour},
      .links = links_of(evidence.ci, assessment.change.head),
      .sarif = {.complete_kinds = complete_kinds(assessment)},
      .tool_version = request.version};
  const std::vector<OutputRequest> standard = {{"terminal", "-"}};
  const std::vector<OutputRequest>& outputs = request.outputs.empty() ? standard : request.outputs;
  const Status written = write_outputs(ports, input, outputs);
  const std::string folder = output_folder(ports, request, evidence);
  const Status kept = folder.empty() ? Done{} : write_local_files(ports, input, evidence.ci.system, folder);
  narrate(assessment, outputs);
  if (!kept) log::error(kept.error().message);
  if (request.publish) show(ports, evidence.ci, folder, input, [&] { return tell(ports, request, evidence, input); });
  // A report that cannot be written does not change a verdict that closes the gate.
  if (!written && exit_code(assessment.verdict.outcome) == ExitCode::done) return written.error();
  if (!written) log::error(written.error().message);
  return assessment.verdict;
}

}  // namespace gatepost::app
