#include "app/command_stage.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "app/ledger_access.hpp"
#include "app/result_file.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "context/owners.hpp"
#include "forge/answer.hpp"
#include "model/risk.hpp"

namespace gatepost::app {
namespace {

constexpr std::size_t kMostTeams = 10;  // asked for one command

using command::Part;

bool needs(const command::Command& command, Part part) {
  const auto expected = command::usage_of(command.verb).expected();
  return std::ranges::find(expected, part) != expected.end();
}

bool is_there(Presence presence) { return presence != Presence::fixed && presence != Presence::not_evaluated; }

// What is known of the finding, by what decides about it.
void add_finding(CommandStage& stage, const KnownFinding& finding, command::Facts& facts) {
  context::OwnershipLookup lookup(stage.asked.rules.owners);
  if (!finding.path.empty()) {
    for (const Owner& owner : lookup.owners_for(finding.path)) facts.owners.push_back(owner.team.value);
  }
  const auto band = static_cast<std::size_t>(band_for_tenths(finding.risk_tenths));
  const policy::WaiverRules& waivers = stage.rules.rules.waivers;
  facts.approvers = waivers.approvers[band];
  facts.longest_days = waivers.longest_days[band];
}

void add_person(CommandStage& stage, const command::Command& command, const forge::SaidComment& said,
                CommandFacts& out) {
  const auto level = stage.forge.level_of(said);
  if (!level) log::warning(forge::sentence_of(level.error()));
  if (level) {
    const auto role = command::parse_role(*level);
    out.facts.level = role ? role->level : command::Level::none;
  }
  std::vector<std::string> teams = command::teams_of(command, out.facts, stage.rules.command_roles);
  teams.resize(std::min(teams.size(), kMostTeams));
  for (const std::string& team : teams) {
    const auto member = stage.forge.is_member(said, team);
    if (!member || !member->has_value()) {
      out.facts.hidden_teams.push_back("@" + team);
    } else if (**member) {
      out.facts.member_of.push_back(team);
    }
  }
  out.teams = out.facts.member_of;
}

// Of several requests an approval can only be about the one that waits for it.
std::string finding_asked_about(command::Verb verb, const std::vector<command::Request>& requests) {
  const auto waits = [](const command::Request& it) { return it.approved_by.empty(); };
  auto found = requests.begin();
  if (verb == command::Verb::approve) found = std::ranges::find_if(requests, waits);
  return found == requests.end() ? "" : found->finding;
}

// The change at which a request was made is its author's wherever the approval is written.
bool is_for_own_change(const LedgerDecisions& decisions, const command::Facts& facts) {
  const std::string person = command::plain_name(facts.person);
  return std::ranges::any_of(facts.requests, [&](const command::Request& request) {
    const auto found = std::ranges::find(decisions.requests, request.id, &DecidedRequest::id);
    return found != decisions.requests.end() && command::plain_name(found->change_author) == person;
  });
}

// A stranger's file that is damaged keeps nobody from being answered; one that the caller names does.
Status look_for_result(CommandStage& stage) {
  if (std::exchange(stage.looked_for_result, true)) return Done{};
  if (!stage.request.result.empty()) {
    GP_TRY(stage.result, named_result(stage.request.result));
    return Done{};
  }
  const publish::ChangeRequest& change = stage.asked.shown.request;
  auto kept = kept_result(stage.forge, change, stage.rules.result);
  if (!kept) log::warning(forge::sentence_of(kept.error()));
  if (!kept) return Done{};
  if (!*kept) log::warning(nothing_kept(change, stage.rules.result));
  stage.result = *std::move(kept);
  return Done{};
}

// Where a finding is, and so who owns it, a stranger's result does not say of one that the ledger knows.
void believe_ledger(const ledger::State& state, KnownFinding& finding) {
  const ledger::Tracked* const known = state.find(finding.id);
  if (known == nullptr || !known->is_live()) return;
  finding.path = state.text(known->path);
  finding.risk_tenths = std::max(finding.risk_tenths, static_cast<int>(known->risk_tenths));
}

}  // namespace

Result<std::optional<StoredEvidence>> judge_stored(CommandStage& stage, const LedgerDecisions& decisions) {
  stage.asked.rules.settings = stage.rules;
  honour(decisions, stage.asked.rules.settings);
  GP_CHECK(look_for_result(stage));
  if (!stage.result) return std::optional<StoredEvidence>();
  GP_TRY(ResultFile result, read_result(stage.result->text, stage.result->name));
  std::string judged = result.change.change_head.empty() ? result.change.head : result.change.change_head;
  TipLines lines(result);
  Assessment assessment = judge_again(stage.ports, stage.ci, std::move(result), stage.asked, stage.now);
  return std::optional<StoredEvidence>(StoredEvidence{std::move(judged), std::move(lines), std::move(assessment)});
}

Result<std::vector<KnownFinding>> findings_named(CommandStage& stage, const StoredEvidence* evidence,
                                                 std::string_view id) {
  std::vector<KnownFinding> all;
  GP_TRY(const LedgerView view, read_ledger(stage.ledger, stage.now));
  if (evidence != nullptr) {
    const Assessment& it = evidence->assessment;
    for (std::size_t i = 0; i < it.findings.all.size(); ++i) {
      const Finding& finding = it.findings.all[i];
      if (!names(id, finding.id) || !is_there(it.assessed[i].presence)) continue;
      all.push_back({finding.id, std::string(it.findings.path_of(finding)), it.assessed[i].risk.score_tenths, i});
      believe_ledger(view.state, all.back());
    }
    if (!all.empty()) return all;
  }
  for (const ledger::Tracked& it : view.state.findings) {
    if (it.is_live() && names(id, it.id))
      all.push_back({it.id, std::string(view.state.text(it.path)), it.risk_tenths, std::nullopt});
  }
  return all;
}

std::string account_of(const CiFacts& ci, const forge::SaidComment& said) {
  if (said.author_id == 0) return {};
  const char* const forge = ci.system == CiFacts::System::gitlab ? "gitlab" : "github";
  return fmt::format("{}:{}", forge, said.author_id);
}

Result<CommandFacts> ask_facts(CommandStage& stage, const Spoken& spoken, const LedgerDecisions& decisions,
                               const StoredEvidence* evidence) {
  const command::Command& command = *spoken.reading.command;
  const publish::ChangeRequest& request = stage.asked.shown.request;
  CommandFacts out;
  command::Facts& facts = out.facts;
  facts.deleted = spoken.deleted;
  facts.edited = spoken.said.edited;
  facts.by_bot = spoken.said.by_bot;
  facts.person = "@" + spoken.said.author;
  facts.open = request.open;
  facts.author = "@" + request.author;
  facts.head = request.head;
  facts.judged = evidence == nullptr ? "" : evidence->judged;
  facts.today = day_of(stage.now);
  const std::string account = account_of(stage.ci, spoken.said);
  std::string id = command.id;
  if (needs(command, Part::decision)) {
    for (const DecidedRequest& it : decisions.requests) {
      const auto finding = parse_finding_id(it.finding);
      if (it.id != command.id && !(finding && names(command.id, *finding))) continue;
      facts.requests.push_back(it);
      // Who has another name by now is the same person.
      if (!account.empty() && it.requester_account == account) facts.requests.back().requested_by = facts.person;
    }
    id = finding_asked_about(command.verb, facts.requests);
    if (command.verb == command::Verb::approve && is_for_own_change(decisions, facts)) facts.author = facts.person;
  }
  if (!id.empty()) {
    GP_TRY(out.findings, findings_named(stage, evidence, id));
    facts.findings = out.findings.size();
    if (!out.findings.empty()) add_finding(stage, out.findings.front(), facts);
  }
  facts.service_known =
      command.service.empty() || stage.asked.rules.surroundings.services.catalogue.named(command.service).has_value();
  facts.frozen = decisions.freezes.contains(text::lower(command.service));
  // Bots and what is gone are refused whoever they are: nobody is asked about them.
  if (!facts.deleted && !facts.by_bot) add_person(stage, command, spoken.said, out);
  return out;
}

}  // namespace gatepost::app
