#include "forge/gitlab_stored.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/percent.hpp"
#include "base/text.hpp"
#include "forge/answer.hpp"

namespace gatepost::forge {
namespace {

constexpr Right kReadPipelines{"read_api", "Developer", "read pipelines and what their jobs left"};
constexpr std::size_t kMostPipelines = 10;
constexpr int kMostPages = 10, kPerPage = 100;

struct Pipeline {
  std::uint64_t id = 0, project = 0;  // of a change from a fork: the fork's
  std::string commit;
};

class Search {
 public:
  Search(GitLabApi& api, const WantedResult& wanted) : api_(api), wanted_(wanted) {}

  Result<std::optional<StoredFile>> run() {
    GP_TRY(const std::vector<Pipeline> pipelines, pipelines_of_request());
    for (const Pipeline& pipeline : pipelines) {
      GP_TRY(const auto job, job_of(pipeline));
      if (job == 0) continue;
      GP_TRY(auto file, download(pipeline, job));
      if (file) return file;
    }
    return std::optional<StoredFile>();
  }

 private:
  // The newest first: those of its commit, and those of what would be merged, of which the result says the commit.
  Result<std::vector<Pipeline>> pipelines_of_request() {
    const std::string request = std::to_string(wanted_.request);
    const std::string ref = "refs/merge-requests/" + request + "/";
    std::vector<Pipeline> all;
    GP_CHECK(api_.list("/merge_requests/" + request + "/pipelines", kReadPipelines, [&](doc::View it) {
      const auto id = number_of(it.at("id")), project = number_of(it.at("project_id"));
      Pipeline pipeline{id.value_or(0), project.value_or(0), commit_of(it.at("sha"))};
      const std::string_view of = it.at("ref").text();
      const bool would_be_merged = of == ref + "merge" || of == ref + "train";
      if (id && project && (pipeline.commit == wanted_.head || would_be_merged)) all.push_back(std::move(pipeline));
      return all.size() < kMostPipelines;
    }));
    std::ranges::sort(all, std::greater{}, &Pipeline::id);
    return all;
  }

  static std::string path_of(const Pipeline& pipeline) { return fmt::format("/projects/{}", pipeline.project); }

  // The newest of that name; 0 when there is none, or when the project is not ours to look into.
  Result<std::uint64_t> job_of(const Pipeline& pipeline) {
    std::uint64_t newest = 0;
    for (int page = 1; page <= kMostPages; ++page) {
      GP_TRY(const net::Call call, api_.global_call(fmt::format("{}/pipelines/{}/jobs?per_page={}&page={}",
                                                                path_of(pipeline), pipeline.id, kPerPage, page)));
      GP_TRY(const net::Response response, api_.send(call));
      if (response.status == 404) return newest;
      if (!response.ok()) return api_.refused(response, kReadPipelines);
      GP_TRY(const doc::Document jobs, json_of(response, "gitlab: read the jobs of a pipeline"));
      int count = 0;
      for (const doc::View it : jobs.root().items()) {
        ++count;
        if (it.at("name").text() == wanted_.artifact) newest = std::max(newest, number_of(it.at("id")).value_or(0));
      }
      if (count < kPerPage) break;
    }
    return newest;
  }

  // Empty when the job left no such file, or it is no longer kept.
  Result<std::optional<StoredFile>> download(const Pipeline& pipeline, std::uint64_t job) {
    GP_TRY(const net::Call call, api_.global_call(fmt::format("{}/jobs/{}/artifacts/{}", path_of(pipeline), job,
                                                              percent_encoded(wanted_.file, "/"))));
    GP_TRY(net::Response response, api_.send(call));
    if (response.status == 404) return std::optional<StoredFile>();
    if (!response.ok()) return api_.refused(response, kReadPipelines);
    const bool own = std::to_string(pipeline.project) == api_.project() && pipeline.commit == wanted_.head;
    return std::optional(
        StoredFile{std::move(response.body),
                   fmt::format("{} of job \"{}\" ({})", wanted_.file, text::printable(wanted_.artifact, 60), job),
                   own ? pipeline.id : 0});
  }

  GitLabApi& api_;
  const WantedResult& wanted_;
};

}  // namespace

Result<std::optional<StoredFile>> read_stored_result(GitLabApi& api, const WantedResult& wanted) {
  if (!is_commit(wanted.head)) return error(ErrorKind::usage, "gitlab: the commit of the change is not known");
  if (wanted.file.empty() || has_dot_segment(wanted.file))
    return error(ErrorKind::usage, "gitlab: \"" + text::printable(wanted.file) + "\" is no path in an artifact");
  return Search(api, wanted).run();
}

}  // namespace gatepost::forge
