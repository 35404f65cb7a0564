// Observations that a stranger describes: every one is in a finding, and no report's results about code are put
// together.
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "app/described_statements.hpp"
#include "correlate/across.hpp"
#include "fuzz/check.hpp"

using namespace gatepost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto described = app::read_statements({reinterpret_cast<const char*>(data), size}, "input");
  if (!described) return 0;
  const auto& statements = described->statements;
  const correlate::Correlated found = correlate::correlate(statements);
  std::vector<bool> seen(statements.size());
  for (const correlate::Issue& issue : found.issues) {
    std::set<std::tuple<std::uint32_t, std::string_view, std::string_view>> reports;
    for (const std::uint32_t member : issue.members) {
      seen[member] = true;
      const correlate::Statement& it = statements[member];
      if (it.kind != Kind::sast && it.kind != Kind::iac) continue;
      // What one engine says of two commits is told apart by them.
      FUZZ_CHECK(reports.insert({it.report, it.engine, it.commit}).second);
    }
  }
  for (const bool it : seen) FUZZ_CHECK(it);
  for (const correlate::Link& link : found.links) FUZZ_CHECK(link.a < link.b && link.b < statements.size());
  return 0;
}
