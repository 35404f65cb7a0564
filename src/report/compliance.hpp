// Evidence for auditors.
#pragma once

#include "model/compliance.hpp"
#include "report/sink.hpp"

namespace gatepost::report {

Status write_compliance_json(const Compliance& compliance, const Sink& sink);      // compliance/1
Status write_compliance_html(const Compliance& compliance, const Sink& sink);      // one file without a script
Status write_compliance_markdown(const Compliance& compliance, const Sink& sink);  // controls and their states
Status write_compliance_csv(const Compliance& compliance, const Sink& sink);       // a row for each piece of evidence

// What every form says first.
inline constexpr std::string_view kComplianceCaution =
    "This is evidence out of the ledger that gatepost keeps, put into the order of the controls. It is no certificate "
    "and no "
    "legal opinion: whether it is enough is for the auditor to judge. What gatepost cannot see is said to be missing.";

}  // namespace gatepost::report
