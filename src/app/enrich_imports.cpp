#include "app/enrich_imports.hpp"

#include <map>
#include <utility>

#include "app/gather_imports.hpp"

namespace gatepost::app {

void enrich_imports(Assessment& out, const context::Surroundings::Imports& imports) {
  if (imports.empty()) return;
  std::map<std::pair<std::uint32_t, const ImportFact*>, std::uint32_t> numbers;
  for (std::size_t i = 0; i < out.findings.all.size(); ++i) {
    const auto question = import_question(out, out.findings.all[i]);
    const auto fact = question ? imports.find(*question) : imports.end();
    if (fact == imports.end()) continue;
    std::uint32_t& enrichment = out.assessed[i].enrichment;
    const auto [number, fresh] =
        numbers.try_emplace({enrichment, &fact->second}, static_cast<std::uint32_t>(out.enrichments.size()));
    if (fresh) {
      const Enrichment* const before = out.enrichment_of(i);
      Enrichment known = before == nullptr ? Enrichment{} : *before;
      known.imports = fact->second;
      out.enrichments.push_back(std::move(known));
    }
    enrichment = number->second;
  }
}

}  // namespace gatepost::app
