#include "app/local_channels.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>

#include "app/act.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "report/escape.hpp"
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

constexpr std::string_view kExtras[] = {"gatepost.env", "gl-annotations.json"};

// Every part of `path` below `directory`, the last one too.
Status refuse_links(const std::filesystem::path& directory, const std::filesystem::path& path) {
  std::filesystem::path at = path.is_absolute() ? std::filesystem::path("/") : directory;
  for (const auto& part : path.relative_path()) {
    at /= part;
    std::error_code ignored;
    // Above the work tree links are the machine's own business.
    const bool inside = at.native().starts_with(directory.native() + "/");
    if (inside && std::filesystem::is_symlink(std::filesystem::symlink_status(at, ignored)))
      return error(ErrorKind::usage,
                   fmt::format("{} is a symbolic link: nothing is written through one",
                               text::printable(at.lexically_relative(directory).string(), 200)),
                   "name another place, or take the link away");
  }
  return Done{};
}

Status take_away(const std::filesystem::path& file) {
  std::error_code failure;
  if (std::filesystem::is_directory(std::filesystem::symlink_status(file, failure)))
    return Done{};  // writing will fail
  std::filesystem::remove(file, failure);
  if (!failure || failure == std::errc::no_such_file_or_directory || failure == std::errc::not_a_directory)
    return Done{};
  return error(ErrorKind::usage,
               fmt::format("{}: cannot be taken away: {}", text::printable(file.string(), 200), failure.message()));
}

}  // namespace

Status clear_local_files(const std::string& directory, const std::string& folder, const std::string& result) {
  const std::filesystem::path here(directory);
  if (!result.empty() && result != "-") {
    GP_CHECK(refuse_links(here, result));
  }
  if (folder.empty()) return Done{};
  GP_CHECK(refuse_links(here, folder));
  const std::filesystem::path place = here / folder;
  for (const auto files : {std::span<const File>(kFiles), std::span<const File>(kGitLabFiles)}) {
    for (const File& file : files) GP_CHECK(take_away(place / file.name));
  }
  for (const std::string_view name : kExtras) GP_CHECK(take_away(place / name));
  return Done{};
}

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

Status tell_not_judged(const Ports& ports, const CiFacts& ci, const Error& why) {
  if (!ci.output_file.empty()) {
    const auto outputs = report::github_outputs({{"verdict", "inconclusive"}}, ports.nonce());
    if (outputs) GP_CHECK(append(ci.output_file, *outputs).context("the step's outputs"));
  }
  if (!ci.summary_file.empty()) {
    std::string text = "### ❔ Nothing was judged\n\n" + report::escape::markdown_text(why.message, 1000) + "\n\n";
    if (!why.hint.empty()) text += report::escape::markdown_text(why.hint, 1000) + "\n\n";
    GP_CHECK(append(ci.summary_file, report::escape::markdown_finish(text)).context("the job's summary"));
  }
  if (ci.system != CiFacts::System::github) return Done{};
  return ports.narration("::error title=gatepost: nothing was judged::" +
                         report::escape::workflow_data(why.hint.empty() ? why.message : why.message + "\n" + why.hint) +
                         "\n");
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
