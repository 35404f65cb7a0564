// The sentences that terminal and comment share. They may hold a stranger's text: escape them for where they land.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "model/report_info.hpp"
#include "report/input.hpp"
#include "report/overview.hpp"

namespace gatepost::report {

// "Gate closed" and "2 of 5 new findings block this change".
struct Headline {
  std::string verdict, why;
};
Headline headline_of(const Assessment& assessment, const Overview& overview);

// "5 new", "1 worse", "2 fixed", "1 waived"; what is 0 is left out.
std::vector<std::string> tallies(const Overview& overview);

// "risk of its findings 91.3 of 100", "risk of what it touches 15 of 100" unless the signals tell it, "adds 91.3
// points"; 0 is left out.
std::vector<std::string> risks(const Assessment& assessment);

// "Change risk 45 of 100: CI workflow changed (+20), …", with `most` signals; "" without any.
std::string change_risk_line(const Assessment& assessment, std::size_t most);
// "new direct dependency: lodash and 2 more (+8)"
std::string words_of(const ChangeSignal& signal);

// A warning that reports of the base are not what they should be: old findings may count as new.
bool is_about_base_reports(const Note& note);

// How a finding stands to the change, beside the title of its list: "in edited code", "not known whether new", "moved";
// "" for what is new, and for everything when there is no base.
std::string standing(const Assessed& it);

// "one of the CWE Top 25, the tool shows the data flow; less, for used by tests only"; what is not known is left out.
std::string why_so_risky(std::span<const Factor> factors);

// What is wrong with a report and what follows from it, in one sentence; "" for one that was read completely.
std::string problem_of(const ReportInfo& report);
// "3 of 4 reports were read completely".
std::string reports_read(std::span<const ReportInfo> reports);

// What somebody who wants to merge does next, one step a sentence.
std::vector<std::string> next_steps(const Assessment& assessment, const Overview& overview);

// "a1b2c3d4 to 9f8e7d6c", and how the base was found; says so when there is none.
std::string compared(const ChangeSet& change);

}  // namespace gatepost::report
