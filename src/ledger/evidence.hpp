// The facts of a run, put into order so that everything is found quickly and the order they came in does not matter.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "ledger/plan.hpp"
#include "ledger/state.hpp"

namespace gatepost::ledger {

inline bool has(const std::vector<std::string>& sorted, std::string_view text) {
  return std::ranges::binary_search(sorted, text);
}
// True when the sorted list names the path or a folder above it.
bool names_path(const std::vector<std::string>& sorted, std::string_view path);
inline std::vector<std::string> sorted(std::vector<std::string> all) {
  std::ranges::sort(all);
  return all;
}

class Evidence {
 public:
  Evidence(const State& state, const RunFacts& facts);

  const RunFacts& run;
  std::string epss_day, last_epss_day;

  // The engine ended well, with a database that is not known to be older than the last one.
  [[nodiscard]] const EngineRun* complete(std::string_view engine) const;
  [[nodiscard]] const std::map<std::string, EngineRun, std::less<>>& engines() const { return engines_; }
  // It found something by this rule, so it looks for it.
  [[nodiscard]] bool uses(const std::string& engine, const std::string& rule) const {
    return rules_used_.contains({engine, rule});
  }
  [[nodiscard]] bool deleted(std::string_view path) const { return !path.empty() && has(deleted_, path); }
  [[nodiscard]] bool upgraded(const FindingId& id) const { return upgraded_.contains(id); }
  [[nodiscard]] bool trusts(std::string_view engine) const { return has(trusted_, engine); }
  [[nodiscard]] bool in_force(std::string_view waiver) const { return !waivers_ || has(*waivers_, waiver); }
  [[nodiscard]] bool retired(std::string_view service, std::string_view target) const;
  // All names of the problem were taken back.
  [[nodiscard]] bool withdrawn(std::string_view advisories) const;
  [[nodiscard]] const FindingId* merged_into(const FindingId& id) const {
    const auto found = merged_.find(id);
    return found == merged_.end() ? nullptr : &found->second;
  }

 private:
  const State& state_;
  std::map<std::string, EngineRun, std::less<>> engines_;
  std::vector<std::string> deleted_, withdrawn_, retired_services_, retired_targets_, trusted_;
  std::optional<std::vector<std::string>> waivers_;
  std::set<std::pair<std::string, std::string>> rules_used_;
  std::set<FindingId> upgraded_;
  std::map<FindingId, FindingId> merged_;
};

}  // namespace gatepost::ledger
