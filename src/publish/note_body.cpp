#include "publish/note_body.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "publish/marker.hpp"
#include "report/escape.hpp"
#include "report/facts.hpp"
#include "report/words.hpp"

namespace gatepost::publish {
namespace {

using report::escape::markdown_code;
using report::escape::markdown_text;
using report::escape::Spot;

constexpr std::size_t kBudget = 4'000;  // bytes of a note
constexpr std::size_t kReserve = 900;   // of which for what is counted at its end
constexpr std::size_t kMostFindings = 10;
// Characters of a stranger's text; each may take up to 13 bytes.
constexpr std::size_t kTitle = 80, kText = 240, kMessage = 400, kName = 80, kRule = 40;
constexpr std::string_view kSettled = "☑️ ";

std::string_view sign_of(gatepost::Action action) {
  if (action == gatepost::Action::block) return "❌";
  if (action == gatepost::Action::require_review) return "👀";
  return action == gatepost::Action::warn ? "⚠️" : "🔎";
}

std::string what_follows(const Assessed& it) {
  if (it.action == gatepost::Action::block) return "blocks this change";
  if (it.action == gatepost::Action::require_review) return "needs a review by its owners";
  if (it.action == gatepost::Action::warn) return "deserves a look";
  if (it.presence == Presence::existing) return "whether this change brings it is not known";
  return it.presence == Presence::worsened ? "made worse by this change" : "new in this change";
}

class Section {
 public:
  Section(const Sight& sight, FindingIndex finding, std::size_t budget)
      : sight_(sight), finding_(finding), budget_(budget) {}

  // "" when not even the title fits.
  std::string write(const std::optional<Suggestion>& suggestion) {
    const std::string head = title(), foot = origin();
    if (head.size() + foot.size() > budget_) return {};
    budget_ -= head.size() + foot.size();
    std::string middle;
    // In the order of reading; what does not fit is left out.
    const std::string fix = report::fix_of(sight_.input.report.assessment, finding_);
    const std::string why = report::why_so_risky(report::factors_of(sight_.input.report, finding_));
    add(middle, risk());
    add(middle, message());
    if (suggestion) add(middle, suggestion_block(*suggestion, sight_.input.dialect) + "\n");
    if (!fix.empty()) add(middle, "🔧 " + markdown_text(fix, kText) + "\n\n");
    if (!why.empty()) add(middle, "Why here: " + markdown_text(why, kText) + "\n\n");
    add(middle, owner());
    return head + middle + foot;
  }

 private:
  void add(std::string& out, const std::string& part) {
    if (part.size() > budget_) return;
    budget_ -= part.size();
    out += part;
  }
  [[nodiscard]] const Assessed& judged() const { return sight_.assessment().assessed[finding_]; }
  [[nodiscard]] std::string title() const {
    return std::string(sign_of(judged().action)) + " **" +
           markdown_text(report::title_of(sight_.assessment(), finding_), kTitle) + "**\n\n";
  }
  [[nodiscard]] std::string risk() const {
    const auto tenths = judged().risk.effective_tenths;
    return "Risk **" + report::points(tenths) + "** of 100 (" + std::string(to_string(band_for_tenths(tenths))) +
           "), severity " + std::string(to_string(sight_.assessment().severity_of(finding_).label)) + ": " +
           what_follows(judged()) + ".\n\n";
  }
  // What the tool says beyond the title. A secret's message may show too much of it.
  [[nodiscard]] std::string message() const {
    const Assessment& assessment = sight_.assessment();
    const Finding& it = assessment.findings.all[finding_];
    if (it.kind == Kind::secret) return {};
    const std::string said =
        report::escape::one_line(assessment.table_of(it).message(report::primary_row(assessment, finding_)), kMessage);
    const std::string title = report::escape::one_line(report::title_of(assessment, finding_), kMessage);
    return said.empty() || said == title ? "" : markdown_text(said, kMessage) + "\n\n";
  }
  [[nodiscard]] std::string owner() const {
    const std::string teams = report::teams(sight_.assessment().owners_of(finding_));
    return teams.empty() ? "" : "Owner: " + markdown_code(teams, Spot::paragraph, kName) + "\n\n";
  }
  [[nodiscard]] std::string origin() const {
    const std::string id = short_form(sight_.assessment().findings.all[finding_].id);
    std::string line = "<sub>`" + id + "`";
    std::string engines;
    for (const std::string_view engine : report::engines_of(sight_.assessment(), finding_)) {
      if (engines.size() < 200) engines += (engines.empty() ? "" : ", ") + markdown_text(engine, 20);
    }
    const std::string rule = markdown_code(report::rule_of(sight_.assessment(), finding_), Spot::paragraph, kRule);
    if (!engines.empty()) line += " · " + engines;
    const std::string_view help = report::help_url_of(sight_.assessment(), finding_);
    if (!rule.empty()) line += " · " + report::escape::markdown_link(rule, help, sight_.input.report.links.help);
    return line + " · more: `gatepost explain " + id + "`</sub>\n\n";
  }

  const Sight& sight_;
  const FindingIndex finding_;
  std::size_t budget_;
};

std::string more_here(std::size_t count) {
  if (count == 0) return {};
  return "… and " + text::count_of(count, "more finding") + " on these lines: see the summary.\n\n";
}

std::string more_of_rule(const Sight& sight, FindingIndex finding, std::size_t count) {
  if (count == 0) return {};
  const std::string rule = markdown_code(report::rule_of(sight.assessment(), finding), Spot::paragraph, kRule);
  return "… and " + text::count_of(count, "more finding") + " of " + (rule.empty() ? "this rule" : "the rule " + rule) +
         " elsewhere in this change: see the summary.\n\n";
}

}  // namespace

NoteText note_text(const Sight& sight, std::span<const FindingIndex> findings, std::size_t folded,
                   const std::optional<Suggestion>& suggestion) {
  NoteText note;
  std::vector<FindingId> ids;
  std::string sections;
  constexpr std::size_t kPerId = 30;  // of the marker
  std::size_t left = kBudget - kReserve;
  for (; note.told < findings.size() && note.told < kMostFindings; ++note.told) {
    const FindingIndex finding = findings[note.told];
    if (left < kPerId) break;
    const std::string section =
        Section(sight, finding, left - kPerId).write(note.told == 0 ? suggestion : std::optional<Suggestion>());
    if (section.empty()) break;
    left -= section.size() + kPerId;
    sections += section;
    ids.push_back(sight.assessment().findings.all[finding].id);
  }
  note.marker = note_marker(sight.settings.name, ids);
  note.body = note.marker + "\n" + sections + more_here(findings.size() - note.told) +
              more_of_rule(sight, findings.front(), folded);
  note.body = report::escape::markdown_finish(note.body);
  while (note.body.ends_with('\n')) note.body.pop_back();
  return note;
}

std::string settled_body(std::string_view marker_line, const std::string& sentence) {
  return report::escape::markdown_finish(std::string(marker_line) + "\n" + std::string(kSettled) + sentence);
}

bool is_settled(std::string_view body) { return behind_first_line(body).starts_with(kSettled); }

}  // namespace gatepost::publish
