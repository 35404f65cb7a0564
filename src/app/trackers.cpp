#include "app/trackers.hpp"

#include <utility>

#include "app/bot_bounds.hpp"
#include "app/connection.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "config/tickets_section.hpp"
#include "tracker/issues.hpp"

namespace gatepost::app {
namespace {

constexpr net::Limits kLimits{.total = std::chrono::minutes(15), .waiting = std::chrono::minutes(5), .writes = 500};

// The secret in the variable, or in the file that the variable with _FILE behind its name names.
Result<Secret> secret_of(const Ports& ports, const std::string& name, std::string_view tracker) {
  constexpr std::uint64_t kLongest = 65'536;
  if (auto value = ports.environment(name.c_str())) return Secret(std::string(text::trim(*value)));
  const auto file = ports.environment((name + "_FILE").c_str());
  if (!file) {
    return error(ErrorKind::denied, "there is no token to write to " + std::string(tracker) + " with",
                 "set " + name + " as a masked variable of the pipeline, or " + name + "_FILE to a file that has it");
  }
  GP_TRY(std::string text, read_file(*file, kLongest));
  Secret secret{std::string(text::trim(text))};
  wipe(text);
  return secret;
}

}  // namespace

Trackers::Trackers(const Ports& ports, const config::Tickets& settings, const CiFacts& ci, std::string version)
    : ports_(ports), settings_(settings), ci_(ci), version_(std::move(version)) {}

Result<tracker::Tracker*> Trackers::of(TrackerKind kind) {
  if (const auto found = open_.find(kind); found != open_.end()) return found->second.get();
  if (http_ == nullptr) {
    GP_TRY(http_, ports_.http(curl_options(ports_, version_)));
  }
  GP_TRY(auto opened, connect(kind));
  return (open_[kind] = std::move(opened)).get();
}

Result<std::unique_ptr<tracker::Tracker>> Trackers::connect(TrackerKind kind) {
  net::Limits limits = kLimits;
  limits.jitter = ci_.run;
  if (kind == TrackerKind::linear && settings_.linear) {
    GP_CHECK(check_tracker_address(ports_, "GATEPOST_LINEAR_URL", *settings_.linear, config::kLinearAddress));
    GP_TRY(Secret token, secret_of(ports_, "GATEPOST_LINEAR_TOKEN", "Linear"));
    return tracker::linear({.url = *settings_.linear, .user = {}, .token = std::move(token)}, *http_, time_of(ports_),
                           limits);
  }
  if (kind == TrackerKind::jira && settings_.jira) return connect_jira(kind, *settings_.jira, limits);
  if (kind == TrackerKind::jira_dc && settings_.jira_data_center)
    return connect_jira(kind, *settings_.jira_data_center, limits);
  if ((kind == TrackerKind::github || kind == TrackerKind::gitlab) && settings_.issues) return connect_forge(kind);
  return error(ErrorKind::config,
               "tickets on " + std::string(to_string(kind)) + " are known, but the settings name no such tracker",
               "add it to tickets in .gatepost.yml, or close those tickets by hand");
}

// Where there are two, each has a token of its own: neither server ever sees that of the other.
Result<std::unique_ptr<tracker::Tracker>> Trackers::connect_jira(TrackerKind kind, const std::string& url,
                                                                 const net::Limits& limits) {
  const bool data_center = kind == TrackerKind::jira_dc;
  const std::string name = data_center && settings_.jira ? "GATEPOST_JIRA_DC" : "GATEPOST_JIRA";
  GP_CHECK(check_tracker_address(ports_, name + "_URL", url));
  GP_TRY(Secret token, secret_of(ports_, name + "_TOKEN", data_center ? "Jira Data Center" : "Jira"));
  tracker::Access access{
      .url = url, .user = ports_.environment((name + "_USER").c_str()).value_or(""), .token = std::move(token)};
  return tracker::jira(std::move(access), data_center, *http_, time_of(ports_), limits);
}

Result<std::unique_ptr<tracker::Tracker>> Trackers::connect_forge(TrackerKind kind) {
  forge::Access access = find_access(ports_, ci_);
  if (access.kind == forge::TokenKind::none || access.kind == forge::TokenKind::gitlab_job) {
    return error(
        ErrorKind::denied, "there is no token to write issues with",
        kind == TrackerKind::github
            ? "grant the workflow \"issues: write\" and pass env: {GITHUB_TOKEN: ${{ github.token }}}"
            : "add a project access token (role Reporter, scope api) as the masked CI/CD variable GATEPOST_TOKEN");
  }
  net::Limits limits = kLimits;
  limits.jitter = ci_.run;
  return tracker::issues(std::move(access), kind, *http_, time_of(ports_), limits);
}

}  // namespace gatepost::app
