#include "report/owners_text.hpp"

#include <algorithm>
#include <string_view>

#include "base/text.hpp"

namespace gatepost::report {
namespace {

std::string shown(std::string_view s) { return text::printable(s, 4096); }

std::string names(const std::vector<std::string>& owners) {
  if (owners.empty()) return "nobody";
  std::string out;
  for (const std::string& owner : owners) out += (out.empty() ? "" : " ") + shown(owner);
  return out;
}

std::string section_line(const SectionAnswer& section, std::string_view file) {
  std::string line = "  [" + shown(section.name) + "] " + names(section.owners) + " (" + shown(file) + ":" +
                     std::to_string(section.line) + " " + shown(section.pattern) + ")";
  if (section.optional) line += ", optional";
  if (section.approvals > 0) line += ", " + text::count_of(section.approvals, "approval");
  return line + "\n";
}

// 123456 parts per million as "12.3 %".
std::string percent(std::uint64_t ppm) {
  return std::to_string(ppm / 10'000) + "." + std::to_string(ppm / 1'000 % 10) + " %";
}

std::string diagnostic_line(const OwnersDiagnostic& it, std::string_view file) {
  std::string line = shown(file);
  if (it.line) line += ":" + std::to_string(*it.line);
  if (it.line && it.column) line += ":" + std::to_string(*it.column);
  line += (line.empty() ? "" : ": ") + it.kind + ": " + shown(it.text) + "\n";
  if (!it.suggestion.empty()) line += "    " + shown(it.suggestion) + "\n";
  return line;
}

std::string classes_line(const OwnershipCount& count) {
  std::string line;
  for (std::size_t i = 0; i < count.classes.size(); ++i) {
    if (count.classes[i] == 0) continue;
    line += (line.empty() ? "" : ", ") + std::string(kUnownedClassNames[i]) + " " + std::to_string(count.classes[i]);
  }
  return line;
}

std::string directory_line(const DirectoryOwnership& it) {
  const std::string name = it.directory.empty() ? "files of the root" : shown(it.directory) + "/";
  return "  " + name + ": " + std::to_string(it.count.files - it.count.owned) + " of " +
         text::count_of(it.count.files, "file") + " (" + classes_line(it.count) + ")\n";
}

std::string coverage_text(const UnownedReport& report, std::size_t most_unowned) {
  const auto ppm = report.owned_ppm();
  if (!ppm) return "the revision has no files\n";
  std::string out = std::to_string(report.total.owned) + " of " + text::count_of(report.total.files, "file") +
                    " have an owner (" + percent(*ppm) + ")\n";
  const bool all = report.unowned.empty();
  if (all) return out;
  out += "without an owner:\n";
  for (const DirectoryOwnership& it : report.directories) {
    if (it.count.owned < it.count.files) out += directory_line(it);
  }
  const std::size_t listed = std::min(most_unowned, report.unowned.size());
  for (std::size_t i = 0; i < listed; ++i) {
    out += shown(report.unowned[i].path) + " (" + std::string(to_string(report.unowned[i].why)) + ")\n";
  }
  if (listed < report.unowned.size()) {
    out += "and " + text::count_of(report.unowned.size() - listed, "more file") + "\n";
  }
  return out;
}

}  // namespace

std::string owners_text(const OwnershipAnswer& answer) {
  std::string out = shown(answer.path) + ": ";
  if (!answer.rule) return out + (answer.excluded ? "nobody (excluded)\n" : "no rule\n");
  out += names(answer.owners);
  const bool several =
      answer.sections && (answer.sections->size() > 1 || answer.sections->front().name != "codeowners");
  if (!several) {
    return out + " (" + shown(answer.rule->file) + ":" + std::to_string(answer.rule->line) + " " +
           shown(answer.rule->pattern) + ")\n";
  }
  out += "\n";
  for (const SectionAnswer& section : *answer.sections) out += section_line(section, answer.rule->file);
  return out;
}

std::string teams_text(const Routing& routing) {
  std::string out;
  const auto add = [&](std::string_view word, const RoutedTeam& it) {
    out += "  " + std::string(word) + " " + shown(it.team) + " (" + shown(it.owner) + ": " + shown(it.because) + ")\n";
  };
  for (const RoutedTeam& it : routing.assignees) add("team", it);
  for (const RoutedTeam& it : routing.watchers) add("watches", it);
  return out.empty() ? "  no team\n" : out;
}

std::string owners_check_text(const OwnersCheck& check, std::size_t most_unowned) {
  std::string out;
  for (const OwnersDiagnostic& it : check.diagnostics) out += diagnostic_line(it, check.file);
  if (check.coverage) out += coverage_text(*check.coverage, most_unowned);
  return out;
}

}  // namespace gatepost::report
