// Which engine a tool's name means, and what sort of problems it reports when nothing else says so. The table is data:
// config/rules/engines.yaml.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/kind.hpp"

namespace gatepost::ingest {

// "Semgrep OSS" and "semgrep" are "semgrep"; a name that is not in the table becomes lower case with dashes. "unknown" for
// no name at all.
std::string engine_id(std::string_view tool_name);
// Empty for an engine that reports several kinds, and for one we do not know.
std::optional<Kind> engine_kind(std::string_view engine);

}  // namespace gatepost::ingest
