#include "app/renamed_rules.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "report/facts.hpp"

namespace gatepost::app {
namespace {

// As fuzzy as what was edited in place: recognised, and to be looked at again.
constexpr std::uint16_t kSimilarity = kAlike;

using Place = std::tuple<std::string_view, std::string_view, Kind, std::uint32_t>;  // engine, path, kind, line

class RenamedRules {
 public:
  RenamedRules(const ledger::State& state, const Assessment& assessment, std::vector<BaseMatch>& matches)
      : state_(state), assessment_(assessment), matches_(matches) {
    for (const auto& [engine, version] : versions_of(assessment)) {
      const auto before = state.engines.find(engine);
      const bool other = before != state.engines.end() && before->second.last_complete != 0 && !version.empty() &&
                         before->second.rules != version;
      if (other) upgraded_.insert(engine);
    }
  }

  void match() {
    if (upgraded_.empty()) return;
    read_rules();
    read_ledger();
    for (std::size_t i = 0; i < matches_.size(); ++i) {
      if (!matches_[i].known && is_of_new_rule(i)) heads_[place_of(i)].push_back(i);
    }
    for (const auto& [place, heads] : heads_) {
      const auto known = known_.find(place);
      if (known == known_.end() || known->second.size() != 1 || heads.size() != 1) continue;
      matches_[heads.front()] = {known->second.front()->id, MatchStage::fuzzy, MatchEvent::fuzzy_match, kSimilarity,
                                 true};
    }
  }

 private:
  [[nodiscard]] std::string_view engine_of(std::size_t finding) const {
    const ObservationTable& table = assessment_.table;
    return table.text(table.rule_of(table.row(assessment_.findings.all[finding].primary)).engine);
  }
  [[nodiscard]] Place place_of(std::size_t finding) const {
    const Finding& it = assessment_.findings.all[finding];
    return {engine_of(finding), assessment_.findings.path_of(it), it.kind, it.range.first_line};
  }
  [[nodiscard]] bool is_of_new_rule(std::size_t finding) const {
    const Finding& it = assessment_.findings.all[finding];
    return it.file != Finding::kNoFile && it.range.first_line != 0 && upgraded_.contains(engine_of(finding)) &&
           !rules_before_.contains(
               {std::string(engine_of(finding)), std::string(report::rule_of(assessment_, finding))});
  }

  void read_rules() {
    for (std::size_t i = 0; i < matches_.size(); ++i) rules_now_.emplace(engine_of(i), report::rule_of(assessment_, i));
    for (const ledger::Tracked& it : state_.findings)
      rules_before_.emplace(state_.text(it.engine), state_.text(it.rule));
  }
  // What no finding of the run was recognised as, by a rule that the run does not use.
  void read_ledger() {
    std::set<FindingId> taken;
    for (const BaseMatch& match : matches_) {
      if (match.known) taken.insert(match.id);
    }
    for (const ledger::Tracked& it : state_.findings) {
      const std::string_view engine = state_.text(it.engine), path = state_.text(it.path);
      const bool left = it.is_live() && it.line != 0 && !path.empty() && !taken.contains(it.id);
      if (!left || !upgraded_.contains(engine)) continue;
      if (rules_now_.contains({std::string(engine), std::string(state_.text(it.rule))})) continue;
      known_[{engine, path, it.kind, it.line}].push_back(&it);
    }
  }

  const ledger::State& state_;
  const Assessment& assessment_;
  std::vector<BaseMatch>& matches_;
  std::set<std::string, std::less<>> upgraded_;
  std::set<std::pair<std::string, std::string>> rules_now_, rules_before_;  // engine, rule
  std::map<Place, std::vector<const ledger::Tracked*>> known_;
  std::map<Place, std::vector<std::size_t>> heads_;
};

}  // namespace

std::map<std::string, std::string> versions_of(const Assessment& assessment) {
  std::map<std::string, std::string> versions;
  for (const ReportInfo& report : assessment.table.reports()) {
    if (report.engines.size() == 1 && report.tools.size() == 1)
      versions[report.engines.front()] = report.tools.front().version;
  }
  return versions;
}

void match_renamed_rules(const ledger::State& state, const Assessment& assessment, std::vector<BaseMatch>& matches) {
  RenamedRules(state, assessment, matches).match();
}

}  // namespace gatepost::app
