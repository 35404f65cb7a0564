#include "app/ci.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/file.hpp"
#include "base/text.hpp"
#include "doc/json.hpp"

namespace gatepost::app {
namespace {

constexpr std::uint64_t kLargestEvent = 8 << 20;

class Variables {
 public:
  explicit Variables(const Ports& ports) : ports_(ports) {}
  std::string operator[](const char* name) const { return ports_.environment(name).value_or(""); }

 private:
  const Ports& ports_;
};

// A full commit id, or "": events say 000… for "nothing before".
std::string commit_or_nothing(std::string_view text) {
  const bool hex = text.size() == 40 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  const bool zero = text.find_first_not_of('0') == std::string_view::npos;
  return hex && !zero ? std::string(text) : std::string{};
}

std::optional<std::uint64_t> number_of(doc::View view) {
  const auto number = view.integer();
  return number && *number > 0 ? std::optional(static_cast<std::uint64_t>(*number)) : std::nullopt;
}

// A branch that is no default branch is a change of it: the commit that was pushed before is the author's own. On the
// default branch the commit before the push is the base.
void describe_push(const std::string& branch, const std::string& default_branch, const std::string& before,
                   CiFacts& facts) {
  const bool is_change = !branch.empty() && !default_branch.empty() && branch != default_branch;
  (is_change ? facts.target_branch : facts.event_base) = is_change ? default_branch : before;
}

// A stranger's change, or one by Dependabot: GitHub gives such a run a token that may only read.
bool is_restricted(doc::View event) {
  const doc::View pull_request = event.at("pull_request");
  if (!pull_request.is_object()) return false;
  if (pull_request.at("user").at("login").text() == "dependabot[bot]") return true;
  const auto head = pull_request.at("head").at("repo").at("id").integer();
  const auto base = pull_request.at("base").at("repo").at("id").integer();
  return !head || head != base;  // the fork may be gone
}

// The run that this one follows: what it judged is known by its commit alone.
void read_workflow_run(doc::View run, CiFacts& facts) {
  facts.judges_other_run = true;
  facts.change_head = commit_or_nothing(run.at("head_sha").text());
  facts.head_repository = run.at("head_repository").at("full_name").text();
  facts.head_branch = run.at("head_branch").text();
}

void read_github_event(doc::View event, const std::string& sha, const std::string& branch, CiFacts& facts) {
  if (const doc::View pull_request = event.at("pull_request"); pull_request.is_object()) {
    facts.change_request = number_of(pull_request.at("number"));
    facts.change_head = commit_or_nothing(pull_request.at("head").at("sha").text());
    facts.event_base = commit_or_nothing(pull_request.at("base").at("sha").text());
    facts.target_branch = pull_request.at("base").at("ref").text();
    // The commit that Actions made of target and change is what it checks out for this event.
    if (facts.event == "pull_request") facts.merge_commit = sha;
    facts.restricted = is_restricted(event);
    facts.head_repository = pull_request.at("head").at("repo").at("full_name").text();
    facts.head_branch = pull_request.at("head").at("ref").text();
  } else if (const doc::View run = event.at("workflow_run"); run.is_object()) {
    read_workflow_run(run, facts);
  } else if (const doc::View group = event.at("merge_group"); group.is_object()) {
    facts.queue_base = commit_or_nothing(group.at("base_sha").text());
    facts.change_head = commit_or_nothing(group.at("head_sha").text());
  } else if (facts.event == "push") {
    describe_push(branch, std::string(event.at("repository").at("default_branch").text()),
                  commit_or_nothing(event.at("before").text()), facts);
  }
}

void describe_github_run(const Variables& variables, CiFacts& facts) {
  const auto or_else = [&](const char* name, const char* otherwise) {
    const std::string value = variables[name];
    return value.empty() ? std::string(otherwise) : value;
  };
  facts.server = or_else("GITHUB_SERVER_URL", "https://github.com");
  facts.api = or_else("GITHUB_API_URL", "https://api.github.com");
  facts.graphql = or_else("GITHUB_GRAPHQL_URL", "https://api.github.com/graphql");
  facts.project = facts.repository;
  facts.ref = variables["GITHUB_REF"];
  facts.run = text::parse_number(variables["GITHUB_RUN_ID"]).value_or(0);
  facts.attempt = text::parse_number(variables["GITHUB_RUN_ATTEMPT"]).value_or(0);
  if (facts.run != 0 && !facts.repository.empty())
    facts.run_url = fmt::format("{}/{}/actions/runs/{}", facts.server, facts.repository, facts.run);
  if (!facts.repository.empty()) facts.code_url = fmt::format("{}/{}/blob", facts.server, facts.repository);
  facts.summary_file = variables["GITHUB_STEP_SUMMARY"];
  facts.output_file = variables["GITHUB_OUTPUT"];
}

CiFacts github(const Variables& variables) {
  CiFacts facts{.system = CiFacts::System::github,
                .event = variables["GITHUB_EVENT_NAME"],
                .workspace = variables["GITHUB_WORKSPACE"],
                .repository = variables["GITHUB_REPOSITORY"]};
  facts.target_branch = variables["GITHUB_BASE_REF"];
  describe_github_run(variables, facts);
  const std::string path = variables["GITHUB_EVENT_PATH"];
  if (path.empty()) return facts;
  const auto bytes = read_file(path, kLargestEvent);
  const auto event = bytes ? doc::parse_json(*bytes, "the GitHub event") : bytes.error();
  if (event) {
    const std::string branch = variables["GITHUB_REF_TYPE"] == "tag" ? "" : variables["GITHUB_REF_NAME"];
    read_github_event(event->root(), commit_or_nothing(variables["GITHUB_SHA"]), branch, facts);
  } else {
    facts.notes.push_back({Note::Level::warning,
                           "ci-event",
                           "the event of the CI run cannot be read, so the base is not known from it",
                           {}});
  }
  return facts;
}

void describe_gitlab_run(const Variables& variables, CiFacts& facts) {
  facts.server = variables["CI_SERVER_URL"];
  facts.api = variables["CI_API_V4_URL"];
  // Of a change from a fork that the target's project runs, both are the target's.
  const std::string target = variables["CI_MERGE_REQUEST_PROJECT_ID"];
  facts.project = target.empty() ? variables["CI_PROJECT_ID"] : target;
  const std::string source = variables["CI_MERGE_REQUEST_SOURCE_PROJECT_ID"];
  facts.restricted = !source.empty() && !target.empty() && source != target;
  facts.head_branch = variables["CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"];
  if (const std::string url = variables["CI_PROJECT_URL"]; !url.empty()) facts.code_url = url + "/-/blob";
  facts.ref = variables["CI_COMMIT_REF_NAME"];
  facts.run = text::parse_number(variables["CI_PIPELINE_ID"]).value_or(0);
  facts.attempt = text::parse_number(variables["CI_JOB_ID"]).value_or(0);
  facts.run_url = variables["CI_JOB_URL"];
}

CiFacts gitlab(const Variables& variables) {
  CiFacts facts{.system = CiFacts::System::gitlab,
                .event = variables["CI_PIPELINE_SOURCE"],
                .workspace = variables["CI_PROJECT_DIR"],
                .repository = variables["CI_PROJECT_PATH"]};
  if (const auto number = text::parse_number(variables["CI_MERGE_REQUEST_IID"])) facts.change_request = *number;
  facts.forge_merge_base = commit_or_nothing(variables["CI_MERGE_REQUEST_DIFF_BASE_SHA"]);
  facts.target_branch = variables["CI_MERGE_REQUEST_TARGET_BRANCH_NAME"];
  // Only pipelines for merged results have a commit of their own beside the change's head.
  facts.change_head = commit_or_nothing(variables["CI_MERGE_REQUEST_SOURCE_BRANCH_SHA"]);
  if (!facts.change_head.empty()) facts.merge_commit = commit_or_nothing(variables["CI_COMMIT_SHA"]);
  describe_gitlab_run(variables, facts);
  if (facts.event == "push") {
    describe_push(variables["CI_COMMIT_BRANCH"], variables["CI_DEFAULT_BRANCH"],
                  commit_or_nothing(variables["CI_COMMIT_BEFORE_SHA"]), facts);
  }
  return facts;
}

}  // namespace

CiFacts detect_ci(const Ports& ports) {
  const Variables variables(ports);
  if (variables["GITHUB_ACTIONS"] == "true") return github(variables);
  if (!variables["GITLAB_CI"].empty() && !variables["CI_PROJECT_ID"].empty()) return gitlab(variables);
  return {};
}

std::optional<OwnersDialect> dialect_of(CiFacts::System system) {
  switch (system) {
    case CiFacts::System::none:
      return std::nullopt;
    case CiFacts::System::github:
      return OwnersDialect::github;
    case CiFacts::System::gitlab:
      return OwnersDialect::gitlab;
  }
  return std::nullopt;
}

const char* to_string(CiFacts::System system) {
  switch (system) {
    case CiFacts::System::none:
      return "none";
    case CiFacts::System::github:
      return "GitHub Actions";
    case CiFacts::System::gitlab:
      return "GitLab CI";
  }
  return "none";
}

}  // namespace gatepost::app
