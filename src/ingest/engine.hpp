// Which engine reports. Tools write their name in many ways; findings are matched and required scanners are named by
// one id. The table is config/rules/engines.yaml.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "model/kind.hpp"
#include "model/severity.hpp"

namespace gatepost::ingest {

// "Trivy", "aquasecurity/trivy" and "trivy (image)" are "trivy". A name that is not in the table becomes kebab-case:
// "Acme Scanner 3" is "acme-scanner-3"; "" for a name without any letter or digit.
std::string engine_id(std::string_view tool_name);

// What an engine's findings are when a report does not say so; empty for an engine that is not in the table. Of engines
// that do several things the prefix of the rule's id or name decides, if the table has it.
std::optional<Kind> engine_kind(std::string_view engine, std::initializer_list<std::string_view> rule = {});

// How bad the findings of an engine are that writes the same level on all of them; empty for one that judges itself.
std::optional<SeverityLabel> engine_severity(std::string_view engine);

// What an engine means by a word: its own meaning (config/rules/severity-tools.yaml), else what everybody means by it.
std::optional<SeverityLabel> engine_word(std::string_view engine, std::string_view word);
// What an engine means by a level of SARIF ("error"); empty when it means what SARIF says.
std::optional<SeverityLabel> engine_level(std::string_view engine, std::string_view level);

}  // namespace gatepost::ingest
