#include "app/forge_health.hpp"

#include <fmt/core.h>

#include <utility>

#include "app/connection.hpp"
#include "app/publishing.hpp"
#include "base/text.hpp"

namespace gatepost::app {
namespace {

using forge::TokenKind;

std::string_view kind_name(TokenKind kind) {
  switch (kind) {
    case TokenKind::none:
      return "none";
    case TokenKind::user:
      return "a token given for this";
    case TokenKind::github_actions:
      return "the workflow's own token";
    case TokenKind::github_app:
      return "a GitHub App";
    case TokenKind::gitlab_job:
      return "CI_JOB_TOKEN, which may read and no more: reports, and no comments";
  }
  return "none";
}

HealthCheck warning(std::string name, const Error& why) {
  return {std::move(name), Health::warning, why.message, why.hint};
}

// What the token cannot be used for, in words; "" when nothing is known to be out of reach.
std::string out_of_reach(const publish::Abilities& may) {
  const std::pair<bool, const char*> all[] = {
      {may.comment, "comment"},           {may.review, "notes on lines"}, {may.check, "check runs"},
      {may.status, "commit status"},      {may.label, "labels"},          {may.request_review, "requests for reviews"},
      {may.upload_sarif, "code scanning"}};
  std::vector<std::string> missing;
  for (const auto& [can, what] : all) {
    if (!can) missing.emplace_back(what);
  }
  return text::join(missing, ", ");
}

void look_at_request(forge::Forge& forge, const CiFacts& ci, std::vector<HealthCheck>& rows) {
  const bool has_request = ci.change_request.has_value() || ci.judges_other_run;
  const auto shown = forge.shown(wanted_of(ci, ci.change_head, {}));
  if (!shown) {
    rows.push_back(warning(has_request ? "change request" : "commit", shown.error()));
    return;
  }
  if (has_request) {
    rows.push_back(
        {"change request",
         Health::ok,
         fmt::format("number {}, {}, {} into {}", shown->request.number, shown->request.open ? "open" : "closed",
                     text::count_of(shown->request.files.size(), "file"), shown->request.target_branch),
         {}});
  }
  for (const std::string& note : shown->notes) rows.push_back({"forge", Health::warning, note, {}});
  const std::string missing = out_of_reach(shown->may);
  rows.push_back({"permissions", missing.empty() ? Health::ok : Health::warning,
                  missing.empty() ? "nothing is known to be out of reach" : "out of reach: " + missing,
                  missing.empty() ? "" : "docs/permissions.md says which permission each needs"});
}

}  // namespace

std::vector<HealthCheck> forge_health(const Ports& ports, const CiFacts& ci, const std::string& version) {
  std::vector<HealthCheck> rows;
  if (ci.system == CiFacts::System::none) return rows;
  if (ci.restricted) {
    rows.push_back({"change", Health::warning, "comes from a fork or from Dependabot: its token may read and no more",
                    "let a second, trusted workflow publish: docs/forks.md"});
  }
  if (ci.from_fork && ci.event == "pull_request_target") {
    rows.push_back({"change", Health::warning,
                    "comes from a fork, and this event gives it a token that may write: nothing of it may be run here",
                    "use pull_request, and let a second workflow publish: docs/forks.md"});
  }
  const TokenKind kind = find_access(ports, ci).kind;
  const auto connection = connect(ports, ci, version);
  if (!connection) {
    rows.push_back(warning("token", connection.error()));
    return rows;
  }
  const bool reads_only = kind == TokenKind::gitlab_job;
  rows.push_back({"token", reads_only ? Health::warning : Health::ok, std::string(kind_name(kind)),
                  reads_only ? "add a project access token as the masked variable GATEPOST_TOKEN" : ""});
  const auto identity = connection->forge->identity();
  if (identity) {
    rows.push_back({"forge", Health::ok, fmt::format("{} knows us as {}", ci.server, *identity), {}});
  } else {
    rows.push_back(warning("forge", identity.error()));
  }
  look_at_request(*connection->forge, ci, rows);
  return rows;
}

}  // namespace gatepost::app
