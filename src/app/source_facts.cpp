#include "app/source_facts.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>
#include <utility>

#include "base/assert.hpp"
#include "base/resource.hpp"
#include "correlate/github_line_hash.hpp"
#include "correlate/source_text.hpp"
#include "doc/yaml.hpp"

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

std::optional<correlate::SourceText> source_at(const git::Tree& tree, std::string_view path) {
  auto bytes = tree.read(path, kLargestSource);
  if (!bytes || !bytes->has_value()) return std::nullopt;
  return std::optional<correlate::SourceText>(std::in_place, std::move(**bytes));
}

void add_facts_of_file(const ObservationTable& table, std::span<const Row> rows, const correlate::SourceText& source,
                       const FileChange* edits, SourceFacts& facts) {
  std::map<std::uint32_t, correlate::PackageChange> known;  // by component: of one package there may be many findings
  for (const Row row : rows) {
    const ObservationRow& seen = table.row(row);
    facts.contexts[row] = context_of(seen, source);
    facts.doubtful_lines[row] = source.has_lone_cr() || seen.range.first_line > source.line_count();
    const StoredComponent* const component = table.component_of(seen);
    if (component == nullptr || edits == nullptr) continue;
    const auto [answer, fresh] = known.try_emplace(seen.component);
    if (fresh)
      answer->second = correlate::package_change(correlate::package_lines(source, table.component(*component)), *edits);
    facts.packages[row] = answer->second;
  }
}

bool is_manifest(std::string_view path) {
  static const std::set<std::string, std::less<>> kNames = [] {
    std::set<std::string, std::less<>> names;
    constexpr const char* kFile = "rules/manifests.yaml";
    const auto bytes = find_resource(kFile);
    GP_ASSERT(bytes.has_value());
    const auto document = doc::parse_yaml(std::string(*bytes), kFile);
    GP_ASSERT(document.ok());
    for (const auto& [ecosystem, files] : document->root().at("manifests").members()) {
      for (const doc::View name : files.items()) names.emplace(name.text());
    }
    return names;
  }();
  return kNames.contains(path.substr(path.rfind('/') + 1));
}

// Packages of which the report does not say where they are declared: one that a changed manifest brings in is new.
void add_packages_without_manifest(const ObservationTable& table, const git::Tree& tree, const ChangeSet& change,
                                   SourceFacts& facts) {
  std::vector<Row> rows;
  for (Row row = 0; row < table.size(); ++row) {
    const ObservationRow& seen = table.row(row);
    const bool placed = facts.placement.file_of(seen.path) != correlate::Placement::kNoFile;
    if (seen.component != ObservationRow::kNone && !placed) rows.push_back(row);
  }
  if (rows.empty()) return;
  for (const FileChange& file : change.files) {
    if (file.new_path.empty() || !is_manifest(file.new_path)) continue;
    const auto source = source_at(tree, file.new_path);
    if (!source) continue;
    std::map<std::uint32_t, correlate::PackageChange> known;  // by component
    for (const Row row : rows) {
      const auto [entry, fresh] = known.try_emplace(table.row(row).component, correlate::PackageChange::unknown);
      if (fresh) {
        const Component component = table.component(*table.component_of(table.row(row)));
        entry->second = correlate::package_change(correlate::package_lines(*source, component), file);
      }
      facts.packages[row] = std::max(facts.packages[row], entry->second);
    }
  }
}

}  // namespace

SourceFacts source_facts(const ObservationTable& table, const correlate::FileIndex& files, const git::Tree& tree,
                         const ChangeSet* change) {
  SourceFacts facts{.placement = place(table, files),
                    .contexts = std::vector<Digest128>(table.size()),
                    .doubtful_lines = std::vector<bool>(table.size())};
  if (change != nullptr) facts.packages.assign(table.size(), correlate::PackageChange::unknown);
  const ChangesByPath changes = by_path(change);
  const std::vector<Row> rows = rows_by_file(table, facts.placement);
  const auto file_of = [&](Row row) { return facts.placement.file_of(table.row(row).path); };
  for (auto begin = rows.begin(); begin != rows.end();) {
    const std::uint32_t file = file_of(*begin);
    const auto end = std::find_if(begin, rows.end(), [&](Row row) { return file_of(row) != file; });
    const std::string& path = files.files()[file];
    const auto changed = changes.find(path);
    if (const auto source = source_at(tree, path)) {
      const FileChange* const edits = changed == changes.end() ? nullptr : changed->second;
      add_facts_of_file(table, {begin, end}, *source, edits, facts);
    }
    begin = end;
  }
  if (change != nullptr) add_packages_without_manifest(table, tree, *change, facts);
  return facts;
}

std::vector<std::string> github_line_hashes(const git::Tree& tree, std::string_view path) {
  const auto bytes = tree.read(path, kLargestSource);
  if (!bytes || !bytes->has_value()) return {};
  return correlate::github_line_hashes(**bytes);
}

}  // namespace gatepost::app
