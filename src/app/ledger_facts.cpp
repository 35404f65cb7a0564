#include "app/ledger_facts.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "advisory/observe.hpp"
#include "app/engine_coverage.hpp"
#include "app/ledger_origins.hpp"
#include "app/ledger_records.hpp"
#include "app/night_drift.hpp"
#include "app/renamed_rules.hpp"

namespace gatepost::app {
namespace {

constexpr std::int64_t kDayMs = ledger::kDayMs;

template <class T>
void sort_once(std::vector<T>& all) {
  std::ranges::sort(all);
  const auto twice = std::ranges::unique(all);
  all.erase(twice.begin(), twice.end());
}

std::int64_t start_of(std::string_view day) {
  const auto date = parse_date(day.substr(0, 10));
  return date ? std::chrono::duration_cast<std::chrono::milliseconds>(date->time_since_epoch()).count() : 0;
}

ledger::Inputs inputs_of(const LedgerRun& run) {
  ledger::Inputs inputs;
  for (const ReportInfo& report : run.assessment.table.reports()) {
    if (!report.sha256.empty()) inputs.artifacts.push_back(report.sha256);
    for (const ToolInfo& tool : report.tools) {
      if (!tool.name.empty()) inputs.tools.push_back({tool.name, tool.version});
    }
  }
  const context::Feeds& feeds = run.evidence.surroundings.threats.feeds;
  if (feeds.epss && !feeds.epss->date().empty()) inputs.feeds.push_back({"epss", feeds.epss->date()});
  if (feeds.kev && !feeds.kev->date().empty()) inputs.feeds.push_back({"kev", feeds.kev->date()});
  sort_once(inputs.artifacts);
  sort_once(inputs.tools);
  sort_once(inputs.feeds);
  inputs.policy = run.assessment.policy_sha256;
  inputs.risk_model = "v1";
  return inputs;
}

// Waivers of the settings by id.
using Waivers = std::map<std::string, const policy::Waiver*>;
Waivers waivers_of(const config::Settings& settings) {
  Waivers by_id;
  for (const policy::Waiver& it : settings.waivers) by_id.emplace(it.id.value, &it);
  return by_id;
}

// What the tools were told to ignore is not open: it stands as a decision for as long as they are told so.
constexpr std::string_view kSuppression = "tool-suppression";
constexpr std::int64_t kNoEnd = 253'402'300'799'000;  // the end of 9999

std::optional<ledger::Decision> suppression_of(const Assessed& assessed) {
  if (!assessed.suppressed || assessed.risk.exemption != Exemption::none) return std::nullopt;
  return ledger::Decision{.id = std::string(kSuppression), .reason = "suppressed", .until = kNoEnd};
}

std::optional<ledger::Decision> decision_of(const Ports& ports, const LedgerRun& run, const Waivers& waivers,
                                            std::size_t finding) {
  const WaiverInfo* const info = run.assessment.waiver_of(finding);
  if (info == nullptr) return suppression_of(run.assessment.assessed[finding]);
  ledger::Decision decision{.id = info->id.value, .reason = info->reason};
  decision.until = start_of(info->expires) + kDayMs;
  const auto found = waivers.find(info->id.value);
  if (found != waivers.end()) {
    for (const std::string& name : found->second->approved_by)
      decision.approved_by.push_back(run.people.pseudonym(name, ports.nonce()));
    if (!found->second->requested_by.empty())
      decision.requested_by = run.people.pseudonym(found->second->requested_by, ports.nonce());
  }
  std::ranges::sort(decision.approved_by);
  return decision;
}

void add_enrichment(ledger::Seen& seen, const Enrichment* known) {
  if (known == nullptr) return;
  if (known->kev) {
    seen.kev = true;
    seen.kev_since = start_of(known->kev->since);
  }
  if (known->epss) seen.epss_ppm = known->epss->ppm;
  if (!known->vex.empty() && known->vex.front().decides) {
    seen.vex = to_string(known->vex.front().status);
    seen.vex_statement = known->vex.front().document;
  }
}

// When the first of them was published; 0: nobody says.
std::int64_t published_of(const NightInventories& inventories, const std::vector<std::string>& advisories) {
  std::int64_t first = 0;
  for (const std::string& it : advisories) {
    const auto found = inventories.published.find(it);
    if (found != inventories.published.end() && (first == 0 || found->second < first)) first = found->second;
  }
  return first;
}

// A vulnerable dependency counts from when both the advisory and the package were there: one of the two alone would
// make it seem older than it is.
void add_publication(const NightInventories& inventories, ledger::Seen& seen) {
  if (seen.record.advisories.empty()) return;
  const std::int64_t published = published_of(inventories, seen.record.advisories);
  if (published == 0) seen.introduced = 0;
  if (seen.introduced != 0 || seen.advisory_new) seen.published = published;
}

ledger::Seen seen_of(const Ports& ports, const LedgerRun& run, const Waivers& waivers, const BaseMatch& match,
                     const Origin& origin, std::size_t finding) {
  const Assessment& assessment = run.assessment;
  const ObservationRow& row = assessment.table.row(assessment.findings.all[finding].primary);
  ledger::Seen seen{.record = ledger_record(assessment, finding, run.identifier)};
  if (match.known && match.id != seen.record.id) {
    seen.former = match.id;
    seen.stage = match.stage;
    seen.similarity = match.similarity;
  }
  seen.introduced = origin.introduced_ms;
  add_enrichment(seen, assessment.enrichment_of(finding));
  const StoredComponent* const component = assessment.table.component_of(row);
  seen.fix_available = component != nullptr && !assessment.table.texts(component->fixed_versions).empty();
  // A component that was there before, unchanged: the advisory is news.
  const bool stored = component != nullptr &&
                      run.inventories.known_packages.contains(std::string(assessment.table.text(component->purl)));
  seen.advisory_new = origin.advisory_new || (stored && !match.known);
  add_publication(run.inventories, seen);
  seen.waiver = decision_of(ports, run, waivers, finding);
  return seen;
}

// Of what the ledger has, the places where the engine looked in this run.
std::vector<std::string> scope_of(const EngineCoverage& coverage, const ledger::State& state, std::string_view engine) {
  std::vector<std::string> places;
  for (const ledger::Tracked& it : state.findings) {
    if (!it.is_live() || state.text(it.engine) != engine || !coverage.covers(engine, it.kind)) continue;
    places.emplace_back(it.path == TextId{} || state.text(it.path).empty() ? state.text(it.target)
                                                                           : state.text(it.path));
  }
  sort_once(places);
  return places;
}

// Who looked only for what is new closes nothing.
bool may_close(const LedgerRun& run, std::string_view engine) {
  return !run.inventories.news_only || engine != advisory::kEngine;
}

std::vector<ledger::EngineRun> engines_of(const LedgerRun& run, const ledger::State& state) {
  const Assessment& assessment = run.assessment;
  const EngineCoverage coverage(assessment.table);
  std::map<std::string, ledger::EngineRun> runs;
  for (const ReportInfo& report : assessment.table.reports()) {
    for (const std::string& engine : report.engines) {
      ledger::EngineRun& it = runs[engine];
      it.id = engine;
      const bool older = it.database.empty() || (!report.database.empty() && report.database < it.database);
      if (older) it.database = report.database;
    }
  }
  for (const auto& [engine, version] : versions_of(assessment)) runs[engine].rules_version = version;
  std::vector<ledger::EngineRun> all;
  for (auto& [engine, it] : runs) {
    it.complete = coverage.is_complete(engine) && may_close(run, engine);
    if (it.complete) it.scope = scope_of(coverage, state, engine);
    all.push_back(std::move(it));
  }
  return all;
}

// What several tools report in their own words is one finding: the ledger counts it once.
std::vector<ledger::Merged> merged_of(const Assessment& assessment, const std::vector<BaseMatch>& matches,
                                      const ledger::State& state) {
  std::vector<ledger::Merged> merged;
  for (const Across& parts : assessment.across) {
    const FindingId& into = assessment.findings.all[parts.finding].id;
    for (const Claim& claim : parts.claims) {
      const bool same = claim.finding.id == into || claim.finding.id == matches[parts.finding].id;
      if (!same && state.find(claim.finding.id) != nullptr) merged.push_back({claim.finding.id, into});
    }
  }
  return merged;
}

std::vector<std::string> deleted_paths(const Evidence& evidence, const ledger::State& state) {
  std::vector<std::string> gone;
  const std::vector<std::string>& files = evidence.head_files->files();
  for (const ledger::Tracked& it : state.findings) {
    const std::string_view path = state.text(it.path);
    if (it.is_live() && !path.empty() && !std::ranges::binary_search(files, path)) gone.emplace_back(path);
  }
  sort_once(gone);
  return gone;
}

// Those that the ledger knows and the catalogue no longer does: what was found in them is in use no more.
std::vector<std::string> retired_services(const Evidence& evidence, const ledger::State& state) {
  std::set<std::string_view> listed;
  for (const Service& it : evidence.surroundings.services.catalogue.services()) listed.insert(it.name);
  std::vector<std::string> retired;
  for (const auto& [name, standing] : state.services) {
    if (!listed.contains(name)) retired.push_back(name);
  }
  return retired;
}

std::vector<ledger::ServiceFact> services_of(const Evidence& evidence) {
  std::vector<ledger::ServiceFact> facts;
  for (const Service& it : evidence.surroundings.services.catalogue.services())
    facts.push_back({it.name, !it.owners.empty(), it.context.exposure == Exposure::internet});
  for (const context::DerivedExposure& it : evidence.surroundings.services.after) {
    const std::size_t place = static_cast<std::size_t>(&it - evidence.surroundings.services.after.data());
    if (place < facts.size() && it.exposure == Exposure::internet) facts[place].internet = true;
  }
  return facts;
}

bool holds_on(const policy::Waiver& waiver, Timestamp now) {
  const auto today = day_of(now);
  return waiver.created <= today && today <= waiver.expires;
}

}  // namespace

ledger::RunFacts ledger_facts(const Ports& ports, const LedgerRun& run, const ledger::State& state) {
  const Assessment& assessment = run.assessment;
  ledger::RunFacts facts{.id = run.id, .now = run.now, .inputs = inputs_of(run), .commit = assessment.change.head};
  facts.run_url = run.evidence.ci.run_url;
  facts.verdict = to_string(assessment.verdict.outcome);
  const Waivers waivers = waivers_of(run.evidence.settings);
  const std::vector<BaseMatch> matches = match_with_ledger(state, assessment, run.identifier);
  const std::vector<Origin> origins = origins_of(run.evidence, assessment, state, matches);
  for (std::size_t i = 0; i < assessment.findings.all.size(); ++i)
    facts.seen.push_back(seen_of(ports, run, waivers, matches[i], origins[i], i));
  facts.engines = engines_of(run, state);
  facts.merged = merged_of(assessment, matches, state);
  facts.deleted_paths = deleted_paths(run.evidence, state);
  facts.waivers_in_force.emplace();
  for (const policy::Waiver& it : run.evidence.settings.waivers) {
    if (holds_on(it, run.now)) facts.waivers_in_force->push_back(it.id.value);
  }
  facts.waivers = static_cast<std::int64_t>(facts.waivers_in_force->size());
  facts.waivers_in_force->emplace_back(kSuppression);
  sort_once(*facts.waivers_in_force);
  facts.trusted = run.confirmed_losses;
  facts.services = services_of(run.evidence);
  facts.retired_services = retired_services(run.evidence, state);
  facts.retired_targets = run.inventories.retired;
  facts.withdrawn_advisories = run.inventories.withdrawn;
  add_drift(run.evidence, assessment, run.inventories, run.kept_policy, state, facts);
  return facts;
}

}  // namespace gatepost::app
