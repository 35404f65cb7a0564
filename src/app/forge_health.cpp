#include "app/forge_health.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>
#include <vector>

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

// What the token cannot be used for, and what would let it. Without a change request only what belongs to a commit
// counts.
HealthCheck permissions(const publish::Abilities& may, const CiFacts& ci, bool has_request, TokenKind kind) {
  const bool on_github = ci.system == CiFacts::System::github;
  struct Use {
    bool can, counts;
    const char *what, *permission;
  };
  const Use uses[] = {{may.comment, has_request, "comment", "pull-requests: write"},
                      {may.review, has_request, "notes on lines", "pull-requests: write"},
                      {may.label, has_request, "labels", "pull-requests: write"},
                      {may.request_review, has_request, "requests for reviews", "pull-requests: write"},
                      {may.check, on_github, "check runs", "checks: write"},
                      {may.status, true, "commit status", "statuses: write"},
                      {may.upload_sarif, on_github, "code scanning", "security-events: write"}};
  std::vector<std::string> missing, wanted;
  for (const Use& use : uses) {
    if (use.can || !use.counts) continue;
    missing.emplace_back(use.what);
    if (std::ranges::find(wanted, use.permission) == wanted.end()) wanted.emplace_back(use.permission);
  }
  if (missing.empty()) {
    // Of a workflow's token GitHub tells nothing before it is tried.
    const bool untold = kind == TokenKind::github_actions;
    return {"permissions",
            Health::ok,
            untold ? "the forge tells only when something is written; docs/permissions.md says what each feature needs"
                   : "nothing is known to be out of reach",
            {}};
  }
  std::string fix = "a project access token with the scope api and the role Developer, in GATEPOST_TOKEN";
  if (on_github && kind == TokenKind::user)
    fix = "check runs belong to Apps: use the workflow's token, or a GitHub App";
  if (on_github && kind != TokenKind::user) fix = "what you want of it needs " + text::join(wanted, ", ");
  return {"permissions", Health::warning, "out of reach: " + text::join(missing, ", "), fix};
}

void look_at_request(forge::Forge& forge, const CiFacts& ci, TokenKind kind, std::vector<HealthCheck>& rows) {
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
  if (kind == TokenKind::gitlab_job) return;  // the row of the token says it all
  for (const std::string& note : shown->notes) rows.push_back({"forge", Health::warning, note, {}});
  // What the token of a stranger's change may not is known, and of one that is nobody's nothing is.
  if (!ci.restricted && kind != TokenKind::none) rows.push_back(permissions(shown->may, ci, has_request, kind));
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
                  reads_only
                      ? "add a project access token with the scope api and the role Developer as the masked variable "
                        "GATEPOST_TOKEN; a protected one is absent on branches that are not protected"
                      : ""});
  const auto identity = connection->forge->identity();
  if (identity) {
    rows.push_back({"forge", Health::ok, fmt::format("{} knows us as {}", ci.server, *identity), {}});
  } else {
    rows.push_back(warning("forge", identity.error()));
  }
  look_at_request(*connection->forge, ci, identity ? kind : TokenKind::none, rows);
  return rows;
}

}  // namespace gatepost::app
