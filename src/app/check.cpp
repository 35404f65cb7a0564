#include "app/check.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "app/assess.hpp"
#include "app/exit_code.hpp"
#include "app/explain_risk.hpp"
#include "app/head_lines.hpp"
#include "app/infer_owners.hpp"
#include "app/inputs.hpp"
#include "app/line_hashes.hpp"
#include "app/local_channels.hpp"
#include "app/placed_paths.hpp"
#include "app/record_verdict.hpp"
#include "app/result_file.hpp"
#include "app/tell_change.hpp"
#include "app/write_output.hpp"
#include "base/log.hpp"
#include "git/library.hpp"
#include "ingest/ingest.hpp"
#include "report/words.hpp"
#include "risk/severity.hpp"

namespace gatepost::app {
namespace {

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
  if (outputs.empty() || std::ranges::any_of(outputs, tells)) return;
  const report::Headline headline = report::headline_of(assessment, report::overview_of(assessment));
  const std::string line = headline.verdict + ": " + headline.why;
  const bool open = exit_code(assessment.verdict.outcome) == ExitCode::done;
  if (open) return log::info(line);
  log::error(line);
}

std::string result_path(const Ports& ports, const CheckRequest& request) {
  return request.result.empty() ? Inputs(ports, {}).get("result").value_or("") : request.result;
}

// In a pipeline the reports are kept for whoever asks for them later.
std::string output_folder(const Ports& ports, const CheckRequest& request) {
  if (auto folder = Inputs(ports, request.gather.flags).get("output-dir")) return *folder;
  const bool default_one = request.publish && !request.dry_run && detect_ci(ports).system != CiFacts::System::none;
  return default_one ? "gatepost-out" : "";
}

// Of a commit that this clone lacks no line is known.
HeadLines::Read reader(const git::Repository& repository, const std::string& commit) {
  auto read = read_from(repository, commit);
  return read ? std::move(*read) : [](std::string_view) { return std::optional<std::string>(); };
}

HeadLines lines_at_head(const Evidence& evidence, const Assessment& assessment) {
  const std::string& judged = assessment.change.head;
  const std::string& head = evidence.ci.change_head.empty() ? judged : evidence.ci.change_head;
  return {assessment, head == judged, reader(evidence.repository, judged), reader(evidence.repository, head)};
}

// Writes everything that stays on this machine. A file that cannot be written does not keep the others back: the first
// failure is the answer.
Status keep(const Ports& ports, const CheckRequest& request, const Evidence& evidence, const Found& found,
            const report::Input& input, const std::string& folder) {
  const std::vector<OutputRequest> standard = {{"terminal", "-"}};
  Status kept = write_outputs(ports, input, request.outputs.empty() ? standard : request.outputs);
  const auto also = [&](Status status) {
    if (kept && !status) kept = std::move(status);
  };
  if (const std::string path = result_path(ports, request); !path.empty()) {
    PlacedPaths paths(evidence);
    const std::string& judged = input.assessment.change.head;
    HeadLines lines = lines_at_head(evidence, input.assessment);
    ResultInput result{input.assessment, found, evidence.settings, evidence.ci, std::ref(paths)};
    result.exposures = carried_exposures(evidence.surroundings.services);
    result.surroundings = &evidence.surroundings;
    if (!evidence.ci.change_head.empty() && evidence.ci.change_head != judged)
      result.head_lines = [&](std::size_t finding) { return lines.of(finding); };
    std::error_code ignored;  // what is wrong with the folder, writing will say
    if (path != "-") std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
    also(write_output(ports, path, [&](const report::Sink& sink) { return write_result(result, sink); }));
  }
  if (!folder.empty()) also(write_local_files(ports, input, evidence.ci, folder));
  return kept;
}

}  // namespace

Result<Verdict> check(const Ports& ports, const CheckRequest& request) {
  GP_TRY(const git::Library library, git::Library::start());
  const std::string folder = output_folder(ports, request), result = result_path(ports, request);
  GatherRequest wanted = request.gather;
  wanted.asks_forge = request.publish;
  auto gathered = gather(ports, wanted);
  GP_CHECK(clear_local_files(ports.directory, folder, result));  // also when we stop here
  if (!gathered && request.publish) tell_failure(tell_not_judged(ports, detect_ci(ports), gathered.error()));
  GP_TRY(Evidence evidence, std::move(gathered));
  const Timestamp now = request.now ? *request.now : ports.clock();
  const auto is_json = [](const OutputRequest& it) { return it.format == "json"; };
  if (!result_path(ports, request).empty() || std::ranges::any_of(request.outputs, is_json)) {
    ingest::add_digests(evidence.table);
    ingest::add_digests(evidence.base_table);
  }
  Found found = find_findings(evidence);
  const Basis basis = basis_of(evidence, found, now);
  Assessment judged = judge(found, basis);
  infer_owners(evidence, basis, judged);
  const Assessment assessment = std::move(judged);

  LineHashes line_hashes(assessment, evidence.repository);
  const std::vector<Severity> severities = risk::effective_severities(assessment.table);
  const report::Input input{.assessment = assessment,
                            .explain = [&](std::size_t finding) { return explain_risk(assessment, finding); },
                            .story = [&](std::size_t finding) { return risk_story(assessment, finding); },
                            .line_hash = [&](std::size_t finding) { return line_hashes(finding); },
                            .observation_severities = severities,
                            .style = {.width = ports.terminal_columns, .colour = request.colour},
                            .links = links_of(evidence.ci, assessment.change.head),
                            .sarif = {.complete_kinds = complete_kinds(assessment)},
                            .tool_version = request.version,
                            .time = now};
  const Status kept = keep(ports, request, evidence, found, input, folder);
  narrate(assessment, request.outputs);
  if (request.publish) {
    show(ports, evidence.ci, folder, input,
         [&] { return tell_change(ports, evidence, input, {.dry_run = request.dry_run, .version = request.version}); });
  }
  if (request.record && !request.dry_run) {
    tell_failure(record_verdict(ports, {.settings = evidence.settings,
                                        .repository = evidence.repository,
                                        .ci = evidence.ci,
                                        .assessment = assessment,
                                        .store = request.gather.store,
                                        .now = now}));
  }
  // A report that cannot be written does not change a verdict that closes the gate.
  if (!kept && exit_code(assessment.verdict.outcome) == ExitCode::done) return kept.error();
  if (!kept) log::error(kept.error().message);
  return assessment.verdict;
}

}  // namespace gatepost::app
