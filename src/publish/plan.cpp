#include "publish/plan.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <tuple>

#include "base/text.hpp"
#include "publish/marker.hpp"
#include "publish/parts.hpp"
#include "report/words.hpp"

namespace gatepost::publish {
namespace {

constexpr std::size_t kAnnotationsAtATime = 50;

bool allows(const Abilities& may, Channel channel) {
  switch (channel) {
    case Channel::comment:
      return may.comment;
    case Channel::review:
      return may.review;
    case Channel::check_run:
      return may.check;
    case Channel::status:
      return may.status;
    case Channel::labels:
      return may.label;
    case Channel::reviewers:
      return may.request_review;
    case Channel::sarif:
      return may.upload_sarif;
  }
  return false;
}

// The newest stamp of our summaries that is newer than our own.
std::optional<Stamp> newer_stamp(const Input& input, const Shown& shown, const Settings& settings) {
  const auto age = [](const Stamp& stamp) { return std::tuple(stamp.run, stamp.attempt); };
  std::optional<Stamp> newest;
  for (const ShownComment& comment : shown.comments) {
    const auto marker = parse_summary_marker(comment.body);
    if (!marker || marker->name != marker_name(settings.name) || age(marker->stamp) <= age(input.stamp)) continue;
    if (!newest || age(marker->stamp) > age(*newest)) newest = marker->stamp;
  }
  return newest;
}

std::size_t writes_of_notes(const std::vector<Note>& notes, Dialect dialect) {
  if (dialect == Dialect::gitlab) return notes.size();
  const auto on_file = [](const Note& note) { return note.last.new_line == 0; };
  const auto files = static_cast<std::size_t>(std::ranges::count_if(notes, on_file));
  return files + (files < notes.size() ? 1 : 0);
}

// "a, b, c and 4 more"
std::string some_of(std::vector<std::string> names) {
  constexpr std::size_t kMost = 6;
  const std::size_t more = names.size() > kMost ? names.size() - kMost : 0;
  names.resize(names.size() - more);
  return text::join(names, ", ") + (more == 0 ? "" : " and " + std::to_string(more) + " more");
}

std::string why_not_with_request(const Input& input, const ChangeRequest& request) {
  if (!request.open) return "Nothing is written to the change request: it is closed.";
  return "Nothing is written to the change request: its head is " + request.head.substr(0, 8) + " by now, not " +
         input.stamp.head.substr(0, 8) + ", which was judged.";
}

class Planner {
 public:
  Planner(const Input& input, const Shown& shown, const Settings& settings, const Lost& lost)
      : input_(input), settings_(settings), shown_(shown), sight_(sight_of(input, shown, settings, lost)) {}

  Plan plan() {
    const bool on_request = may_write_to_request();
    NotesPart notes;
    if (on_request) {
      take(plan_summary(sight_), comments_);
      notes = plan_notes(sight_);
      tell(notes.part.notes);
    } else if (newer_ && sight_.with_request && sight_.can(Channel::comment)) {
      take_back();
    }
    if (may_write_to_commit()) {
      take(plan_check_run(sight_, notes.placed), others_);
      take(plan_status(sight_), others_);
    }
    if (on_request) {
      take(plan_labels(sight_), others_);
      take(plan_reviewers(sight_), others_);
    }
    take(plan_sarif(sight_), others_);
    cut(notes);
    return std::move(plan_);
  }

 private:
  bool may_write_to_request() {
    if (shown_.request.number == 0) return false;
    newer_ = newer_stamp(input_, shown_, settings_);
    if (!sight_.with_request) {
      plan_.notes.push_back(why_not_with_request(input_, shown_.request));
      return false;
    }
    if (!newer_) return true;
    plan_.notes.push_back("Nothing is written to the change request: run " + std::to_string(newer_->run) + "." +
                          std::to_string(newer_->attempt) + ", which is newer, has spoken.");
    return false;
  }
  // What we said at the moment when a newer run spoke for the first time.
  void take_back() {
    for (const ShownComment& comment : shown_.comments) {
      const auto marker = parse_summary_marker(comment.body);
      if (!marker || marker->name != marker_name(settings_.name) || !(marker->stamp == input_.stamp)) continue;
      comments_.push_back({"summary again " + comment.id, Channel::comment, DeleteComment{comment.id}});
    }
  }

  // What hangs on a commit is a newer run's only when that judged the same commit.
  [[nodiscard]] bool may_write_to_commit() const { return !newer_ || newer_->head != input_.stamp.head; }

  void tell(std::vector<std::string>& notes) { std::ranges::move(notes, std::back_inserter(plan_.notes)); }
  void take(Part part, std::vector<Action>& into) {
    std::ranges::move(part.actions, std::back_inserter(into));
    tell(part.notes);
  }

  // As many actions as may be; notes on lines come last when writes are counted, because they are many.
  void cut(NotesPart& notes) {
    std::size_t left = settings_.most_writes;
    std::vector<std::string> missing;
    const auto fits = [&](const Action& action) {
      const std::size_t writes = writes_of(action, input_.dialect);
      if (writes > left) {
        missing.push_back(action.key);
        return false;
      }
      left -= writes;
      return true;
    };
    std::vector<Action> first = filtered(comments_, fits), last = filtered(others_, fits);
    std::vector<Action> middle;
    for (Action& action : notes.part.actions) {
      if (auto* const post = std::get_if<PostNotes>(&action.what)) {
        shorten(*post, notes, left, missing);
        if (post->notes.empty()) continue;
      }
      if (fits(action)) middle.push_back(std::move(action));
    }
    for (auto* const list : {&first, &middle, &last}) std::ranges::move(*list, std::back_inserter(plan_.actions));
    if (!missing.empty()) {
      plan_.notes.push_back("Left for the next run, because one run writes at most " +
                            text::count_of(settings_.most_writes, "time") + ": " + some_of(missing) + ".");
    }
    plan_.told_inline = {notes.told.begin(), notes.told.end()};
    for (const auto& told : notes.told_by_note)
      plan_.told_inline.insert(plan_.told_inline.end(), told.begin(), told.end());
    for (const Action& action : plan_.actions) {
      const auto told = notes.told_by_edit.find(action.key);
      if (told != notes.told_by_edit.end())
        plan_.told_inline.insert(plan_.told_inline.end(), told->second.begin(), told->second.end());
    }
    std::ranges::sort(plan_.told_inline);
  }

  template <class Fits>
  static std::vector<Action> filtered(std::vector<Action>& actions, const Fits& fits) {
    std::vector<Action> kept;
    for (Action& action : actions) {
      if (fits(action)) kept.push_back(std::move(action));
    }
    return kept;
  }

  // Takes the notes of the least risk away until the others fit.
  void shorten(PostNotes& post, NotesPart& notes, std::size_t left, std::vector<std::string>& missing) const {
    std::size_t count = 0;
    while (!post.notes.empty() && writes_of_notes(post.notes, input_.dialect) > left) {
      post.notes.pop_back();
      notes.told_by_note.pop_back();
      ++count;
    }
    if (count > 0) missing.push_back(text::count_of(count, "note"));
  }

  const Input& input_;
  const Settings& settings_;
  const Shown& shown_;
  const Sight sight_;
  std::optional<Stamp> newer_;
  std::vector<Action> comments_, others_;
  Plan plan_;
};

}  // namespace

bool Sight::can(Channel channel) const {
  return allows(shown.may, channel) && std::ranges::find(lost, channel) == lost.end();
}

bool Sight::evidence_is_complete() const {
  const auto& reports = assessment().table.reports();
  return assessment().verdict.outcome != Outcome::inconclusive &&
         std::ranges::all_of(reports, [](const ReportInfo& it) { return is_complete(it.state); });
}

Sight sight_of(const Input& input, const Shown& shown, const Settings& settings, const Lost& lost) {
  const Assessment& assessment = input.report.assessment;
  report::Overview overview = report::overview_of(assessment);
  auto candidates = report::most_important(assessment, overview.news, overview.news.size());
  const ChangeRequest& request = shown.request;
  return {.input = input,
          .shown = shown,
          .settings = settings,
          .lost = lost,
          .overview = std::move(overview),
          .candidates = std::move(candidates),
          .with_request = request.number != 0 && request.open && request.head == input.stamp.head};
}

std::string headline(const Sight& sight) {
  const report::Headline it = report::headline_of(sight.assessment(), sight.overview);
  return it.verdict + ": " + it.why;
}

bool is_gate_open(Outcome outcome) { return outcome == Outcome::pass || outcome == Outcome::warn; }

bool is_older(std::string_view id, std::string_view than) {
  return std::pair(id.size(), id) < std::pair(than.size(), than);
}

Part plan_sarif(const Sight& sight) {
  Part part;
  const Input& input = sight.input;
  if (!sight.settings.upload_sarif || input.sarif.empty()) return part;
  if (input.dialect != Dialect::github || !sight.can(Channel::sarif)) {
    part.notes.emplace_back("The SARIF report is not uploaded: the forge does not take it. It is among the files.");
    return part;
  }
  if (!sight.evidence_is_complete()) {
    part.notes.emplace_back(
        "The SARIF report is not uploaded: not all scans are complete, and GitHub would close the alerts of what they "
        "did not report. It is among the files.");
    return part;
  }
  const std::string& commit = input.sarif_commit.empty() ? input.stamp.head : input.sarif_commit;
  part.actions.push_back({"sarif " + commit, Channel::sarif, UploadSarif{commit, input.sarif_ref, input.sarif}});
  return part;
}

std::size_t writes_of(const Action& action, Dialect dialect) {
  if (const auto* const post = std::get_if<PostNotes>(&action.what)) {
    return writes_of_notes(post->notes, dialect);
  }
  if (const auto* const run = std::get_if<WriteCheckRun>(&action.what)) {
    return std::max<std::size_t>(1, (run->annotations.size() + kAnnotationsAtATime - 1) / kAnnotationsAtATime);
  }
  if (const auto* const labels = std::get_if<ChangeLabels>(&action.what)) {
    if (dialect == Dialect::gitlab) return 1;
    return (labels->add.empty() ? 0 : 1) + labels->remove.size();
  }
  return 1;
}

Plan plan(const Input& input, const Shown& shown, const Settings& settings, const Lost& lost) {
  return Planner(input, shown, settings, lost).plan();
}

}  // namespace gatepost::publish
