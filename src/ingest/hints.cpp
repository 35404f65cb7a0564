#include "ingest/hints.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/resource.hpp"
#include "doc/yaml.hpp"

namespace gatepost::ingest {

// Compiled in: a table that cannot be read is our bug, and a test reads it.
const std::vector<ReportHint>& report_hints() {
  static const std::vector<ReportHint> kHints = [] {
    constexpr std::string_view kFile = "rules/report-hints.yaml";
    const auto text = find_resource(kFile);
    GP_ASSERT(text.has_value());
    const auto document = doc::parse_yaml(std::string(*text), std::string(kFile));
    GP_ASSERT(document.ok());
    std::vector<ReportHint> hints;
    for (const doc::View hint : document->root().items()) {
      auto like = Regex::compile("(?m)" + std::string(hint.at("like").text()));
      GP_ASSERT(like.ok());
      hints.push_back({std::move(*like), std::string(hint.at("of").text()), std::string(hint.at("do").text()),
                       std::string(hint.at("example").text())});
    }
    return hints;
  }();
  return kHints;
}

const ReportHint* hint_for(std::string_view head) {
  const std::vector<ReportHint>& hints = report_hints();
  const auto found = std::ranges::find_if(hints, [&](const ReportHint& hint) { return hint.like.found_in(head); });
  return found == hints.end() ? nullptr : &*found;
}

}  // namespace gatepost::ingest
