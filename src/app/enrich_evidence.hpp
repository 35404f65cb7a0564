// Puts VEX statements and runtime evidence to the findings they are about.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "context/evidence.hpp"
#include "model/assessment.hpp"

namespace gatepost::app {

class EvidenceOf {
 public:
  EvidenceOf(const Assessment& assessment, const context::Evidence& evidence, Timestamp now)
      : assessment_(assessment), evidence_(evidence), now_(now) {}

  // Adds what is known about a finding; `ids` is everything that its vulnerability is called.
  void add(std::size_t finding, const std::set<std::string_view>& ids, const std::vector<std::string>& cves,
           Enrichment& known);
  // Findings whose deciding statement was contradicted.
  [[nodiscard]] std::size_t conflicts() const { return conflicts_; }

 private:
  [[nodiscard]] context::VexSubject subject_of(std::size_t finding) const;
  [[nodiscard]] std::vector<VexFact> statements_on(const context::VexSubject& subject) const;
  void add_embedded(const Finding& finding, std::vector<VexFact>& facts) const;
  const Assessment& assessment_;
  const context::Evidence& evidence_;
  const Timestamp now_;
  std::size_t conflicts_ = 0;
};

}  // namespace gatepost::app
