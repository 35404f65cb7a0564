#include "app/starter_reports.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "base/glob.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"
#include "git/revision.hpp"
#include "git/tree.hpp"
#include "ingest/ingest.hpp"

namespace gatepost::app {
namespace {

constexpr std::size_t kMostFiles = 400;
constexpr std::uintmax_t kMostBytes = std::uintmax_t{32} << 20;
constexpr const char* kEndings = "**/*.{sarif,json,jsonl,xml,csv}";
// Of files that git tracks only these are taken for reports: the others are sources, settings, test data.
constexpr const char* kUsualNames = "**/{*.sarif,*.cdx.json,gl-*-report.json}";
constexpr const char* kOfOthers[] = {"node_modules", "vendor", "site-packages", "gatepost-out"};

std::string ending_of(const std::string& path) { return path.substr(path.rfind('.') + 1); }

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

bool is_of_others(std::string_view path) {
  return std::ranges::any_of(text::split(path, '/'), [](std::string_view segment) {
    return segment.starts_with('.') || std::ranges::find(kOfOthers, segment) != std::end(kOfOthers);
  });
}

std::set<std::string> tracked_files(const git::Repository& repository) {
  const auto head = git::head_commit(repository);  // there may be no commit yet
  const auto tree = head ? git::Tree::of_commit(repository, *head) : head.error();
  auto paths = tree ? tree->paths() : tree.error();
  return paths ? std::set<std::string>(paths->begin(), paths->end()) : std::set<std::string>();
}

std::vector<std::string> matching(const std::string& root, const char* pattern) {
  const auto glob = Glob::compile(pattern);
  auto found = glob ? find_files(root, *glob) : glob.error();
  if (!found) return {};
  std::erase_if(found->files, is_of_others);
  return std::move(found->files);
}

std::vector<std::string> candidates(const git::Repository& repository) {
  const std::set<std::string> tracked = tracked_files(repository);
  std::vector<std::string> files = matching(repository.work_tree(), kEndings);
  std::erase_if(files, [&](const std::string& it) { return tracked.contains(it); });
  return files.empty() ? matching(repository.work_tree(), kUsualNames) : files;
}

// What is in a known format, and no output of ours.
std::vector<ReportInfo> reports_among(const std::string& root, const std::vector<std::string>& files) {
  ingest::Options options;
  options.threads = default_threads();
  std::vector<ingest::ReportFile> opened;
  for (const std::string& file : files) {
    std::error_code failure;
    if (std::filesystem::file_size(root + "/" + file, failure) > kMostBytes || failure) continue;
    auto bytes = Bytes::open(root + "/" + file, options.limits);
    if (bytes) opened.push_back({file, std::move(*bytes), ""});
    if (opened.size() == kMostFiles) break;
  }
  ObservationTable table;
  ingest::read_reports(table, std::move(opened), options);
  std::vector<ReportInfo> reports = table.reports();
  std::erase_if(reports, [](const ReportInfo& it) {
    const bool is_own = it.format == "gatepost" || (!it.tools.empty() && it.tools.front().name == "gatepost");
    const bool is_plain = Glob::is_literal(it.path) && it.path.find('"') == std::string::npos;
    return it.state == ReportState::unrecognised || is_own || !is_plain;
  });
  return reports;
}

// "reports/**/*.{json,sarif}"
std::string pattern_of(const std::string& folder, const std::set<std::string>& endings) {
  const std::string all = text::join(std::vector<std::string>(endings.begin(), endings.end()), ",");
  return fmt::format("{}/**/*.{}", folder, endings.size() == 1 ? all : "{" + all + "}");
}

// The folder highest up whose files of these endings are all reports; "" when there is none.
std::string widest_folder(const std::string& report, const std::vector<std::string>& others) {
  const std::string ending = ending_of(report);
  std::string widest;
  for (std::string folder = folder_of(report); !folder.empty(); folder = folder_of(folder)) {
    const bool is_clean = std::ranges::none_of(
        others, [&](const std::string& it) { return it.starts_with(folder + "/") && ending_of(it) == ending; });
    if (!is_clean) break;
    widest = folder;
  }
  return widest;
}

}  // namespace

StarterReports starter_reports(const git::Repository& repository) {
  const std::vector<std::string> files = candidates(repository);
  const std::vector<ReportInfo> reports = reports_among(repository.work_tree(), files);
  std::vector<std::string> others = matching(repository.work_tree(), kEndings);
  std::erase_if(others, [&](const std::string& it) {
    return std::ranges::find(reports, it, &ReportInfo::path) != reports.end();
  });
  std::map<std::string, std::set<std::string>> endings;  // by folder
  std::set<std::string> tools, alone;
  for (const ReportInfo& report : reports) {
    const std::string folder = widest_folder(report.path, others);
    if (folder.empty()) alone.insert(report.path);
    if (!folder.empty()) endings[folder].insert(ending_of(report.path));
    for (const ToolInfo& tool : report.tools) tools.insert(tool.name);
  }
  StarterReports found{.files = reports.size(), .tools = {tools.begin(), tools.end()}};
  for (const auto& [folder, all] : endings) found.patterns.push_back(pattern_of(folder, all));
  found.patterns.insert(found.patterns.end(), alone.begin(), alone.end());
  return found;
}

}  // namespace gatepost::app
