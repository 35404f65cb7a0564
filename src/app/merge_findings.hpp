// Findings of different tools that are one problem become one (correlate/across.hpp has the rules). Part of judging:
// the second stage does it again.
#pragma once

#include <map>
#include <optional>
#include <span>

#include "model/assessment.hpp"

namespace gatepost::app {

// The effective severities of the head's table and the base's, by list of claims (risk::effective_severities).
struct TableSeverities {
  std::span<const Severity> head, base;
  [[nodiscard]] const Severity& of(const Assessment& it, const Finding& finding, Row row) const {
    const ObservationTable& table = it.table_of(finding);
    return (finding.in_base_only ? base : head)[static_cast<std::uint32_t>(table.claims_of(table.row(row)))];
  }
};

// Merges among `it.findings` and fills `it.across` and `it.links`; presence is that of the claim that is nearest to the
// change. `parts`: only claims that an earlier stage took for the same finding are compared, since what else was there
// when it looked is not known here.
void merge_findings(Assessment& it, const TableSeverities& severities,
                    const std::optional<std::map<FindingId, FindingId>>& parts);

}  // namespace gatepost::app
