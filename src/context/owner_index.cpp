#include "context/owner_index.hpp"

#include <algorithm>
#include <tuple>

namespace gatepost::context::codeowners {

OwnerIndex::OwnerIndex(const CodeOwnersFile& file)
    : automaton_(file.dialect),
      section_count_(static_cast<std::uint32_t>(std::max<std::size_t>(file.sections.size(), 1))) {
  marks_.resize(1);
  add_rules(file);
  compute_reach();
  std::vector<Precedence> ranks(automaton_.size());
  std::ranges::transform(marks_, ranks.begin(), &Marks::file);
  automaton_.finish(ranks);
  file_claims_.build(std::move(file_), automaton_.size());
  directory_claims_.build(std::move(directory_), automaton_.size());
}

void OwnerIndex::add_rules(const CodeOwnersFile& file) {
  SegmentPattern pattern;
  for (RuleId id = 0; id < file.rules.size(); ++id) {
    const Rule& rule = file.rules[id];
    if (file.dialect == OwnersDialect::github) {
      pattern.read_github(file.view(rule.pattern));
    } else {
      pattern.read_gitlab(normalise_gitlab(file.view(rule.pattern)));
    }
    if (pattern.never()) {
      ends_.push_back({.never = true});
      continue;
    }
    const StateId state = automaton_.add(pattern);
    ends_.push_back({state, pattern.cover()});
    marks_.resize(automaton_.size());
    mark(state, pattern.cover(), {rule.section, rule.exclusion ? kExcluded : id + 1});
  }
}

void OwnerIndex::mark(StateId state, Cover cover, Claim claim) {
  if (cover != Cover::below) {
    marks_[state].file = std::max(marks_[state].file, claim.precedence);
    if (section_count_ > 1) file_.push_back({state, claim});
  }
  if (cover != Cover::exact) {
    marks_[state].directory = std::max(marks_[state].directory, claim.precedence);
    if (section_count_ > 1) directory_.push_back({state, claim});
  }
}

void OwnerIndex::compute_reach() {
  for (StateId state = static_cast<StateId>(automaton_.size()) - 1; state > kRoot; --state) {
    const Marks& from = marks_[state];
    Precedence& reach = marks_[automaton_.parent(state)].reach;
    reach = std::max({reach, from.reach, from.file, from.directory});
  }
}

void OwnerIndex::ClaimTable::build(std::vector<StateClaim> claims, std::size_t states) {
  std::ranges::sort(claims, [](const StateClaim& a, const StateClaim& b) {
    return std::tie(a.state, a.claim.section, b.claim.precedence) <
           std::tie(b.state, b.claim.section, a.claim.precedence);
  });
  const auto [first, last] = std::ranges::unique(claims, [](const StateClaim& a, const StateClaim& b) {
    return a.state == b.state && a.claim.section == b.claim.section;
  });
  claims.erase(first, last);
  begins_.assign(states + 1, 0);
  for (const StateClaim& it : claims) ++begins_[it.state + 1];
  for (std::size_t i = 1; i < begins_.size(); ++i) begins_[i] += begins_[i - 1];
  claims_.reserve(claims.size());
  for (const StateClaim& it : claims) claims_.push_back(it.claim);
}

}  // namespace gatepost::context::codeowners
