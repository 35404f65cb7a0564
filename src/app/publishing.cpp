#include "app/publishing.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "forge/answer.hpp"

namespace gatepost::app {
namespace {

using publish::Channel;

// After so many channels the service is taken to be down.
constexpr int kMostUnanswered = 2;

const publish::Lost kEveryChannel = {Channel::comment, Channel::review,    Channel::check_run, Channel::status,
                                     Channel::labels,  Channel::reviewers, Channel::sarif};

// What hangs on the change request, not on the commit.
bool is_about_the_request(Channel channel) {
  return channel == Channel::comment || channel == Channel::review || channel == Channel::labels ||
         channel == Channel::reviewers;
}

class Teller {
 public:
  Teller(forge::Forge& forge, const publish::Input& input, const publish::Shown& shown,
         const publish::Settings& settings)
      : forge_(forge), input_(input), shown_(shown), settings_(settings) {}

  Told run() {
    // Each round loses a channel, or is the last.
    for (publish::Lost lost;;) {
      publish::Plan plan = publish::plan(input_, shown_, settings_, lost);
      const auto refused = carry_out(plan);
      told_.inline_findings = std::move(plan.told_inline);
      told_.notes = std::move(plan.notes);
      if (!refused) break;
      told_.complete = false;
      if (unanswered_ >= kMostUnanswered) {
        told_.inline_findings = publish::plan(input_, shown_, settings_, kEveryChannel).told_inline;
        told_.problems.emplace_back("the forge does not answer: the rest is in the job's summary and its reports");
        return std::move(told_);
      }
      lost.push_back(*refused);
    }
    if (made_summary_) meet_others();
    tell_what_is_not_shown();
    return std::move(told_);
  }

 private:
  // What could not be read is a problem where it keeps us from speaking; otherwise it is a remark.
  void tell_what_is_not_shown() {
    const bool silenced = shown_.request.number != 0 && !(shown_.may.comment && shown_.may.review);
    std::ranges::copy(shown_.notes, std::back_inserter(silenced ? told_.problems : told_.notes));
  }

  // The channel that refused; empty when everything was done.
  std::optional<Channel> carry_out(const publish::Plan& plan) {
    for (const publish::Action& action : plan.actions) {
      if (done_.contains(action.key)) continue;
      if (is_about_the_request(action.channel) && has_moved_on()) return action.channel;
      const auto applied = forge_.apply(action, shown_);
      if (!applied) {
        told_.problems.push_back(forge::sentence_of(applied.error()));
        if (applied.error().kind == ErrorKind::unavailable) ++unanswered_;
        return action.channel;
      }
      done_.insert(action.key);
      made_summary_ |= std::holds_alternative<publish::CreateComment>(action.what);
      std::ranges::copy(applied->notes, std::back_inserter(told_.problems));
      if (action.channel == Channel::comment && !applied->url.empty()) told_.url = applied->url;
    }
    return std::nullopt;
  }

  // Between looking and speaking another run may have spoken for the first time, too. Both look again, and both come
  // to the same end: the oldest comment stays, with the words of the newest run.
  void meet_others() {
    const publish::ChangeRequest& request = shown_.request;
    const auto now = forge_.shown({.number = request.number, .head = request.head, .name = settings_.name});
    if (!now || !now->may.comment) return;  // the next run will
    for (const publish::Action& action : publish::plan(input_, *now, settings_).actions) {
      if (action.channel != Channel::comment) continue;
      if (const auto applied = forge_.apply(action, *now); !applied)
        told_.problems.push_back(forge::sentence_of(applied.error()));
    }
  }

  // Somebody may have pushed since we asked: that push has a run of its own. Asked once, right before the first words.
  bool has_moved_on() {
    if (!moved_on_) {
      const auto head = forge_.current_head(shown_.request.number);
      moved_on_ = !head || *head != shown_.request.head;
      if (!head) {
        told_.problems.push_back(
            "whether somebody pushed meanwhile is not known, so the change request is left alone: " +
            forge::sentence_of(head.error()));
      } else if (*moved_on_)
        told_.problems.push_back(fmt::format(
            "the change request moved on to {} meanwhile: the run for that commit tells", text::printable(*head, 12)));
    }
    return *moved_on_;
  }

  forge::Forge& forge_;
  const publish::Input& input_;
  const publish::Shown& shown_;
  const publish::Settings& settings_;
  Told told_;
  std::set<std::string> done_;
  std::optional<bool> moved_on_;
  bool made_summary_ = false;
  int unanswered_ = 0;  // channels that were tried, again and again, without an answer
};

}  // namespace

Told tell_forge(forge::Forge& forge, const publish::Input& input, const publish::Shown& shown,
                const publish::Settings& settings) {
  return Teller(forge, input, shown, settings).run();
}

Told failure_of(const Error& failure) { return {.problems = {forge::sentence_of(failure)}, .complete = false}; }

forge::Wanted wanted_of(const CiFacts& ci, const std::string& judged, const publish::Settings& settings) {
  const bool has_request = ci.change_request.has_value() || ci.judges_other_run;
  return {.change_request = has_request,
          .number = ci.change_request.value_or(0),
          .head = ci.change_head.empty() ? judged : ci.change_head,
          .head_repository = ci.head_repository,
          .head_branch = ci.head_branch,
          .name = settings.name,
          .ref = ci.ref,
          .external_check = settings.external_check};
}

std::string sarif_ref(const CiFacts& ci, const std::string& judged) {
  if (!ci.change_request) return ci.ref;
  return fmt::format("refs/pull/{}/{}", *ci.change_request, judged == ci.merge_commit ? "merge" : "head");
}

publish::Dialect publish_dialect(CiFacts::System system) {
  return system == CiFacts::System::gitlab ? publish::Dialect::gitlab : publish::Dialect::github;
}

std::uint64_t pipeline_of(const CiFacts& ci, const std::string& head) { return ci.pipeline_head == head ? ci.run : 0; }

publish::Stamp stamp_of(const CiFacts& ci, const std::string& head) {
  return {.head = head, .run = ci.run, .attempt = ci.attempt};
}

}  // namespace gatepost::app
