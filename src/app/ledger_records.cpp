#include "app/ledger_records.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <unordered_map>

#include "app/renamed_rules.hpp"
#include "base/text.hpp"
#include "correlate/match.hpp"
#include "report/facts.hpp"

namespace gatepost::app {
namespace {

static_assert(ledger::kKeyCount == static_cast<std::size_t>(correlate::Key::symbol) + 1);
static_assert(ledger::kCategoryNames.size() == static_cast<std::size_t>(correlate::Category::named) + 1);

std::string team_of(const Assessment& assessment, std::size_t finding) {
  const Routing* const routing = assessment.routing_of(finding);
  if (routing != nullptr && !routing->assignees.empty()) return routing->assignees.front().team;
  const std::vector<Owner>& owners = assessment.owners_of(finding);
  return owners.empty() ? "" : owners.front().team.value;
}

std::vector<std::string> texts(const ObservationTable& table, ListId list) {
  std::vector<std::string> out;
  for (const TextId id : table.texts(list)) out.emplace_back(table.text(id));
  std::ranges::sort(out);
  const auto twice = std::ranges::unique(out);
  out.erase(twice.begin(), twice.end());
  return out;
}

// Numbers for texts that both sides have.
class Numbers {
 public:
  std::uint32_t of(std::string_view text) {
    return numbers_.try_emplace(std::string(text), static_cast<std::uint32_t>(numbers_.size())).first->second;
  }

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

std::uint16_t short_number(std::uint32_t number) { return static_cast<std::uint16_t>(std::min(number, 0xFFFFU)); }

// What is left over when all others found each other: another tool shows, or shows alone, what several tools reported.
class OtherTools {
 public:
  OtherTools(const ledger::State& state, const Assessment& assessment, std::vector<BaseMatch>& matches)
      : state_(state), assessment_(assessment), matches_(matches) {
    for (const BaseMatch& match : matches) {
      if (match.known) taken_.insert(match.id);
    }
    for (const ledger::Tracked& it : state.findings) {
      if (it.is_live() && !taken_.contains(it.id)) by_path_[state.text(it.path)].push_back(&it);
    }
  }

  void match() {
    for (std::size_t i = 0; i < matches_.size(); ++i) {
      if (matches_[i].known) continue;
      const ledger::Tracked* known = by_claim(i);
      if (known == nullptr) known = by_place(i);
      if (known == nullptr || !taken_.insert(known->id).second) continue;
      matches_[i] = {known->id, MatchStage::drift, MatchEvent::none, 1000, true};
    }
  }

 private:
  static constexpr std::uint32_t kNear = 3;  // lines

  // One tool reported it, and by now several do.
  [[nodiscard]] const ledger::Tracked* by_claim(std::size_t finding) const {
    const Across* const parts = assessment_.across_of(finding);
    if (parts == nullptr) return nullptr;
    for (const Claim& claim : parts->claims) {
      const ledger::Tracked* const known = state_.find(claim.finding.id);
      if (known != nullptr && known->is_live() && !taken_.contains(known->id)) return known;
    }
    return nullptr;
  }

  // Several tools reported it, this one among them, and by now this one does. Two that could be it are none.
  [[nodiscard]] const ledger::Tracked* by_place(std::size_t finding) const {
    const Finding& it = assessment_.findings.all[finding];
    const auto there = by_path_.find(assessment_.findings.path_of(it));
    if (there == by_path_.end() || it.file == Finding::kNoFile || it.range.first_line == 0) return nullptr;
    const ObservationTable& table = assessment_.table;
    const std::string_view engine = table.text(table.rule_of(table.row(it.primary)).engine);
    const ledger::Tracked* only = nullptr;
    for (const ledger::Tracked* const other : there->second) {
      if (other->kind != it.kind || taken_.contains(other->id) || !is_near(other->line, it.range.first_line)) continue;
      if (state_.text(other->engine) == engine || !has_tool(*other, engine)) continue;
      if (only != nullptr) return nullptr;
      only = other;
    }
    return only;
  }
  static bool is_near(std::uint32_t a, std::uint32_t b) { return a != 0 && (a < b ? b - a : a - b) <= kNear; }
  [[nodiscard]] bool has_tool(const ledger::Tracked& tracked, std::string_view engine) const {
    return std::ranges::any_of(text::split(state_.text(tracked.tools), '\n'),
                               [&](std::string_view it) { return it == engine; });
  }

  const ledger::State& state_;
  const Assessment& assessment_;
  std::vector<BaseMatch>& matches_;
  std::set<FindingId> taken_;
  std::map<std::string_view, std::vector<const ledger::Tracked*>> by_path_;
};

}  // namespace

ledger::Record ledger_record(const Assessment& assessment, std::size_t finding, correlate::Identifier& identifier) {
  const Finding& it = assessment.findings.all[finding];
  const ObservationTable& table = assessment.table;
  const ObservationRow& row = table.row(it.primary);
  const Risk& risk = assessment.assessed[finding].risk;
  const Service* const service = assessment.service_of(finding);
  ledger::Record record;
  record.id = it.id;
  record.category = static_cast<std::uint8_t>(identifier.category(it.primary));
  record.kind = it.kind;
  record.engine = table.text(table.rule_of(row).engine);
  record.rule = report::rule_of(assessment, finding);
  for (const std::string_view engine : report::engines_of(assessment, finding)) record.tools.emplace_back(engine);
  record.path = assessment.findings.path_of(it);
  record.line = it.range.first_line;
  record.end_line = it.range.last_line;
  record.commit = assessment.change.head;
  if (record.path.empty()) record.target = report::place_of(table, row);
  record.title = report::title_of(assessment, finding);
  record.severity = assessment.severity_of(finding).label;
  record.risk_tenths = risk.score_tenths;
  if (risk.ssvc) record.decision = risk.ssvc->decision;
  if (const StoredComponent* const component = table.component_of(row)) record.package = table.text(component->purl);
  record.advisories = texts(table, row.advisories);
  if (service != nullptr) record.service = service->name;
  record.team = team_of(assessment, finding);
  for (std::size_t key = 0; key < ledger::kKeyCount; ++key) {
    const auto which = static_cast<correlate::Key>(key);
    const bool asked =
        which != correlate::Key::successor || identifier.category(it.primary) == correlate::Category::package;
    if (asked) record.keys[key] = identifier.match_key(which, it.primary);
  }
  record.context = record.keys[static_cast<std::size_t>(correlate::Key::content)];
  return record;
}

std::vector<BaseMatch> match_with_ledger(const ledger::State& state, const Assessment& assessment,
                                         correlate::Identifier& identifier) {
  Numbers files, engines;
  std::vector<const ledger::Tracked*> known;
  std::vector<correlate::Record> before, now;
  for (const ledger::Tracked& it : state.findings) {
    if (!it.is_live()) continue;
    known.push_back(&it);
    before.push_back({.id = it.id.digest,
                      .line = it.line,
                      .expected = it.line,
                      .file = files.of(state.text(it.path)),
                      .engine = short_number(engines.of(state.text(it.engine))),
                      .category = static_cast<correlate::Category>(it.category),
                      .no_code = it.context.empty()});
  }
  const ObservationTable& table = assessment.table;
  std::vector<std::uint32_t> rows;
  for (const Finding& it : assessment.findings.all) {
    const ObservationRow& row = table.row(it.primary);
    now.push_back({.id = it.id.digest,
                   .line = it.range.first_line,
                   .expected = it.range.first_line,
                   .file = files.of(identifier.path_of(row)),
                   .engine = short_number(engines.of(table.text(table.rule_of(row).engine))),
                   .category = identifier.category(it.primary),
                   .no_code = identifier.lacks_code(it.primary)});
    rows.push_back(it.primary);
  }
  const auto no_words = [](std::uint32_t, std::vector<std::uint64_t>& out) { out.clear(); };
  const correlate::Side base{
      before, [&](correlate::Key key, std::uint32_t i) { return state.key(*known[i], static_cast<std::size_t>(key)); },
      no_words};
  const correlate::Side head{
      now, [&](correlate::Key key, std::uint32_t i) { return identifier.match_key(key, rows[i]); }, no_words};
  std::vector<BaseMatch> matches(now.size());
  for (const correlate::Pair& pair : correlate::match(base, head).pairs)
    matches[pair.head] = {known[pair.base]->id, pair.stage, pair.event, pair.similarity, true};
  OtherTools(state, assessment, matches).match();
  match_renamed_rules(state, assessment, matches);
  return matches;
}

}  // namespace gatepost::app
