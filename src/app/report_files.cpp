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
#include "ingest/recognition.hpp"

namespace gatepost::app {
namespace {

struct ReportFile {
  Bytes bytes;
  std::string format;
};
struct Found {
  std::string asked_by;                      // how patterns are named to the user: "--report", "base-reports"
  std::map<std::string, ReportFile> files;   // by name
  std::set<std::string> absolute;            // absolute paths among them
  std::map<std::string, std::string> paths;  // where the file of a name lies
  std::vector<std::string> missing;          // what could not be found or opened, in sentences
};

bool is_plain_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return text::is_alnum(c) || c == '-' || c == '_'; });
}

bool is_format(std::string_view id) { return std::ranges::binary_search(ingest::format_ids(), id); }

std::string nearest_format(std::string_view word) { return text::nearest(word, ingest::format_ids()); }

Error no_such_format(const ReportPattern& pattern) {
  const std::string close = nearest_format(pattern.word);
  return error(
      ErrorKind::usage,
      fmt::format("--report {}: there is no format \"{}\"{}", text::printable(pattern.text, 200),
                  text::printable(pattern.word, 60), close.empty() ? "" : fmt::format("; did you mean \"{}\"?", close)),
      "see gatepost formats");
}

// A folder, or a path out of the work tree, is a slip that "nothing matches" would not explain.
std::string slip(const ReportPattern& pattern, const std::string& path, const Found& found) {
  const std::string named = fmt::format("{} {}", found.asked_by, text::printable(pattern.text, 200));
  std::error_code failure;
  if (std::filesystem::is_directory(path, failure)) {
    return fmt::format(
        "{} is a folder; name the files in it, as {}/**/*", named,
        text::printable(std::string_view(pattern.glob).substr(0, pattern.glob.find_last_not_of('/') + 1), 200));
  }
  if (!pattern.glob.starts_with("../")) return "";
  return named + " leads out of the work tree, below which reports are looked for; give an absolute path";
}

std::string nothing_matches(const ReportPattern& pattern, const std::string& where, const Found& found) {
  return fmt::format("{} {}: nothing matches {}; did the scanner run before this step, and does it write there?",
                     found.asked_by, text::printable(pattern.text, 200), where);
}

Status add_from_git(const ReportPattern& pattern, const git::Repository& repository, const Limits& limits, Found& out) {
  GP_TRY(const git::ObjectId commit, git::resolve_commit(repository, pattern.revision));
  GP_TRY(const git::Tree tree, git::Tree::of_commit(repository, commit));
  GP_TRY(const Glob glob, Glob::compile(pattern.glob));
  GP_TRY(const auto found, tree.matching(glob));
  if (found.empty())
    out.missing.push_back(nothing_matches(pattern, fmt::format("in commit {}", commit.short_hex()), out));
  for (const git::TreeFile& file : found) {
    GP_TRY(std::string bytes, git::read_blob(repository, file.id, limits.document_bytes, file.path));
    out.files.insert_or_assign(fmt::format("git:{}:{}", pattern.revision, file.path),
                               ReportFile{Bytes::of(std::move(bytes)), pattern.format});
  }
  return Done{};
}

Result<bool> matches_anything(const ReportPattern& pattern, const std::string& glob,
                              const git::Repository& repository) {
  if (pattern.in_git) {
    GP_TRY(const git::ObjectId commit, git::resolve_commit(repository, pattern.revision));
    GP_TRY(const git::Tree tree, git::Tree::of_commit(repository, commit));
    GP_TRY(const Glob compiled, Glob::compile(glob));
    GP_TRY(const auto found, tree.matching(compiled));
    return !found.empty();
  }
  std::error_code failure;
  if (glob.starts_with('/')) return std::filesystem::exists(glob, failure);
  if (repository.is_bare()) return false;
  GP_TRY(const Glob compiled, Glob::compile(glob));
  GP_TRY(const FoundFiles found, find_files(repository.work_tree(), compiled));
  return !found.files.empty() || !found.refused.empty();
}

// Names may hold a "="; but when none does, and the word is like a format or stands behind what is there, it is a slip.
Status check_word(const ReportPattern& pattern, const git::Repository& repository) {
  if (pattern.word.empty()) return Done{};
  GP_TRY(const bool is_name, matches_anything(pattern, pattern.glob, repository));
  if (is_name) return Done{};
  if (!nearest_format(pattern.word).empty()) return no_such_format(pattern);
  const std::string without = pattern.glob.substr(0, pattern.glob.size() - pattern.word.size() - 1);
  GP_TRY(const bool is_suffix, matches_anything(pattern, without, repository));
  if (is_suffix) return no_such_format(pattern);
  return Done{};
}

// An absolute path as it may be shown: relative to the work tree, and of a file elsewhere as little as tells it from
// the other reports, because outputs shall not depend on the machine.
std::string shown_name(const std::string& absolute, const std::string& work_tree, const Found& found) {
  if (!work_tree.empty() && absolute.starts_with(work_tree + "/")) return absolute.substr(work_tree.size() + 1);
  std::size_t begin = absolute.rfind('/');
  while (begin > 0 && found.files.contains(absolute.substr(begin + 1))) begin = absolute.rfind('/', begin - 1);
  return absolute.substr(begin + 1);
}

Status add_file(const std::string& path, const std::string& shown, const ReportPattern& pattern, const Limits& limits,
                Found& out) {
  if (const auto known = out.paths.emplace(shown, path); !known.second && known.first->second != path) {
    return error(ErrorKind::usage,
                 fmt::format("--report {}: another report is called {}, too", text::printable(pattern.text, 200),
                             text::printable(shown, 200)),
                 "give one of them another name");
  }
  auto bytes = Bytes::open(path, limits);
  if (bytes) {
    out.files.insert_or_assign(shown, ReportFile{std::move(*bytes), pattern.format});
  } else {
    out.missing.push_back(fmt::format("{} {}", text::printable(shown, 200), bytes.error().message));
  }
  return Done{};
}

// The folder that an absolute glob begins with, up to its first segment with a sign in it.
std::string folder_without_signs(const std::string& glob) {
  std::size_t end = glob.size();
  while (!Glob::is_literal(std::string_view(glob).substr(0, end))) end = glob.rfind('/', end - 1);
  return end == 0 ? "/" : glob.substr(0, end);
}

void tell_refused(const ReportPattern& pattern, std::string_view root, const FoundFiles& found, Found& out) {
  for (const std::string& link : found.refused) {
    out.missing.push_back(
        fmt::format("{} {}: {} is a symbolic link that leads out of the {} or nowhere; it is not read", out.asked_by,
                    text::printable(pattern.text, 200), text::printable(link, 200), root));
  }
}

// An absolute path is a file or a glob, anywhere; everything else is looked for below the root of the work tree.
Status add_absolute(const ReportPattern& pattern, const git::Repository& repository, const Limits& limits, Found& out) {
  const std::string work_tree = repository.is_bare() ? "" : repository.work_tree();
  const auto add = [&](const std::string& given) -> Status {
    const std::string path = std::filesystem::path(given).lexically_normal().generic_string();
    if (!out.absolute.insert(path).second) return Done{};
    return add_file(path, shown_name(path, work_tree, out), pattern, limits, out);
  };
  std::error_code failure;
  if (std::string why = slip(pattern, pattern.glob, out); !why.empty()) {
    out.missing.push_back(std::move(why));
    return Done{};
  }
  if (Glob::is_literal(pattern.glob) || std::filesystem::exists(pattern.glob, failure)) return add(pattern.glob);
  const std::string folder = folder_without_signs(pattern.glob);
  if (!std::filesystem::is_directory(folder, failure)) {
    out.missing.push_back(nothing_matches(pattern, "on this machine", out));
    return Done{};
  }
  GP_TRY(const Glob glob, Glob::compile(std::string_view(pattern.glob).substr(folder == "/" ? 1 : folder.size() + 1)));
  GP_TRY(const FoundFiles found, find_files(folder, glob));
  tell_refused(pattern, "folder", found, out);
  if (found.files.empty() && found.refused.empty())
    out.missing.push_back(nothing_matches(pattern, "on this machine", out));
  for (const std::string& name : found.files) GP_CHECK(add(folder + "/" + name));
  return Done{};
}

Status add_from_work_tree(const ReportPattern& pattern, const git::Repository& repository, const Limits& limits,
                          Found& out) {
  if (repository.is_bare()) {
    return error(
        ErrorKind::usage,
        fmt::format("--report {}: a bare repository has no work tree to look in", text::printable(pattern.text, 200)),
        "name a commit with git:REV:GLOB, or a file with an absolute path");
  }
  GP_TRY(const Glob glob, Glob::compile(pattern.glob));
  GP_TRY(const FoundFiles found, find_files(repository.work_tree(), glob));
  tell_refused(pattern, "work tree", found, out);
  if (found.files.empty() && found.refused.empty()) {
    std::string why = slip(pattern, repository.work_tree() + "/" + pattern.glob, out);
    out.missing.push_back(why.empty() ? nothing_matches(pattern, "in the work tree", out) : std::move(why));
  }
  for (const std::string& name : found.files) {
    GP_CHECK(add_file(repository.work_tree() + "/" + name, name, pattern, limits, out));
  }
  return Done{};
}

}  // namespace

Result<ReportPattern> parse_report_pattern(const std::string& text) {
  ReportPattern pattern{.text = text};
  std::string rest = text;
  const std::size_t equals = rest.rfind('=');
  const std::string word = equals == std::string::npos ? "" : rest.substr(equals + 1);
  if (is_format(word)) {
    pattern.format = word;
    rest.erase(equals);
  } else if (is_plain_word(word)) {
    pattern.word = word;
    if (rest.substr(0, equals) == "-") return no_such_format(pattern);
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
                                              const git::Repository& repository, const ingest::Options& options,
                                              std::string asked_by) {
  Found found{.asked_by = std::move(asked_by)};
  for (const std::string& text : patterns) {
    GP_TRY(const ReportPattern pattern, parse_report_pattern(text));
    GP_CHECK(check_word(pattern, repository));
    if (pattern.standard_input) {
      GP_TRY(Bytes bytes, Bytes::open("-", options.limits).context("standard input"));
      found.files.insert_or_assign("-", ReportFile{std::move(bytes), pattern.format});
    } else if (pattern.in_git) {
      GP_CHECK(add_from_git(pattern, repository, options.limits, found));
    } else if (pattern.glob.starts_with('/')) {
      GP_CHECK(add_absolute(pattern, repository, options.limits, found));
    } else {
      GP_CHECK(add_from_work_tree(pattern, repository, options.limits, found));
    }
  }
  std::vector<ingest::ReportFile> files;
  for (auto& [name, file] : found.files) files.push_back({name, std::move(file.bytes), file.format});
  ingest::read_reports(table, std::move(files), options);
  return std::move(found.missing);
}

}  // namespace gatepost::app
