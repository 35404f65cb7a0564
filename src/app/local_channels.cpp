#include "app/local_channels.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "app/act.hpp"
#include "base/file.hpp"
#include "report/markdown.hpp"
#include "report/step_outputs.hpp"
#include "report/workflow.hpp"

namespace gatepost::app {
namespace {

// A step's summary beyond 1 MiB is thrown away as a whole.
constexpr std::size_t kSummaryBytes = 1'000'000;
constexpr std::size_t kSummaryFindings = 1'000;
constexpr std::uint64_t kLargestCommandFile = 8 << 20;

struct File {
  std::string_view format, name;
};
constexpr File kFiles[] = {
    {"markdown", "report.md"}, {"json", "report.json"}, {"sarif", "report.sarif"}, {"csv", "findings.csv"}};
constexpr File kGitLabFiles[] = {{"code-quality", "gl-code-quality-report.json"},
                                 {"gitlab-sast", "gl-sast-report.json"},
                                 {"gitlab-secrets", "gl-secret-detection-report.json"},
                                 {"gitlab-dependencies", "gl-dependency-scanning-report.json"}};

std::string in_folder(const std::string& folder, std::string_view name) { return folder + "/" + std::string(name); }

// What later steps are told: the verdict, its numbers, and where the reports are.
report::Outputs outputs_of(const report::Input& input, const std::string& folder) {
  report::Outputs files;
  if (!folder.empty()) {
    for (const File& file : kFiles)
      files.emplace_back("report-" + std::string(file.format), in_folder(folder, file.name));
  }
  return report::step_outputs(input.assessment, files);
}

// Files of the runner are added to: earlier commands of the step may have written there.
Status append(const std::string& path, std::string_view text) {
  std::error_code ignored;
  std::string whole;
  if (std::filesystem::exists(path, ignored)) {
    GP_TRY(whole, read_file(path, kLargestCommandFile));
  }
  if (!whole.empty() && whole.back() != '\n') whole += '\n';
  whole += text;
  return write_file(path, whole);
}

Status write_gitlab_extras(const CiFacts& ci, const report::Input& input, const std::string& folder) {
  GP_CHECK(write_file(in_folder(folder, "gatepost.env"), report::dotenv(outputs_of(input, folder))));
  report::Outputs links;
  if (!ci.run_url.empty()) links.emplace_back("gatepost: reports of this job", ci.run_url + "/artifacts/browse");
  return write_file(in_folder(folder, "gl-annotations.json"), report::gitlab_annotations(links));
}

}  // namespace

Status write_local_files(const Ports& ports, const report::Input& input, const CiFacts& ci, const std::string& folder) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure)
    return error(ErrorKind::usage, fmt::format("{}: the folder cannot be made: {}", folder, failure.message()));
  std::vector<OutputRequest> outputs;
  const auto add = [&](std::span<const File> files) {
    for (const File& file : files) outputs.push_back({std::string(file.format), in_folder(folder, file.name)});
  };
  add(kFiles);
  const bool gitlab = ci.system == CiFacts::System::gitlab;
  if (gitlab) add(kGitLabFiles);
  const Status written = write_outputs(ports, input, outputs);
  const Status extras = gitlab ? write_gitlab_extras(ci, input, folder) : Done{};
  return written ? extras : written;
}

Status write_job_summary(const CiFacts& ci, const report::Input& input) {
  if (ci.summary_file.empty()) return Done{};
  report::Input summary = input;
  summary.markdown = {.budget = kSummaryBytes, .most_findings = kSummaryFindings};
  std::string text;
  GP_CHECK(report::write_markdown(summary, [&](std::string_view bytes) -> Status {
    text += bytes;
    return Done{};
  }));
  return append(ci.summary_file, text).context("the job's summary");
}

Status write_step_outputs(const Ports& ports, const CiFacts& ci, const std::string& folder,
                          const report::Input& input) {
  if (ci.output_file.empty()) return Done{};
  const auto text = report::github_outputs(outputs_of(input, folder), ports.nonce());
  if (!text) return error(ErrorKind::bad_input, "the step's outputs cannot be written: a path has a line break");
  return append(ci.output_file, *text).context("the step's outputs");
}

Status write_annotations(const Ports& ports, const CiFacts& ci, const report::Input& input,
                         std::span<const std::size_t> told) {
  if (ci.system != CiFacts::System::github) return Done{};
  const ChangeSet& change = input.assessment.change;
  const auto in_diff = [&](std::size_t finding) {
    const Finding& it = input.assessment.findings.all[finding];
    const FileChange* const file = change.find_new(input.assessment.findings.path_of(it));
    return file != nullptr && touches_new_lines(*file, it.range.first_line, it.range.last_line);
  };
  const auto known = [&](std::size_t finding) { return std::ranges::binary_search(told, finding); };
  for (const std::string& line : report::workflow_annotations(input, {.in_diff = in_diff, .told = known}))
    GP_CHECK(ports.narration(line + "\n"));  // standard output may carry a document
  return Done{};
}

}  // namespace gatepost::app
