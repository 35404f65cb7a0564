// The digest: what stands in a job summary or a message in the morning. A screenful, the worst first.
#include <fmt/core.h>

#include <algorithm>

#include "report/escape.hpp"
#include "report/posture.hpp"

namespace gatepost::report {
namespace {

constexpr std::size_t kShownFindings = 10, kShownGroups = 8, kShownUnits = 5, kShownWaivers = 5;

bool is_open(const PostureFinding& it) { return it.state.starts_with("open"); }

std::string duration(std::int64_t hours) {
  return hours < 48 ? fmt::format("{} h", hours) : fmt::format("{}.{} d", hours / 24, hours % 24 * 10 / 24);
}

std::string counts_text(const BySeverity& counts) {
  std::string out;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] != 0) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", counts[i], kBySeverity[i]);
  }
  return out.empty() ? "none" : out;
}

BySeverity open_counts(const Posture& posture) {
  BySeverity counts{};
  for (const PostureFinding& it : posture.findings) counts[by_severity(it.severity)] += is_open(it) ? 1 : 0;
  return counts;
}

void head(std::string& out, const Posture& posture) {
  const BySeverity counts = open_counts(posture);
  const auto overdue = std::ranges::count_if(
      posture.findings, [](const PostureFinding& it) { return is_open(it) && it.sla == "breached"; });
  out += fmt::format("## Security posture{}\n\n",
                     posture.project.empty() ? "" : " of " + escape::markdown_text(posture.project));
  out += fmt::format("**Open:** {}. **Past their date:** {}.", counts_text(counts), overdue);
  if (posture.mttr_median_h)
    out += fmt::format(" **Time to repair:** {} (median of {}).", duration(*posture.mttr_median_h), posture.repaired);
  if (posture.compliance_permille)
    out += fmt::format(" **In time:** {}.{} %.", *posture.compliance_permille / 10, *posture.compliance_permille % 10);
  out += "\n";
  for (const std::string& note : posture.notes) out += "\n> " + escape::markdown_text(note, 300) + "\n";
}

void findings(std::string& out, const Posture& posture) {
  std::size_t shown = 0;
  for (const PostureFinding& it : posture.findings) {
    if (!is_open(it)) continue;
    if (shown == 0)
      out +=
          "\n### Worst first\n\n| Risk | Severity | Finding | Where | Team | Due |\n| ---: | --- | --- | --- | --- | "
          "--- |\n";
    if (++shown > kShownFindings) break;
    const std::string place = it.path.empty() ? it.subject
                              : it.line == 0  ? it.path
                                              : fmt::format("{}:{}", it.path, it.line);
    out += fmt::format("| {}.{} | {} | {} | {} | {} | {} |\n", it.risk_tenths / 10, it.risk_tenths % 10,
                       to_string(it.severity), escape::markdown_text(it.title, 120),
                       escape::markdown_code(place, escape::Spot::table_cell, 100),
                       it.team.empty() ? "nobody" : escape::markdown_text(it.team, 60), it.due.substr(0, 10));
  }
}

void groups(std::string& out, const Posture& posture) {
  if (posture.teams.empty()) return;
  out += "\n### Teams\n\n| Team | Open | Risk | Overdue |\n| --- | --- | ---: | ---: |\n";
  for (std::size_t i = 0; i < std::min(kShownGroups, posture.teams.size()); ++i) {
    const PostureGroup& it = posture.teams[i];
    out += fmt::format("| {} | {} | {}.{} | {} |\n", it.name.empty() ? "nobody" : escape::markdown_text(it.name, 60),
                       counts_text(it.open), it.risk_tenths / 10, it.risk_tenths % 10, it.overdue);
  }
}

void lists(std::string& out, const Posture& posture) {
  if (!posture.fix_first.empty()) out += "\n### Fix first\n\n";
  for (std::size_t i = 0; i < std::min(kShownUnits, posture.fix_first.size()); ++i) {
    const PostureUnit& it = posture.fix_first[i];
    out += fmt::format("- {} (closes {})\n", escape::markdown_text(it.what, 160), it.closes);
  }
  std::size_t shown = 0;
  for (const PostureWaiver& it : posture.waivers) {
    if (it.state != "active" || ++shown > kShownWaivers) continue;
    if (shown == 1) out += "\n### Waivers that lapse next\n\n";
    out += fmt::format("- {} until {}: {}\n", escape::markdown_text(it.id, 60), it.expires,
                       escape::markdown_text(it.justification, 120));
  }
  for (const PostureScanner& it : posture.scanners) {
    if (it.state != "silent") continue;
    const std::string since =
        it.last_complete.empty() ? "never reported completely" : "not reported since " + it.last_complete.substr(0, 10);
    out += fmt::format("\n> {} has {}.\n", escape::markdown_text(it.engine, 60), since);
  }
}

}  // namespace

Status write_posture_markdown(const Posture& posture, const Sink& sink) {
  std::string out;
  head(out, posture);
  findings(out, posture);
  groups(out, posture);
  lists(out, posture);
  return sink(escape::markdown_finish(out));
}

}  // namespace gatepost::report
