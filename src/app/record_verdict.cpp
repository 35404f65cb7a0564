#include "app/record_verdict.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <ranges>
#include <set>
#include <utility>
#include <vector>

#include "app/ledger_access.hpp"
#include "app/ledger_store.hpp"
#include "base/log.hpp"
#include "report/escape.hpp"

namespace gatepost::app {
namespace {

using ledger::EventType;

std::string run_of(const CiFacts& ci) { return ci.run == 0 ? "" : fmt::format("{}/{}", ci.run, ci.attempt); }

std::string commit_of(const VerdictRecord& record) {
  return record.ci.change_head.empty() ? record.assessment.change.head : record.ci.change_head;
}

// What stopped the change, or would have.
std::vector<std::string> policies_of(const Verdict& verdict) {
  std::set<std::string> names;
  for (const Reason& it : verdict.reasons) {
    if (it.action >= Action::require_review) names.insert(it.policy.value);
  }
  return {names.begin(), names.end()};
}

ledger::Draft draft_of(const VerdictRecord& record) {
  const Assessment& assessment = record.assessment;
  ledger::Draft draft{.type = EventType::verdict,
                      .actor = {"pipeline", "", ""},
                      .commit = commit_of(record),
                      .run_url = record.ci.run_url};
  draft.inputs.policy = assessment.policy_sha256;
  draft.inputs.risk_model = "v1";
  draft.facts["verdict"] = std::string(to_string(assessment.verdict.outcome));
  draft.facts["mode"] = assessment.mode;
  draft.facts["introduced"] = static_cast<std::int64_t>(
      std::ranges::count(assessment.assessed, Presence::introduced, [](const Assessed& it) { return it.presence; }));
  if (record.ci.change_request) {
    draft.subject = fmt::format("change request {}", *record.ci.change_request);
    draft.facts["change_request"] = static_cast<std::int64_t>(*record.ci.change_request);
  } else if (!record.ci.branch.empty()) {
    draft.subject = record.ci.branch;
  }
  if (!record.ci.target_branch.empty()) draft.facts["target"] = record.ci.target_branch;
  if (auto policies = policies_of(assessment.verdict); !policies.empty()) draft.facts["policies"] = std::move(policies);
  if (const std::string run = run_of(record.ci); !run.empty()) draft.facts["id"] = run;
  return draft;
}

// The same run, asked again.
bool is_recorded(const LedgerView& ledger, const ledger::Draft& draft) {
  const std::string id = draft.text("id");
  if (id.empty()) return false;
  for (const ledger::Line& line : std::views::reverse(ledger.lines)) {
    if (line.type != to_string(EventType::verdict) || line.subject != draft.subject) continue;
    const auto event = ledger::parse(line.text);
    if (event && event->text("id") == id && event->commit == draft.commit) return true;
  }
  return false;
}

}  // namespace

Status record_verdict(const Ports& ports, const VerdictRecord& record) {
  if (!record.trusted && (record.ci.from_fork || record.ci.restricted)) {
    log::warning(
        "the verdict is not recorded: this run is of a change from a fork or of a bot, and its author chooses what "
        "runs "
        "here; gatepost publish --record can, after it");
    return Done{};
  }
  GP_TRY(const auto store, open_chosen_ledger(ports, record.settings, record.repository, record.store));
  const ledger::Draft draft = draft_of(record);
  const ThinkOfLines think = [&](const LedgerView& ledger) -> Result<std::vector<ledger::Draft>> {
    return is_recorded(ledger, draft) ? std::vector<ledger::Draft>() : std::vector{draft};
  };
  GP_TRY(const Appended appended, append_to_ledger(*store, record.now, think, [] { return store::Documents(); }));
  if (!appended.events.empty())
    log::info(fmt::format("the verdict is recorded in {}", report::escape::terminal(store->name())));
  return Done{};
}

}  // namespace gatepost::app
