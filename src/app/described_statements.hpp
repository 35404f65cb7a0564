// Observations described in JSON, as `gatepost convert` writes them or by hand, for correlation.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "correlate/statement.hpp"
#include "doc/document.hpp"
#include "model/alias_graph.hpp"
#include "model/finding.hpp"

namespace gatepost::app {

struct DescribedStatements {
  std::vector<doc::Document> documents;  // what the texts are views into
  std::deque<std::string> texts;         // or these
  AliasGraph aliases;
  std::vector<correlate::Statement> statements;
};

// `text` is a list of observations, an object with a list called "observations", a pair {"a": …, "b": …}, or one
// observation a line. docs/correlation.md lists the keys.
Result<DescribedStatements> read_statements(std::string text, const std::string& name);

// What an observation is, without lines, so that its finding keeps the id.
FindingId statement_id(const correlate::Statement& statement, std::uint32_t occurrence);

}  // namespace gatepost::app
