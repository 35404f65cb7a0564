#include "app/ledger_decisions.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/text.hpp"
#include "base/time.hpp"
#include "ledger/chain.hpp"
#include "ledger/event.hpp"

namespace gatepost::app {
namespace {

using command::Verb;
using ledger::Event;

std::vector<std::string> texts_of(const Event& event, std::string_view fact) {
  const auto found = event.facts.find(fact);
  const auto* const texts =
      found == event.facts.end() ? nullptr : std::get_if<std::vector<std::string>>(&found->second);
  return texts == nullptr ? std::vector<std::string>{} : *texts;
}

// One granted command after the other.
class Fold {
 public:
  explicit Fold(const ledger::People& people) : people_(people) {}

  void add(const Event& event) {
    const std::string outcome = event.text("outcome");
    const bool granted = outcome == "granted";
    if (const std::string comment = event.text("comment"); !comment.empty())
      out_.handled.emplace(comment, HandledComment{granted, event.text("because"), event.text("request")});
    if (!granted) out_.refusals.push_back({name_of(event), event.at});
    const command::Usage* const usage = command::find_usage(event.text("command"));
    if (usage != nullptr && is_question(usage->verb)) out_.questions.push_back({name_of(event), event.at});
    if (granted && usage != nullptr) take(usage->verb, event);
  }

  // Who closed a ticket as not to be done asks for a waiver; who did so again asks anew.
  void hear_of_ticket(const Event& event) {
    if (event.text("deed") != "waiver_requested" || event.text("request").empty()) return;
    std::erase_if(out_.requests, [&](const auto& it) { return it.id == event.text("request"); });
    ask(event, false);
    out_.requests.back().text = fmt::format("the ticket {} was closed as not to be done", event.text("ticket"));
  }

  LedgerDecisions take_all() { return std::move(out_); }

 private:
  void take(Verb verb, const Event& event) {
    switch (verb) {
      case Verb::waive:
      case Verb::false_positive:
        return ask(event, verb == Verb::false_positive);
      case Verb::approve:
        return approve(event);
      case Verb::revoke:
        std::erase_if(out_.requests, [&](const auto& it) { return it.id == event.text("request"); });
        return;
      case Verb::assign:
        out_.assigned[event.subject] =
            Owner{TeamId{people_.name(event.text("team"))},
                  fmt::format("assigned by {} on {}", name_of(event), gatepost::to_string(day_of(event.at)))};
        return;
      case Verb::ticket:
        out_.tickets.insert(event.subject);
        return;
      case Verb::freeze:
        out_.freezes[text::lower(event.subject)] =
            config::Freeze{event.subject, gatepost::to_string(day_of(event.at)), name_of(event)};
        return;
      case Verb::unfreeze:
        out_.freezes.erase(text::lower(event.subject));
        return;
      default:
        return;
    }
  }

  [[nodiscard]] std::string name_of(const Event& event) const { return people_.name(event.actor.id); }

  void ask(const Event& event, bool false_positive) {
    DecidedRequest request;
    request.id = event.text("request");
    request.finding = event.subject;
    request.requested_by = name_of(event);
    request.requester_account = people_.account(event.actor.id);
    request.false_positive = false_positive;
    request.text = event.text("reason");
    if (const std::string author = event.text("change_author"); !author.empty())
      request.change_author = people_.name(author);
    request.asked = day_of(event.at);
    request.until = day_of({event.number("until").value_or(0)});
    request.event = event.seq;
    out_.requests.push_back(std::move(request));
  }

  void approve(const Event& event) {
    const auto found = std::ranges::find(out_.requests, event.text("request"), &DecidedRequest::id);
    if (found == out_.requests.end()) return;
    found->approved_by.push_back(name_of(event));
    for (const std::string& team : texts_of(event, "teams")) found->approved_by.push_back("@" + team);
  }

  const ledger::People& people_;
  LedgerDecisions out_;
};

policy::Waiver waiver_of(const DecidedRequest& request) {
  policy::Waiver waiver;
  waiver.id = {request.id};
  waiver.finding = request.finding;
  waiver.reason = request.false_positive ? "false_positive" : "risk_accepted";
  waiver.justification = request.text;
  waiver.requested_by = request.requested_by;
  waiver.approved_by = request.approved_by;
  waiver.created = request.asked;
  waiver.expires = request.until;
  waiver.where = fmt::format("ledger:{}", request.event);
  return waiver;
}

}  // namespace

bool is_question(Verb verb) {
  return verb == Verb::help || verb == Verb::status || verb == Verb::explain || verb == Verb::fix;
}

Result<LedgerDecisions> decisions_of(std::span<const ledger::Line> lines, const ledger::People& people) {
  Fold fold(people);
  ledger::CanonicalText scratch;
  for (const ledger::Line& line : lines) {
    const bool is_command = line.type == to_string(ledger::EventType::command);
    const bool may_ask = line.type == to_string(ledger::EventType::ticketed) &&
                         line.text.find("waiver_requested") != std::string_view::npos;
    if (!is_command && !may_ask) continue;
    GP_TRY(const Event event, ledger::parse(line.text, scratch));
    if (is_command) {
      fold.add(event);
    } else {
      fold.hear_of_ticket(event);
    }
  }
  return fold.take_all();
}

Result<LedgerDecisions> read_decisions(store::Store& store, Timestamp now) {
  GP_TRY(const std::vector<ledger::Line> lines, store.read(0));
  if (const auto verified = ledger::verify(lines, now); !verified) {
    return error(ErrorKind::bad_input, fmt::format("{}: {}", store.name(), verified.error().message),
                 "gatepost ledger verify tells more");
  }
  GP_TRY(const auto document, store.document(ledger::People::kDocument));
  GP_TRY(const ledger::People people, ledger::People::parse(document.value_or("")));
  return decisions_of(lines, people);
}

void honour(const LedgerDecisions& decisions, config::Settings& settings) {
  for (const DecidedRequest& request : decisions.requests) settings.waivers.push_back(waiver_of(request));
  for (const auto& [service, freeze] : decisions.freezes) settings.freezes.push_back(freeze);
  std::vector<context::RoutingRule> rules;
  for (const auto& [finding, owner] : decisions.assigned) {
    rules.emplace_back().findings = {finding};
    rules.back().owners = {owner};
  }
  settings.routing.insert(settings.routing.begin(), rules.begin(), rules.end());
}

std::vector<Reason> freeze_reasons(const Assessment& assessment, const std::vector<config::Freeze>& freezes,
                                   const context::Catalogue& catalogue) {
  std::vector<Reason> reasons;
  for (const config::Freeze& it : freezes) {
    const auto service = catalogue.named(it.service);
    const auto is_of_service = [&](const FileChange& file) {
      for (const std::string& path : {file.old_path, file.new_path}) {
        const auto match = path.empty() ? std::nullopt : catalogue.of_path(path);
        if (match && match->service == *service) return true;
      }
      return false;
    };
    // What no catalogue knows any more may be anywhere.
    const bool concerned =
        !service || assessment.change.files.empty() || std::ranges::any_of(assessment.change.files, is_of_service);
    if (!concerned) continue;
    reasons.push_back(
        {{"freeze"},
         Action::block,
         fmt::format("service {} is frozen since {} by {}; /gatepost unfreeze {} lifts it", text::printable(it.service),
                     it.since, text::printable(it.by), text::printable(it.service)),
         {}});
  }
  return reasons;
}

}  // namespace gatepost::app
