#include "app/command_answer.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "app/explain_risk.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "model/fix_plan.hpp"
#include "publish/marker.hpp"
#include "report/escape.hpp"
#include "report/overview.hpp"
#include "report/words.hpp"

namespace gatepost::app {
namespace {

namespace escape = report::escape;
using command::Verb;

constexpr std::size_t kMostPoints = 20, kLongestPoint = 600, kLongestQuote = 80;

std::string gate_of(const StoredEvidence* evidence) {
  if (evidence == nullptr) return "the result of the gate is not at hand here: its next run counts what was decided";
  const report::Headline headline =
      report::headline_of(evidence->assessment, report::overview_of(evidence->assessment));
  return fmt::format("{}: {}", headline.verdict, headline.why);
}

std::string name_of(const CommandFacts& facts) {
  return facts.findings.empty() ? "the finding" : short_form(facts.findings.front().id);
}

class Writer {
 public:
  Writer(const CommandStage& stage, const command::Command& command, const CommandFacts& facts,
         const command::Ruling& ruling, const LedgerDecisions& decisions, const StoredEvidence* evidence)
      : stage_(stage), c_(command), f_(facts), ruling_(ruling), decisions_(decisions), evidence_(evidence) {}

  CommandAnswer run(const std::string& request_id) {
    switch (c_.verb) {
      case Verb::help:
        return help();
      case Verb::status:
        return status();
      case Verb::explain:
        return explain();
      case Verb::fix:
        return fix();
      case Verb::recheck:
        return {gate_of(evidence_), {}, {}};
      case Verb::waive:
      case Verb::false_positive:
        return asked(request_id);
      case Verb::approve:
        return approved();
      case Verb::revoke:
        return {fmt::format("{} no longer counts", ruling_.request->id), {gate_of(evidence_)}, {}};
      case Verb::assign:
        return {fmt::format("{} is handed to {}", name_of(f_), c_.team), {}, {}};
      case Verb::ticket:
        return {fmt::format("the wish for a ticket about {} is in the ledger", name_of(f_)), {}, {}};
      case Verb::freeze:
        return {fmt::format("{} is frozen: every change of it is held up", c_.service),
                {gate_of(evidence_)},
                {fmt::format("{} unfreeze {}", command::kName, c_.service)}};
      case Verb::unfreeze:
        return {fmt::format("{} is no longer frozen", c_.service), {gate_of(evidence_)}, {}};
    }
    return {};
  }

 private:
  static CommandAnswer help() {
    CommandAnswer answer{
        .text = "a command is the first line of a comment, and one a comment", .points = {}, .lines = {}};
    for (const command::Usage& usage : command::usages()) answer.lines.push_back(command::synopsis(usage));
    return answer;
  }

  CommandAnswer status() const {
    CommandAnswer answer{.text = gate_of(evidence_), .points = {}, .lines = {}};
    for (const DecidedRequest& it : decisions_.requests) {
      const auto id = parse_finding_id(it.finding);
      const std::string finding = id ? short_form(*id) : it.finding;
      answer.points.push_back(
          it.approved_by.empty()
              ? fmt::format("{} about {}, asked for by {}, waits for approval", it.id, finding, it.requested_by)
              : fmt::format("{} about {} counts until {}, approved by {}", it.id, finding,
                            gatepost::to_string(it.until), it.approved_by.front()));
    }
    for (const auto& [name, it] : decisions_.freezes)
      answer.points.push_back(fmt::format("service {} is frozen since {} by {}", it.service, it.since, it.by));
    return answer;
  }

  CommandAnswer explain() const {
    const KnownFinding& finding = f_.findings.front();
    if (!finding.index)
      return {fmt::format("{} is in the ledger only: gatepost ledger log has its course", name_of(f_)), {}, {}};
    const RiskStory story = risk_story(evidence_->assessment, *finding.index);
    CommandAnswer answer{.text = fmt::format("{}: {}", name_of(f_), story.line), .points = {}, .lines = {}};
    if (!story.decision.empty()) answer.points.push_back(story.decision);
    for (const Factor& it : explain_risk(evidence_->assessment, *finding.index))
      answer.points.push_back(fmt::format("{}: {}; {}", it.name, it.value, it.because));
    return answer;
  }

  CommandAnswer fix() const {
    const KnownFinding& finding = f_.findings.front();
    const FixAction* const action = finding.index ? evidence_->assessment.fixes.of(*finding.index) : nullptr;
    if (action == nullptr)
      return {fmt::format("no upgrade is known that closes {}; the report says what the tool advises", name_of(f_)),
              {},
              {}};
    CommandAnswer answer{.text = fmt::format("{} {} to {} closes {}", action->package, action->from,
                                             action->to.empty() ? "what the tools state" : action->to,
                                             text::count_of(action->closes.size(), "finding")),
                         .points = {},
                         .lines = {}};
    for (const FixStep& step : action->steps) {
      if (!step.edit.empty()) answer.lines.push_back(step.edit);
      if (!step.command.empty()) answer.lines.push_back(step.command);
      if (!step.hint.empty()) answer.points.push_back(step.hint);
    }
    return answer;
  }

  CommandAnswer asked(const std::string& id) const {
    const auto found = std::ranges::find(decisions_.requests, id, &DecidedRequest::id);
    if (found == decisions_.requests.end()) return {"the request is recorded", {}, {}};
    const std::string_view what = found->false_positive ? "as no finding" : "as accepted";
    std::string who;
    for (const command::Role& role : stage_.rules.command_roles[static_cast<std::size_t>(Verb::approve)])
      who.append(who.empty() ? "" : ", ").append(to_string(role));
    const std::string owners = text::join(f_.facts.owners, ", "), approvers = text::join(f_.facts.approvers, ", ");
    CommandAnswer answer{
        .text = fmt::format("{} asks to count {} {} until {}; it waits for somebody else's approval", id, name_of(f_),
                            what, gatepost::to_string(found->until)),
        .points = {fmt::format("may approve: {}{}", who, owners.empty() ? "" : fmt::format(" (owners: {})", owners))},
        .lines = {fmt::format("{} approve {}", command::kName, id)}};
    if (!approvers.empty()) answer.points.push_back("of them, for this risk: " + approvers);
    return answer;
  }

  CommandAnswer approved() const {
    const auto found = std::ranges::find(decisions_.requests, ruling_.request->id, &DecidedRequest::id);
    const std::string until = found == decisions_.requests.end() ? "" : " until " + gatepost::to_string(found->until);
    return {fmt::format("{} is approved by {} ({}) and counts{}", ruling_.request->id, f_.facts.person, ruling_.because,
                        until),
            {gate_of(evidence_)},
            {fmt::format("{} revoke {}", command::kName, ruling_.request->id)}};
  }

  const CommandStage& stage_;
  const command::Command& c_;
  const CommandFacts& f_;
  const command::Ruling& ruling_;
  const LedgerDecisions& decisions_;
  const StoredEvidence* evidence_;
};

}  // namespace

std::string answer_marker(const CommandStage& stage, const Spoken& spoken) {
  return publish::answer_marker(stage.rules.publishing.name, spoken.said.place.id);
}

std::string answer_body(const CommandStage& stage, const Spoken& spoken, const CommandAnswer& answer) {
  // Comments of GitHub have no threads: the answer says what it answers.
  const std::string_view said = spoken.said.body;
  const std::string line(said.substr(0, said.find_first_of("\r\n")));
  std::string body = answer_marker(stage, spoken) + "\n**" + escape::markdown_text(stage.rules.publishing.name) +
                     "** to " + escape::markdown_text(spoken.said.author) + ", " +
                     escape::markdown_code(line, escape::Spot::paragraph, kLongestQuote) + ": " +
                     escape::markdown_text(answer.text, kLongestPoint) + "\n";
  const auto list = [&](const std::vector<std::string>& items, const auto& shown) {
    if (!items.empty()) body += "\n";
    for (std::size_t i = 0; i < std::min(items.size(), kMostPoints); ++i) body += "- " + shown(items[i]) + "\n";
    if (items.size() > kMostPoints) body += fmt::format("- and {} more\n", items.size() - kMostPoints);
  };
  list(answer.points, [](const std::string& it) { return escape::markdown_text(it, kLongestPoint); });
  list(answer.lines,
       [](const std::string& it) { return escape::markdown_code(it, escape::Spot::paragraph, kLongestPoint); });
  return escape::markdown_finish(body);
}

CommandAnswer answer_to_mistake(const command::Mistake& mistake) {
  return {fmt::format("{}; expected {}; nothing was done", mistake.found, mistake.expected), {}, {mistake.example}};
}

CommandAnswer answer_to_refused(const std::string& because) { return {"refused: " + because, {}, {}}; }

CommandAnswer answer_to_granted(const CommandStage& stage, const command::Command& command, const CommandFacts& facts,
                                const command::Ruling& ruling, const LedgerDecisions& decisions,
                                const StoredEvidence* evidence, const std::string& request_id) {
  return Writer(stage, command, facts, ruling, decisions, evidence).run(request_id);
}

}  // namespace gatepost::app
