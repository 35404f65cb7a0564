#include "report/workflow.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.hpp"
#include "report/escape.hpp"
#include "report/facts.hpp"
#include "report/overview.hpp"
#include "report/words.hpp"

namespace gatepost::report {
namespace {

enum class Kind : std::uint8_t { error, warning, notice };
constexpr std::array<std::string_view, 3> kKinds = {"error", "warning", "notice"};
constexpr std::size_t kMessage = 1'000, kTitle = 200;  // characters
constexpr std::size_t kLongestPath = 250;              // of a property

Kind kind_of(Action action) {
  if (action == Action::block) return Kind::error;
  return action >= Action::warn ? Kind::warning : Kind::notice;
}

std::string properties(const Assessment& assessment, FindingIndex finding) {
  const Finding& it = assessment.findings.all[finding];
  const std::string title = "title=" + escape::workflow_property(title_of(assessment, finding), kTitle);
  const std::string_view path = assessment.findings.path_of(it);
  if (path.empty() || it.in_base_only || path.size() > kLongestPath) return title;
  std::string out = "file=" + escape::workflow_property(path) + ",";
  if (it.range.first_line > 0) {
    out += "line=" + std::to_string(it.range.first_line) + ",";
    out += "endLine=" + std::to_string(std::max(it.range.first_line, it.range.last_line)) + ",";
  }
  return out + title;
}

std::string message(const Input& input, FindingIndex finding) {
  const Assessed& it = input.assessment.assessed[finding];
  std::string text = "Risk " + points(it.risk.effective_tenths) + " of 100.";
  const std::string why = why_so_risky(factors_of(input, finding)), fix = fix_of(input.assessment, finding);
  const std::string owners = teams(input.assessment.owners_of(finding));
  if (!why.empty()) text += "\nWhy here: " + escape::one_line(why, 300);
  if (!fix.empty()) text += "\nFix: " + escape::one_line(fix, 300);
  if (!owners.empty()) text += "\nOwner: " + escape::one_line(owners, 100);
  text += "\nMore: gatepost explain " + short_form(input.assessment.findings.all[finding].id);
  return escape::workflow_data(text, kMessage);
}

}  // namespace

std::vector<std::string> workflow_annotations(const Input& input, const WorkflowOptions& options) {
  const Overview overview = overview_of(input.assessment);
  auto ranked = most_important(input.assessment, overview.news, overview.news.size());
  if (options.told) std::erase_if(ranked, options.told);
  if (options.in_diff) std::ranges::stable_partition(ranked, options.in_diff);
  std::array<std::size_t, kKinds.size()> written{};
  std::vector<std::string> lines;
  for (const Note& note : input.assessment.notes) {
    auto& warnings = written[static_cast<std::size_t>(Kind::warning)];
    if (!is_about_base_reports(note) || warnings >= options.most_of_a_kind) continue;
    ++warnings;
    lines.push_back("::warning title=gatepost: reports of the base::" + escape::workflow_data(note.text, kMessage));
  }
  std::size_t left_out = 0;
  std::size_t last_notice = 0;  // its place in `lines`
  for (const FindingIndex finding : ranked) {
    const Kind kind = kind_of(input.assessment.assessed[finding].action);
    if (written[static_cast<std::size_t>(kind)]++ >= options.most_of_a_kind) {
      ++left_out;
      continue;
    }
    if (kind == Kind::notice) last_notice = lines.size();
    lines.push_back("::" + std::string(kKinds[static_cast<std::size_t>(kind)]) + " " +
                    properties(input.assessment, finding) + "::" + message(input, finding));
  }
  if (left_out == 0) return lines;
  // It is a notice itself.
  if (written[static_cast<std::size_t>(Kind::notice)] >= options.most_of_a_kind && !lines.empty()) {
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(last_notice));
    ++left_out;
  }
  lines.push_back("::notice title=gatepost::" + escape::workflow_data(grouped(left_out) + " more in the summary"));
  return lines;
}

}  // namespace gatepost::report
