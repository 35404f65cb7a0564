#include "app/posture.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "app/explain_risk.hpp"
#include "app/waiver_list.hpp"
#include "base/text.hpp"
#include "ledger/metrics.hpp"
#include "report/facts.hpp"
#include "report/fix_first.hpp"

namespace gatepost::app {
namespace {

using ledger::Flag;
using ledger::Standing;
using ledger::Tracked;

constexpr std::int64_t kHourMs = std::int64_t{60} * 60 * 1000;
constexpr std::size_t kMostEvents = 1000, kMostUnits = 25;

std::string time_text(std::int64_t ms) { return ms == 0 ? "" : to_string(Timestamp{ms}); }

std::optional<std::int64_t> hours(std::optional<std::int64_t> ms) {
  if (!ms) return std::nullopt;
  return *ms / kHourMs;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  if (text.empty()) return out;
  for (const std::string_view line : text::split(text, '\n')) out.emplace_back(line);
  return out;
}

bool is_overdue(const Tracked& it, std::int64_t now) {
  return it.standing == Standing::open && it.clocks.due != 0 && it.clocks.due <= now;
}

std::string service_level(const Tracked& it, std::int64_t now) {
  if (it.clocks.due == 0 || !it.is_live()) return "";
  if (it.standing != Standing::open) return "paused";
  if (it.clocks.due <= now) return "breached";
  return it.has(Flag::warned) ? "due_soon" : "ok";
}

PostureFinding finding_of(const ledger::State& state, const Tracked& it, std::int64_t now) {
  PostureFinding out;
  out.id = to_string(it.id);
  out.title = state.text(it.title);
  out.state = to_string(it.standing);
  out.path = state.text(it.path);
  out.subject = state.text(it.target);
  out.line = it.line;
  out.rule = state.text(it.rule);
  out.team = state.text(it.team);
  out.service = state.text(it.service);
  out.package = state.text(it.package);
  out.waiver = state.text(it.waiver);
  out.engines = lines_of(state.text(it.tools));
  out.advisories = lines_of(state.text(it.advisories));
  out.kind = it.kind;
  out.severity = it.severity;
  out.risk_tenths = it.risk_tenths;
  out.reopened = it.reopened_count;
  out.first_detected = time_text(it.clocks.detected);
  out.due = time_text(it.clocks.due);
  if (!it.is_live()) out.closed = time_text(it.since);
  out.sla = service_level(it, now);
  out.since = time_text(it.since);
  if (it.standing == Standing::open) out.triage = ledger::kTriageNames[static_cast<std::size_t>(it.triage)];
  out.because = state.text(it.because);
  out.known_exploited = it.has(Flag::kev);
  out.cwes = state.cwes(it);
  return out;
}

// What the run that makes the report knows about a finding.
void add_knowledge(const Assessment& assessment, std::vector<PostureFinding>& findings) {
  std::map<std::string_view, PostureFinding*> by_id;
  for (PostureFinding& it : findings) by_id.emplace(it.id, &it);
  for (std::size_t i = 0; i < assessment.findings.all.size(); ++i) {
    const auto found = by_id.find(to_string(assessment.findings.all[i].id));
    if (found == by_id.end()) continue;
    found->second->why = risk_story(assessment, i).line;
    found->second->fix = report::fix_of(assessment, i);
  }
}

void add_findings(const ledger::State& state, const PostureRequest& request, Posture& out) {
  for (const Tracked& it : state.findings) out.findings.push_back(finding_of(state, it, request.now.unix_ms));
  if (request.assessment != nullptr) add_knowledge(*request.assessment, out.findings);
  std::ranges::sort(out.findings, [](const PostureFinding& a, const PostureFinding& b) {
    return a.risk_tenths != b.risk_tenths ? a.risk_tenths > b.risk_tenths : a.id < b.id;
  });
}

// Counts as the events go by: what is open, and what came and went.
class Trend {
 public:
  void add(const ledger::State& state, const ledger::Event& event, const FindingId* finding) {
    const std::int64_t day = event.at.unix_ms / ledger::kDayMs * (ledger::kDayMs / 1000);
    if (days_.empty() || days_.back().unix_seconds != day) days_.push_back({.unix_seconds = day, .open = open_});
    PostureDay& now = days_.back();
    // It counts under the id that it has now.
    if (const auto former = parse_finding_id(event.text("former")); former) move(*former, nullptr);
    if (finding != nullptr) move(*finding, state.find(*finding));
    now.open = open_;
    if (event.type == ledger::EventType::detected || event.type == ledger::EventType::reopened) ++now.opened;
    if (event.type == ledger::EventType::fixed) ++now.fixed;
  }
  std::vector<PostureDay> take() { return std::move(days_); }

 private:
  void move(const FindingId& id, const Tracked* it) {
    const auto [entry, fresh] = shown_.try_emplace(id, kNothing);
    if (entry->second != kNothing) --open_[entry->second];
    entry->second = it != nullptr && it->standing == Standing::open ? by_severity(it->severity) : kNothing;
    if (entry->second != kNothing) ++open_[entry->second];
  }
  static constexpr std::size_t kNothing = kBySeverity.size();
  std::vector<PostureDay> days_;
  BySeverity open_{};
  std::map<FindingId, std::size_t> shown_;  // by what severity it counts as open; kNothing: it does not
};

bool is_shown_as_drift(ledger::EventType type) {
  return type >= ledger::EventType::scanner_silent && type <= ledger::EventType::coverage_drop;
}

void add_history(const LedgerView& ledger, const PostureRequest& request, Posture& out) {
  ledger::State state;
  Trend trend;
  WaiverRecords waivers;
  const std::int64_t since = request.now.unix_ms - request.days * ledger::kDayMs;
  for (const ledger::Line& line : ledger.lines) {
    const auto event = ledger::parse(line.text);
    if (!event || !state.apply(*event)) continue;  // the ledger was verified and folded before
    const auto finding = parse_finding_id(event->subject);
    trend.add(state, *event, finding ? &*finding : nullptr);
    waivers.add(*event);
    if (event->at.unix_ms < since) continue;
    PostureEvent shown{.seq = event->seq,
                       .at = to_string(event->at),
                       .type = std::string(to_string(event->type)),
                       .actor = event->actor.id.empty() ? event->actor.type : event->actor.id,
                       .subject = event->subject,
                       .what = event_text(*event, request.people),
                       .hash = event->hash};
    const Tracked* const about = finding ? state.find(*finding) : nullptr;
    if (about != nullptr && !event->record)
      shown.what += (shown.what.empty() ? "" : ": ") + std::string(state.text(about->title));
    if (is_shown_as_drift(event->type)) {
      out.drift.push_back(shown);
      if (!shown.subject.empty()) out.drift.back().what = shown.subject + (shown.what.empty() ? "" : ": " + shown.what);
    }
    out.audit.push_back(std::move(shown));
  }
  if (request.settings != nullptr && request.people != nullptr)
    out.waivers = waiver_list(*request.settings, ledger.state, waivers, *request.people, request.now);
  std::ranges::reverse(out.audit);
  std::ranges::reverse(out.drift);
  if (out.audit.size() > kMostEvents) out.audit.resize(kMostEvents);
  out.trend = trend.take();
  std::erase_if(out.trend, [&](const PostureDay& it) { return it.unix_seconds * 1000 < since; });
}

void add_groups(const ledger::State& state, std::int64_t now, TextId Tracked::* name, std::vector<PostureGroup>& out) {
  std::map<std::string_view, PostureGroup> groups;
  for (const Tracked& it : state.findings) {
    if (it.standing != Standing::open) continue;
    PostureGroup& group = groups[state.text(it.*name)];
    ++group.open[by_severity(it.severity)];
    group.risk_tenths += it.risk_tenths;
    group.overdue += is_overdue(it, now) ? 1 : 0;
  }
  for (auto& [text, group] : groups) {
    group.name = text;
    out.push_back(std::move(group));
  }
  std::ranges::stable_sort(out, std::greater<>{}, &PostureGroup::risk_tenths);
}

void add_scanners(const ledger::State& state, Posture& out) {
  std::map<std::string_view, std::uint32_t> open;
  for (const Tracked& it : state.findings) open[state.text(it.engine)] += it.standing == Standing::open ? 1 : 0;
  for (const auto& [name, it] : state.engines) {
    PostureScanner scanner{.engine = name,
                           .version = it.rules,
                           .database = it.database,
                           .last_complete = time_text(it.last_complete),
                           .state = "complete",
                           .open = open[name]};
    if (it.last_complete != state.last_run_at.unix_ms) scanner.state = "incomplete";
    if (it.silent) scanner.state = "silent";
    if (it.suspicious) scanner.note = "it missed so much at once that nothing was closed";
    out.scanners.push_back(std::move(scanner));
  }
}

void add_service_level(const ledger::State& state, const PostureRequest& request, Band band, Posture& out) {
  const ledger::Rules& rules = request.rules;
  const Timestamp since{request.now.unix_ms - request.days * ledger::kDayMs};
  const auto wanted = [band](const Tracked& it) { return band_for_tenths(it.risk_tenths) == band; };
  const ledger::Compliance kept = ledger::measure(state, since, request.now, rules, wanted).service_levels;
  PostureServiceLevel level{.band = std::string(to_string(band))};
  const std::int64_t days = rules.band_days[static_cast<std::size_t>(band)];
  if (days != 0) level.days = days;
  level.due = static_cast<std::uint32_t>(kept.due);
  level.met = static_cast<std::uint32_t>(kept.kept);
  level.late = level.due - level.met;
  for (const Tracked& it : state.findings) level.overdue += wanted(it) && is_overdue(it, request.now.unix_ms) ? 1 : 0;
  out.service_levels.push_back(std::move(level));
}

void add_metrics(const ledger::State& state, const PostureRequest& request, Posture& out) {
  for (const Band band : {Band::critical, Band::high, Band::medium, Band::low})
    add_service_level(state, request, band, out);
  const Timestamp since{request.now.unix_ms - request.days * ledger::kDayMs};
  const ledger::Metrics metrics = ledger::measure(state, since, request.now, request.rules);
  out.mttr_median_h = hours(metrics.mttr.median);
  out.mttr_p90_h = hours(metrics.mttr.p90);
  out.mttr_censored_h = hours(metrics.mttr_censored);
  out.mttd_median_h = hours(metrics.mttd.median);
  out.repaired = metrics.mttr.count;
  const ledger::Compliance& kept = metrics.service_levels;
  if (kept.due != 0) out.compliance_permille = static_cast<std::int64_t>(kept.kept * 1000 / kept.due);
}

void add_backlog(const ledger::State& state, const PostureRequest& request, Posture& out) {
  const std::int64_t now = request.now.unix_ms;
  const std::vector<std::int64_t>& edges = request.rules.backlog_days;
  for (std::size_t i = 0; i <= edges.size(); ++i) {
    const std::int64_t first = i == 0 ? 0 : edges[i - 1] + 1;
    out.backlog.push_back(
        {i == edges.size() ? fmt::format("more than {}", edges[i - 1]) : fmt::format("{} to {}", first, edges[i]), {}});
  }
  for (const Tracked& it : state.findings) {
    if (it.standing != Standing::open) continue;
    const std::int64_t days = (now - it.clocks.detected) / ledger::kDayMs;
    const auto edge = std::ranges::lower_bound(edges, days);
    ++out.backlog[static_cast<std::size_t>(edge - edges.begin())].counts[by_severity(it.severity)];
  }
}

std::string unit_text(const FixAction& action) {
  const std::string extent = report::extent_of(action);
  return report::title_of(action) + (extent.empty() ? "" : " " + extent);
}

void add_units(const Assessment& assessment, Posture& out) {
  for (const FixAction& it : assessment.fixes.actions) {
    if (out.fix_first.size() == kMostUnits) return;
    PostureUnit unit{.what = unit_text(it),
                     .closes = static_cast<std::uint32_t>(it.closes.size()),
                     .risk_before = it.before_tenths,
                     .risk_after = it.after_tenths};
    unit.command = report::how_to(it).command;
    unit.team = report::teams(assessment.owner_sets[it.owners]);
    out.fix_first.push_back(std::move(unit));
  }
}

}  // namespace

namespace {

// Of events that are not about a finding.
std::string what_drifted(const ledger::Event& event) {
  using ledger::EventType;
  constexpr std::string_view kExposed = "reachable from the internet";
  if (event.type == EventType::verdict) return event.text("verdict");
  if (event.type == EventType::service_exposed) return std::string(kExposed);
  if (event.type == EventType::scanner_silent)
    return fmt::format("no complete run for {}",
                       text::count_of(static_cast<std::size_t>(event.number("days").value_or(0)), "day"));
  if (event.type != EventType::service_added) return event.text("text");
  const auto owned = event.facts.find("owned");
  const auto* const is_owned = owned == event.facts.end() ? nullptr : std::get_if<bool>(&owned->second);
  std::string out = is_owned != nullptr && !*is_owned ? "nobody owns it" : "";
  if (event.text("exposure") == "exposed") out.append(out.empty() ? "" : ", ").append(kExposed);
  return out;
}

}  // namespace

std::string event_text(const ledger::Event& event, const ledger::People* people) {
  const bool states = ledger::is_about_finding(event.type) && event.type != ledger::EventType::changed &&
                      event.type != ledger::EventType::moved;
  std::string out;
  if (!states && !(event.before.empty() && event.after.empty())) out = event.before + " → " + event.after;
  const std::string about = what_drifted(event);
  const std::string reason = event.text("reason"), waiver = event.text("waiver");
  for (const std::string& part : {about, waiver, reason}) {
    if (!part.empty()) out += (out.empty() ? "" : ", ") + part;
  }
  const auto approved = event.facts.find("approved_by");
  if (approved != event.facts.end()) {
    if (const auto* const names = std::get_if<std::vector<std::string>>(&approved->second)) {
      for (const std::string& it : *names) out += ", approved by " + (people == nullptr ? it : people->name(it));
    }
  }
  if (event.record && out.empty()) out = event.record->title;
  return out;
}

Posture posture_of(const LedgerView& ledger, const PostureRequest& request) {
  const ledger::State& state = ledger.state;
  Posture out{.project = request.project, .branch = request.branch, .generated = to_string(request.now)};
  out.version = request.version;
  out.notes = request.notes;
  out.blob_url = request.blob_url;
  out.from = to_string(Timestamp{request.now.unix_ms - request.days * ledger::kDayMs});
  out.to = out.generated;
  out.commit = state.last_commit;
  add_findings(state, request, out);
  add_history(ledger, request, out);
  add_groups(state, request.now.unix_ms, &Tracked::team, out.teams);
  add_groups(state, request.now.unix_ms, &Tracked::service, out.services);
  add_scanners(state, out);
  add_metrics(state, request, out);
  add_backlog(state, request, out);
  if (request.assessment != nullptr) add_units(*request.assessment, out);
  out.events = ledger.lines.size();
  out.verified = true;
  out.verification = fmt::format("The chain of {} is whole; its last hash is {}.",
                                 text::count_of(ledger.lines.size(), "event"), state.head.hash.substr(0, 16));
  return out;
}

}  // namespace gatepost::app
