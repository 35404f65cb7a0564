#include "app/ci.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/file.hpp"
#include "base/text.hpp"
#include "forge/event.hpp"

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

// A branch that is no default branch is a change of it: the commit that was pushed before is the author's own. On the
// default branch the commit before the push is the base.
void describe_push(const std::string& branch, const std::string& default_branch, const std::string& before,
                   CiFacts& facts) {
  const bool is_change = !branch.empty() && !default_branch.empty() && branch != default_branch;
  (is_change ? facts.target_branch : facts.push_base) = is_change ? default_branch : before;
}

// GitHub gives the runs for a stranger's change, and those that Dependabot starts, a token that may only read; but not
// for pull_request_target, which is what makes that event dangerous.
void describe_request(const forge::EventRequest& request, const std::string& sha, bool by_dependabot, CiFacts& facts) {
  if (request.number != 0) facts.change_request = request.number;
  facts.change_head = request.head;
  facts.event_base = request.base;
  facts.target_branch = request.target_branch;
  // The commit that Actions made of target and change is what it checks out for this event.
  if (facts.event == "pull_request") facts.merge_commit = sha;
  facts.from_fork = request.from_fork;
  facts.restricted = facts.event != "pull_request_target" && (request.from_fork || by_dependabot);
  facts.head_repository = request.head_repository;
  facts.head_branch = request.head_branch;
}

struct Checkout {
  std::string sha, branch, actor;
};
void describe_event(const forge::ForgeEvent& event, const Checkout& checkout, CiFacts& facts) {
  using Kind = forge::ForgeEvent::Kind;
  // A comment on the whole of a pull request tells its number alone; one on its lines tells the commits.
  if (event.request && !event.request->head.empty())
    return describe_request(*event.request, checkout.sha, checkout.actor == "dependabot[bot]", facts);
  if (event.kind == Kind::run && event.run) {
    // The run that this one follows: what it judged is known by its commit alone.
    facts.judges_other_run = true;
    facts.change_head = event.run->head;
    facts.head_repository = event.run->head_repository;
    facts.head_branch = event.run->head_branch;
  } else if (event.kind == Kind::queue && event.queue) {
    facts.queue_base = event.queue->base;
    facts.change_head = event.queue->head;
  } else if (facts.event == "push" && event.push) {
    describe_push(checkout.branch, event.default_branch, event.push->before, facts);
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

// "refs/pull/7/merge" is the pull request's number when the event does not tell it.
std::optional<std::uint64_t> number_in_ref(std::string_view ref) {
  constexpr std::string_view kPrefix = "refs/pull/";
  if (!ref.starts_with(kPrefix)) return std::nullopt;
  ref.remove_prefix(kPrefix.size());
  return text::parse_number(ref.substr(0, ref.find('/')));
}

CiFacts github(const Variables& variables) {
  CiFacts facts{.system = CiFacts::System::github,
                .event = variables["GITHUB_EVENT_NAME"],
                .workspace = variables["GITHUB_WORKSPACE"],
                .repository = variables["GITHUB_REPOSITORY"]};
  facts.target_branch = variables["GITHUB_BASE_REF"];
  describe_github_run(variables, facts);
  if (facts.event.starts_with("pull_request")) facts.change_request = number_in_ref(facts.ref);
  if (variables["GITHUB_REF_TYPE"] != "tag" && !facts.ref.starts_with("refs/pull/"))
    facts.branch = variables["GITHUB_REF_NAME"];
  const std::string path = variables["GITHUB_EVENT_PATH"];
  if (path.empty()) return facts;
  const auto bytes = read_file(path, kLargestEvent);
  const auto event = bytes ? forge::parse_github_event(facts.event, *bytes) : bytes.error();
  if (event) {
    facts.default_branch = event->default_branch;
    describe_event(*event, {commit_or_nothing(variables["GITHUB_SHA"]), facts.branch, variables["GITHUB_ACTOR"]},
                   facts);
  } else {
    facts.notes.push_back(
        {Note::Level::warning,
         "ci-event",
         "the event of the CI run cannot be read, so the base is not known from it: " + event.error().message,
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
  facts.from_fork = !source.empty() && !target.empty() && source != target;
  if (facts.from_fork) facts.target_repository = variables["CI_MERGE_REQUEST_PROJECT_PATH"];
  facts.restricted = facts.from_fork;
  facts.head_branch = variables["CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"];
  if (const std::string url = variables["CI_PROJECT_URL"]; !url.empty()) facts.code_url = url + "/-/blob";
  facts.ref = variables["CI_COMMIT_REF_NAME"];
  facts.branch = variables["CI_COMMIT_BRANCH"];
  facts.default_branch = variables["CI_DEFAULT_BRANCH"];
  facts.run = text::parse_number(variables["CI_PIPELINE_ID"]).value_or(0);
  facts.attempt = text::parse_number(variables["CI_JOB_ID"]).value_or(0);
  if (facts.project == variables["CI_PROJECT_ID"]) facts.pipeline_head = commit_or_nothing(variables["CI_COMMIT_SHA"]);
  facts.run_url = variables["CI_JOB_URL"];
}

CiFacts gitlab(const Variables& variables) {
  CiFacts facts{.system = CiFacts::System::gitlab,
                .event = variables["CI_PIPELINE_SOURCE"],
                .workspace = variables["CI_PROJECT_DIR"],
                .repository = variables["CI_PROJECT_PATH"]};
  // A pipeline of the target's own branch can speak about the merge request that whoever starts it names.
  std::string number = variables["CI_MERGE_REQUEST_IID"];
  if (number.empty()) number = variables["GATEPOST_MERGE_REQUEST"];
  if (const auto iid = text::parse_number(number)) facts.change_request = *iid;
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

CiFacts about_change(CiFacts ci, std::uint64_t number) {
  ci.change_request = number;
  ci.judges_other_run = ci.from_fork = ci.restricted = false;
  ci.change_head.clear();
  ci.head_repository.clear();
  ci.head_branch.clear();
  return ci;
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
