#include "app/compare_with_ledger.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "app/control_changes.hpp"
#include "app/engine_coverage.hpp"
#include "app/find_findings.hpp"
#include "app/ledger_records.hpp"
#include "app/merge_findings.hpp"
#include "app/resolve_severity.hpp"
#include "base/text.hpp"
#include "correlate/former_ids.hpp"
#include "correlate/line_map.hpp"
#include "correlate/match.hpp"
#include "correlate/presence.hpp"
#include "model/purl.hpp"

namespace gatepost::app {
namespace {

constexpr std::string_view kFormat = "gatepost-ledger";

// Of what the ledger does not know, although it had complete reports of the scanner. It was made at another time and
// of another commit than the base: what lies where the change did nothing is news from elsewhere.
Presence presence_of_new(const Finding& finding, Presence by_lines) {
  const bool placed = finding.file != Finding::kNoFile;
  switch (by_lines) {
    case Presence::unrelated:
      return Presence::external;
    case Presence::touched:
      if (!is_dependency_kind(finding.kind)) return Presence::introduced;
      return placed ? Presence::external : Presence::touched;
    default:
      return by_lines;
  }
}

// A finding of the head with its parts, when several tools report it.
class HeadPresence {
 public:
  HeadPresence(const Evidence& evidence, Assessment& it)
      : it_(it), inputs_(presence_inputs(evidence, it)), state_(evidence.ledger->state) {}

  void place(std::size_t index) {
    Assessed& assessed = it_.assessed[index];
    const BaseMatch& match = it_.base_matches[index];
    const auto across = std::ranges::lower_bound(it_.across, index, {}, &Across::finding);
    if (across == it_.across.end() || across->finding != index) {
      assessed.presence = presence_of(it_.findings.all[index], match, assessed.presence);
    } else {
      for (Claim& claim : across->claims) {
        claim.presence = presence_of(claim.finding, match, claim.presence);
        claim.unplaced = is_unplaced(claim.finding, match, claim.presence);
      }
      assessed.presence = nearest_claim(across->claims).presence;
    }
    assessed.unplaced = is_unplaced(it_.findings.all[index], match, assessed.presence);
  }

 private:
  [[nodiscard]] Presence presence_of(const Finding& finding, const BaseMatch& match, Presence by_lines) const {
    const std::string_view engine = it_.table.text(it_.table.rule_of(it_.table.row(finding.primary)).engine);
    if (engine == kChangeEngine) return by_lines;
    if (match.known) return correlate::presence_of_known(inputs_, {&finding, 1}, {&match, 1}).front();
    const auto known = state_.engines.find(std::string(engine));
    const bool looked = known != state_.engines.end() && known->second.last_complete != 0;
    return looked ? presence_of_new(finding, by_lines) : by_lines;
  }

  static bool is_unplaced(const Finding& finding, const BaseMatch& match, Presence presence) {
    return !match.known && finding.file == Finding::kNoFile && presence == Presence::touched;
  }

  Assessment& it_;
  const correlate::PresenceInputs inputs_;
  const ledger::State& state_;
};

// Findings of the ledger that the head does not have.
class Gone {
 public:
  Gone(const Evidence& evidence, const Assessment& it)
      : state_(evidence.ledger->state),
        it_(it),
        coverage_(it.table),
        same_code_(evidence.ledger->baseline.commit == it.change.base) {
    for (const FileChange& file : it.change.files) {
      changed_.insert(file.old_path);
      changed_.insert(file.new_path);
    }
    for (const BaseMatch& match : it.base_matches) {
      if (match.known) there_.insert(match.id);
    }
    for (const Across& across : it.across) {
      for (const Claim& claim : across.claims) {
        if (const ledger::Tracked* const known = state_.find(claim.finding.id)) there_.insert(known->id);
      }
    }
    find_losses();
  }

  struct Entry {
    const ledger::Tracked* tracked = nullptr;
    Presence presence = Presence::fixed;
  };
  std::vector<Entry> entries;
  std::size_t elsewhere = 0;  // that nobody looked for in files that the change left alone
  std::size_t vanished = 0;   // from files that the change left alone: somebody else may have repaired them
  std::vector<Note> notes;

  void collect() {
    for (const ledger::Tracked& it : state_.findings) {
      if (!it.is_live() || there_.contains(it.id)) continue;
      const bool touched = may_be_of_change(it), looked = looked_for(it);
      const bool certain = looked && !doubtful_.contains(state_.text(it.engine));
      if (touched || (certain && same_code_)) {
        entries.push_back({&it, certain ? Presence::fixed : Presence::not_evaluated});
      } else {
        ++(looked ? vanished : elsewhere);
      }
    }
  }

 private:
  [[nodiscard]] bool may_be_of_change(const ledger::Tracked& it) const {
    const std::string_view path = state_.text(it.path);
    return path.empty() ? looked_for(it) : changed_.contains(path);
  }

  // Everybody who reported it.
  [[nodiscard]] bool looked_for(const ledger::Tracked& it) const {
    const auto covers = [&](std::string_view engine) { return coverage_.covers(engine, it.kind); };
    return covers(state_.text(it.engine)) && std::ranges::all_of(text::split(state_.text(it.tools), '\n'), covers);
  }

  // So much cannot be repairs.
  void find_losses() {
    std::map<std::string_view, correlate::EngineLoss> losses;
    for (const ledger::Tracked& it : state_.findings) {
      if (!it.is_live() || !coverage_.covers(state_.text(it.engine), it.kind)) continue;
      correlate::EngineLoss& loss = losses[state_.text(it.engine)];
      ++loss.base;
      if (!there_.contains(it.id) && !changed_.contains(state_.text(it.path))) ++loss.vanished;
    }
    for (const auto& [engine, loss] : losses) {
      if (!loss.suspicious()) continue;
      doubtful_.insert(engine);
      notes.push_back({Note::Level::warning,
                       "suspicious-loss",
                       fmt::format("{} no longer reports {} of {} that the ledger has of it in code that the change "
                                   "left alone: none is called fixed",
                                   engine, loss.vanished, text::count_of(loss.base, "finding")),
                       {}});
    }
  }

  const ledger::State& state_;
  const Assessment& it_;
  const EngineCoverage coverage_;
  const bool same_code_;  // the ledger's newest run saw the base itself
  std::set<std::string_view> changed_, doubtful_;
  std::set<FindingId> there_;
};

Observation observation_of(const ledger::Record& record, std::uint32_t report) {
  Observation out{
      .report = report, .engine = record.engine, .kind = record.kind, .rule = record.rule, .title = record.title};
  out.place.path = record.path;
  out.place.range = {.first_line = record.line, .last_line = record.end_line};
  out.claims.push_back({.label = record.severity, .method = SeverityMethod::label, .source = record.engine});
  if (const auto purl = Purl::parse(record.package))
    out.component = Component{.purl = record.package, .package = purl->package(), .version = purl->version()};
  for (const std::string& id : record.advisories) {
    if (auto advisory = AdvisoryId::parse(id)) out.advisories.push_back(std::move(*advisory));
  }
  return out;
}

// A finding with everything that lies beside it.
struct Entry {
  Finding finding;
  Assessed assessed;
  BaseMatch match;
  std::uint32_t was = Assessed::kNone;  // its place before; of what is added: none
};

std::vector<Entry> take_out(Assessment& it) {
  std::vector<Entry> all;
  for (std::uint32_t i = 0; i < it.findings.all.size(); ++i)
    all.push_back({it.findings.all[i], it.assessed[i], it.base_matches[i], i});
  it.findings.all.clear(), it.assessed.clear(), it.base_matches.clear();
  return all;
}

// They stay sorted by id.
void put_back(std::vector<Entry> all, Assessment& it) {
  std::ranges::stable_sort(all, {}, [](const Entry& entry) { return entry.finding.id; });
  std::vector<std::uint32_t> now(all.size());
  for (const Entry& entry : all) {
    if (entry.was != Assessed::kNone) now[entry.was] = static_cast<std::uint32_t>(it.findings.all.size());
    it.findings.all.push_back(entry.finding);
    it.assessed.push_back(entry.assessed);
    it.base_matches.push_back(entry.match);
  }
  for (Across& across : it.across) across.finding = now[across.finding];
}

// Findings of the ledger become rows of the base's table, as if a report had them.
class LedgerRows {
 public:
  LedgerRows(std::size_t count, Assessment& it) : it_(it), list_(it.base_table.intern("/findings")) {
    report_ = it.base_table.add_report({.path = "(the ledger)",
                                        .format = std::string(kFormat),
                                        .tools = {{"gatepost", ""}},
                                        .engines = {},
                                        .state = ReportState::complete,
                                        .records = {.seen = count, .mapped = count}},
                                       Bytes());
    for (std::uint32_t i = 0; i < it.findings.files.size(); ++i) files_.emplace(it.findings.files[i], i);
  }

  Finding add(const ledger::Record& record) {
    const Row row = it_.base_table.add(observation_of(record, report_), list_, ordinal_++);
    Finding finding{.id = record.id,
                    .primary = row,
                    .first_member = static_cast<std::uint32_t>(it_.findings.members.size()),
                    .member_count = 1,
                    .file = file_of(record.path),
                    .range = it_.base_table.row(row).range,
                    .kind = record.kind,
                    .in_base_only = true};
    it_.findings.members.push_back(row);
    return finding;
  }

 private:
  std::uint32_t file_of(const std::string& path) {
    if (path.empty()) return Finding::kNoFile;
    const auto [file, fresh] = files_.try_emplace(path, static_cast<std::uint32_t>(it_.findings.files.size()));
    if (fresh) it_.findings.files.push_back(path);
    return file->second;
  }

  Assessment& it_;
  const TextId list_;
  std::uint32_t report_ = 0, ordinal_ = 0;
  std::map<std::string, std::uint32_t> files_;
};

void add_gone(const ledger::State& state, const std::vector<Gone::Entry>& entries, Assessment& it) {
  if (entries.empty()) return;
  LedgerRows rows(entries.size(), it);
  std::vector<Entry> all = take_out(it);
  for (const Gone::Entry& gone : entries)
    all.push_back(
        {.finding = rows.add(state.record(*gone.tracked)), .assessed = {.presence = gone.presence}, .match = {}});
  put_back(std::move(all), it);
  resolve_gone(it);
}

// Decisions may name any id that the finding ever had.
void add_former_ids(const ledger::State& state, Assessment& it) {
  std::ranges::copy(correlate::ids_in_base(it.findings, it.base_matches), std::back_inserter(it.former_ids));
  std::map<FindingId, FindingId> now;  // the ledger's id to that of the head
  for (std::size_t i = 0; i < it.base_matches.size(); ++i) {
    const BaseMatch& match = it.base_matches[i];
    if (match.known && keeps_decisions(match.stage, match.similarity)) now.emplace(match.id, it.findings.all[i].id);
  }
  for (const auto& [former, position] : state.former) {
    const auto found = now.find(state.findings[position].id);
    const bool taken = std::ranges::binary_search(it.findings.all, former, {}, &Finding::id);
    if (found != now.end() && !taken) it.former_ids.push_back({found->second, former, FormerId::Why::base});
  }
  std::ranges::sort(it.former_ids);
  const auto twice = std::ranges::unique(it.former_ids);
  it.former_ids.erase(twice.begin(), twice.end());
}

void recognise(const Evidence& evidence, Assessment& it) {
  const correlate::LineMap lines(it.change);
  std::map<std::string_view, std::string_view> renamed;  // to what it was called before
  for (const FileChange& file : it.change.files) {
    if (file.kind == ChangeKind::renamed) renamed.emplace(file.new_path, file.old_path);
  }
  correlate::IdentityInputs inputs = identity_inputs(evidence, it);
  inputs.current_path = [&](std::string_view path) {
    const auto before = renamed.find(path);
    return before == renamed.end() ? path : before->second;
  };
  correlate::Identifier identifier(inputs);
  const auto edited = std::make_unique<bool[]>(it.findings.all.size());
  for (std::size_t i = 0; i < it.findings.all.size(); ++i) edited[i] = it.assessed[i].presence == Presence::introduced;
  const LedgerDistance distance{lines, {edited.get(), it.findings.all.size()}};
  it.base_matches = match_with_ledger(evidence.ledger->state, it, identifier, &distance);
}

}  // namespace

void compare_with_ledger(const Evidence& evidence, Assessment& it) {
  const ledger::State& state = evidence.ledger->state;
  recognise(evidence, it);
  HeadPresence head(evidence, it);
  for (std::size_t i = 0; i < it.findings.all.size(); ++i) head.place(i);
  add_former_ids(state, it);
  Gone gone(evidence, it);
  gone.collect();
  add_gone(state, gone.entries, it);
  it.elsewhere += gone.elsewhere;
  std::ranges::move(gone.notes, std::back_inserter(it.notes));
  if (gone.vanished > 0) {
    it.notes.push_back({Note::Level::info,
                        "ledger",
                        fmt::format("{} of the ledger {} no longer reported in files that the change left alone: the "
                                    "next night tells whether they are repaired",
                                    text::count_of(gone.vanished, "finding"), gone.vanished == 1 ? "is" : "are"),
                        {}});
  }
  it.baseline = evidence.ledger->baseline;
}

}  // namespace gatepost::app
