// One SARIF reporting descriptor (a rule) as far as findings need it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "doc/document.hpp"
#include "ingest/formats/sarif_result.hpp"
#include "model/observation.hpp"

namespace gatepost::ingest::sarif {

struct Rule {
  std::string id, name;
  std::string title, help_url;
  std::uint16_t security_tenths = kNoTenths;
  std::string severity_word;
  Level default_level = Level::absent;
  Confidence confidence = Confidence::unknown;
  std::vector<Cwe> cwes;
  std::vector<std::string> tags;  // lower case
  std::vector<AdvisoryId> advisories;
  std::map<std::string, std::string, std::less<>> messages;  // by message id
};

Rule read_rule(doc::View view);
// "GHSA-…", "CVE-2024-1", and the CVE at the start of "CVE-2024-1-lodash".
std::optional<AdvisoryId> leading_advisory(std::string_view text);
// What the rule's findings are: by its tags, its advisories, or else what its engine reports.
Kind kind_of(const Rule& rule, std::optional<Kind> engine_kind);

}  // namespace gatepost::ingest::sarif
