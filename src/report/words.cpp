#include "report/words.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "report/facts.hpp"

namespace gatepost::report {
namespace {

constexpr std::size_t kCommitDigits = 8;

bool has_base(const Assessment& assessment) { return assessment.change.base_source != BaseSource::none; }
bool only_watches(const Assessment& assessment) { return assessment.mode == "monitor"; }

// "2 of the 5 new findings", "1 new finding", "3 findings".
std::string count_among_new(const Overview& overview, std::size_t count) {
  const std::size_t all = overview.news.size();
  const bool only_new = overview.introduced + overview.worsened == all;
  const std::string noun = overview.existing > 0    ? "existing finding"
                           : !only_new              ? "finding"
                           : overview.worsened == 0 ? "new finding"
                                                    : "new or worse finding";
  if (count < all) return grouped(count) + " of the " + grouped(all) + " " + noun + "s";
  return grouped(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string first_reason(const Assessment& assessment, std::string_view otherwise) {
  const auto& reasons = assessment.verdict.reasons;
  return reasons.empty() ? std::string(otherwise) : reasons.front().text;
}

std::string why_closed(const Assessment& assessment, const Overview& overview) {
  if (overview.blocking > 0) {
    return count_among_new(overview, overview.blocking) + (overview.blocking == 1 ? " blocks" : " block") +
           (has_base(assessment) ? " this change" : "");
  }
  if (overview.in_review > 0) {
    return count_among_new(overview, overview.in_review) +
           (overview.in_review == 1 ? " needs a review" : " need a review");
  }
  return first_reason(assessment, "a policy asks for it");
}

std::string why_open(const Assessment& assessment, const Overview& overview) {
  const std::size_t all = overview.news.size();
  if (all == 0 && !overview.waived.empty()) return "nothing new that is not waived";
  if (all == 0) return has_base(assessment) ? "nothing new in this change" : "no findings";
  return count_among_new(overview, all) + (all == 1 ? ", which does not block" : ", none of them blocks");
}

std::string why_warned(const Assessment& assessment, const Overview& overview) {
  const std::size_t count = overview.warned + overview.in_review + overview.blocking;
  if (count == 0) return first_reason(assessment, "a policy warns");
  return count_among_new(overview, count) + (count == 1 ? " deserves" : " deserve") + " a look";
}

std::string why_inconclusive(const Assessment& assessment) {
  const auto& reports = assessment.table.reports();
  const auto bad = std::ranges::count_if(reports, [](const ReportInfo& it) { return !is_complete(it.state); });
  if (!assessment.verdict.reasons.empty()) return assessment.verdict.reasons.front().text;
  return bad > 0 ? grouped(static_cast<std::size_t>(bad)) + " of " + text::count_of(reports.size(), "report") +
                       " could not be used in full"
                 : "the evidence is not complete";
}

// ": what the first error or warning says".
std::string first_note(const ReportInfo& report) {
  const auto loudest = std::ranges::max_element(report.notes, {}, &Note::level);
  if (loudest == report.notes.end() || loudest->level == Note::Level::info) return {};
  return ": " + loudest->text + (loudest->at.empty() ? "" : " (" + loudest->at + ")");
}

// With a full stop, unless the note that ends it has put its own sign there.
std::string sentence(std::string text) {
  const bool ended = text.ends_with('.') || text.ends_with('?') || text.ends_with('!') || text.ends_with("…");
  return ended ? text : text + ".";
}

std::string tool_name(const ReportInfo& report) {
  return report.tools.empty() || report.tools.front().name.empty() ? "the tool" : report.tools.front().name;
}

void add_tally(std::vector<std::string>& all, std::size_t count, std::string_view what) {
  if (count > 0) all.push_back(grouped(count) + " " + std::string(what));
}

std::string in_brackets(const std::string& text) { return text.empty() ? "" : " (" + text + ")"; }

}  // namespace

Headline headline_of(const Assessment& assessment, const Overview& overview) {
  const std::string monitor = only_watches(assessment) ? " (monitor mode: nothing is held up)" : "";
  switch (assessment.verdict.outcome) {
    case Outcome::pass:
      return {"Gate open", why_open(assessment, overview)};
    case Outcome::warn:
      return {"Gate open, with warnings", why_warned(assessment, overview) + monitor};
    case Outcome::fail:
      return {"Gate closed", why_closed(assessment, overview)};
    case Outcome::inconclusive:
      return {"Undecided, so the gate stays closed", why_inconclusive(assessment)};
  }
  return {};
}

std::vector<std::string> tallies(const Overview& overview) {
  std::vector<std::string> all;
  add_tally(all, overview.introduced, "new");
  add_tally(all, overview.worsened, "worse");
  add_tally(all, overview.existing, "existing");
  add_tally(all, overview.edited, "in edited code");
  add_tally(all, overview.unplaced, "in no file of the commit");
  add_tally(all, overview.older, "older but held against it");
  add_tally(all, overview.fixed.size(), "fixed");
  add_tally(all, overview.external.size(), "newly disclosed");
  add_tally(all, overview.waived.size(), "waived");
  add_tally(all, overview.spared.size(), "not affected");
  add_tally(all, overview.suppressed.size(), "suppressed");
  return all;
}

std::vector<std::string> risks(const RiskTotals& totals) {
  std::vector<std::string> all;
  if (totals.pr_risk_tenths > 0) all.push_back("risk of its findings " + points(totals.pr_risk_tenths) + " of 100");
  if (totals.change_risk > 0)
    all.push_back("risk of what it touches " + std::to_string(totals.change_risk) + " of 100");
  if (totals.delta_tenths > 0) all.push_back("adds " + points(totals.delta_tenths) + " points");
  if (totals.delta_tenths < 0) all.push_back("takes " + points(-totals.delta_tenths) + " points away");
  return all;
}

std::string why_so_risky(std::span<const Factor> factors) {
  std::vector<std::string> raising, lowering;
  for (const Factor& factor : factors) {
    if (factor.leaning == Leaning::raises) raising.push_back(factor.because + in_brackets(factor.evidence));
    if (factor.leaning == Leaning::lowers) lowering.push_back(factor.because + in_brackets(factor.evidence));
  }
  std::string line = text::join(raising, ", ");
  if (lowering.empty()) return line;
  return line + (line.empty() ? "" : "; ") + "less, for " + text::join(lowering, ", ");
}

std::string problem_of(const ReportInfo& report) {
  switch (report.state) {
    case ReportState::complete:
    case ReportState::complete_empty:
      return {};
    case ReportState::partial: {
      const std::string how = report.records.rejected == 0
                                  ? "was read in part"
                                  : "was read in part, " + grouped(report.records.rejected) + " of " +
                                        text::count_of(report.records.seen, "record") + " could not be";
      return sentence(report.path + " " + how + first_note(report)) + " What it does not list is not taken for fixed.";
    }
    case ReportState::unrecognised:
      return sentence(report.path + " is in no format that gatepost knows" + first_note(report)) +
             " Nothing in it was judged.";
    case ReportState::tool_error:
      return sentence(report.path + " says that " + tool_name(report) + " failed" + first_note(report)) +
             " What it should have found is unknown.";
  }
  return {};
}

std::string reports_read(std::span<const ReportInfo> reports) {
  const auto complete = static_cast<std::size_t>(
      std::ranges::count_if(reports, [](const ReportInfo& it) { return is_complete(it.state); }));
  if (reports.empty()) return "No report was read";
  if (complete == reports.size()) {
    return reports.size() == 1 ? "1 report, read completely" : grouped(complete) + " reports, all read completely";
  }
  return text::count_of(reports.size(), "report") + ", " + grouped(complete) + " read completely";
}

std::vector<std::string> next_steps(const Assessment& assessment, const Overview& overview) {
  std::vector<std::string> steps;
  const auto blocker = std::ranges::find_if(
      overview.news, [&](FindingIndex finding) { return assessment.assessed[finding].action == Action::block; });
  if (blocker != overview.news.end()) {
    steps.push_back("Fix what blocks. \"gatepost explain " + short_form(assessment.findings.all[*blocker].id) +
                    "\" says why it does, and what would change that.");
    steps.emplace_back("What cannot be fixed now needs a waiver with an end date from somebody who may grant it.");
  }
  if (overview.in_review > 0) steps.emplace_back("Ask the owners to review the findings that are marked for it.");
  const auto& reports = assessment.table.reports();
  const bool damaged = std::ranges::any_of(reports, [](const ReportInfo& it) { return !is_complete(it.state); });
  if (assessment.verdict.outcome == Outcome::inconclusive) {
    steps.emplace_back(damaged ? "Repair the reports named above, or the scanner behind them, and run the check again."
                               : "Provide the evidence that is missing and run the check again.");
  }
  if (!has_base(assessment)) {
    steps.emplace_back("Nothing can be called new without a base to compare with: say --base to see what is.");
  } else if (!assessment.change.confident) {
    steps.emplace_back("Fetch more history (fetch-depth: 0), or say --base: the base was guessed.");
  }
  return steps;
}

bool is_about_base_reports(const Note& note) {
  return note.code == "base-report" && note.level == Note::Level::warning;
}

std::string standing(const Assessed& it) {
  if (it.unplaced) return "not known whether new";
  if (it.presence == Presence::introduced || it.presence == Presence::existing) return {};
  if (it.presence == Presence::touched) return "in edited code";
  return text::replace_all(std::string(to_string(it.presence)), "_", " ");
}

std::string compared(const ChangeSet& change) {
  const std::string head = change.head.substr(0, kCommitDigits);
  if (change.base_source == BaseSource::none) return head.empty() ? "no base" : head + ", no base";
  const std::string how = change.confident ? std::string(to_string(change.base_source))
                                           : std::string(to_string(change.base_source)) + ", a guess";
  return change.base.substr(0, kCommitDigits) + " → " + head + " (base: " + text::replace_all(how, "-", " ") + ")";
}

}  // namespace gatepost::report
