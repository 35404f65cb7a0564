// Puts what the world says about vulnerabilities to the findings they are about.
#pragma once

#include <string>
#include <vector>

#include "base/time.hpp"
#include "context/evidence.hpp"
#include "context/threats.hpp"
#include "model/assessment.hpp"

namespace gatepost::app {

// The CVEs of everything that the tables report, also under other names; sorted.
std::vector<std::string> reported_cves(const ObservationTable& table, const ObservationTable& base_table);

// Sets Assessed::enrichment of every finding that something is known about, and notes how old feeds are. The tools' own
// statements come along where no feed says something newer. VEX statements and runtime evidence are put beside them.
void enrich_threats(Assessment& assessment, const context::Threats& threats, Timestamp now,
                    const context::Evidence& evidence = {});

}  // namespace gatepost::app
