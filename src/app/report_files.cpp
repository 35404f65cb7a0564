#include "app/report_files.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "base/file.hpp"
#include "base/glob.hpp"
#include "base/text.hpp"
#include "git/revision.hpp"
#include "git/tree.hpp"

namespace gatepost::app {
namespace {

struct ReportFile {
  Bytes bytes;
  std::string format;
};
struct Found {
  std::map<std::string, ReportFile> files;  // by name
  std::set<std::string> absolute;           // absolute paths among them
  std::vector<std::string> missing;         // what could not be found or opened, in sentences
};

bool is_format_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return text::is_alnum(c) || c == '-' || c == '_'; });
}

std::string nothing_matches(const ReportPattern& pattern, const std::string& where) {
  return fmt::format("--report {}: nothing matches {}; did the scanner run before this step, and does it write there?",
                     text::printable(pattern.text, 200), where);
}

Status add_from_git(const ReportPattern& pattern, const git::Repository& repository, const Limits& limits, Found& out) {
  GP_TRY(const git::ObjectId commit, git::resolve_commit(repository, pattern.revision));
  GP_TRY(const git::Tree tree, git::Tree::of_commit(repository, commit));
  GP_TRY(const Glob glob, Glob::compile(pattern.glob));
  GP_TRY(const auto found, tree.matching(glob));
  if (found.empty()) out.missing.push_back(nothing_matches(pattern, fmt::format("in commit {}", commit.short_hex())));
  for (const git::TreeFile& file : found) {
    GP_TRY(std::string bytes, git::read_blob(repository, file.id, limits.document_bytes, file.path));
    out.files.insert_or_assign(fmt::format("git:{}:{}", pattern.revision, file.path),
                               ReportFile{Bytes::of(std::move(bytes)), pattern.format});
  }
  return Done{};
}

// An absolute path as it may be shown: relative to the work tree, and of a file elsewhere as little as tells it from
// the other reports, because outputs shall not depend on the machine.
std::string shown_name(const std::string& path, const std::string& work_tree, const Found& found) {
  const std::string absolute = std::filesystem::path(path).lexically_normal().generic_string();
  if (absolute.starts_with(work_tree + "/")) return absolute.substr(work_tree.size() + 1);
  std::size_t begin = absolute.rfind('/');
  while (begin > 0 && found.files.contains(absolute.substr(begin + 1))) begin = absolute.rfind('/', begin - 1);
  return absolute.substr(begin + 1);
}

Status add_from_work_tree(const ReportPattern& pattern, const git::Repository& repository, const Limits& limits,
                          Found& out) {
  if (repository.is_bare()) {
    return error(
        ErrorKind::usage,
        fmt::format("--report {}: a bare repository has no work tree to look in", text::printable(pattern.text, 200)),
        "name a commit with git:REV:GLOB, or a file with an absolute path");
  }
  // An absolute path is a file; everything else is looked for below the root.
  const bool absolute = pattern.glob.starts_with('/');
  std::vector<std::string> names;
  if (absolute) {
    names.push_back(pattern.glob);
  } else {
    GP_TRY(const Glob glob, Glob::compile(pattern.glob));
    GP_TRY(FoundFiles found, find_files(repository.work_tree(), glob));
    names = std::move(found.files);
    for (const std::string& link : found.refused) {
      out.missing.push_back(
          fmt::format("--report {}: {} is a symbolic link that leads out of the work tree or nowhere; it is not read",
                      text::printable(pattern.text, 200), text::printable(link, 200)));
    }
    if (names.empty() && !found.refused.empty()) return Done{};
  }
  if (absolute && !out.absolute.insert(pattern.glob).second) return Done{};
  if (names.empty()) out.missing.push_back(nothing_matches(pattern, "in the work tree"));
  for (const std::string& name : names) {
    auto bytes = Bytes::open(absolute ? name : repository.work_tree() + "/" + name, limits);
    if (bytes) {
      const std::string shown = absolute ? shown_name(name, repository.work_tree(), out) : name;
      out.files.insert_or_assign(shown, ReportFile{std::move(*bytes), pattern.format});
    } else {
      out.missing.push_back(fmt::format("{} {}", text::printable(name, 200), bytes.error().message));
    }
  }
  return Done{};
}

}  // namespace

Result<ReportPattern> parse_report_pattern(const std::string& text) {
  ReportPattern pattern{.text = text};
  std::string rest = text;
  const std::size_t equals = rest.rfind('=');
  if (equals != std::string::npos && is_format_name(std::string_view(rest).substr(equals + 1))) {
    pattern.format = rest.substr(equals + 1);
    rest.erase(equals);
  }
  if (rest == "-") {
    pattern.standard_input = true;
    return pattern;
  }
  if (rest.starts_with("git:")) {
    const std::size_t colon = rest.find(':', 4);
    if (colon == std::string::npos || colon == 4 || colon + 1 == rest.size()) {
      return error(ErrorKind::usage,
                   fmt::format("--report {}: expected git:REVISION:GLOB", text::printable(text, 200)));
    }
    pattern.in_git = true;
    pattern.revision = rest.substr(4, colon - 4);
    rest.erase(0, colon + 1);
  }
  if (rest.empty()) return error(ErrorKind::usage, "--report: the pattern is empty");
  pattern.glob = rest;
  return pattern;
}

Result<std::vector<std::string>> read_reports(ObservationTable& table, const std::vector<std::string>& patterns,
                                              const git::Repository& repository, const ingest::Options& options) {
  Found found;
  for (const std::string& text : patterns) {
    GP_TRY(const ReportPattern pattern, parse_report_pattern(text));
    if (pattern.standard_input) {
      GP_TRY(Bytes bytes, Bytes::open("-", options.limits).context("standard input"));
      found.files.insert_or_assign("-", ReportFile{std::move(bytes), pattern.format});
    } else if (pattern.in_git) {
      GP_CHECK(add_from_git(pattern, repository, options.limits, found));
    } else {
      GP_CHECK(add_from_work_tree(pattern, repository, options.limits, found));
    }
  }
  for (auto& [name, file] : found.files) {
    const ingest::Options own{
        .limits = options.limits, .threads = options.threads, .tool = file.format, .secret_key = options.secret_key};
    ingest::read_report(table, name, std::move(file.bytes), own);
  }
  return std::move(found.missing);
}

}  // namespace gatepost::app
