#include "correlate/metrics.hpp"

#include <set>

namespace gatepost::correlate {
namespace {

constexpr std::size_t kManyStatements = 50, kManyFiles = 5;

std::size_t files_of(std::span<const Statement> statements, const Issue& issue) {
  std::set<std::string_view> files;
  for (const std::uint32_t member : issue.members) files.insert(statements[member].path);
  return files.size();
}

}  // namespace

MergeMetrics metrics_of(std::span<const Statement> statements, const Correlated& correlated) {
  MergeMetrics out{.statements = statements.size(),
                   .issues = correlated.issues.size(),
                   .links = correlated.links.size(),
                   .merges_by_rule = {}};
  for (const Issue& issue : correlated.issues) {
    if (issue.members.size() > 1) ++out.merged;
    for (const Merge& merge : issue.merges) ++out.merges_by_rule[merge.evidence.rule];
    const bool many = issue.members.size() > kManyStatements && statements[issue.members.front()].kind != Kind::secret;
    if (issue.members.size() > out.largest || many) {
      const std::size_t files = files_of(statements, issue);
      out.suspicious |= many && files > kManyFiles;
      if (issue.members.size() > out.largest) out.largest = issue.members.size(), out.largest_files = files;
    }
  }
  return out;
}

}  // namespace gatepost::correlate
