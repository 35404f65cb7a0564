#include "app/ticket_sync.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "app/trackers.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "forge/answer.hpp"
#include "ledger/people.hpp"
#include "ledger/tickets.hpp"
#include "publish/tickets_of_others.hpp"
#include "report/escape.hpp"

namespace gatepost::app {
namespace {

using publish::CreateTicket;
using publish::TicketAction;
using publish::TicketInput;
using publish::TicketPlan;

std::optional<TrackerKind> kind_of(std::string_view name) {
  const auto found = std::ranges::find(kTrackerNames, name);
  if (found == kTrackerNames.end()) return std::nullopt;
  return static_cast<TrackerKind>(found - kTrackerNames.begin());
}

class Syncer {
 public:
  Syncer(const Ports& ports, const TicketSync& sync)
      : ports_(ports), sync_(sync), trackers_(ports, sync.settings.tickets, sync.ci, sync.version) {}

  Result<TicketReport> run() {
    complete_boards();
    GP_TRY(const LedgerView ledger, read_ledger(sync_.store, sync_.now));
    GP_CHECK(seen_input_of(ledger));
    TicketPlan plan;
    const ThinkOfLines think = [&](const LedgerView& now) -> Result<std::vector<ledger::Draft>> {
      GP_TRY(const TicketInput input, seen_input_of(now));
      plan = publish::plan_tickets(input, sync_.settings.tickets.rules);
      report_.left_to_others = publish::tickets_of_others(input, sync_.settings.tickets.rules);
      return reservations(plan);
    };
    if (sync_.dry_run) {
      GP_CHECK(think(ledger));
      tell_plan(plan);
      return std::move(report_);
    }
    GP_CHECK(append_to_ledger(sync_.store, sync_.now, think, nothing()));
    take_notes(plan);
    carry_out(plan);
    remember();
    return std::move(report_);
  }

 private:
  static std::function<store::Documents()> nothing() {
    return [] { return store::Documents{}; };
  }
  void problem(const Error& failure) {
    std::string sentence = forge::sentence_of(failure);
    if (std::ranges::find(report_.problems, sentence) == report_.problems.end())
      report_.problems.push_back(std::move(sentence));
  }

  // --- what there is ---

  // A tracker that cannot be asked is left alone, with all that the ledger knows of it.
  void complete_boards() {
    teams_ = ticket_teams(sync_.settings, sync_.ci);
    std::map<std::pair<TrackerKind, std::string>, std::optional<Board>> done;
    for (publish::TicketTeam& team : teams_) {
      if (!team.board) continue;
      const Board& board = *team.board;
      std::string same = board.project + "\n" + board.issue_type + "\n" + board.component + "\n" + board.assignee +
                         "\n" + board.security_level + "\n" + board.plan + "\n" + text::join(board.labels, "\n");
      const auto [at, fresh] = done.try_emplace({board.tracker, std::move(same)});
      if (fresh) at->second = complete(board);
      team.board = at->second;
    }
  }

  std::optional<Board> complete(const Board& board) {
    if (lost_.contains(board.tracker)) return std::nullopt;
    const auto tracker = trackers_.of(board.tracker);
    if (!tracker) return lose(board.tracker, tracker.error());
    auto completed = (*tracker)->complete(board, report_.notes);
    if (completed) return *std::move(completed);
    if (completed.error().kind != ErrorKind::config) return lose(board.tracker, completed.error());
    problem(completed.error());
    return std::nullopt;
  }

  std::optional<Board> lose(TrackerKind kind, const Error& failure) {
    lost_.insert(kind);
    problem(failure);
    return std::nullopt;
  }

  Result<TicketInput> input_of(const LedgerView& ledger) const {
    GP_TRY(TicketInput input, ticket_input(ledger, sync_.settings, sync_.knowledge, sync_.now));
    input.teams = teams_;
    input.shown = shown_;
    input.repository = sync_.ci.repository.empty() ? sync_.settings.repository : sync_.ci.repository;
    if (!sync_.ci.code_url.empty()) input.blob_url = sync_.ci.code_url + "/";
    leave_lost(input);
    return input;
  }

  // With what the boards show of it. A run that was faster may have told the ledger of tickets that we have not asked
  // for: one that was not asked for looks like one that was deleted.
  Result<TicketInput> seen_input_of(const LedgerView& ledger) {
    GP_TRY(const TicketInput input, input_of(ledger));
    std::vector<publish::TicketRef> fresh = publish::ticket_refs(input, sync_.settings.tickets.rules);
    std::erase_if(fresh, [&](const publish::TicketRef& it) {
      return !asked_.insert({it.tracker, it.project, it.key, it.id}).second;
    });
    if (fresh.empty()) return input;
    look_up(fresh);
    return input_of(ledger);
  }

  // Findings whose ticket is on a tracker that does not answer get no other one.
  void leave_lost(TicketInput& input) const {
    std::set<std::string> hidden;
    std::erase_if(input.known, [&](const TicketMemory& it) {
      const auto kind = kind_of(it.tracker);
      const bool lost = !kind || lost_.contains(*kind);
      if (lost) hidden.insert(it.key);
      return lost;
    });
    std::erase_if(input.findings, [&](const auto& it) { return hidden.contains(it.ticket); });
    for (publish::TicketTeam& team : input.teams) {
      if (team.board && lost_.contains(team.board->tracker)) team.board.reset();
    }
  }

  void look_up(const std::vector<publish::TicketRef>& refs) {
    std::map<TrackerKind, std::vector<publish::TicketRef>> by_tracker;
    for (const publish::TicketRef& it : refs) by_tracker[it.tracker].push_back(it);
    for (const auto& [kind, some] : by_tracker) {
      const auto tracker = trackers_.of(kind);
      if (!tracker) {
        lose(kind, tracker.error());
        continue;
      }
      auto found = (*tracker)->shown(some);
      if (!found) {
        lose(kind, found.error());
        continue;
      }
      for (ShownTicket& it : *found) show(std::move(it));
    }
  }

  // What was seen last counts.
  void show(ShownTicket ticket) {
    const auto same = std::ranges::find_if(shown_, [&](const ShownTicket& it) {
      return it.id == ticket.id && it.instead_of == ticket.instead_of && it.key == ticket.key;
    });
    if (same == shown_.end()) {
      shown_.push_back(std::move(ticket));
    } else {
      *same = std::move(ticket);
    }
  }

  // --- what is to be done ---

  // Whoever tells the ledger first makes the ticket; other runs leave it to them.
  static std::vector<ledger::Draft> reservations(const TicketPlan& plan) {
    std::vector<ledger::Draft> drafts;
    for (const TicketAction& it : plan.actions) {
      if (!std::holds_alternative<CreateTicket>(it.what) || it.subjects.empty()) continue;
      TicketMemory planned = it.after;
      planned.state = TicketMemory::State::planned;
      std::ranges::move(ledger::ticket_events("planned", planned, it.subjects), std::back_inserter(drafts));
    }
    return drafts;
  }

  void take_notes(const TicketPlan& plan) {
    std::ranges::copy(plan.notes, std::back_inserter(report_.notes));
    if (report_.left_to_others > 0) {
      report_.notes.push_back(
          fmt::format("{} planned by another run not yet made; should that run have ended, a sync in an hour makes it",
                      text::count_of(report_.left_to_others, "ticket")));
    }
    if (plan.without_board == 0 || !lost_.empty()) return;
    report_.notes.push_back(fmt::format(
        "{} should have a ticket, and no board is known for their owners: name jira, linear or issues for a team in "
        ".gatepost/teams.yml",
        text::count_of(plan.without_board, "finding")));
  }

  void tell_plan(const TicketPlan& plan) {
    const std::string lines = publish::describe(plan);
    for (const std::string_view line : text::split(lines, '\n')) {
      if (!line.empty()) report_.done.emplace_back(line);
    }
    take_notes(plan);
  }

  void carry_out(const TicketPlan& plan) {
    std::map<TrackerKind, std::vector<const TicketAction*>> to_create;
    for (const TicketAction& it : plan.actions) {
      const auto kind = kind_of(it.after.tracker);
      if (!kind) continue;
      if (std::holds_alternative<CreateTicket>(it.what)) {
        to_create[*kind].push_back(&it);
      } else {
        apply(*kind, it);
      }
    }
    for (const auto& [kind, actions] : to_create) create(kind, actions);
  }

  void apply(TrackerKind kind, const TicketAction& action) {
    // What follows upon something that failed would tell a lie.
    if (failed_.contains(action.after.id)) return;
    if (const Status told = tell(kind, action); !told) {
      failed_.insert(action.after.id);
      return problem(told.error());
    }
    done(action, action.after);
  }

  Status tell(TrackerKind kind, const TicketAction& action) {
    if (std::holds_alternative<publish::NoteTicket>(action.what)) return Done{};
    GP_TRY(tracker::Tracker* const teller, trackers_.of(kind));
    if (!action.waivers.empty()) GP_CHECK(find_requester(*teller, kind, action));
    return teller->apply(action.after.id, action.what);
  }

  // A request is somebody's. Who that is may be hidden from us; a tracker that does not answer is asked again by the
  // next run.
  Status find_requester(tracker::Tracker& teller, TrackerKind kind, const TicketAction& action) {
    const auto who = teller.closed_by(action.after.id);
    if (!who && who.error().kind == ErrorKind::unavailable) return who.error();
    const bool known = who && !who->empty();
    std::string name = known ? *who : "somebody who closed " + action.after.name;
    // A name that is none of the forge is never taken for one.
    const bool of_forge = kind == TrackerKind::github || kind == TrackerKind::gitlab;
    if (known && !of_forge) name += fmt::format(" ({})", to_string(kind));
    for (const publish::WaiverWish& it : action.waivers) requesters_[to_string(it.finding)] = name;
    return Done{};
  }

  // Tells the events what somebody asks to accept, and until when; remember() says who.
  static void add_requests(const TicketAction& action, std::vector<ledger::Draft>& drafts) {
    for (ledger::Draft& it : drafts) {
      const auto wish = std::ranges::find_if(
          action.waivers, [&](const publish::WaiverWish& one) { return to_string(one.finding) == it.subject; });
      if (wish == action.waivers.end()) continue;
      it.actor = {"person", "", action.after.tracker};
      it.facts.emplace("request", wish->id);
      const auto until = std::chrono::duration_cast<std::chrono::milliseconds>(wish->until.time_since_epoch());
      it.facts.emplace("until", std::int64_t{until.count()});
    }
  }

  void create(TrackerKind kind, const std::vector<const TicketAction*>& actions) {
    std::vector<const CreateTicket*> wishes;
    for (const TicketAction* const it : actions) wishes.push_back(&std::get<CreateTicket>(it->what));
    const auto tracker = trackers_.of(kind);
    if (!tracker) return problem(tracker.error());
    const auto made = (*tracker)->create(wishes);
    for (std::size_t i = 0; i < made.size(); ++i) {
      TicketMemory after = actions[i]->after;
      if (made[i]) {
        after.id = made[i]->id, after.name = made[i]->name, after.url = made[i]->url;
        done(*actions[i], after);
        continue;
      }
      problem(made[i].error());
      if (made[i].error().kind == ErrorKind::unavailable) continue;  // it may be there: the next run looks
      after.state = TicketMemory::State::planned;
      std::ranges::move(ledger::ticket_events("not_created", after, actions[i]->subjects), std::back_inserter(events_));
    }
  }

  void done(const TicketAction& action, const TicketMemory& after) {
    std::vector<ledger::Draft> drafts = ledger::ticket_events(action.deed, after, action.subjects);
    add_requests(action, drafts);
    std::ranges::move(drafts, std::back_inserter(events_));
    report_.done.push_back(fmt::format("{} {} {}: {} ({})", after.tracker, report::escape::terminal(after.name, 60),
                                       action.deed, report::escape::terminal(title_of(action), 120),
                                       report::escape::terminal(action.why, 200)));
  }
  static std::string title_of(const TicketAction& action) {
    const auto* const create = std::get_if<CreateTicket>(&action.what);
    return create != nullptr ? create->fields.title : action.after.title;
  }

  // The trackers have been told; should the ledger not hear of it, the next run finds the tickets by their keys.
  void remember() {
    if (events_.empty()) return;
    ledger::People people;
    const ThinkOfLines think = [&](const LedgerView& now) -> Result<std::vector<ledger::Draft>> {
      std::vector<ledger::Draft> still;
      std::ranges::copy_if(events_, std::back_inserter(still), [&](const auto& it) { return holds(it, now.state); });
      if (!requesters_.empty()) {
        GP_TRY(const auto document, sync_.store.document(ledger::People::kDocument));
        GP_TRY(people, ledger::People::parse(document.value_or("")));
        name_requesters(still, people);
      }
      return still;
    };
    const auto documents = [&]() -> store::Documents {
      if (requesters_.empty()) return {};
      return {{std::string(ledger::People::kDocument), people.text()}};
    };
    if (const auto appended = append_to_ledger(sync_.store, sync_.now, think, documents); !appended)
      problem(Error(appended.error()).context("the tickets are written, and the ledger does not know"));
  }

  static bool holds(const ledger::Draft& event, const ledger::State& state) {
    const auto id = parse_finding_id(event.subject);
    const ledger::Tracked* const finding = id ? state.find(*id) : nullptr;
    return finding != nullptr && finding->id == *id &&
           (event.type != ledger::EventType::claimed_fixed || finding->is_live());
  }

  // Names of people stand beside the ledger, never in its chain.
  void name_requesters(std::vector<ledger::Draft>& events, ledger::People& people) const {
    for (ledger::Draft& it : events) {
      if (it.actor.type == "person") it.actor.id = people.pseudonym(requesters_.at(it.subject), ports_.nonce());
    }
  }

  const Ports& ports_;
  const TicketSync& sync_;
  Trackers trackers_;
  TicketReport report_;
  std::vector<publish::TicketTeam> teams_;
  std::vector<ShownTicket> shown_;
  std::set<std::tuple<TrackerKind, std::string, std::string, std::string>> asked_;  // tracker, project, key, id
  std::set<TrackerKind> lost_;
  std::set<std::string> failed_;                   // ids of tickets
  std::map<std::string, std::string> requesters_;  // names by findings
  std::vector<ledger::Draft> events_;
};

}  // namespace

Result<TicketReport> sync_tickets(const Ports& ports, const TicketSync& sync) { return Syncer(ports, sync).run(); }

Status tell_tickets(const Ports& ports, const TicketReport& report, bool dry_run) {
  for (const std::string& line : report.done)
    GP_CHECK(ports.output(fmt::format("{}{}\n", dry_run ? "would be done: " : "", line)));
  if (report.done.empty() && report.problems.empty()) GP_CHECK(ports.output("tickets: nothing to do\n"));
  for (const std::string& note : report.notes) log::warning(note);
  for (const std::string& problem : report.problems) log::error(problem);
  return Done{};
}

}  // namespace gatepost::app
