#include "app/source_facts.hpp"

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "correlate/github_line_hash.hpp"
#include "correlate/source_text.hpp"

namespace gatepost::app {
namespace {

constexpr std::uint64_t kLargestSource = 8 << 20;  // a larger file is hardly code

using ChangesByPath = std::unordered_map<std::string_view, const FileChange*>;

ChangesByPath by_path(const ChangeSet* change) {
  ChangesByPath changes;
  if (change == nullptr) return changes;
  for (const FileChange& file : change->files) {
    if (!file.new_path.empty()) changes.emplace(file.new_path, &file);
  }
  return changes;
}

// Rows that have a file, together file by file.
std::vector<Row> rows_by_file(const ObservationTable& table, const correlate::Placement& placement) {
  std::vector<Row> rows;
  for (Row row = 0; row < table.size(); ++row) {
    if (placement.file_of(table.row(row).path) != correlate::Placement::kNoFile) rows.push_back(row);
  }
  std::ranges::stable_sort(rows, {}, [&](Row row) { return placement.file_of(table.row(row).path); });
  return rows;
}

Digest128 context_of(const ObservationRow& row, const correlate::SourceText& source) {
  // A hash of a line with a secret on it would give the secret away to a dictionary.
  return row.kind == Kind::secret ? neighbour_digest(source, row.range) : context_digest(source, row.range);
}

}  // namespace

SourceFacts source_facts(const ObservationTable& table, const correlate::FileIndex& files, const git::Tree& tree,
                         const ChangeSet* change) {
  SourceFacts facts{.placement = place(table, files), .contexts = std::vector<Digest128>(table.size())};
  if (change != nullptr) facts.packages.assign(table.size(), correlate::PackageChange::unknown);
  const ChangesByPath changes = by_path(change);
  const std::vector<Row> rows = rows_by_file(table, facts.placement);
  const auto file_of = [&](Row row) { return facts.placement.file_of(table.row(row).path); };
  for (auto begin = rows.begin(); begin != rows.end();) {
    const std::uint32_t file = file_of(*begin);
    const auto end = std::find_if(begin, rows.end(), [&](Row row) { return file_of(row) != file; });
    const std::string& path = files.files()[file];
    auto bytes = tree.read(path, kLargestSource);
    const auto changed = changes.find(path);
    if (bytes && bytes->has_value()) {
      const correlate::SourceText source(std::move(**bytes));
      // Of one package there may be many findings.
      std::unordered_map<const StoredComponent*, correlate::PackageChange> known;
      for (auto row = begin; row != end; ++row) {
        const ObservationRow& seen = table.row(*row);
        facts.contexts[*row] = context_of(seen, source);
        const StoredComponent* const component = table.component_of(seen);
        if (component == nullptr || changed == changes.end()) continue;
        const auto [answer, fresh] = known.try_emplace(component);
        if (fresh) {
          answer->second = correlate::package_change(correlate::package_lines(source, table.component(*component)),
                                                     *changed->second);
        }
        facts.packages[*row] = answer->second;
      }
    }
    begin = end;
  }
  return facts;
}

std::vector<std::string> github_line_hashes(const git::Tree& tree, std::string_view path) {
  const auto bytes = tree.read(path, kLargestSource);
  if (!bytes || !bytes->has_value()) return {};
  return correlate::github_line_hashes(**bytes);
}

}  // namespace gatepost::app
