#include "app/serve_run.hpp"

#include <fmt/core.h>
#include <sys/stat.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <map>
#include <utility>

#include "app/ci.hpp"
#include "app/connection.hpp"
#include "app/git_server.hpp"
#include "app/serve_secrets.hpp"
#include "base/file.hpp"
#include "doc/json_writer.hpp"
#include "forge/github_access.hpp"
#include "git/pinned.hpp"
#include "git/protocol.hpp"
#include "git/side_ref.hpp"

namespace gatepost::app {
namespace {

namespace fs = std::filesystem;
using bot::JobKind;
using Environment = std::map<std::string, std::string>;

constexpr std::uint64_t kLargestPack = std::uint64_t{256} << 20;
constexpr net::Limits kFetchLimits{.total = std::chrono::seconds(180),
                                   .one_exchange = std::chrono::seconds(120),
                                   .waiting = std::chrono::seconds(30),
                                   .retries = 2};
constexpr std::chrono::seconds kForToken{60};

// How a machine reaches others; where a forge that is not the public one is.
constexpr std::array kPassedOn = {"SSL_CERT_FILE", "CURL_CA_BUNDLE", "HTTPS_PROXY", "https_proxy",
                                  "http_proxy",    "NO_PROXY",       "no_proxy",    "GATEPOST_ALLOW_PLAIN_HTTP"};
// Whose token it is, and where it may go.
constexpr std::array kOfTrackers = {"GATEPOST_JIRA_USER", "GATEPOST_JIRA_URL", "GATEPOST_JIRA_DC_USER",
                                    "GATEPOST_JIRA_DC_URL", "GATEPOST_LINEAR_URL"};

// A job's own folder, readable by nobody else.
class JobFolder {
 public:
  static Result<JobFolder> make(std::string path) {
    for (const std::string& folder : {path, path + "/repository.git", path + "/temp"}) {
      if (::mkdir(folder.c_str(), S_IRWXU) != 0)
        return error(ErrorKind::unavailable, folder + ": the folder cannot be made", "is the disk full?");
    }
    return JobFolder(std::move(path));
  }
  JobFolder(JobFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  JobFolder(const JobFolder&) = delete;
  JobFolder& operator=(const JobFolder&) = delete;
  JobFolder& operator=(JobFolder&&) = delete;
  ~JobFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string repository() const { return path_ + "/repository.git"; }

 private:
  explicit JobFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

// The same ports, in the environment that the job will have.
Ports in_environment(const Ports& ports, const Environment& environment) {
  Ports other = ports;
  other.environment = [&environment](const char* name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::nullopt : std::optional(found->second);
  };
  return other;
}

std::string variable(const Ports& ports, const char* name, const char* otherwise) {
  return ports.environment(name).value_or(otherwise);
}

Environment github_environment(const Ports& ports, const WorkOrder& order) {
  return {{"GITHUB_ACTIONS", "true"},
          {"GITHUB_REPOSITORY", order.repository},
          {"GITHUB_EVENT_NAME", order.event},
          {"GITHUB_SERVER_URL", variable(ports, "GITHUB_SERVER_URL", "https://github.com")},
          {"GITHUB_API_URL", variable(ports, "GITHUB_API_URL", "https://api.github.com")},
          {"GITHUB_GRAPHQL_URL", variable(ports, "GITHUB_GRAPHQL_URL", "https://api.github.com/graphql")}};
}

Environment gitlab_environment(const Ports& ports, const WorkOrder& order) {
  Environment all = {{"GITLAB_CI", "true"},
                     {"CI_PROJECT_ID", order.repository},  // the interface takes the path as well
                     {"CI_PROJECT_PATH", order.repository},
                     {"CI_SERVER_URL", variable(ports, "CI_SERVER_URL", "https://gitlab.com")},
                     {"CI_API_V4_URL", variable(ports, "CI_API_V4_URL", "https://gitlab.com/api/v4")}};
  if (order.change != 0) all["GATEPOST_MERGE_REQUEST"] = std::to_string(order.change);
  return all;
}

void add(Environment& environment, const char* name, const Secret& secret) {
  if (!secret.empty()) environment[name] = std::string(secret.reveal());
}

// A token of the App for this repository alone, which ends within an hour. The App's key stays with us.
Result<Secret> installation_token(const Ports& ports, const BotAccess& access, const WorkOrder& order,
                                  const Environment& environment, const std::string& version) {
  constexpr std::string_view kBearer = "Bearer ";
  GP_TRY(const auto http, ports.http(curl_options(ports, version)));
  const forge::Access asked{.api = environment.at("GITHUB_API_URL"),
                            .graphql = environment.at("GITHUB_GRAPHQL_URL"),
                            .repository = order.repository,
                            .kind = forge::TokenKind::github_app,
                            .app_id = access.app_id,
                            .app_key = access.app_key};
  GP_CHECK(forge::check_access(asked));
  const net::Credential none = forge::github_credential(asked, *http, time_of(ports), {.total = kForToken},
                                                        std::make_shared<forge::Installation>());
  GP_TRY(const net::Credential got, none.renew(kForToken));
  const std::string_view header = got.header.value.reveal();
  return Secret(std::string(header.substr(header.starts_with(kBearer) ? kBearer.size() : 0)));
}

// The newest commit of the default branch, for its settings: no history, and no work tree.
Status fetch_target(const Ports& ports, const Environment& environment, const WorkOrder& order,
                    const git::Repository& repository) {
  const std::string& server = environment.at(order.forge == "github" ? "GITHUB_SERVER_URL" : "CI_SERVER_URL");
  const Ports job = in_environment(ports, environment);
  GP_TRY(const git::Exchange exchange,
         exchange_with(job, fmt::format("{}/{}.git", server, order.repository), kLargestPack, kFetchLimits));
  GP_TRY(const std::string told, exchange(git::ref_request("HEAD")));
  GP_TRY(const auto head, git::ref_in(told, "HEAD"));
  if (!head) return error(ErrorKind::bad_input, order.repository + ": the repository has no commit yet");
  GP_TRY(const std::string answer,
         exchange({.service = "git-upload-pack", .body = git::fetch_request(*head), .version2 = true}));
  GP_TRY(const std::string pack, git::pack_in(answer));
  GP_CHECK(git::add_pack(repository, pack));
  GP_CHECK(write_file(repository.git_directory() + "/shallow", head->hex() + "\n"));
  // What HEAD of the new repository names, whatever that is.
  GP_TRY(const std::string named, read_file(repository.git_directory() + "/HEAD", 4096));
  constexpr std::string_view kRef = "ref: ";
  const std::size_t end = named.find('\n');
  return git::move_ref(repository, named.substr(kRef.size(), end - kRef.size()), std::nullopt, *head);
}

// An evaluation of a commit whose change nobody told: as a run that follows the one that judged it.
std::string run_event(const WorkOrder& order) {
  doc::JsonWriter json;
  json.begin_object().field("action", "completed").key("workflow_run").begin_object();
  json.field("head_sha", order.head).end_object();
  json.key("repository").begin_object().field("full_name", order.repository).end_object().end_object();
  return json.take();
}

std::vector<std::string> arguments_of(const WorkOrder& order, const JobFolder& folder, const std::string& store) {
  std::vector<std::string> all = {"--repo", folder.repository()};
  const auto more = [&](std::initializer_list<std::string> words) { all.insert(all.end(), words); };
  switch (order.kind) {
    case JobKind::command:
      more({"command", "--event", folder.path() + "/event.json"});
      break;
    case JobKind::evaluate:
      // The run that leaves a result tells of itself.
      more({"publish", "--if-kept"});
      if (order.change != 0) more({"--change", std::to_string(order.change)});
      break;
    case JobKind::tickets:
      more({"tickets", "sync", "--all-made"});
      break;
  }
  if (!store.empty()) more({"--store", store});
  return all;
}

Environment environment_of(const Ports& ports, const BotAccess& access, const WorkOrder& order,
                           const JobFolder& folder) {
  Environment all = order.forge == "github" ? github_environment(ports, order) : gitlab_environment(ports, order);
  for (const char* const name : kPassedOn) {
    if (auto value = ports.environment(name)) all[name] = *std::move(value);
  }
  all["LC_ALL"] = "C.UTF-8";
  all["HOME"] = all["TMPDIR"] = folder.path() + "/temp";
  all["GATEPOST_PASSING_FOLDER"] = folder.path();
  add(all, "GATEPOST_LEDGER_URL", access.ledger_address);
  if (order.kind == JobKind::tickets) {
    add(all, "GATEPOST_JIRA_TOKEN", access.jira_token);
    add(all, "GATEPOST_JIRA_DC_TOKEN", access.jira_dc_token);
    add(all, "GATEPOST_LINEAR_TOKEN", access.linear_token);
    for (const char* const name : kOfTrackers) {
      if (auto value = ports.environment(name)) all[name] = *std::move(value);
    }
  }
  return all;
}

}  // namespace

Result<BotAccess> bot_access(const Ports& ports) {
  BotAccess access;
  GP_TRY(const Secret app_id, secret_named(ports, "GATEPOST_APP_ID"));
  access.app_id = app_id.reveal();
  GP_TRY(access.app_key, secret_named(ports, "GATEPOST_APP_PRIVATE_KEY"));
  GP_TRY(access.github_token, secret_named(ports, "GATEPOST_GITHUB_TOKEN"));
  GP_TRY(access.gitlab_token, secret_named(ports, "GATEPOST_GITLAB_TOKEN"));
  GP_TRY(access.jira_token, secret_named(ports, "GATEPOST_JIRA_TOKEN"));
  GP_TRY(access.jira_dc_token, secret_named(ports, "GATEPOST_JIRA_DC_TOKEN"));
  GP_TRY(access.linear_token, secret_named(ports, "GATEPOST_LINEAR_TOKEN"));
  GP_TRY(access.ledger_address, secret_named(ports, "GATEPOST_LEDGER_URL"));
  if (access.app_id.empty() == access.app_key.empty()) return access;
  return error(ErrorKind::config, "of the GitHub App only the id or only the private key is there",
               "set GATEPOST_APP_ID and GATEPOST_APP_PRIVATE_KEY, or neither");
}

Result<ChildEnd> JobRunner::run(const WorkOrder& order, const std::string& name,
                                const std::function<bool()>& goes_on) const {
  GP_TRY(const JobFolder folder, JobFolder::make(folder_ + "/" + name));
  GP_TRY(const git::Repository repository, git::make_bare(folder.repository()));
  Environment environment = environment_of(ports_, access_, order, folder);
  const bool github = order.forge == "github";
  if (github && !access_.app_id.empty()) {
    GP_TRY(const Secret token, installation_token(ports_, access_, order, environment, version_));
    add(environment, "GATEPOST_TOKEN", token);
  } else {
    add(environment, "GATEPOST_TOKEN", github ? access_.github_token : access_.gitlab_token);
  }
  std::string event = order.event_body;
  if (order.kind == JobKind::evaluate && order.change == 0) {
    if (!github) return error(ErrorKind::bad_input, "the pipeline is of no merge request");
    event = run_event(order);
    environment["GITHUB_EVENT_NAME"] = "workflow_run";
    environment["GITHUB_EVENT_PATH"] = folder.path() + "/event.json";
  }
  if (!event.empty()) GP_CHECK(write_file(folder.path() + "/event.json", event));
  if (order.kind == JobKind::tickets) GP_CHECK(fetch_target(ports_, environment, order, repository));
  return run_child({.arguments = arguments_of(order, folder, store_),
                    .environment = std::move(environment),
                    .folder = folder.repository()},
                   goes_on);
}

}  // namespace gatepost::app
