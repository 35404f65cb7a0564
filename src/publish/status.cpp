// The commit status, and the answer to an external status check of GitLab.
#include "publish/parts.hpp"
#include "report/escape.hpp"

namespace gatepost::publish {
namespace {

// GitLab knows no errors beside failures: what it shows is compared with what it can say.
std::string state_of(Outcome outcome, Dialect dialect) {
  if (outcome == Outcome::inconclusive) return dialect == Dialect::gitlab ? "failure" : "error";
  return is_gate_open(outcome) ? "success" : "failure";
}

void plan_commit_status(const Sight& sight, Part& part) {
  if (!sight.settings.status) return;
  if (!sight.can(Channel::status)) {
    part.notes.emplace_back("No commit status is set: the forge does not let us. The job's result says the same.");
    return;
  }
  // Without a pipeline of that commit GitLab makes one, whose success would stand for the merge request's.
  if (sight.input.dialect == Dialect::gitlab && sight.input.pipeline == 0) {
    part.notes.emplace_back(
        "No commit status is set: this pipeline is not one of the judged commit, and GitLab would make another one up. "
        "The job's result says the same.");
    return;
  }
  SetStatus status{.head = sight.input.stamp.head,
                   .context = sight.settings.name,
                   .description = report::escape::commit_status(headline(sight)),
                   .target_url = sight.input.run_url,
                   .state = state_of(sight.assessment().verdict.outcome, sight.input.dialect),
                   .pipeline = sight.input.pipeline};
  // Another run's page is no reason to say the same again.
  const auto& shown = sight.shown.status;
  if (shown && shown->state == status.state && shown->description == status.description) return;
  part.actions.push_back({"status " + status.context, Channel::status, std::move(status)});
}

void plan_external_check(const Sight& sight, Part& part) {
  if (sight.settings.external_check == 0 || sight.input.dialect != Dialect::gitlab || !sight.with_request) return;
  if (!sight.can(Channel::status)) {
    part.notes.emplace_back("The external status check is not answered: the forge does not let us.");
    return;
  }
  const bool passed = is_gate_open(sight.assessment().verdict.outcome);
  if (sight.shown.external_check == passed) return;
  part.actions.push_back({"external check " + std::to_string(sight.settings.external_check), Channel::status,
                          AnswerExternalCheck{sight.settings.external_check, sight.input.stamp.head, passed}});
}

}  // namespace

Part plan_status(const Sight& sight) {
  Part part;
  plan_commit_status(sight, part);
  plan_external_check(sight, part);
  return part;
}

}  // namespace gatepost::publish
