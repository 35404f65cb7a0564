#include "forge/github_stored.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/archive.hpp"
#include "base/bytes.hpp"
#include "base/percent.hpp"
#include "base/text.hpp"
#include "forge/answer.hpp"

namespace gatepost::forge {
namespace {

constexpr Grant kReadRuns{"actions", "read", "read workflow runs and their artifacts"};
constexpr std::size_t kMostRuns = 100;  // of one commit: each is asked for artifacts

// All reports of a run may lie beside the result.
Limits archive_limits() {
  Limits limits;
  limits.archive_bytes = std::uint64_t{512} << 20;
  return limits;
}

// An upload leaves out the folders that all its files have in common.
bool is_wanted(std::string_view member, std::string_view file) {
  return member == file || (file.size() > member.size() && file.ends_with(member) &&
                            file[file.size() - member.size() - 1] == '/' && !member.empty());
}

struct Run {
  std::uint64_t id = 0, workflow = 0;
  std::string path;  // of the workflow: ".github/workflows/gate.yml"
};

struct Artifact {
  std::uint64_t id = 0, run = 0, bytes = 0;
};

class Search {
 public:
  Search(GitHubApi& api, const WantedResult& wanted) : api_(api), wanted_(wanted) {}

  Result<std::optional<StoredFile>> run() {
    GP_TRY(const std::vector<Run> runs, runs_of_commit());
    for (const Run& run : runs) {
      GP_TRY(const auto artifact, artifact_of(run.id));
      if (!artifact) continue;
      GP_CHECK(check_no_other(runs, run));
      GP_TRY(auto file, download(*artifact));
      if (file) return file;
    }
    return std::optional<StoredFile>();
  }

 private:
  // A change can bring a workflow along that leaves an artifact of that name as well, after the one that it cannot
  // edit.
  Status check_no_other(const std::vector<Run>& runs, const Run& newest) {
    for (const Run& run : runs) {
      if (run.workflow == newest.workflow) continue;
      GP_TRY(const auto artifact, artifact_of(run.id));
      if (!artifact) continue;
      return error(ErrorKind::bad_input,
                   fmt::format("github: the workflows {} and {} have both left an artifact \"{}\" for this commit, and "
                               "nobody can tell which is the gate's",
                               text::printable(newest.path, 100), text::printable(run.path, 100),
                               text::printable(wanted_.artifact, 60)),
                   "keep the gate's result under a name of its own: result: {artifact: NAME}");
    }
    return Done{};
  }

  // The newest first.
  Result<std::vector<Run>> runs_of_commit() {
    std::vector<Run> runs;
    GP_CHECK(api_.list(
        "/actions/runs?head_sha=" + percent_encoded(wanted_.head), kReadRuns,
        [&](doc::View run) {
          const auto id = number_of(run.at("id"));
          if (id && commit_of(run.at("head_sha")) == wanted_.head) {
            runs.push_back({.id = *id,
                            .workflow = number_of(run.at("workflow_id")).value_or(0),
                            .path = std::string(run.at("path").text())});
          }
          return true;
        },
        "workflow_runs"));
    std::ranges::sort(runs, std::greater{}, &Run::id);
    if (runs.size() <= kMostRuns) return runs;
    // Whoever can start runs could have so many that the gate's is not among those that are looked at.
    return error(ErrorKind::bad_input, fmt::format("github: commit {} has {} runs, and {} at most are looked through",
                                                   wanted_.head.substr(0, 10), runs.size(), kMostRuns));
  }

  // A run that was started again has several of one name.
  Result<std::optional<Artifact>> artifact_of(std::uint64_t run) {
    std::optional<Artifact> newest;
    GP_CHECK(api_.list(
        fmt::format("/actions/runs/{}/artifacts?name={}", run, percent_encoded(wanted_.artifact)), kReadRuns,
        [&](doc::View it) {
          const auto id = number_of(it.at("id"));
          const bool is_there = it.at("expired").boolean() != true && it.at("name").text() == wanted_.artifact;
          if (id && is_there && (!newest || newest->id < *id))
            newest = {*id, run, number_of(it.at("size_in_bytes")).value_or(0)};
          return true;
        },
        "artifacts"));
    return newest;
  }

  // Empty when it is no longer kept.
  Result<std::optional<StoredFile>> download(const Artifact& artifact) {
    if (artifact.bytes > kLargestStored) {
      return error(ErrorKind::bad_input,
                   fmt::format("github: {} has {} MiB; {} at most are fetched", name_of(artifact),
                               artifact.bytes >> 20U, kLargestStored >> 20U),
                   "keep the result in an artifact of its own");
    }
    GP_TRY(const net::Call call, api_.call(fmt::format("/actions/artifacts/{}/zip", artifact.id)));
    GP_TRY(net::Response response, api_.send(call));
    if (response.status == 404 || response.status == 410) return std::optional<StoredFile>();
    if (!response.ok()) return api_.refused(response, kReadRuns);
    GP_TRY(std::string bytes, unpacked(artifact, std::move(response.body)));
    return std::optional(StoredFile{std::move(bytes), wanted_.file + " in " + name_of(artifact), 0});
  }

  Result<std::string> unpacked(const Artifact& artifact, std::string archive) const {
    const Bytes packed = Bytes::of(std::move(archive));
    auto members = read_archive(packed, archive_limits());
    if (!members) return std::move(members).error().context("github: " + name_of(artifact));
    const ArchiveMember* best = nullptr;
    for (const ArchiveMember& it : *members) {
      if (is_wanted(it.name, wanted_.file) && (best == nullptr || it.name.size() > best->name.size())) best = &it;
    }
    if (best != nullptr) return best->bytes.all(kLargestStored);
    return error(ErrorKind::bad_input, fmt::format("github: {} has no {}", name_of(artifact), wanted_.file),
                 "let the gate write it (input result) and upload the folder that it lies in, or name both in the "
                 "settings: result: {artifact: NAME, file: PATH}");
  }

  [[nodiscard]] std::string name_of(const Artifact& artifact) const {
    return fmt::format("artifact \"{}\" ({}) of run {}", text::printable(wanted_.artifact, 60), artifact.id,
                       artifact.run);
  }

  GitHubApi& api_;
  const WantedResult& wanted_;
};

}  // namespace

Result<std::optional<StoredFile>> read_stored_result(GitHubApi& api, const WantedResult& wanted) {
  if (!is_commit(wanted.head)) return error(ErrorKind::usage, "github: the commit of the change is not known");
  return Search(api, wanted).run();
}

}  // namespace gatepost::forge
