#include "app/ticket_input.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "app/explain_risk.hpp"
#include "app/ledger_decisions.hpp"
#include "app/ledger_rules.hpp"
#include "base/text.hpp"
#include "context/teams.hpp"
#include "ledger/rules.hpp"
#include "ledger/tickets.hpp"
#include "report/facts.hpp"

namespace gatepost::app {
namespace {

using ledger::Flag;
using ledger::Standing;
using ledger::Tracked;
using publish::TicketFinding;

// The Jira on which the team has its board, when the settings name it.
std::optional<TrackerKind> jira_of(const Team& team, const config::Tickets& tickets) {
  if (!team.jira) return std::nullopt;
  if (tickets.jira && team.jira->kind != JiraKind::data_center) return TrackerKind::jira;
  if (tickets.jira_data_center && team.jira->kind != JiraKind::cloud) return TrackerKind::jira_dc;
  return std::nullopt;
}

std::optional<Board> own_board(const Team& team, const config::Tickets& tickets, const CiFacts& ci) {
  if (const auto jira = jira_of(team, tickets)) {
    return Board{.tracker = *jira,
                 .project = team.jira->project,
                 .issue_type = team.jira->issue_type,
                 .component = team.jira->component,
                 .security_level = team.jira->security_level,
                 .assignee = team.jira->assignee,
                 .labels = team.jira->labels};
  }
  if (tickets.linear && team.linear) {
    return Board{.tracker = TrackerKind::linear,
                 .project = team.linear->team,
                 .assignee = team.linear->assignee,
                 .plan = team.linear->project,
                 .labels = team.linear->labels};
  }
  if (!tickets.issues || !team.issues) return std::nullopt;
  const std::string& project = team.issues->repository.empty() ? ci.repository : team.issues->repository;
  if (project.empty()) return std::nullopt;
  return Board{.tracker = ci.system == CiFacts::System::gitlab ? TrackerKind::gitlab : TrackerKind::github,
               .project = project,
               .assignee = team.issues->assignee,
               .labels = team.issues->labels};
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  if (text.empty()) return out;
  for (const std::string_view line : text::split(text, '\n')) out.emplace_back(line);
  return out;
}

TicketFinding::Standing standing_of(const Tracked& it) {
  switch (it.standing) {
    case Standing::open:
      return TicketFinding::Standing::open;
    case Standing::fixed:
      return TicketFinding::Standing::fixed;
    case Standing::waived:
    case Standing::false_positive:
    case Standing::not_affected:
      return TicketFinding::Standing::decided;
    default:
      return TicketFinding::Standing::gone;
  }
}

std::string because_of(const ledger::State& state, const Tracked& it) {
  const std::string_view waiver = state.text(it.waiver), reason = state.text(it.because);
  if (!waiver.empty()) return std::string(waiver);
  return reason.empty() ? std::string(to_string(it.standing)) : std::string(reason);
}

class Reader {
 public:
  Reader(const ledger::State& state, const config::Settings& settings, Timestamp now)
      : state_(state),
        directory_(settings.teams),
        waivers_(settings.rules.waivers),
        warning_percent_(ledger_rules(settings.service_levels).warning_percent),
        now_(now) {}

  [[nodiscard]] TicketFinding finding(const Tracked& it) const {
    const auto text = [&](TextId id) { return std::string(state_.text(id)); };
    TicketFinding out{.id = it.id, .standing = standing_of(it), .kind = it.kind, .severity = it.severity};
    out.risk_tenths = it.risk_tenths;
    out.acceptable_days = waivers_.longest_days[static_cast<std::size_t>(band_for_tenths(it.risk_tenths))];
    if (it.decision >= 0) out.decision = static_cast<Priority>(it.decision);
    out.title = text(it.title), out.engine = text(it.engine), out.rule = text(it.rule), out.path = text(it.path);
    out.target = text(it.target), out.package = text(it.package), out.service = text(it.service);
    out.commit = out.standing == TicketFinding::Standing::fixed ? text(it.fixed_commit) : text(it.commit);
    out.tools = lines_of(state_.text(it.tools)), out.advisories = lines_of(state_.text(it.advisories));
    out.line = it.line, out.end_line = it.end_line;
    out.because = because_of(state_, it);
    out.fix_available = it.has(Flag::fix_available), out.kev = it.has(Flag::kev);
    out.warned = it.has(Flag::warned), out.breached = it.has(Flag::breached);
    out.reopened = it.reopened_count;
    add_team(it, out);
    const auto engine = state_.engines.find(out.engine);
    if (it.absences == 0 && engine != state_.engines.end()) out.seen_at.unix_ms = engine->second.last_complete;
    return out;
  }

 private:
  // Its team, and the day by the service level: the ledger's or the team's own, whichever comes first.
  void add_team(const Tracked& it, TicketFinding& out) const {
    out.due.unix_ms = it.clocks.due;
    const auto match = directory_.team_of(state_.text(it.team));
    if (!match) return;
    const Team& team = directory_.teams()[match->team];
    out.team = team.id;
    const auto severity = static_cast<std::size_t>(it.severity);
    constexpr auto kCritical = static_cast<std::size_t>(SeverityLabel::critical);
    const std::size_t place = kCritical - severity;  // critical, high, medium, low
    if (place >= Team::kSeverities || !team.sla_days[place]) return;
    const std::int64_t since = std::max(it.clocks.detected, it.clocks.reopened);
    const std::int64_t due = since + std::int64_t{*team.sla_days[place]} * ledger::kDayMs;
    if (out.due.unix_ms != 0 && due >= out.due.unix_ms) return;
    // The ledger's clocks do not know of it.
    out.due.unix_ms = due;
    out.breached = out.breached || now_.unix_ms >= due;
    out.warned = out.warned || now_.unix_ms - since >= (due - since) / 100 * warning_percent_;
  }

  const ledger::State& state_;
  const context::TeamDirectory directory_;
  const policy::WaiverRules& waivers_;
  const std::int64_t warning_percent_;
  const Timestamp now_;
};

}  // namespace

std::vector<publish::TicketTeam> ticket_teams(const config::Settings& settings, const CiFacts& ci) {
  std::map<std::string, const Team*> by_id;
  for (const Team& it : settings.teams) by_id.emplace(it.id, &it);
  std::vector<publish::TicketTeam> teams;
  for (const Team& it : settings.teams) {
    publish::TicketTeam team{.id = it.id, .board = {}, .parent = it.parent};
    // The file's reader refuses circles.
    for (const Team* at = &it; at != nullptr && !team.board;) {
      team.board = own_board(*at, settings.tickets, ci);
      const auto parent = by_id.find(at->parent);
      at = parent == by_id.end() ? nullptr : parent->second;
    }
    teams.push_back(std::move(team));
  }
  return teams;
}

TicketKnowledge ticket_knowledge(const Assessment& assessment) {
  TicketKnowledge knowledge;
  for (std::size_t i = 0; i < assessment.findings.all.size(); ++i) {
    knowledge.of.emplace(assessment.findings.all[i].id,
                         TicketKnowledge::Words{risk_story(assessment, i).line, report::fix_of(assessment, i)});
  }
  return knowledge;
}

Result<publish::TicketInput> ticket_input(const LedgerView& ledger, const config::Settings& settings,
                                          const TicketKnowledge& knowledge, Timestamp now) {
  publish::TicketInput input{.now = now};
  GP_TRY(ledger::Tickets tickets, ledger::tickets_of(ledger.lines));
  std::map<FindingId, std::string> keys;  // by the id that a finding has now
  for (TicketMemory& it : tickets.all) {
    for (FindingId& id : it.findings) {
      if (const Tracked* const now_called = ledger.state.find(id)) id = now_called->id;
      keys[id] = it.key;
    }
    std::ranges::sort(it.findings);
    input.known.push_back(std::move(it));
  }
  GP_TRY(const LedgerDecisions decisions, decisions_of(ledger.lines, {}));
  std::set<FindingId> asked;  // by the id that a finding has now
  for (const std::string& wish : decisions.tickets) {
    const auto id = parse_finding_id(wish);
    const Tracked* const now_called = id ? ledger.state.find(*id) : nullptr;
    if (now_called != nullptr) asked.insert(now_called->id);
  }
  const Reader reader(ledger.state, settings, now);
  for (const Tracked& it : ledger.state.findings) {
    const auto key = keys.find(it.id);
    if (it.standing != Standing::open && key == keys.end()) continue;
    TicketFinding finding = reader.finding(it);
    if (key != keys.end()) finding.ticket = key->second;
    finding.asked = asked.contains(it.id);
    if (const auto words = knowledge.of.find(it.id); words != knowledge.of.end())
      finding.why = words->second.why, finding.fix = words->second.fix;
    input.findings.push_back(std::move(finding));
  }
  return input;
}

}  // namespace gatepost::app
