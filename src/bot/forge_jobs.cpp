// GitHub and GitLab: comments, changes, runs that ended, checks that are wanted again, issues.
#include <algorithm>
#include <array>

#include "bot/reading.hpp"
#include "command/grammar.hpp"
#include "forge/answer.hpp"
#include "publish/check_button.hpp"
#include "tracker/issues.hpp"

namespace gatepost::bot {
namespace {

using forge::ForgeEvent;
using Kind = ForgeEvent::Kind;

constexpr std::array<std::string_view, 4> kNothingRan = {"skipped", "stale", "action_required", "startup_failure"};
constexpr std::array<std::string_view, 3> kSpoken = {"issue_comment", "pull_request_review_comment", "note"};
// The states of a pipeline that has results.
constexpr std::array<std::string_view, 3> kEnded = {"success", "failed", "manual"};
constexpr std::array<std::string_view, 9> kMoved = {"opened", "synchronize", "reopened", "closed", "ready_for_review",
                                                    "open",   "reopen",      "close",    "merge"};

template <std::size_t N>
bool among(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::ranges::find(names, name) != names.end();
}

// As it may stand in an address: "acme/shop"; on GitLab with groups below groups.
bool is_repository(std::string_view name, Sender sender) {
  constexpr std::size_t kLongest = 1000;
  const auto parts = text::split(name, '/');
  const bool depth = sender == Sender::github ? parts.size() == 2 : parts.size() >= 2;
  if (!depth || name.size() > kLongest || forge::has_dot_segment(name)) return false;
  const auto plain = [](char c) { return text::is_alnum(c) || c == '-' || c == '_' || c == '.'; };
  return std::ranges::all_of(parts, [&](auto part) { return !part.empty() && std::ranges::all_of(part, plain); });
}

struct Reader {
  Sender sender;
  const ForgeEvent& event;
  std::string_view body;
  std::span<const std::string> own_accounts;

  [[nodiscard]] Job job(JobKind kind, std::string_view about) const {
    Job it{.kind = kind, .sender = sender, .repository = event.repository};
    it.key.append(to_string(kind)).append(" ").append(to_string(sender)).append(" ").append(event.repository);
    if (!about.empty()) it.key.append(" ").append(about);
    if (event.installation != 0) it.installation = std::to_string(event.installation);
    return it;
  }

  [[nodiscard]] Job evaluate(std::uint64_t change, const std::string& head) const {
    Job it = job(JobKind::evaluate, change != 0 ? std::to_string(change) : "commit " + head);
    it.change = change;
    it.head = head;
    return it;
  }

  [[nodiscard]] Reading comment() const {
    const forge::EventComment& it = *event.comment;
    if (!among(event.name, kSpoken)) return ignore("a comment of another kind gives no command");
    if (event.action != "created" && event.action != "create")
      return ignore("only a comment that was just written gives a command");
    if (it.author.is_bot || is_own(it.author.login, own_accounts) || is_own(event.sender.login, own_accounts))
      return ignore("bots give no commands");
    const command::Reading reading = command::read(it.body);
    if (!reading.command && !reading.mistake) return ignore("the comment does not speak to gatepost");
    Job wanted = job(JobKind::command, event.name + " " + std::to_string(it.id));
    wanted.change = event.request->number;
    wanted.head = event.request->head;
    wanted.event = event.name;
    wanted.event_body = body;
    return {.jobs = {std::move(wanted)}, .ignored = {}};
  }

  [[nodiscard]] Reading request() const {
    const forge::EventRequest& it = *event.request;
    if (event.name != "pull_request" && event.name != "merge_request")
      return ignore("the event " + text::printable(event.name) + " changes nothing that is judged");
    const bool edited = event.action == "edited" || event.action == "update";
    const bool counts = !it.former_head.empty() || !it.former_target.empty() || it.left_draft;
    if (!among(event.action, kMoved) && !(edited && counts))
      return ignore("the action " + text::printable(event.action) + " changes nothing that is judged");
    return {.jobs = {evaluate(it.number, it.head)}, .ignored = {}};
  }

  // Those whose newest commit it is; where the forge tells none, whoever does the job looks for it.
  [[nodiscard]] Reading commit(std::span<const std::uint64_t> requests, const std::string& head) const {
    Reading reading;
    for (const std::uint64_t number : requests) reading.jobs.push_back(evaluate(number, head));
    if (requests.empty()) reading.jobs.push_back(evaluate(0, head));
    return reading;
  }

  [[nodiscard]] bool ended() const {
    if (sender == Sender::gitlab) return among(event.run->conclusion, kEnded);
    return event.action == "completed" && !among(event.run->conclusion, kNothingRan);
  }

  [[nodiscard]] Reading run() const {
    const forge::EventRun& it = *event.run;
    if (!ended()) return ignore("the run has not ended with anything to judge");
    if (it.trigger == "merge_group") return ignore("the run is of the merge queue, which judges for itself");
    // A pipeline that ran in a fork tells of a change of the repository that it goes into, which is not the event's.
    if (event.request && event.request->target_repository != event.repository_id)
      return ignore("the change goes into another repository than the one that the run is of");
    if (event.request) return {.jobs = {evaluate(event.request->number, it.head)}, .ignored = {}};
    // Of changes out of forks GitHub tells no number, of all others it does; GitLab tells that of every one.
    const bool may_be_of_fork = sender == Sender::github && it.head_repository != event.repository;
    if (it.requests.empty() && !may_be_of_fork) return ignore("the run is of no change that is at its commit");
    return commit(it.requests, it.head);
  }

  [[nodiscard]] Reading check() const {
    const bool pressed = event.action == "requested_action" && event.check->button == publish::kCheckAgain;
    if (event.action != "rerequested" && !pressed) return ignore("nobody asks for a check again");
    const bool may_be_of_fork = event.check->head_branch.empty();
    if (event.check->requests.empty() && !may_be_of_fork)
      return ignore("the check is of no change that is at its commit");
    return commit(event.check->requests, event.check->head);
  }

  // Every ticket of ours carries the label, and a change of the label is one of the ticket.
  [[nodiscard]] Reading issue() const {
    const forge::EventIssue& it = *event.issue;
    const bool ours =
        it.label == tracker::kTicketLabel || std::ranges::find(it.labels, tracker::kTicketLabel) != it.labels.end();
    if (!ours) return ignore("the issue is no ticket of gatepost");
    if (is_own(event.sender.login, own_accounts)) return ignore("gatepost changed the ticket itself");
    if (event.action == "opened" || event.action == "open") return ignore("a ticket that is new is known already");
    return {.jobs = {job(JobKind::tickets, "")}, .ignored = {}};
  }

  [[nodiscard]] Reading read() const {
    switch (event.kind) {
      case Kind::comment:
        return comment();
      case Kind::request:
        return request();
      case Kind::run:
        return run();
      case Kind::check:
        return check();
      case Kind::issue:
        return issue();
      case Kind::ping:
        return ignore("a ping: the webhook is set up");
      case Kind::push:
        return ignore("a push is judged when its pipeline has ended");
      case Kind::queue:
        return ignore("the merge queue judges for itself");
      case Kind::other:
        break;
    }
    if (event.name.starts_with("installation"))
      return ignore("an installation changed: each job asks anew what it may do");
    return ignore("the event " + text::printable(event.name) + " asks for nothing");
  }
};

// Jobs name things: what names nothing, or something that stands in no address, is none.
Status check_job(const Job& job, std::string_view who) {
  const auto wrong = [&](std::string what) {
    return error(ErrorKind::bad_input, "the event of " + std::string(who) + " " + std::move(what));
  };
  if (!is_repository(job.repository, job.sender))
    return wrong("names no repository, but \"" + text::printable(job.repository) + "\"");
  if (job.kind == JobKind::command && job.change == 0) return wrong("does not say which change was commented on");
  if (job.kind == JobKind::evaluate && job.change == 0 && job.head.empty())
    return wrong("names neither a change nor a commit");
  return Done{};
}

}  // namespace

Result<Reading> read_forge_event(Sender sender, const ForgeEvent& event, std::string_view body,
                                 std::span<const std::string> own_accounts) {
  Reading reading = Reader{sender, event, body, own_accounts}.read();
  for (const Job& job : reading.jobs) GP_CHECK(check_job(job, sender == Sender::github ? "GitHub" : "GitLab"));
  return reading;
}

}  // namespace gatepost::bot
