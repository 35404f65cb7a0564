#include "app/check.hpp"

#include <algorithm>
#include <optional>
#include <span>

#include "app/assess.hpp"
#include "app/exit_code.hpp"
#include "app/finding_facts.hpp"
#include "app/head_lines.hpp"
#include "app/inputs.hpp"
#include "app/source_facts.hpp"
#include "base/log.hpp"
#include "git/library.hpp"
#include "git/tree.hpp"
#include "ingest/ingest.hpp"
#include "report/sarif.hpp"
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

// In a pipeline the reports are kept for whoever asks for them later.
std::string output_folder(const CheckRequest& request, const Evidence& evidence, const Inputs& inputs) {
  if (auto folder = inputs.get("output-dir")) return *folder;
  const bool default_one = request.publish && !request.dry_run && evidence.ci.system != CiFacts::System::none;
  return default_one ? "gatepost-out" : "";
}

void show_to(const Ports& ports, const CheckRequest& request, const Evidence& evidence, const report::Input& input) {
  const Inputs inputs(ports, request.gather.flags);
  const Assessment& assessment = input.assessment;
  const publish::Settings& settings = evidence.settings.publishing;
  const Audience audience{.ci = evidence.ci,
                          .output_folder = output_folder(request, evidence, inputs),
                          .settings = settings,
                          .wanted = wanted_of(evidence.ci, assessment.change.head, settings),
                          .tell = request.publish,
                          .dry_run = request.dry_run,
                          .version = request.version};
  std::optional<HeadLines> lines;
  show(ports, audience, input, [&](const report::Input& shown, forge::Forge& forge) {
    const std::string& head = audience.wanted.head;
    lines.emplace(assessment, evidence.repository, head, [&](std::string_view path) -> std::optional<std::string> {
      auto text = forge.file_at(path, head);
      return text ? std::move(*text) : std::nullopt;
    });
    return publish::Input{.report = shown,
                          .stamp = stamp_of(evidence.ci, head),
                          .head_lines = [&](std::size_t finding) { return lines->of(finding); },
                          .head_text = [&](std::string_view path, publish::Lines at) { return lines->text(path, at); },
                          .run_url = evidence.ci.run_url,
                          .sarif = settings.upload_sarif ? sarif_of(shown) : ""};
  });
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
  narrate(assessment, outputs);
  show_to(ports, request, evidence, input);
  // A report that cannot be written does not change a verdict that closes the gate.
  if (!written && exit_code(assessment.verdict.outcome) == ExitCode::done) return written.error();
  if (!written) log::error(written.error().message);
  return assessment.verdict;
}

}  // namespace gatepost::app
