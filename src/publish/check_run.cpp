// The check run of GitHub: verdict, report and annotations on the commit that was judged.
#include <algorithm>

#include "base/digest.hpp"
#include "publish/check_button.hpp"
#include "publish/marker.hpp"
#include "publish/parts.hpp"
#include "report/escape.hpp"
#include "report/facts.hpp"
#include "report/words.hpp"

namespace gatepost::publish {
namespace {

constexpr std::size_t kTitleBytes = 255, kMessageBytes = 4'000;
constexpr std::string_view kKind = "gatepost:check:";

bool is_wanted(const Sight& sight) {
  if (sight.input.dialect != Dialect::github || sight.settings.check_run == CheckRun::off) return false;
  if (sight.settings.check_run == CheckRun::on || sight.shown.may.is_app) return true;
  // When a comment is what would have been written, and cannot be.
  const bool has_request = sight.shown.request.number != 0;
  return has_request && sight.settings.comment != Comment::never && !sight.can(Channel::comment);
}

std::string conclusion_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::pass:
      return "success";
    case Outcome::warn:
      return "neutral";
    case Outcome::fail:
      return "failure";
    case Outcome::inconclusive:
      break;
  }
  return "action_required";
}

std::string level_of(gatepost::Action action) {
  if (action == gatepost::Action::block) return "failure";
  return action >= gatepost::Action::warn ? "warning" : "notice";
}

std::string message_of(const Sight& sight, FindingIndex finding) {
  const Assessment& it = sight.assessment();
  const auto tenths = it.assessed[finding].risk.effective_tenths;
  std::string text = "Risk " + report::points(tenths) + " of 100 (" + std::string(to_string(band_for_tenths(tenths))) +
                     "), severity " + std::string(to_string(it.severity_of(finding).label)) + ".";
  const auto add = [&](std::string_view label, const std::string& what) {
    if (!what.empty()) text.append("\n").append(label).append(report::escape::one_line(what, 500));
  };
  add("Why here: ", report::why_so_risky(report::factors_of(sight.input.report, finding)));
  add("Fix: ", report::fix_of(sight.input.report.assessment, finding));
  add("Owner: ", report::teams(it.owners_of(finding)));
  add("Rule: ", std::string(report::rule_of(it, finding)));
  text += "\nMore: gatepost explain " + short_form(it.findings.all[finding].id);
  return report::escape::annotation(text, kMessageBytes);
}

// Empty for a finding that is in no file of the head.
std::optional<Annotation> annotation_of(const Sight& sight, FindingIndex finding) {
  const Finding& it = sight.assessment().findings.all[finding];
  if (it.file == Finding::kNoFile || it.in_base_only) return std::nullopt;
  const auto lines = sight.input.head_lines ? sight.input.head_lines(finding) : std::nullopt;
  if (!lines && it.range.first_line > 0) return std::nullopt;  // the head has no such line
  Annotation note{.path = std::string(sight.assessment().findings.path_of(it))};
  if (lines && lines->first > 0) {
    note.first_line = lines->first;
    note.last_line = std::max(lines->first, lines->last);
  }
  const Range& range = it.range;
  const bool one_line = note.first_line == note.last_line && range.first_line == range.last_line;
  if (lines && one_line && range.first_column > 0 && range.last_column >= range.first_column) {
    note.first_column = range.first_column;
    note.last_column = range.last_column;
  }
  note.level = level_of(sight.assessment().assessed[finding].action);
  const std::string title = report::escape::one_line(report::title_of(sight.assessment(), finding), kTitleBytes);
  note.title = report::escape::annotation(title, kTitleBytes);
  note.message = message_of(sight, finding);
  return note;
}

std::vector<Annotation> annotations(const Sight& sight, const std::vector<FindingIndex>& first) {
  std::vector<bool> taken(sight.assessment().findings.all.size());
  std::vector<Annotation> all;
  const auto add = [&](FindingIndex finding) {
    if (all.size() >= sight.settings.most_annotations || taken[finding]) return;
    taken[finding] = true;
    if (auto note = annotation_of(sight, finding)) all.push_back(std::move(*note));
  };
  std::ranges::for_each(first, add);
  std::ranges::for_each(sight.candidates, add);
  return all;
}

// Of all that is shown, so that the same is not written twice.
std::string digest_of(const WriteCheckRun& run) {
  Sha256 hash;
  hash.field(run.conclusion).field(run.title).field(comparable(run.summary));
  for (const Annotation& note : run.annotations) {
    hash.field(note.path).field(note.first_line).field(note.last_line).field(note.first_column).field(note.last_column);
    hash.field(note.level).field(note.title).field(note.message);
  }
  return hex(hash.finish128());
}

const CheckButton kAgain{"Check again", "Judge this commit once more", std::string(kCheckAgain)};

}  // namespace

Part plan_check_run(const Sight& sight, const std::vector<FindingIndex>& first) {
  Part part;
  if (!is_wanted(sight)) return part;
  if (!sight.can(Channel::check_run)) {
    part.notes.emplace_back("No check run is written: the forge does not let us. The job summary has the report.");
    return part;
  }
  WriteCheckRun run{.name = sight.settings.name, .head = sight.input.stamp.head, .details_url = sight.input.run_url};
  run.conclusion = conclusion_of(sight.assessment().verdict.outcome);
  run.title = report::escape::annotation(report::escape::one_line(headline(sight), 200), kTitleBytes);
  run.summary = markdown(sight, "");
  run.annotations = annotations(sight, first);
  if (sight.settings.check_run_buttons && sight.shown.may.is_app) run.buttons = {kAgain};
  const std::string ours = std::string(kKind) + marker_name(run.name) + ":" + run.head + ":";
  run.external_id = ours + digest_of(run);
  const auto& shown = sight.shown.check;
  if (shown && shown->completed && shown->external_id == run.external_id) return part;
  // Annotations of a second write come on top of those of the first: what was completed gets a successor of its name.
  if (shown && !shown->completed && shown->external_id.starts_with(ours)) run.id = shown->id;
  part.actions.push_back({"check " + run.name, Channel::check_run, std::move(run)});
  return part;
}

}  // namespace gatepost::publish
