// What has drifted between two nights, from what a run has beside its findings: workflows, inventories, runtime
// evidence, the policy, and resources that both code and cloud speak of. Which of it is told, ledger::plan decides.
#pragma once

#include <optional>
#include <string>

#include "app/gather.hpp"
#include "app/night_inventories.hpp"
#include "ledger/plan.hpp"
#include "ledger/state.hpp"
#include "model/assessment.hpp"

namespace gatepost::app {

// The change and the observations are the assessment's: the evidence no longer has them once it was judged.
// `kept_policy`: what the run before left beside the ledger, as app::policy_snapshot makes it.
void add_drift(const Evidence& evidence, const Assessment& assessment, const NightInventories& inventories,
               const std::optional<std::string>& kept_policy, const ledger::State& state, ledger::RunFacts& facts);

}  // namespace gatepost::app
