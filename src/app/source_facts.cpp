#include "app/source_facts.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>

#include "app/waiver_comments.hpp"
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

std::optional<correlate::SourceText> source_at(const SourceTree& sources, std::uint32_t file) {
  auto bytes = sources.tree.read(sources.files.files()[file], sources.entries[file], kLargestSource);
  if (!bytes || !bytes->has_value()) return std::nullopt;
  return std::optional<correlate::SourceText>(std::in_place, std::move(**bytes));
}

// `edits` is absent for a file that the change left alone.
correlate::PackageChange package_change_in(const correlate::SourceText& source, const Component& component,
                                           const FileChange* edits) {
  const auto lines = correlate::package_lines(source, component);
  if (edits != nullptr || lines.empty()) {
    return edits == nullptr ? correlate::PackageChange::unknown : correlate::package_change(lines, *edits);
  }
  return correlate::PackageChange::unchanged;
}

void add_facts_of_file(const ObservationTable& table, std::span<const Row> rows, const correlate::SourceText& source,
                       const FileChange* edits, SourceFacts& facts) {
  std::map<std::uint32_t, correlate::PackageChange> known;  // by component: of one package there may be many findings
  std::map<std::pair<Range, bool>, Digest128> digests;      // many findings at one place are hashed once
  for (const Row row : rows) {
    const ObservationRow& seen = table.row(row);
    const auto [digest, is_new] = digests.try_emplace({seen.range, seen.kind == Kind::secret});
    if (is_new) digest->second = context_of(seen, source);
    facts.contexts[row] = digest->second;
    facts.doubtful_lines[row] = source.has_lone_cr() || seen.range.first_line > source.line_count();
    const StoredComponent* const component = table.component_of(seen);
    if (component == nullptr || facts.packages.empty()) continue;
    const auto [answer, fresh] = known.try_emplace(seen.component);
    if (fresh) answer->second = package_change_in(source, table.component(*component), edits);
    facts.packages[row] = answer->second;
  }
}

// A secret's own words are not looked at, not even as hashes.
void add_code_of_file(const ObservationTable& table, std::span<const Row> rows, const correlate::SourceText& source,
                      std::string_view path, const IsEdited& edited, SourceFacts& facts) {
  std::vector<Row> wanted;
  std::vector<std::uint32_t> lines;
  for (const Row row : rows) {
    const ObservationRow& seen = table.row(row);
    if (seen.kind == Kind::secret || is_dependency_kind(seen.kind) || !edited(path, seen.range.first_line)) continue;
    wanted.push_back(row);
    lines.push_back(seen.range.first_line);
  }
  if (wanted.empty()) return;
  std::vector<std::string> symbols = correlate::symbols_of(source, path, lines);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    facts.code.emplace(wanted[i], code_facts(source, table.row(wanted[i]).range, std::move(symbols[i])));
  }
}

// The ecosystem (purl type) of a manifest by its name; "" for any other file.
std::string_view ecosystem_of(std::string_view path) {
  static const std::map<std::string, std::string, std::less<>> kNames = [] {
    std::map<std::string, std::string, std::less<>> names;
    constexpr const char* kFile = "rules/manifests.yaml";
    const auto bytes = find_resource(kFile);
    GP_ASSERT(bytes.has_value());
    const auto document = doc::parse_yaml(std::string(*bytes), kFile);
    GP_ASSERT(document.ok());
    for (const auto& [ecosystem, files] : document->root().at("manifests").members()) {
      for (const doc::View name : files.items()) names.emplace(name.text(), ecosystem);
    }
    return names;
  }();
  const auto found = kNames.find(path.substr(path.rfind('/') + 1));
  return found == kNames.end() ? std::string_view{} : std::string_view(found->second);
}

// A changed manifest with what each component has to do with it.
struct ChangedManifest {
  std::string_view ecosystem;
  const FileChange* edits = nullptr;
  std::optional<correlate::SourceText> source;
  std::map<std::uint32_t, correlate::PackageChange> known = {};  // by component
};

std::deque<ChangedManifest> changed_manifests(const git::Tree& tree, const ChangeSet& change) {
  std::deque<ChangedManifest> manifests;
  for (const FileChange& file : change.files) {
    const std::string_view ecosystem = file.new_path.empty() ? std::string_view{} : ecosystem_of(file.new_path);
    if (ecosystem.empty()) continue;
    manifests.emplace_back();
    manifests.back().ecosystem = ecosystem;
    manifests.back().edits = &file;
    auto bytes = tree.read(file.new_path, kLargestSource);
    if (bytes && bytes->has_value()) manifests.back().source.emplace(std::move(**bytes));
  }
  return manifests;
}

// What a changed manifest says of a package: nothing known means that the change may have brought it, as a dependency
// of something else or through a property.
correlate::PackageChange change_by(ChangedManifest& manifest, const ObservationTable& table,
                                   const ObservationRow& row) {
  const auto [answer, fresh] = manifest.known.try_emplace(row.component, correlate::PackageChange::changed);
  if (fresh && manifest.source) {
    const auto lines = correlate::package_lines(*manifest.source, table.component(*table.component_of(row)));
    if (!lines.empty()) answer->second = correlate::package_change(lines, *manifest.edits);
  }
  return answer->second;
}

// Packages that were not found where the report says, or of which it does not say where: the changed manifests of their
// ecosystem decide. One that has the package on lines that were left alone outweighs others that do not have it.
void add_packages_by_ecosystem(const ObservationTable& table, const git::Tree& tree, const ChangeSet& change,
                               SourceFacts& facts) {
  std::deque<ChangedManifest> manifests = changed_manifests(tree, change);
  if (manifests.empty()) return;
  for (Row row = 0; row < table.size(); ++row) {
    const StoredComponent* const component = table.component_of(table.row(row));
    if (component == nullptr || facts.packages[row] != correlate::PackageChange::unknown) continue;
    const std::string_view purl = table.text(component->purl);
    for (ChangedManifest& manifest : manifests) {
      const std::string prefix = "pkg:" + std::string(manifest.ecosystem) + "/";
      if (!purl.empty() && !purl.starts_with(prefix)) continue;
      const auto answer = change_by(manifest, table, table.row(row));
      const bool left_alone = facts.packages[row] == correlate::PackageChange::unchanged;
      if (!left_alone) facts.packages[row] = answer;
    }
  }
}

}  // namespace

SourceFacts source_facts(const ObservationTable& table, const SourceTree& sources, const ChangeSet* change,
                         const IsEdited& edited) {
  SourceFacts facts{.placement = place(table, sources.files),
                    .contexts = std::vector<Digest128>(table.size()),
                    .doubtful_lines = std::vector<bool>(table.size())};
  if (change != nullptr) facts.packages.assign(table.size(), correlate::PackageChange::unknown);
  const ChangesByPath changes = by_path(change);
  const std::vector<Row> rows = rows_by_file(table, facts.placement);
  const auto file_of = [&](Row row) { return facts.placement.file_of(table.row(row).path); };
  for (auto begin = rows.begin(); begin != rows.end();) {
    const std::uint32_t file = file_of(*begin);
    const auto end = std::find_if(begin, rows.end(), [&](Row row) { return file_of(row) != file; });
    const std::string& path = sources.files.files()[file];
    const auto changed = changes.find(path);
    if (const auto source = source_at(sources, file)) {
      const FileChange* const edits = changed == changes.end() ? nullptr : changed->second;
      add_facts_of_file(table, {begin, end}, *source, edits, facts);
      add_references(table, {begin, end}, *source, path, edits, facts.references);
      if (edited) add_code_of_file(table, {begin, end}, *source, path, edited, facts);
    }
    begin = end;
  }
  if (change != nullptr) add_packages_by_ecosystem(table, sources.tree, *change, facts);
  return facts;
}

std::vector<std::string> github_line_hashes(const git::Tree& tree, std::string_view path) {
  const auto bytes = tree.read(path, kLargestSource);
  if (!bytes || !bytes->has_value()) return {};
  return correlate::github_line_hashes(**bytes);
}

}  // namespace gatepost::app
