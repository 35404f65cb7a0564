#include "support/git_repo.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <map>

#include "support/skip.hpp"

namespace gatepost::test {
namespace {

constexpr std::int64_t kFirstSecond = 1577836800;  // 2020-01-01

const std::map<std::string, std::string>& environment() {
  static const std::map<std::string, std::string> fixed = {
      {"PATH", std::getenv("PATH") == nullptr ? "/usr/bin:/bin" : std::getenv("PATH")},
      {"HOME", "/nonexistent"},
      {"LC_ALL", "C"},
      {"TZ", "UTC"},
      {"GIT_CONFIG_NOSYSTEM", "1"},
      {"GIT_CONFIG_GLOBAL", "/dev/null"},
      {"GIT_TERMINAL_PROMPT", "0"},
      {"GIT_AUTHOR_NAME", "A"},
      {"GIT_AUTHOR_EMAIL", "a@example.com"},
      {"GIT_AUTHOR_DATE", "1577836800 +0000"},
      {"GIT_COMMITTER_NAME", "A"},
      {"GIT_COMMITTER_EMAIL", "a@example.com"},
      {"GIT_COMMITTER_DATE", "1577836800 +0000"},
  };
  return fixed;
}

// A path for fast-import, in C quotes.
std::string quoted(const std::string& path) {
  std::string out = "\"";
  for (const char c : path) {
    char escape[8];
    std::snprintf(escape, sizeof escape, "\\%03o", static_cast<unsigned char>(c));
    out += escape;
  }
  return out + "\"";
}

std::string data(const std::string& bytes) { return "data " + std::to_string(bytes.size()) + "\n" + bytes + "\n"; }

std::string file_command(const GitFile& file) {
  switch (file.type) {
    case GitFile::Type::submodule:
      return "M 160000 " + file.content + " " + quoted(file.path) + "\n";
    case GitFile::Type::symbolic_link:
      return "M 120000 inline " + quoted(file.path) + "\n" + data(file.content);
    case GitFile::Type::executable:
      return "M 100755 inline " + quoted(file.path) + "\n" + data(file.content);
    case GitFile::Type::regular:
      break;
  }
  return "M 100644 inline " + quoted(file.path) + "\n" + data(file.content);
}

std::string import_stream(const std::vector<GitCommit>& commits) {
  std::map<std::string, std::size_t> marks;
  std::string stream;
  std::int64_t turn = 0;
  for (const GitCommit& commit : commits) {
    const std::int64_t time = kFirstSecond + (commit.time != 0 ? commit.time : 60 * ++turn);
    const std::size_t mark = marks.size() + 1;
    // "reset" first: a commit without parents starts anew, whatever the branch was.
    stream += "reset refs/heads/" + commit.name + "\ncommit refs/heads/" + commit.name +
              "\nmark :" + std::to_string(mark) + "\ncommitter A <a@example.com> " + std::to_string(time) + " +0000\n" +
              data(commit.name);
    for (std::size_t i = 0; i < commit.parents.size(); ++i) {
      const auto known = marks.find(commit.parents[i]);
      const std::string parent = known == marks.end() ? commit.parents[i] : ":" + std::to_string(known->second);
      stream += (i == 0 ? "from " : "merge ") + parent + "\n";
    }
    if (!commit.parents.empty()) stream += "deleteall\n";
    for (const GitFile& file : commit.files) stream += file_command(file);
    stream += "\n";
    marks[commit.name] = mark;
  }
  return stream + "done\n";
}

std::vector<std::string> split_nul(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\0', begin);
    parts.push_back(text.substr(begin, end - begin));
    begin = end == std::string::npos ? text.size() : end + 1;
  }
  return parts;
}

// ":100644 100755 <id> <id> R097", path, and a second path for renames.
std::vector<GitChange> parse_raw(const std::string& raw) {
  std::vector<GitChange> changes;
  const auto parts = split_nul(raw);
  for (std::size_t i = 0; i < parts.size();) {
    GitChange change;
    char old_id[41] = {}, new_id[41] = {};
    const int fields = std::sscanf(parts[i++].c_str(), ":%o %o %40s %40s %c%d", &change.old_mode, &change.new_mode,
                                   old_id, new_id, &change.status, &change.similarity);
    REQUIRE(fields >= 5);
    change.old_id = old_id;
    change.new_id = new_id;
    const std::string first = parts[i++];
    change.old_path = change.status == 'A' ? "" : first;
    change.new_path = change.status == 'D' ? "" : change.status == 'R' ? parts[i++] : first;
    changes.push_back(change);
  }
  return changes;
}

struct Patch {
  bool binary = false;
  std::vector<GitHunk> hunks;
};

// Patches in the order of the output. A line of a file never starts with "diff", "@@" or "Binary": it has a sign.
std::vector<Patch> parse_patches(const std::string& text) {
  std::vector<Patch> patches;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    if (line.starts_with("diff --git ")) patches.emplace_back();
    if (line.starts_with("Binary files ")) patches.back().binary = true;
    if (!line.starts_with("@@ -")) continue;
    GitHunk hunk{.old_count = 1, .new_count = 1};
    const char* at = line.c_str() + 4;
    char* rest = nullptr;
    hunk.old_first = static_cast<std::uint32_t>(std::strtoul(at, &rest, 10));
    if (*rest == ',') hunk.old_count = static_cast<std::uint32_t>(std::strtoul(rest + 1, &rest, 10));
    hunk.new_first = static_cast<std::uint32_t>(std::strtoul(rest + 2, &rest, 10));
    if (*rest == ',') hunk.new_count = static_cast<std::uint32_t>(std::strtoul(rest + 1, &rest, 10));
    patches.back().hunks.push_back(hunk);
  }
  return patches;
}

}  // namespace

TempDir::TempDir() {
  std::string name = (std::filesystem::temp_directory_path() / "gatepost-test-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  path_ = std::filesystem::canonical(name);
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

unsigned random_runs(unsigned usual) {
  const char* const given = std::getenv("GATEPOST_RANDOM_RUNS");
  return given == nullptr ? usual : static_cast<unsigned>(std::atoi(given));
}

bool have_git() {
  static const bool found = try_git("", {"--version"}).exit_code == 0;
  if (!found) skip("no git command here");
  return found;
}

ProcessResult try_git(const std::string& directory, std::vector<std::string> arguments, const std::string& input) {
  std::vector<std::string> all = {
      "git",       "-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main",  "-c", "safe.directory=*", "-c",
      "gc.auto=0", "-c", "maintenance.auto=false",     "-c", "advice.detachedHead=false"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return run_process(all, directory, environment(), input);
}

std::string run_git(const std::string& directory, std::vector<std::string> arguments, const std::string& input) {
  std::string shown;
  for (const std::string& it : arguments) shown += " " + it;
  const ProcessResult result = try_git(directory, std::move(arguments), input);
  REQUIRE_MESSAGE(result.exit_code == 0, "git" << shown << ": " << result.err);
  return result.out;
}

std::string git_line(const std::string& directory, std::vector<std::string> arguments) {
  std::string text = run_git(directory, std::move(arguments));
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

ProcessResult run_shell(const std::string& directory, const std::string& command) {
  auto variables = environment();
  // What try_git says with -c.
  variables.insert({{"GIT_CONFIG_COUNT", "2"},
                    {"GIT_CONFIG_KEY_0", "protocol.file.allow"},
                    {"GIT_CONFIG_VALUE_0", "always"},
                    {"GIT_CONFIG_KEY_1", "safe.directory"},
                    {"GIT_CONFIG_VALUE_1", "*"}});
  return run_process({"sh", "-c", command}, directory, variables);
}

void add_commits(const std::string& directory, const std::vector<GitCommit>& commits) {
  run_git(directory, {"fast-import", "--quiet", "--force", "--done"}, import_stream(commits));
}

void make_repository(const std::string& directory, const std::vector<GitCommit>& commits, bool bare) {
  std::filesystem::create_directories(directory);
  if (bare) {
    run_git(directory, {"init", "-q", "--bare"});
  } else {
    run_git(directory, {"init", "-q"});
  }
  if (commits.empty()) return;
  add_commits(directory, commits);
  const std::string branch = "refs/heads/" + commits.back().name;
  run_git(directory, {"symbolic-ref", "HEAD", branch});
  if (!bare) run_git(directory, {"reset", "-q", "--hard"});
}

std::vector<GitChange> git_diff(const std::string& directory, const std::string& base, const std::string& head,
                                const std::vector<std::string>& options) {
  std::vector<std::string> raw = {"diff", "-M", "--raw", "-z", "--abbrev=40", "--no-ext-diff"};
  std::vector<std::string> patch = {"diff", "-M", "-U0", "--no-ext-diff", "--no-textconv"};
  for (auto* arguments : {&raw, &patch}) {
    arguments->insert(arguments->end(), options.begin(), options.end());
    arguments->insert(arguments->end(), {base, head});
  }
  auto changes = parse_raw(run_git(directory, raw));
  const auto patches = parse_patches(run_git(directory, patch));
  std::size_t next = 0;
  for (GitChange& change : changes) {
    // A change of type is printed as a deletion and an addition.
    for (int i = 0; i < (change.status == 'T' ? 2 : 1); ++i) {
      REQUIRE(next < patches.size());
      change.binary |= patches[next].binary;
      change.hunks.insert(change.hunks.end(), patches[next].hunks.begin(), patches[next].hunks.end());
      ++next;
    }
  }
  REQUIRE(next == patches.size());
  return changes;
}

std::vector<GitHunk> git_blob_hunks(const std::string& directory, const std::string& before, const std::string& after,
                                    const std::vector<std::string>& options) {
  std::vector<std::string> arguments = {"diff", "-U0", "--no-ext-diff", "--no-textconv"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  arguments.insert(arguments.end(), {before, after});
  const auto patches = parse_patches(run_git(directory, arguments));
  return patches.empty() ? std::vector<GitHunk>{} : patches.front().hunks;
}

}  // namespace gatepost::test
