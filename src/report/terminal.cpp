#include "report/terminal.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "report/escape.hpp"
#include "report/facts.hpp"
#include "report/fix_first.hpp"
#include "report/funnel.hpp"
#include "report/overview.hpp"
#include "report/width.hpp"
#include "report/words.hpp"

namespace gatepost::report {
namespace {

constexpr std::size_t kNarrowest = 40, kWidest = 110;  // beyond that lines are hard to read
constexpr std::size_t kOneColumn = 64;                 // narrower terminals get everything below each other
constexpr std::size_t kTitleCharacters = 300, kTextCharacters = 600;
constexpr std::size_t kMostListed = 5;                  // of what was fixed, waived …
constexpr std::size_t kMostMessages = 20;               // of reasons, reports, notes
constexpr std::size_t kMostFixes = 3, kMostOwners = 4;  // of what to fix first

enum class Ink : std::uint8_t { plain, bold, dim, good, bad, warn, critical, high, medium, low };
constexpr std::array<std::string_view, 10> kCodes = {"",         "\x1b[1m",    "\x1b[2m",  "\x1b[32m", "\x1b[1;31m",
                                                     "\x1b[33m", "\x1b[1;31m", "\x1b[31m", "\x1b[33m", "\x1b[36m"};
constexpr std::string_view kReset = "\x1b[0m";

Ink ink_of(Band band) {
  constexpr std::array kInks = {Ink::dim, Ink::low, Ink::medium, Ink::high, Ink::critical};
  return kInks[static_cast<std::size_t>(band)];
}

struct Piece {
  std::string text;  // escaped
  Ink ink = Ink::plain;
};

// Lines of text with colours, if there are any.
class Page {
 public:
  explicit Page(const Style& style) : columns_(std::clamp(style.width, kNarrowest, kWidest)), colour_(style.colour) {}

  [[nodiscard]] std::size_t columns() const { return columns_; }
  [[nodiscard]] bool narrow() const { return columns_ < kOneColumn; }
  void blank() {
    if (!out_.empty() && !out_.ends_with("\n\n")) out_ += '\n';
  }
  void line(std::vector<Piece> pieces) {
    std::string written;
    for (Piece& piece : pieces) {
      // Only the beginning of a line can be a command.
      if (text::trim(written).empty()) piece.text = escape::log_line(std::move(piece.text));
      if (piece.text.empty()) continue;
      const bool inked = colour_ && piece.ink != Ink::plain;
      if (inked) written += kCodes[static_cast<std::size_t>(piece.ink)];
      written += piece.text;
      if (inked) written += kReset;
    }
    while (written.ends_with(' ')) written.pop_back();
    out_ += written;
    out_ += '\n';
  }
  // `first` and the text behind it; further lines of the text stand below its beginning.
  void paragraph(std::vector<Piece> first, const Piece& body) {
    std::size_t indent = 0;
    for (const Piece& piece : first) indent += width_of(piece.text);
    const auto lines = wrap(body.text, columns_ > indent + 10 ? columns_ - indent : 10);
    if (lines.empty()) return line(std::move(first));
    for (const std::string& part : lines) {
      first.push_back({part, body.ink});
      line(std::move(first));
      first = {{std::string(indent, ' ')}};
    }
  }
  // "Title · more"; below each other where that is too wide.
  void heading(std::string_view title, std::string_view more = {}) {
    blank();
    const std::string behind = more.empty() ? "" : " · " + std::string(more);
    if (width_of(title) + width_of(behind) <= columns_) {
      return line({{std::string(title), Ink::bold}, {behind, Ink::dim}});
    }
    line({{fit(title, columns_), Ink::bold}});
    paragraph({{"  "}}, {std::string(more), Ink::dim});
  }
  // Parts with " · " between them; a line is broken between two parts where that is possible.
  void list(const std::string& indent, std::span<const std::string> parts, Ink ink) {
    std::string row;
    for (const std::string& part : parts) {
      const bool fits = width_of(indent) + width_of(row) + 3 + width_of(part) <= columns_;
      if (!row.empty() && !fits) paragraph({{indent}}, {std::exchange(row, ""), ink});
      row += (row.empty() ? "" : " · ") + part;
    }
    if (!row.empty()) paragraph({{indent}}, {row, ink});
  }
  std::string take() { return std::move(out_); }

 private:
  std::size_t columns_;
  bool colour_;
  std::string out_;
};

struct Mark {
  std::string_view sign;
  Ink ink;
};
Mark mark_of(Action action) {
  if (action == Action::block) return {"✗", Ink::bad};
  if (action == Action::require_review) return {"?", Ink::warn};
  if (action == Action::warn) return {"!", Ink::warn};
  return {"·", Ink::dim};
}
Mark mark_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::pass:
      return {"✓", Ink::good};
    case Outcome::warn:
      return {"!", Ink::warn};
    case Outcome::fail:
      return {"✗", Ink::bad};
    case Outcome::inconclusive:
      return {"?", Ink::bad};
  }
  return {"?", Ink::bad};
}

std::string padded_left(std::string s, std::size_t columns) {
  const std::size_t width = width_of(s);
  return width < columns ? std::string(columns - width, ' ') + s : s;
}

std::string joined(std::span<const std::string_view> names) {
  std::string out;
  for (const std::string_view name : names) {
    if (!out.empty()) out += ", ";
    out += name;
  }
  return out;
}

class Terminal {
 public:
  explicit Terminal(const Input& input)
      : input_(input), assessment_(input.assessment), overview_(overview_of(input.assessment)), page_(input.style) {}

  std::string write() {
    verdict();
    signals();
    reasons();
    news();
    funnel();
    one_a_line("Newly disclosed elsewhere", overview_.external);
    one_a_line("Fixed by this change", overview_.fixed);
    waived();
    spared();
    one_a_line("Suppressed by the tools", overview_.suppressed);
    the_rest();
    fix_first();
    reports();
    notes();
    what_next();
    return page_.take();
  }

 private:
  [[nodiscard]] const Assessed& assessed(FindingIndex finding) const { return assessment_.assessed[finding]; }
  [[nodiscard]] std::string id_of(FindingIndex finding) const {
    return short_form(assessment_.findings.all[finding].id);
  }
  // A finding's place in at most `columns`: paths are shortened in the middle.
  [[nodiscard]] std::string place(FindingIndex finding, std::size_t columns) const {
    const std::string shown = escape::terminal(place_of(assessment_, finding));
    const bool is_path = assessment_.findings.all[finding].file != Finding::kNoFile;
    return is_path ? fit_path(shown, columns) : fit(shown, columns);
  }

  void verdict() {
    const Headline headline = headline_of(assessment_, overview_);
    const Mark mark = mark_of(assessment_.verdict.outcome);
    page_.paragraph({{std::string(mark.sign) + " ", mark.ink}},
                    {headline.verdict + ": " + escape::terminal(headline.why, kTextCharacters), mark.ink});
    page_.blank();
    page_.list("  ", tallies(overview_), Ink::plain);
    page_.list("  ", risks(assessment_), Ink::plain);
    page_.list("  ", std::vector{escape::terminal(compared(assessment_.change))}, Ink::dim);
  }

  // What of the change deserves a second look, with where it is.
  void signals() {
    const auto& all = assessment_.change_signals;
    if (all.empty()) return;
    page_.heading(fmt::format("Change risk {} of 100", assessment_.totals.change_risk));
    for (const ChangeSignal& it : std::span(all).first(std::min(all.size(), kMostMessages))) {
      std::string words = escape::terminal(words_of(it), kTitleCharacters);
      if (!it.path.empty())
        words += "  " + fit_path(escape::terminal(it.path), 60) + (it.line == 0 ? "" : fmt::format(":{}", it.line));
      page_.paragraph({{"  "}}, {words});
    }
    and_more(all.size(), kMostMessages);
  }

  void reasons() {
    if (assessment_.verdict.reasons.empty()) return;
    page_.heading("Why");
    const auto& all = assessment_.verdict.reasons;
    for (const Reason& reason : std::span(all).first(std::min(all.size(), kMostMessages))) {
      const Mark mark = mark_of(reason.action);
      std::string why = escape::terminal(reason.policy.value, kTitleCharacters) + ": " +
                        escape::terminal(reason.text, kTextCharacters);
      if (!reason.findings.empty()) why += " (" + finding_count(reason.findings.size()) + ")";
      page_.paragraph({{"  "}, {std::string(mark.sign) + " ", mark.ink}}, {why});
    }
    and_more(all.size(), kMostMessages);
  }

  static std::string finding_count(std::size_t count) {
    return grouped(count) + (count == 1 ? " finding" : " findings");
  }

  void news() {
    if (overview_.news.empty()) return;
    const auto shown = most_important(assessment_, overview_.news, input_.style.most_findings);
    const bool all_new = overview_.introduced + overview_.worsened == overview_.news.size();
    const std::string title = all_new ? "New in this change" : "To be looked at";
    const bool some = shown.size() < overview_.news.size();
    const std::string count = finding_count(overview_.news.size());
    page_.heading(title, some ? "the " + grouped(shown.size()) + " that matter most of " + count : count);
    for (const OwnerGroup& group : by_owner(assessment_, shown, overview_.news)) owner(group);
    if (some) {
      page_.blank();
      page_.paragraph(
          {{"  "}},
          {"… and " + grouped(overview_.news.size() - shown.size()) + " more; --format json lists all.", Ink::dim});
    }
  }

  void owner(const OwnerGroup& group) {
    page_.blank();
    const bool nobody = group.teams.empty();
    const std::string name = nobody ? "nobody owns these" : escape::terminal(group.teams, kTitleCharacters);
    const std::string because =
        nobody ? "no rule of CODEOWNERS matches" : escape::terminal(group.because, kTitleCharacters);
    const std::string count = group.total > group.findings.size() ? " · " + finding_count(group.total) : "";
    const std::string shown = fit(name, page_.columns() - 2 - width_of(count));
    const std::size_t used = 2 + width_of(shown) + width_of(count);
    const std::string more = used + 10 < page_.columns() ? " · " + fit(because, page_.columns() - used - 3) : "";
    page_.line({{"  "}, {shown, Ink::bold}, {count}, {more, Ink::dim}});
    for (const FindingIndex finding : group.findings) one(finding);
  }

  // Everything about one finding: what a reader decides by first, the rest below it.
  void one(FindingIndex finding) {
    page_.blank();
    const Assessed& it = assessed(finding);
    const Band band = band_for_tenths(it.risk.effective_tenths);
    const Mark mark = mark_of(it.action);
    std::vector<Piece> head = {{"  "},
                               {std::string(mark.sign) + " ", mark.ink},
                               {pad(std::string(to_string(band)), 9), ink_of(band)},
                               {padded_left(points(it.risk.effective_tenths), 5) + "  ", Ink::bold}};
    const std::size_t indent = page_.narrow() ? 4 : 20;
    const std::string left(indent, ' ');
    const Piece title = {escape::terminal(title_of(assessment_, finding), kTitleCharacters), Ink::bold};
    if (page_.narrow()) {
      page_.line(std::move(head));
      page_.paragraph({{left}}, title);
    } else {
      page_.paragraph(std::move(head), title);
    }
    if (const std::string at = place(finding, page_.columns() - indent); !at.empty()) page_.line({{left}, {at}});
    page_.list(left, origin(finding), Ink::dim);
    const std::string why = escape::terminal(why_so_risky(factors_of(input_, finding)), kTextCharacters);
    if (!why.empty()) page_.paragraph({{left + "why "}}, {why, Ink::dim});
    const std::string fix = escape::terminal(fix_of(assessment_, finding), kTextCharacters);
    if (!fix.empty()) page_.paragraph({{left}, {"fix ", Ink::good}}, {fix});
  }

  // "GP-ABCDEFGH", "severity high", "service web (internet)", "codeql, semgrep", "python.sqli"
  [[nodiscard]] std::vector<std::string> origin(FindingIndex finding) const {
    std::vector<std::string> parts = {id_of(finding)};
    if (std::string where = standing(assessed(finding)); !where.empty()) parts.push_back(std::move(where));
    const Severity& severity = assessment_.severity_of(finding);
    const bool known = severity.label != SeverityLabel::unknown;
    parts.push_back("severity " + std::string(to_string(severity.label)) +
                    (known ? " " + points(severity.tenths) : "") +
                    (assessed(finding).severity_conflict ? " (sources disagree)" : ""));
    if (const std::string service = service_summary(assessment_, finding); !service.empty())
      parts.push_back(escape::terminal(service, kTitleCharacters));
    for (const std::string& part :
         {joined(engines_of(assessment_, finding)), std::string(rule_of(assessment_, finding))}) {
      if (!part.empty()) parts.push_back(escape::terminal(part, kTitleCharacters));
    }
    return parts;
  }

  void funnel() {
    const Funnel funnel = funnel_of(assessment_);
    if (funnel.empty()) return;
    page_.heading("All vulnerable packages", "stage by stage");
    const std::size_t width = width_of(grouped(funnel.steps.front().count));
    for (const FunnelStep& step : funnel.steps) {
      const Ink ink = &step == &funnel.steps.back() ? Ink::bold : Ink::plain;
      std::string text(described(step.stage));
      if (const std::string unknown = what_is_unknown(step); !unknown.empty()) text += " (" + unknown + ")";
      page_.paragraph({{"  "}, {padded_left(grouped(step.count), width) + "  ", ink}}, {text, ink});
    }
    one_a_line("To act on", funnel.left);
  }

  void one_a_line(std::string_view title, const std::vector<FindingIndex>& findings) {
    if (findings.empty()) return;
    page_.heading(title, finding_count(findings.size()));
    const bool fixed = &findings == &overview_.fixed;
    for (std::size_t i = 0; i < std::min(findings.size(), kMostListed); ++i) {
      const Mark mark = fixed ? Mark{"✓", Ink::good} : Mark{"·", Ink::dim};
      listed(mark, findings[i]);
    }
    and_more(findings.size(), kMostListed);
  }

  // "· 77.7  title", and the place below it.
  void listed(Mark mark, FindingIndex finding) {
    const std::string score = padded_left(points(assessed(finding).risk.score_tenths), 5) + "  ";
    const std::string title = escape::terminal(title_of(assessment_, finding), kTitleCharacters);
    const std::size_t indent = 4 + score.size();
    page_.line({{"  "}, {std::string(mark.sign) + " ", mark.ink}, {score}, {fit(title, page_.columns() - indent)}});
    const std::string id = "  " + id_of(finding);
    const std::string at = place(finding, page_.columns() - indent - id.size());
    page_.line({{std::string(indent, ' ')}, {at + (at.empty() ? id.substr(2) : id), Ink::dim}});
  }

  void and_more(std::size_t all, std::size_t shown) {
    if (all > shown) page_.line({{"    … and " + grouped(all - shown) + " more", Ink::dim}});
  }

  void waived() {
    if (overview_.waived.empty()) return;
    page_.heading("Waived", finding_count(overview_.waived.size()));
    for (std::size_t i = 0; i < std::min(overview_.waived.size(), kMostListed); ++i) {
      listed({"·", Ink::dim}, overview_.waived[i]);
      const WaiverInfo* const waiver = assessment_.waiver_of(overview_.waived[i]);
      if (waiver == nullptr) continue;
      std::string why = text::replace_all(waiver->reason, "_", " ");
      if (!waiver->expires.empty()) why += " until " + waiver->expires;
      if (!waiver->approved_by.empty()) why += ", approved by " + waiver->approved_by;
      if (!waiver->justification.empty()) why += ": " + waiver->justification;
      page_.paragraph({{std::string(11, ' ')}}, {escape::terminal(why, kTextCharacters), Ink::dim});
    }
    and_more(overview_.waived.size(), kMostListed);
  }

  void spared() {
    if (overview_.spared.empty()) return;
    page_.heading("Not affected, as VEX says", finding_count(overview_.spared.size()));
    for (std::size_t i = 0; i < std::min(overview_.spared.size(), kMostListed); ++i) {
      listed({"·", Ink::dim}, overview_.spared[i]);
      const std::vector<std::string> why = vex_facts(assessment_, overview_.spared[i]);
      if (!why.empty())
        page_.paragraph({{std::string(11, ' ')}}, {escape::terminal(why.front(), kTextCharacters), Ink::dim});
    }
    and_more(overview_.spared.size(), kMostListed);
  }

  void the_rest() {
    std::vector<std::string> parts;
    if (overview_.touched > 0) parts.push_back(grouped(overview_.touched) + " in code that this change edits");
    if (overview_.elsewhere > 0) parts.push_back(grouped(overview_.elsewhere) + " elsewhere");
    if (overview_.not_evaluated > 0) {
      parts.push_back(grouped(overview_.not_evaluated) + " that no complete scan looked for, so still taken for open");
    }
    if (parts.empty()) return;
    page_.heading("Known before", text::join(parts, " · "));
  }

  // For each owner what to do first, also about what was there before.
  void fix_first() {
    const auto groups = fixes_by_owner(assessment_);
    if (groups.empty()) return;
    page_.heading("Fix first", "the upgrades that close most risk for the least work");
    for (const OwnerFixes& group : std::span(groups).first(std::min(groups.size(), kMostOwners))) {
      page_.blank();
      const std::string name =
          group.teams.empty() ? "nobody owns these" : escape::terminal(group.teams, kTitleCharacters);
      const bool some = group.actions.size() > kMostFixes;
      const std::string more =
          some ? " · the first " + grouped(kMostFixes) + " of " + grouped(group.actions.size()) : "";
      page_.line({{"  "}, {fit(name, page_.columns() - 2 - width_of(more)), Ink::bold}, {more, Ink::dim}});
      for (const FixIndex i : std::span(group.actions).first(std::min(group.actions.size(), kMostFixes)))
        fix(assessment_.fixes.actions[i]);
    }
    if (groups.size() > kMostOwners) {
      page_.blank();
      page_.line({{"  … and what " + grouped(groups.size() - kMostOwners) + " more owners can do", Ink::dim}});
    }
  }

  void fix(const FixAction& action) {
    const std::string extent = extent_of(action);
    page_.paragraph({{"  " + std::to_string(action.owner_rank) + ". "}},
                    {escape::terminal(title_of(action) + (extent.empty() ? "" : " " + extent), kTextCharacters)});
    std::vector<std::string> effects = effects_of(action);
    page_.list("     ", effects, Ink::dim);
    const HowTo how = how_to(action);
    const auto say = [&](std::string_view label, const std::string& text) {
      if (!text.empty()) page_.paragraph({{"     "}, {std::string(label), Ink::good}}, {escape::terminal(text)});
    };
    say("edit ", how.edit);
    say("run ", how.command);
    say("or ", how.hint);
  }

  void reports() {
    const auto& all = assessment_.table.reports();
    page_.heading("Reports", reports_read(all));
    report_problems(all, "");
    report_problems(assessment_.base_table.reports(), "base: ");
  }

  void report_problems(std::span<const ReportInfo> all, std::string_view whose) {
    std::size_t problems = 0;
    for (const ReportInfo& report : all) {
      const std::string problem = escape::terminal(problem_of(report), kTextCharacters);
      if (problem.empty() || ++problems > kMostMessages) continue;
      const Mark mark = report.state == ReportState::partial ? Mark{"!", Ink::warn} : Mark{"✗", Ink::bad};
      page_.paragraph({{"  "}, {std::string(mark.sign) + " ", mark.ink}}, {std::string(whose) + problem});
    }
    and_more(problems, kMostMessages);
  }

  void notes() {
    if (assessment_.notes.empty()) return;
    page_.heading("Notes");
    const auto& all = assessment_.notes;
    for (const Note& note : std::span(all).first(std::min(all.size(), kMostMessages))) {
      const Mark mark = note.level == Note::Level::info ? Mark{"·", Ink::dim} : Mark{"!", Ink::warn};
      const std::string at = note.at.empty() ? "" : " (" + note.at + ")";
      page_.paragraph({{"  "}, {std::string(mark.sign) + " ", mark.ink}},
                      {escape::terminal(note.text + at, kTextCharacters)});
    }
    and_more(all.size(), kMostMessages);
  }

  void what_next() {
    const auto steps = next_steps(assessment_, overview_);
    if (steps.empty()) return;
    page_.heading("What to do next");
    for (std::size_t i = 0; i < steps.size(); ++i) {
      page_.paragraph({{"  " + std::to_string(i + 1) + ". "}}, {escape::terminal(steps[i], kTextCharacters)});
    }
  }

  const Input& input_;
  const Assessment& assessment_;
  const Overview overview_;
  Page page_;
};

}  // namespace

Status write_terminal(const Input& input, const Sink& sink) { return sink(Terminal(input).write()); }

}  // namespace gatepost::report
