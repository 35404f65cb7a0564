#include "app/gather_imports.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <unordered_set>
#include <utility>

#include "base/parallel.hpp"
#include "context/import_evidence.hpp"
#include "context/manifests.hpp"

namespace gatepost::app {
namespace {

constexpr std::size_t kMostFiles = 50'000;
constexpr std::size_t kMostBytes = std::size_t{512} << 20;
constexpr std::size_t kMostManifests = 2'000;

using context::ImportablePackage;
using Question = std::pair<std::string, std::string>;  // manifest, package

struct Asked {
  ImportablePackage package;
  bool direct = false;  // a report says so
};

std::string folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash));
}

std::map<Question, Asked> questions(const ImportRequest& request) {
  std::map<Question, Asked> all;
  std::map<std::pair<std::uint32_t, std::uint32_t>, Asked*> known;  // by file and component
  for (Row i = 0; i < request.table.size(); ++i) {
    const ObservationRow& row = request.table.row(i);
    const StoredComponent* const component = request.table.component_of(row);
    const std::uint32_t file = request.placement.file_of(row.path);
    if (component == nullptr || !is_dependency_kind(row.kind) || file == correlate::Placement::kNoFile) continue;
    const auto [entry, fresh] = known.try_emplace({file, row.component}, nullptr);
    if (!fresh) continue;
    const auto purl = Purl::parse(request.table.text(component->purl));
    auto package = purl ? context::importable(*purl) : std::nullopt;
    if (!package) continue;
    Asked& asked = all[{request.files.files()[file], purl->package()}];
    asked.package = std::move(*package);
    asked.direct |= component->direct == 1;
  }
  return all;
}

// The manifests beside those that findings are in: what is direct there, and what needs what.
class Declarations {
 public:
  explicit Declarations(const ImportRequest& request) : request_(request) {}

  // True when the repository alone needs the package.
  bool needed_by_repository_alone(const Question& question, const Asked& asked) {
    const Folder& folder = of(folder_of(question.first));
    bool direct = asked.direct, locked = false;
    for (const context::Manifest& manifest : folder.manifests)
      direct |= manifest.ecosystem == asked.package.ecosystem && manifest.find(asked.package.name) != nullptr;
    for (const context::Lock& lock : folder.locks) {
      if (lock.ecosystem != asked.package.ecosystem) continue;
      if (lock.required.contains(asked.package.name)) return false;
      locked = true;
    }
    return direct && locked;
  }

 private:
  struct Folder {
    std::vector<context::Manifest> manifests;
    std::vector<context::Lock> locks;
  };

  const Folder& of(const std::string& path) {
    const auto [entry, fresh] = folders_.try_emplace(path);
    if (!fresh || folders_.size() > kMostManifests) return entry->second;
    for (const char* const name : {"package.json", "pyproject.toml", "Cargo.toml", "package-lock.json",
                                   "npm-shrinkwrap.json", "Cargo.lock", "poetry.lock", "uv.lock"}) {
      const std::string file = path.empty() ? name : path + "/" + name;
      if (!std::ranges::binary_search(request_.files.files(), file)) continue;
      const auto bytes = request_.head.read(file, context::kLargestManifest);
      if (!bytes || !bytes->has_value()) continue;
      if (auto manifest = context::read_manifest(file, **bytes))
        entry->second.manifests.push_back(std::move(*manifest));
      if (auto lock = context::read_lock(file, **bytes)) entry->second.locks.push_back(std::move(*lock));
    }
    return entry->second;
  }

  const ImportRequest& request_;
  std::map<std::string, Folder> folders_;
};

// All modules that Go code here can import; an import belongs to the one with the longest path.
std::vector<std::string> go_modules(const ImportRequest& request) {
  std::vector<std::string> modules;
  std::size_t read = 0;
  for (const std::string& path : request.files.files()) {
    if (path != "go.mod" && !path.ends_with("/go.mod")) continue;
    if (++read > kMostManifests) break;
    const auto bytes = request.head.read(path, context::kLargestManifest);
    if (!bytes || !bytes->has_value()) continue;
    const auto manifest = context::read_manifest(path, **bytes);
    if (!manifest) continue;
    for (const context::Declared& it : manifest->direct) modules.push_back(it.name);
    for (const context::Declared& it : manifest->indirect) modules.push_back(it.name);
  }
  return modules;
}

struct Source {
  std::string_view path;
  git::ObjectId id;
  context::ImportLanguage language;
};

class Reading {
 public:
  Reading(const ImportRequest& request, const context::ImportFinder& finder, std::vector<Note>& notes)
      : request_(request), finder_(finder), notes_(notes) {}

  std::vector<context::ImportFinder::File> read() {
    const std::vector<Source> sources = choose();
    std::vector<context::ImportFinder::File> files(sources.size());
    struct Item {
      std::size_t index = 0;
      std::string text;
    };
    std::size_t next = 0, bytes = 0;
    const auto produce = [&]() -> std::optional<Item> {
      while (next < sources.size()) {
        const std::size_t index = next++;
        const Source& source = sources[index];
        files[index] = {.path = std::string(source.path), .language = source.language};
        if (bytes > kMostBytes) continue;
        auto text = git::read_blob(request_.repository, source.id, context::kLargestImportFile, source.path);
        if (!text) continue;
        bytes += text->size();
        return Item{index, std::move(*text)};
      }
      return std::nullopt;
    };
    const auto work = [&](unsigned, Item item) {
      const Source& source = sources[item.index];
      files[item.index] = finder_.read(std::string(source.path), source.language, item.text);
    };
    produce_and_work<Item>(sources.size() < 100 ? 1 : request_.threads, std::size_t{4} * request_.threads, produce,
                           work);
    if (bytes > kMostBytes) tell(fmt::format("more than {} MiB of code", kMostBytes >> 20U));
    return files;
  }
  [[nodiscard]] bool complete() const { return complete_; }

 private:
  std::vector<Source> choose() {
    const context::ImportRules& rules = context::import_rules();
    std::unordered_set<std::string_view> reports;
    for (const ReportInfo& report : request_.table.reports()) reports.insert(report.path);
    std::vector<Source> sources;
    const std::vector<std::string>& paths = request_.files.files();
    for (std::size_t i = 0; i < paths.size(); ++i) {
      const auto& [type, id] = request_.entries[i];
      const std::string& path = paths[i];
      if (type != git::FileType::regular && type != git::FileType::executable) continue;
      const auto language = context::import_language(path);
      if (!language || !finder_.wants(*language) || rules.is_skipped(*language, path)) continue;
      if (rules.is_declaration(path) || reports.contains(path)) continue;
      if (sources.size() == kMostFiles) {
        tell(fmt::format("more than {} files of code", kMostFiles));
        break;
      }
      sources.push_back({path, id, *language});
    }
    return sources;
  }

  void tell(const std::string& what) {
    complete_ = false;
    notes_.push_back({Note::Level::info, "import-limit", what + ": imports are told from a part of it", {}});
  }

  const ImportRequest& request_;
  const context::ImportFinder& finder_;
  std::vector<Note>& notes_;
  bool complete_ = true;
};

}  // namespace

context::Surroundings::Imports gather_imports(const ImportRequest& request, std::vector<Note>& notes) {
  const std::map<Question, Asked> asked = questions(request);
  if (asked.empty()) return {};
  std::set<ImportablePackage> distinct;
  for (const auto& [question, it] : asked) distinct.insert(it.package);
  const std::vector<ImportablePackage> packages(distinct.begin(), distinct.end());
  const bool has_go = std::ranges::any_of(packages, [](const auto& it) { return it.ecosystem == "golang"; });
  const context::ImportFinder finder(packages, has_go ? go_modules(request) : std::vector<std::string>{});
  Reading reading(request, finder, notes);
  auto files = reading.read();
  const context::ImportEvidence evidence(packages, std::move(files), reading.complete());
  Declarations declarations(request);
  context::Surroundings::Imports facts;
  for (const auto& [question, it] : asked) {
    const bool alone = declarations.needed_by_repository_alone(question, it);
    if (auto fact = evidence.about(it.package, folder_of(question.first), alone))
      facts.emplace(question, std::move(*fact));
  }
  return facts;
}

std::optional<Question> import_question(const Assessment& assessment, const Finding& finding) {
  if (finding.in_base_only || finding.file == Finding::kNoFile || !is_dependency_kind(finding.kind))
    return std::nullopt;
  const StoredComponent* const component = assessment.table.component_of(assessment.table.row(finding.primary));
  const auto purl = component == nullptr ? std::nullopt : Purl::parse(assessment.table.text(component->purl));
  if (!purl) return std::nullopt;
  return Question{assessment.findings.path_of(finding), purl->package()};
}

}  // namespace gatepost::app
