#include "ledger/evidence.hpp"

namespace gatepost::ledger {
namespace {

void put_in_order(std::vector<std::string>& all) {
  std::ranges::sort(all);
  const auto twice = std::ranges::unique(all);
  all.erase(twice.begin(), twice.end());
}

// Two runs of one scanner, over two folders for example, count as one that saw as little as the worse of them, wherever
// both looked.
void combine(EngineRun& into, const EngineRun& it) {
  into.complete = into.complete && it.complete;
  into.full = into.full || it.full;
  into.scope.insert(into.scope.end(), it.scope.begin(), it.scope.end());
  into.failed.insert(into.failed.end(), it.failed.begin(), it.failed.end());
  if (into.rules && it.rules) into.rules->insert(into.rules->end(), it.rules->begin(), it.rules->end());
  if (!it.rules) into.rules.reset();
  into.rules_version = std::max(into.rules_version, it.rules_version);
  if (into.database.empty() || (!it.database.empty() && it.database < into.database)) into.database = it.database;
}

}  // namespace

bool names_path(const std::vector<std::string>& sorted, std::string_view path) {
  if (path.empty()) return false;
  if (has(sorted, path)) return true;
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
    if (has(sorted, path.substr(0, slash + 1))) return true;
  }
  return false;
}

Evidence::Evidence(const State& state, const RunFacts& facts) : run(facts), state_(state) {
  for (const EngineRun& it : facts.engines) {
    if (const auto [at, fresh] = engines_.emplace(it.id, it); !fresh) combine(at->second, it);
  }
  for (auto& [id, it] : engines_) {
    put_in_order(it.scope);
    put_in_order(it.failed);
    if (it.rules) put_in_order(*it.rules);
  }
  for (const Seen& it : facts.seen) rules_used_.emplace(it.record.engine, it.record.rule);
  deleted_ = sorted(facts.deleted_paths);
  withdrawn_ = sorted(facts.withdrawn_advisories);
  retired_services_ = sorted(facts.retired_services);
  retired_targets_ = sorted(facts.retired_targets);
  trusted_ = sorted(facts.trusted);
  if (facts.waivers_in_force) waivers_ = sorted(*facts.waivers_in_force);
  upgraded_.insert(facts.upgraded.begin(), facts.upgraded.end());
  for (const Merged& it : facts.merged) {
    if (const auto [at, fresh] = merged_.emplace(it.id, it.into); !fresh) at->second = std::min(at->second, it.into);
  }
  for (const NamedVersion& it : facts.inputs.feeds) {
    if (it.name == "epss") epss_day = it.version;
  }
  for (const NamedVersion& it : state.last_inputs.feeds) {
    if (it.name == "epss") last_epss_day = it.version;
  }
}

const EngineRun* Evidence::complete(std::string_view engine) const {
  const auto found = engines_.find(engine);
  if (found == engines_.end() || !found->second.complete) return nullptr;
  const auto before = state_.engines.find(std::string(engine));
  const std::string& database = found->second.database;
  const bool older = !database.empty() && before != state_.engines.end() && database < before->second.database;
  return older ? nullptr : &found->second;
}

bool Evidence::retired(std::string_view service, std::string_view target) const {
  return run.archived || (!service.empty() && has(retired_services_, service)) ||
         (!target.empty() && has(retired_targets_, target));
}

bool Evidence::withdrawn(std::string_view advisories) const {
  if (advisories.empty() || withdrawn_.empty()) return false;
  return std::ranges::all_of(text::split(advisories, '\n'), [&](std::string_view it) { return has(withdrawn_, it); });
}

}  // namespace gatepost::ledger
