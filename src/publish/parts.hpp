// The parts of a plan, one file each. Every part adds its actions, and says in a note what it does not do.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "publish/place.hpp"
#include "publish/plan.hpp"
#include "report/overview.hpp"

namespace gatepost::publish {

using report::FindingIndex;

struct Part {
  std::vector<Action> actions;     // in the order of their importance
  std::vector<std::string> notes;  // in sentences
};

// What all parts look at.
struct Sight {
  const Input& input;
  const Shown& shown;
  const Settings& settings;
  const Lost& lost;
  const report::Overview overview;
  const std::vector<FindingIndex> candidates;  // overview.news: what blocks first, then by risk
  bool with_request = false;                   // the change request is open and shows the commit that was judged

  [[nodiscard]] const Assessment& assessment() const { return input.report.assessment; }
  // The channel has not refused us, and the token can use it as far as is known.
  [[nodiscard]] bool can(Channel channel) const;
  // False: what is not reported is not known to be gone.
  [[nodiscard]] bool evidence_is_complete() const;
};
Sight sight_of(const Input& input, const Shown& shown, const Settings& settings, const Lost& lost);

// --- one channel each ---

Part plan_summary(const Sight& sight);
// True when another run has said the same of the same commit: what it asked for and did not get is not asked for again.
// A run that is started again asks again.
bool said_by_another_run(const Sight& sight);

struct NotesPart {
  Part part;  // PostNotes first, then what is true again, then what is over
  // Parallel to PostNotes::notes: the findings that each tells of.
  std::vector<std::vector<FindingIndex>> told_by_note;
  std::vector<FindingIndex> told;  // by what is shown already
  // By the key of an action that edits a note: the findings that it tells of for the first time.
  std::map<std::string, std::vector<FindingIndex>, std::less<>> told_by_edit;
  std::vector<FindingIndex> placed;  // candidates that lie in the diff, in their order
};
NotesPart plan_notes(const Sight& sight);

// `first`: findings whose annotations come before all others.
Part plan_check_run(const Sight& sight, const std::vector<FindingIndex>& first);
Part plan_status(const Sight& sight);
Part plan_labels(const Sight& sight);
Part plan_reviewers(const Sight& sight);
Part plan_sarif(const Sight& sight);

// --- shared ---

// "Gate closed: 2 of 5 new findings block this change", not escaped.
std::string headline(const Sight& sight);
bool is_gate_open(Outcome outcome);
// The report as Markdown with `marker` as its first line.
std::string markdown(const Sight& sight, std::string marker);
// What of a body counts when it is compared: without line ends' differences, the run of the stamp, and where the link
// to the whole report leads, which is another page in every run.
std::string comparable(std::string_view body);
// In the order of their age; both are decimal numbers of any length.
bool is_older(std::string_view id, std::string_view than);

}  // namespace gatepost::publish
