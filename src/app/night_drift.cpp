#include "app/night_drift.hpp"

#include <fmt/core.h>

#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "app/night_policy.hpp"
#include "base/digest.hpp"
#include "base/text.hpp"
#include "context/workflow_permissions.hpp"
#include "correlate/families.hpp"
#include "git/tree.hpp"

namespace gatepost::app {
namespace {

constexpr std::uint64_t kLargestWorkflow = 1 << 20;
constexpr std::size_t kMostWorkflows = 1'000;

// Empty when the tree cannot be read: then nothing is known, not that nothing may be written.
std::optional<std::vector<ledger::WorkflowFact>> workflows_of(const Evidence& evidence, const std::string& commit) {
  const auto head = git::ObjectId::parse(commit);
  if (!head) return std::nullopt;
  const auto tree = git::Tree::of_commit(evidence.repository, *head);
  if (!tree) return std::nullopt;
  std::vector<ledger::WorkflowFact> all;
  for (const std::string& path : evidence.head_files->files()) {
    if (!context::is_workflow(path) || all.size() == kMostWorkflows) continue;
    const auto text = tree->read(path, kLargestWorkflow);
    const auto permissions = text && *text ? context::workflow_permissions(**text) : std::nullopt;
    if (!permissions) continue;
    ledger::WorkflowFact& fact = all.emplace_back(ledger::WorkflowFact{path, permissions->writes});
    if (permissions->from_settings) fact.permissions.emplace_back(ledger::kDefaultPermissions);
  }
  return all;
}

// What scanners of code and of the cloud say about one resource.
struct ResourceViews {
  using Engines = std::set<std::string_view>;
  Engines code, cloud;                                           // that report anything of it
  std::map<std::string_view, std::pair<Engines, Engines>> said;  // by control: of code, of the cloud
};

std::map<std::string_view, ResourceViews> resources_of(const ObservationTable& table) {
  std::map<std::string_view, ResourceViews> all;
  for (Row i = 0; i < table.size(); ++i) {
    const ObservationRow& row = table.row(i);
    const bool cloud = row.kind == Kind::cspm;
    const ObservationDetail* const detail = table.detail_of(row);
    if ((!cloud && row.kind != Kind::iac) || detail == nullptr || detail->resource.empty()) continue;
    const RuleInfo& rule = table.rule_of(row);
    const std::string_view engine = table.text(rule.engine);
    ResourceViews& it = all[detail->resource];
    (cloud ? it.cloud : it.code).insert(engine);
    const std::string_view family = correlate::RuleFamilies::built_in().find(engine, table.text(rule.id));
    if (family.empty()) continue;
    auto& said = it.said[family];
    (cloud ? said.second : said.first).insert(engine);
  }
  return all;
}

// The first of them that looks for the control; "" when none does.
std::string_view silent_about(const ResourceViews::Engines& engines, std::string_view family) {
  for (const std::string_view engine : engines) {
    if (correlate::RuleFamilies::built_in().looks_for(engine, family)) return engine;
  }
  return {};
}

// One side reports a control of the resource, the other side knows the resource, looks for the control, and does not.
std::vector<ledger::DriftFact> resource_drifts(const ObservationTable& table) {
  std::vector<ledger::DriftFact> drifts;
  for (const auto& [resource, it] : resources_of(table)) {
    std::vector<std::string> differences;
    for (const auto& [family, said] : it.said) {
      const auto& [code, cloud] = said;
      if (code.empty() == cloud.empty()) continue;
      const bool in_cloud = code.empty();
      const std::string_view silent = silent_about(in_cloud ? it.code : it.cloud, family);
      if (silent.empty()) continue;
      differences.push_back(fmt::format("{} is reported of the {} by {}, and not of the {} by {}", family,
                                        in_cloud ? "cloud" : "code", *(in_cloud ? cloud : code).begin(),
                                        in_cloud ? "code" : "cloud", silent));
    }
    if (!differences.empty())
      drifts.push_back({ledger::EventType::iac_differs, text::printable(resource, 200), text::join(differences, "; ")});
  }
  return drifts;
}

// Only of what the chain says was kept: a document beside it proves nothing by itself.
std::string weakened_policy(const Evidence& evidence, const std::optional<std::string>& kept,
                            const ledger::State& state) {
  const auto recorded = state.lists.find(ledger::kPolicyFiles);
  if (!kept || recorded == state.lists.end() || recorded->second.size() != 1) return {};
  if (hex(sha256(*kept)) != recorded->second.front()) return {};
  return policy_weakening(*kept, evidence.settings_files);
}

}  // namespace

void add_drift(const Evidence& evidence, const Assessment& assessment, const NightInventories& inventories,
               const std::optional<std::string>& kept_policy, const ledger::State& state, ledger::RunFacts& facts) {
  facts.components = inventories.components;
  facts.workflows = workflows_of(evidence, assessment.change.head);
  for (const auto& [workload, percent] : evidence.surroundings.evidence.runtime.coverage())
    facts.coverage[text::printable(workload, 200)] = percent;
  facts.weakened = weakened_policy(evidence, kept_policy, state);
  facts.policy_files = hex(sha256(policy_snapshot(evidence.settings_files)));
  facts.drifts = resource_drifts(assessment.table);
}

}  // namespace gatepost::app
