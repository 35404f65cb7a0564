#include "app/ledger_records.hpp"

#include <algorithm>
#include <functional>
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

// Those that any tool names, of the finding itself and of what other tools say about it.
std::vector<std::uint32_t> cwes_of(const Assessment& assessment, std::size_t finding) {
  const ObservationTable& table = assessment.table;
  std::vector<std::uint32_t> out;
  const auto add = [&](Row row) {
    for (const Cwe cwe : table.cwes(table.cwes_of(table.row(row)))) out.push_back(cwe.number);
  };
  for (const Row member : assessment.findings.members_of(assessment.findings.all[finding])) add(member);
  if (const Across* const parts = assessment.across_of(finding); parts != nullptr) {
    for (const Claim& claim : parts->claims) add(claim.finding.primary);
  }
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
  OtherTools(const ledger::State& state, const Assessment& assessment, const LedgerDistance* distance,
             std::vector<BaseMatch>& matches)
      : state_(state), assessment_(assessment), distance_(distance), matches_(matches) {
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
      const bool edited = distance_ != nullptr && distance_->edited[i];
      if (known == nullptr && !edited) known = by_place(i);
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
  const LedgerDistance* const distance_;
  std::vector<BaseMatch>& matches_;
  std::set<FindingId> taken_;
  std::map<std::string_view, std::vector<const ledger::Tracked*>> by_path_;
};

// Findings of a run and of the ledger as matching sees them. What is matched is not looked at again.
class Matcher {
 public:
  Matcher(const ledger::State& state, const Assessment& assessment, correlate::Identifier& identifier,
          const LedgerDistance* distance)
      : state_(state),
        assessment_(assessment),
        identifier_(identifier),
        distance_(distance),
        matches_(assessment.findings.all.size()) {
    for (const ledger::Tracked& it : state.findings) {
      if (it.is_live()) known_.push_back(&it);
    }
    taken_.resize(known_.size());
  }

  template <class TakesPart>
  void match(const TakesPart& takes_part) {
    const auto no_words = [](std::uint32_t, std::vector<std::uint64_t>& out) { out.clear(); };
    run(takes_part, [](const correlate::Record&) { return true; },
        {[&](correlate::Key key, std::uint32_t i) { return state_.key(*known_[i], static_cast<std::size_t>(key)); },
         [&](correlate::Key key, std::uint32_t i) { return identifier_.match_key(key, row_of(i)); }, no_words});
  }

  // Code whose neighbours were edited since: the same rule in the same file, a few lines away.
  template <class TakesPart>
  void match_near(const TakesPart& takes_part) {
    const auto group_only = [](correlate::Key key, const auto& group) {
      return key == correlate::Key::content ? group(correlate::Key::group) : Digest128{};
    };
    run(takes_part,
        [](correlate::Record& it) {
          it.no_code = true;
          return it.category == correlate::Category::code;
        },
        {[&](correlate::Key key, std::uint32_t i) {
           return group_only(
               key, [&](correlate::Key group) { return state_.key(*known_[i], static_cast<std::size_t>(group)); });
         },
         [&](correlate::Key key, std::uint32_t i) {
           return group_only(key, [&](correlate::Key group) { return identifier_.match_key(group, row_of(i)); });
         },
         [](std::uint32_t, std::vector<std::uint64_t>& out) { out.clear(); }});
  }

  [[nodiscard]] std::vector<BaseMatch> matches() && { return std::move(matches_); }

 private:
  using KeyOf = std::function<Digest128(correlate::Key key, std::uint32_t index)>;
  struct Sides {
    KeyOf base, head;  // by index into known_ and into the findings
    std::function<void(std::uint32_t record, std::vector<std::uint64_t>& out)> words;
  };

  [[nodiscard]] Row row_of(std::uint32_t finding) const { return assessment_.findings.all[finding].primary; }

  correlate::Record record_of(const ledger::Tracked& it) {
    const std::string_view path = state_.text(it.path);
    correlate::Record record{.id = it.id.digest,
                             .line = it.line,
                             .expected = it.line,
                             .file = files_.of(path),
                             .engine = short_number(engines_.of(state_.text(it.engine))),
                             .category = static_cast<correlate::Category>(it.category),
                             .no_code = it.context.empty()};
    if (distance_ == nullptr || record.category == correlate::Category::package) return record;
    record.expected = distance_->lines.of_base(path, it.line).line;
    record.renamed = distance_->lines.head_path(path) != path;
    return record;
  }

  correlate::Record record_of(const Finding& it) {
    const ObservationTable& table = assessment_.table;
    const ObservationRow& row = table.row(it.primary);
    return {.id = it.id.digest,
            .line = it.range.first_line,
            .expected = it.range.first_line,
            .file = files_.of(identifier_.path_of(row)),
            .engine = short_number(engines_.of(table.text(table.rule_of(row).engine))),
            .category = identifier_.category(it.primary),
            .no_code = identifier_.lacks_code(it.primary)};
  }

  template <class TakesPart, class Adjust>
  void run(const TakesPart& takes_part, const Adjust& adjust, const Sides& sides) {
    std::vector<correlate::Record> before, now;
    std::vector<std::uint32_t> base, head;  // which they are
    for (std::uint32_t i = 0; i < known_.size(); ++i) {
      if (taken_[i]) continue;
      correlate::Record record = record_of(*known_[i]);
      if (adjust(record)) before.push_back(record), base.push_back(i);
    }
    for (std::uint32_t i = 0; i < matches_.size(); ++i) {
      if (matches_[i].known || !takes_part(i)) continue;
      correlate::Record record = record_of(assessment_.findings.all[i]);
      if (adjust(record)) now.push_back(record), head.push_back(i);
    }
    const correlate::Side left{before, [&](correlate::Key key, std::uint32_t i) { return sides.base(key, base[i]); },
                               sides.words};
    const correlate::Side right{now, [&](correlate::Key key, std::uint32_t i) { return sides.head(key, head[i]); },
                                sides.words};
    for (const correlate::Pair& pair : correlate::match(left, right).pairs) {
      taken_[base[pair.base]] = true;
      matches_[head[pair.head]] = {known_[base[pair.base]]->id, pair.stage, pair.event, pair.similarity, true};
    }
  }

  const ledger::State& state_;
  const Assessment& assessment_;
  correlate::Identifier& identifier_;
  const LedgerDistance* const distance_;
  Numbers files_, engines_;
  std::vector<const ledger::Tracked*> known_;
  std::vector<bool> taken_;  // parallel to it
  std::vector<BaseMatch> matches_;
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
  record.cwes = cwes_of(assessment, finding);
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
                                         correlate::Identifier& identifier, const LedgerDistance* distance) {
  Matcher matcher(state, assessment, identifier, distance);
  if (distance == nullptr) {
    matcher.match([](std::size_t) { return true; });
  } else {
    const auto edited = [&](std::size_t i) { return distance->edited[i]; };
    matcher.match([&](std::size_t i) { return !edited(i); });
    matcher.match_near([&](std::size_t i) { return !edited(i); });
    matcher.match(edited);
  }
  std::vector<BaseMatch> matches = std::move(matcher).matches();
  OtherTools(state, assessment, distance, matches).match();
  if (distance == nullptr) match_renamed_rules(state, assessment, matches);
  return matches;
}

}  // namespace gatepost::app
