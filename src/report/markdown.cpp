#include "report/markdown.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <span>
#include <string>
#include <string_view>
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

using escape::markdown_code;
using escape::markdown_text;
using escape::Spot;

// Characters of a stranger's text; each may take up to 13 bytes.
constexpr std::size_t kMostSignals = 6, kSignals = 1'000;  // of the change's risk; characters
constexpr std::size_t kTitle = 160, kText = 300, kName = 80, kPathColumns = 64;
constexpr std::size_t kMostListed = 20;  // of what is fixed, waived …
constexpr std::size_t kMostFixes = 3, kMostFixOwners = 3;
constexpr std::size_t kSmallestBudget = 8'000;

std::string_view sign_of(Action action) {
  if (action == Action::block) return "❌&nbsp;";
  if (action == Action::require_review) return "👀&nbsp;";
  return action == Action::warn ? "⚠️&nbsp;" : "";
}
std::string_view sign_of(Outcome outcome) {
  constexpr std::array<std::string_view, 4> kSigns = {"✅", "⚠️", "❌", "❔"};
  return kSigns[static_cast<std::size_t>(outcome)];
}
std::string_view dot_of(Band band) {
  constexpr std::array<std::string_view, 5> kDots = {"⚪", "🔵", "🟡", "🟠", "🔴"};
  return kDots[static_cast<std::size_t>(band)];
}

// The address of an https page that the caller chose, fit to stand in a link; "" for anything else.
std::string own_address(std::string_view url) {
  const bool plain =
      std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7F && c != '(' && c != ')' && c != '<'; });
  return plain && url.starts_with("https://") && url.size() < 1000 ? std::string(url) : std::string();
}

std::string linked(const std::string& label, const std::string& address) {
  return label.empty() || address.empty() ? label : "[" + label + "](" + address + ")";
}

std::string finding_count(std::size_t count) { return grouped(count) + (count == 1 ? " finding" : " findings"); }

class Comment {
 public:
  explicit Comment(const Input& input)
      : input_(input),
        assessment_(input.assessment),
        overview_(overview_of(input.assessment)),
        shown_(most_important(assessment_, overview_.news, input.markdown.most_findings)),
        left_(std::max(input.markdown.budget, kSmallestBudget)) {}

  std::string write() {
    // In the order of importance: what comes first gets the bytes. Below, in the order of reading.
    const std::size_t budget = left_;
    const std::string head = take(marker() + verdict() + funnel());
    const std::string foot = take(footer());
    const std::string steps = take(what_next());
    const std::string fixes = take(fix_first());
    // What says that findings are left out must fit in any case.
    const std::size_t reserve = overview_.news.empty() ? 0 : left_out(overview_.news.size()).size();
    left_ -= std::min(left_, reserve);
    const std::string why = reasons(budget / 8);
    const std::string problems = report_problems(budget / 8);
    const std::string open = open_findings(budget / 2);
    left_ += reserve;
    const std::string folded = folded_findings(budget / 3);
    std::string others = fixed();
    others += waived();
    others += spared();
    others += listed("🆕", "newly disclosed, not caused by this change", overview_.external);
    others += listed("🔇", "suppressed by the tools", overview_.suppressed);
    others += explanations();
    others += notes();
    others += known();
    return escape::markdown_finish(head + why + open + folded + fixes + problems + steps + others + foot);
  }

 private:
  // --- bytes ---

  std::string take(std::string block) {
    left_ -= std::min(left_, block.size());
    return block;
  }
  struct Rows {
    std::string text;
    std::size_t written = 0;
  };
  // `open`, as many of the rows as fit into `share` and into what is left, `close` of the number of rows that did not;
  // nothing when not even one row fits.
  Rows rows(std::string open, std::size_t count, const std::function<std::string(std::size_t)>& row,
            const std::function<std::string(std::size_t)>& close, std::size_t share) {
    const std::size_t reserve = close(count).size();  // the longest it can be
    const std::size_t limit = std::min(share, left_);
    Rows out{std::move(open)};
    for (; out.written < count; ++out.written) {
      const std::string next = row(out.written);
      if (out.text.size() + next.size() + reserve > limit) break;
      out.text += next;
    }
    if (out.written == 0) return {};
    out.text = take(out.text + close(count - out.written));
    return out;
  }
  // The same for a list that is folded away.
  std::string folded_list(const std::string& summary, std::size_t count,
                          const std::function<std::string(std::size_t)>& row, std::size_t all) {
    const auto close = [&](std::size_t missing) {
      const std::size_t out = missing + all - count;
      return (out == 0 ? "" : "- … and " + grouped(out) + " more\n") + std::string("\n</details>\n\n");
    };
    return rows("<details><summary>" + summary + "</summary>\n\n", count, row, close, left_).text;
  }

  // --- pieces ---

  [[nodiscard]] const Assessed& assessed(FindingIndex finding) const { return assessment_.assessed[finding]; }
  [[nodiscard]] std::string id_of(FindingIndex finding) const {
    return "`" + short_form(assessment_.findings.all[finding].id) + "`";
  }
  [[nodiscard]] std::string title(FindingIndex finding) const {
    return markdown_text(title_of(assessment_, finding), kTitle);
  }
  // The place as code, linked to the line when that is known.
  [[nodiscard]] std::string place(FindingIndex finding, Spot spot) const {
    const Finding& it = assessment_.findings.all[finding];
    const std::string shown = escape::one_line(place_of(assessment_, finding), 1000);
    if (it.file == Finding::kNoFile) return markdown_code(shown, spot, kName);
    const std::string code = markdown_code(fit_path(shown, kPathColumns), spot);
    const std::string tree = own_address(input_.links.code);
    if (tree.empty() || it.in_base_only) return code;
    const std::string path = escape::url_path(assessment_.findings.path_of(it));
    const std::string line = it.range.first_line == 0 ? "" : "#L" + std::to_string(it.range.first_line);
    return path.size() > 1000 ? code : linked(code, tree + "/" + path + line);
  }
  [[nodiscard]] std::string report_link(const std::string& label) const {
    return linked(label, own_address(input_.links.report));
  }

  // --- sections ---

  [[nodiscard]] std::string marker() const {
    std::string line = input_.markdown.marker;
    std::erase(line, '\n');
    std::erase(line, '\r');
    return line.empty() ? "" : line + "\n";
  }

  [[nodiscard]] std::string verdict() const {
    const Headline headline = headline_of(assessment_, overview_);
    const std::string sign(sign_of(assessment_.verdict.outcome));
    const std::string why = markdown_text(headline.why, kText);
    const auto counts = text::join(tallies(overview_), " · ");
    const bool nothing_new = assessment_.verdict.outcome == Outcome::pass && overview_.news.empty();
    if (nothing_new) {
      return sign + " **" + headline.verdict + "**: " + why + (counts.empty() ? "" : " · " + counts) + "\n\n" +
             signals();
    }
    std::vector<std::string> facts = tallies(overview_);
    for (std::string& risk : risks(assessment_)) facts.push_back(std::move(risk));
    return "### " + sign + " " + headline.verdict + ": " + why + "\n\n" +
           (facts.empty() ? "" : text::join(facts, " · ") + "\n\n") + signals();
  }

  [[nodiscard]] std::string signals() const {
    const std::string line = change_risk_line(assessment_, kMostSignals);
    return line.empty() ? "" : markdown_text(line, kSignals) + "\n\n";
  }

  [[nodiscard]] std::string funnel() const {
    const std::string line = in_one_line(funnel_of(assessment_));
    return line.empty() ? "" : "All vulnerable packages: " + line + "\n\n";
  }

  std::string reasons(std::size_t share) {
    const auto& all = assessment_.verdict.reasons;
    const auto row = [&](std::size_t i) {
      const Reason& reason = all[i];
      const std::string count = reason.findings.empty() ? "" : " (" + finding_count(reason.findings.size()) + ")";
      return "- " + std::string(sign_of(reason.action)) + "**" + markdown_text(reason.policy.value, kName) +
             "**: " + markdown_text(reason.text, kText) + count + "\n";
    };
    const auto close = [](std::size_t missing) {
      return (missing == 0 ? "" : "- … and " + grouped(missing) + " more\n") + std::string("\n");
    };
    return rows("", all.size(), row, close, share).text;
  }

  static constexpr std::string_view kTableHead = "| Risk | Finding | Owner |\n| --- | --- | --- |\n";

  std::string open_findings(std::size_t share) {
    const std::size_t count = std::min(shown_.size(), input_.markdown.open_findings);
    const auto close = [](std::size_t) { return std::string("\n"); };
    Rows table =
        rows(std::string(kTableHead), count, [&](std::size_t i) { return table_row(shown_[i]); }, close, share);
    rows_written_ = table.written;
    return std::move(table.text);
  }

  std::string folded_findings(std::size_t share) {
    const std::size_t first = rows_written_, count = shown_.size() - first;
    const std::size_t rest = overview_.news.size() - first;
    if (rest == 0) return {};
    const auto close = [&](std::size_t missing) {
      const std::size_t out = missing + overview_.news.size() - shown_.size();
      return "\n" + (out == 0 ? "" : left_out(out)) + "</details>\n\n";
    };
    std::string table =
        rows(
            "<details><summary>" + finding_count(rest) + " more</summary>\n\n" + std::string(kTableHead), count,
            [&](std::size_t i) { return table_row(shown_[first + i]); }, close, share)
            .text;
    return table.empty() ? take(left_out(rest)) : table;
  }

  [[nodiscard]] std::string left_out(std::size_t count) const {
    return "… and " + finding_count(count) + " more, left out to keep this short. " + report_link("The whole report") +
           " has " + (count == 1 ? "it" : "them") + ".\n\n";
  }

  [[nodiscard]] std::string table_row(FindingIndex finding) const {
    const Assessed& it = assessed(finding);
    const Band band = band_for_tenths(it.risk.effective_tenths);
    const std::string at = place(finding, Spot::table_cell);
    const std::string fix = markdown_text(fix_of(assessment_, finding), kText);
    std::string row = "| " + std::string(sign_of(it.action)) + "**" + points(it.risk.effective_tenths) + "**<br>";
    row += std::string(dot_of(band)) + "&nbsp;" + std::string(to_string(band)) + " | **" + title(finding) + "**<br>";
    if (!at.empty()) row += at + "<br>";
    if (!fix.empty()) row += "🔧 " + fix + "<br>";
    return row + "<sub>" + origin(finding) + "</sub> | " + owners(finding) + " |\n";
  }

  // `GP-ABCDEFGH` · worsened · severity high · codeql, semgrep · `python.sqli` · CVE-2024-1
  [[nodiscard]] std::string origin(FindingIndex finding) const {
    std::vector<std::string> parts = {id_of(finding)};
    if (std::string where = standing(assessed(finding)); !where.empty()) parts.push_back(std::move(where));
    parts.push_back("severity " + std::string(to_string(assessment_.severity_of(finding).label)) +
                    (assessed(finding).severity_conflict ? " (sources disagree)" : ""));
    std::vector<std::string> engines;
    for (const std::string_view engine : engines_of(assessment_, finding))
      engines.push_back(markdown_text(engine, kName));
    if (!engines.empty()) parts.push_back(text::join(engines, ", "));
    const std::string rule = markdown_code(rule_of(assessment_, finding), Spot::table_cell, kName);
    const std::string help = advisory_page(finding);
    if (!rule.empty()) parts.push_back(escape::markdown_link(rule, help, input_.links.help));
    return text::join(parts, " · ");
  }

  // Where the rule is explained: the tool's page, or that of the advisory.
  [[nodiscard]] std::string advisory_page(FindingIndex finding) const {
    const std::string url(help_url_of(assessment_, finding));
    if (escape::is_allowed_url(url, input_.links.help)) return url;
    const ObservationTable& table = assessment_.table_of(assessment_.findings.all[finding]);
    for (const TextId id : table.texts(primary_row(assessment_, finding).advisories)) {
      const std::string name(table.text(id));
      if (name.starts_with("CVE-")) return "https://nvd.nist.gov/vuln/detail/" + name;
      if (name.starts_with("GHSA-")) return "https://github.com/advisories/" + name;
    }
    return {};
  }

  // As code: nobody is called by it.
  [[nodiscard]] std::string owners(FindingIndex finding) const {
    std::string cell;
    std::size_t count = 0;
    for (const Owner& owner : assessment_.owners_of(finding)) {
      if (++count > 5) return cell + "<br>…";
      if (!cell.empty()) cell += "<br>";
      cell += markdown_code(owner.team.value, Spot::table_cell, kName);
    }
    return cell.empty() ? "nobody" : cell;
  }

  std::string report_problems(std::size_t share) {
    std::vector<std::string> problems;
    for (const ReportInfo& report : assessment_.table.reports()) {
      if (!is_complete(report.state)) problems.push_back(problem_of(report));
    }
    for (const ReportInfo& report : assessment_.base_table.reports()) {
      if (!is_complete(report.state)) problems.push_back("Of the base: " + problem_of(report));
    }
    for (const Note& note : assessment_.notes) {
      if (is_about_base_reports(note)) problems.push_back(note.text);
    }
    const auto close = [](std::size_t missing) {
      return (missing == 0 ? "" : "- … and " + grouped(missing) + " more\n") + std::string("\n");
    };
    return rows(
               "**" + reports_read(assessment_.table.reports()) + "**\n\n", problems.size(),
               [&](std::size_t i) { return "- ⚠️ " + markdown_text(problems[i], kText * 2) + "\n"; }, close, share)
        .text;
  }

  [[nodiscard]] std::string what_next() const {
    const auto steps = next_steps(assessment_, overview_);
    if (steps.empty()) return {};
    std::string out = "**What to do next**\n\n";
    for (std::size_t i = 0; i < steps.size(); ++i) {
      out += std::to_string(i + 1) + ". " + markdown_text(steps[i], kText) + "\n";
    }
    return out + "\n";
  }

  // Only what closes some of what is shown above: a change is no place for all that one could do.
  [[nodiscard]] std::string fix_first() const {
    const std::vector<FixIndex> actions = actions_for(assessment_, overview_.news);
    if (actions.empty()) return {};
    std::string out = "**Fix first**\n\n";
    const std::size_t count = std::min(actions.size(), kMostFixes);
    for (std::size_t i = 0; i < count; ++i)
      out += std::to_string(i + 1) + ". " + fix_item(assessment_.fixes.actions[actions[i]]) + "\n";
    return out + "\n";
  }

  [[nodiscard]] std::string fix_item(const FixAction& action) const {
    const std::string extent = extent_of(action);
    std::string item = "**" + markdown_text(title_of(action), kText) + "**" + (extent.empty() ? "" : " " + extent);
    for (const std::string& effect : effects_of(action)) item += " · " + markdown_text(effect, kText);
    for (const Owner& owner : assessment_.owner_sets[action.owners]) {
      if (&owner - assessment_.owner_sets[action.owners].data() == kMostFixOwners) break;
      item += " · " + markdown_code(owner.team.value, Spot::paragraph, kName);
    }
    const HowTo how = how_to(action);
    const std::string edit = markdown_code(how.edit, Spot::paragraph, kText);
    const std::string command = markdown_code(how.command, Spot::paragraph, kText);
    const std::string both = edit.empty() || command.empty() ? edit + command : edit + ", then " + command;
    return both.empty() ? item : item + "<br>" + both;
  }

  [[nodiscard]] std::string list_item(FindingIndex finding) const {
    const std::string at = place(finding, Spot::paragraph);
    return "- **" + points(assessed(finding).risk.score_tenths) + "** " + title(finding) +
           (at.empty() ? "" : " · " + at) + " · " + id_of(finding);
  }

  std::string listed(const std::string& sign, const std::string& what, const std::vector<FindingIndex>& findings) {
    return folded_list(
        sign + " " + grouped(findings.size()) + " " + what, std::min(findings.size(), kMostListed),
        [&](std::size_t i) { return list_item(findings[i]) + "\n"; }, findings.size());
  }

  std::string fixed() { return listed("✅", "fixed by this change", overview_.fixed); }

  std::string waived() {
    const auto& all = overview_.waived;
    const auto row = [&](std::size_t i) {
      std::string item = list_item(all[i]);
      const WaiverInfo* const waiver = assessment_.waiver_of(all[i]);
      if (waiver == nullptr) return item + "\n";
      item += "<br>" + markdown_text(text::replace_all(waiver->reason, "_", " "), kName);
      if (!waiver->expires.empty()) item += " until " + markdown_text(waiver->expires, kName);
      if (!waiver->approved_by.empty())
        item += ", approved by " + markdown_code(waiver->approved_by, Spot::paragraph, kName);
      if (!waiver->justification.empty()) item += ": " + markdown_text(waiver->justification, kText);
      return item + "\n";
    };
    return folded_list("🤝 " + grouped(all.size()) + " waived", std::min(all.size(), kMostListed), row, all.size());
  }

  std::string spared() {
    const auto& all = overview_.spared;
    const auto row = [&](std::size_t i) {
      const std::vector<std::string> why = vex_facts(assessment_, all[i]);
      const std::string item = list_item(all[i]);
      return why.empty() ? item + "\n" : item + "<br>" + markdown_text(why.front(), kText * 2) + "\n";
    };
    return folded_list("🛡️ " + grouped(all.size()) + " not affected, as VEX says", std::min(all.size(), kMostListed),
                       row, all.size());
  }

  std::string explanations() {
    std::vector<FindingIndex> explained;
    const std::size_t most = std::min(shown_.size(), input_.markdown.open_findings);
    for (std::size_t i = 0; i < most; ++i) {
      if (!factors_of(input_, shown_[i]).empty()) explained.push_back(shown_[i]);
    }
    // What is known, in a line: factors that nobody knows anything about would bury it.
    const auto row = [&](std::size_t i) {
      const std::vector<Factor> factors = factors_of(input_, explained[i]);
      std::string item = "- **" + points(assessed(explained[i]).risk.effective_tenths) + "** " + id_of(explained[i]) +
                         " " + title(explained[i]);
      const auto severity = std::ranges::find(factors, "severity", &Factor::name);
      if (severity != factors.end()) item += " · severity **" + markdown_text(severity->value, kName) + "**";
      const std::string service = service_summary(assessment_, explained[i]);
      if (!service.empty()) item += " · " + markdown_text(service, kText);
      const std::string why = why_so_risky(factors);
      if (!why.empty()) item += " · " + markdown_text(why, kText * 2);
      if (const Across* const across = assessment_.across_of(explained[i]))
        item +=
            " · one problem in the words of several tools: " + markdown_text(across->reasons.front().because, kText);
      for (const std::string& fact : threat_facts(assessment_, explained[i]))
        item += " · " + markdown_text(fact, kText);
      for (const std::string& fact : vex_facts(assessment_, explained[i]))
        item += " · VEX " + markdown_text(fact, kText * 2);
      return item + "\n";
    };
    return folded_list("🧮 Why these risks (every factor: gatepost explain)", explained.size(), row, explained.size());
  }

  std::string notes() {
    std::vector<Note> all = assessment_.notes;
    std::erase_if(all, is_about_base_reports);
    const auto row = [&](std::size_t i) {
      const std::string at = all[i].at.empty() ? "" : " (" + all[i].at + ")";
      return "- " + markdown_text(all[i].text + at, kText * 2) + "\n";
    };
    return folded_list("📝 " + grouped(all.size()) + (all.size() == 1 ? " note" : " notes"),
                       std::min(all.size(), kMostListed), row, all.size());
  }

  std::string known() {
    std::vector<std::string> parts;
    if (overview_.touched > 0) parts.push_back(grouped(overview_.touched) + " in code that this change edits");
    if (overview_.elsewhere > 0) parts.push_back(grouped(overview_.elsewhere) + " elsewhere");
    if (overview_.not_evaluated > 0) {
      parts.push_back(grouped(overview_.not_evaluated) + " that no complete scan looked for, so still taken for open");
    }
    if (parts.empty() || (assessment_.verdict.outcome == Outcome::pass && overview_.news.empty())) return {};
    return take("Known before: " + text::join(parts, " · ") + "\n\n");
  }

  [[nodiscard]] std::string footer() const {
    const bool one_line = assessment_.verdict.outcome == Outcome::pass && overview_.news.empty();
    if (one_line) return {};
    std::string line = "<sub>gatepost";
    if (!input_.tool_version.empty()) line += " " + markdown_text(input_.tool_version, kName);
    line += " · " + markdown_text(compared(assessment_.change), kName);
    if (!own_address(input_.links.report).empty()) line += " · " + report_link("the whole report");
    return line + "</sub>\n";
  }

  const Input& input_;
  const Assessment& assessment_;
  const Overview overview_;
  const std::vector<FindingIndex> shown_;
  std::size_t left_;  // bytes
  std::size_t rows_written_ = 0;
};

}  // namespace

Status write_markdown(const Input& input, const Sink& sink) { return sink(Comment(input).write()); }

}  // namespace gatepost::report
