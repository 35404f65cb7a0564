#include "context/import_evidence.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "base/resource.hpp"
#include "base/text.hpp"
#include "context/manifests.hpp"
#include "doc/yaml.hpp"

namespace gatepost::context {
namespace {

using Language = std::pair<std::string_view, ImportLanguage>;
constexpr std::array<Language, 5> kLanguages = {{{"npm", ImportLanguage::javascript},
                                                 {"pypi", ImportLanguage::python},
                                                 {"golang", ImportLanguage::go},
                                                 {"maven", ImportLanguage::java},
                                                 {"cargo", ImportLanguage::rust}}};

std::string_view ecosystem_of(ImportLanguage language) {
  const auto found = std::ranges::find(kLanguages, language, &Language::second);
  return found == kLanguages.end() ? std::string_view{} : found->first;
}

Glob glob_of(doc::View pattern) {
  auto glob = Glob::compile(pattern.text());
  GP_ASSERT(glob.ok());
  return std::move(*glob);
}

ImportRules load() {
  constexpr const char* kName = "rules/imports.yaml";
  const auto bytes = find_resource(kName);
  GP_ASSERT(bytes.has_value());
  const auto document = doc::parse_yaml(std::string(*bytes), kName);
  GP_ASSERT(document.ok());
  const doc::View root = document->root();
  ImportRules rules;
  for (const auto& [ecosystem, names] : root.at("skip").members()) {
    for (const doc::View name : names.items()) rules.skip[std::string(ecosystem)].emplace_back(name.text());
  }
  for (const doc::View pattern : root.at("tests").items()) rules.tests.push_back(glob_of(pattern));
  for (const doc::View pattern : root.at("declarations").items()) rules.declarations.push_back(glob_of(pattern));
  for (const auto& [ecosystem, packages] : root.at("modules").members()) {
    for (const auto& [package, names] : packages.members()) {
      auto& all = rules.modules[std::string(ecosystem) + "/" + std::string(package)];
      for (const doc::View name : names.items()) all.emplace_back(name.text());
    }
  }
  for (const auto& [ecosystem, packages] : root.at("same").members()) {
    for (const doc::View name : packages.items())
      rules.modules[std::string(ecosystem) + "/" + std::string(name.text())] = {
          text::replace_all(std::string(name.text()), "-", "_")};
  }
  return rules;
}

// "org.apache.commons/commons-text" is likely in org.apache.commons.text, and jackson.core/jackson-databind in
// jackson.databind: the words of the artifact that the group does not have, below the group or the one above it.
std::vector<std::string> java_guesses(std::string_view name) {
  const std::size_t slash = name.find('/');
  if (slash == std::string_view::npos) return {};
  const std::string group(name.substr(0, slash));
  const auto segments = text::split(group, '.');
  std::string rest;
  for (const std::string_view word : text::split(name.substr(slash + 1), '-')) {
    if (rest.empty() && std::ranges::find(segments, word) != segments.end()) continue;
    rest.append(rest.empty() ? "" : ".").append(word);
  }
  if (rest.empty()) return {group};
  std::vector<std::string> guesses = {group + "." + rest};
  if (segments.size() > 2) guesses.push_back(group.substr(0, group.rfind('.')) + "." + rest);
  return guesses;
}

char separator_of(ImportLanguage language) {
  return language == ImportLanguage::javascript || language == ImportLanguage::go ? '/' : '.';
}

}  // namespace

const ImportRules& import_rules() {
  static const ImportRules rules = load();
  return rules;
}

bool ImportRules::is_skipped(ImportLanguage language, std::string_view path) const {
  const auto found = skip.find(ecosystem_of(language));
  const auto segments = text::split(path, '/');
  const auto is_one_of = [&](const std::vector<std::string>& names) {
    return std::ranges::any_of(segments,
                               [&](std::string_view it) { return std::ranges::find(names, it) != names.end(); });
  };
  if (found != skip.end()) return is_one_of(found->second);
  return std::ranges::any_of(skip, [&](const auto& it) { return is_one_of(it.second); });
}

bool ImportRules::is_test(std::string_view path) const {
  return std::ranges::any_of(tests, [&](const Glob& glob) { return glob.matches(path); });
}

bool ImportRules::is_declaration(std::string_view path) const {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return std::ranges::any_of(declarations, [&](const Glob& glob) { return glob.matches(name); });
}

std::optional<ImportablePackage> importable(const Purl& purl) {
  const auto found = std::ranges::find(kLanguages, std::string_view(purl.type()), &Language::first);
  if (found == kLanguages.end() || (purl.type() == "golang" && purl.name() == "stdlib")) return std::nullopt;
  const std::string name = (purl.name_space().empty() ? "" : purl.name_space() + "/") + purl.name();
  return ImportablePackage{purl.type(), package_key(purl.type(), name)};
}

ImportLanguage language_of(std::string_view ecosystem) {
  const auto found = std::ranges::find(kLanguages, ecosystem, &Language::first);
  return found == kLanguages.end() ? ImportLanguage::text : found->second;
}

NamesInCode names_in_code(const ImportablePackage& package) {
  const auto& modules = import_rules().modules;
  const bool maven = package.ecosystem == "maven";
  const auto known = modules.find(package.ecosystem + "/" + package.name);
  if (known != modules.end()) return {known->second, !maven};
  if (maven) return {java_guesses(package.name), false};
  if (package.ecosystem == "pypi" || package.ecosystem == "cargo")
    return {{text::replace_all(package.name, "-", "_")}, false};
  return {{package.name}, true};
}

ImportFinder::ImportFinder(const std::vector<ImportablePackage>& packages, const std::vector<std::string>& go_modules) {
  for (std::uint32_t i = 0; i < packages.size(); ++i) {
    const ImportLanguage language = language_of(packages[i].ecosystem);
    wanted_[static_cast<std::size_t>(language)] = true;
    for (const std::string& name : names_in_code(packages[i]).names)
      names_[static_cast<std::size_t>(language)][name].push_back(i);
    // Programs and settings name the package, or what is imported of it.
    if (language != ImportLanguage::javascript && language != ImportLanguage::python) continue;
    wanted_[static_cast<std::size_t>(ImportLanguage::text)] = true;
    Names& words = names_[static_cast<std::size_t>(ImportLanguage::text)];
    words[packages[i].name].push_back(i);
    for (const std::string& name : names_in_code(packages[i]).names) {
      if (name != packages[i].name) words[name].push_back(i);
    }
  }
  Names& modules = names_[static_cast<std::size_t>(ImportLanguage::go)];
  for (const std::string& module : go_modules) modules.try_emplace(module, std::vector<std::uint32_t>{kOther});
}

// The longest name that the seen one lies below.
void ImportFinder::look_up(ImportLanguage language, std::string_view name, std::uint32_t line, bool imported,
                           std::map<std::uint32_t, std::uint32_t>& seen) const {
  const Names& names = names_[static_cast<std::size_t>(language)];
  std::string key(name);
  if (language == ImportLanguage::go) key = text::lower(key);
  for (;;) {
    if (const auto found = names.find(key); found != names.end()) {
      for (const std::uint32_t package : found->second) {
        if (package == kOther) continue;
        std::uint32_t& first = seen.try_emplace(package, 0).first->second;
        if (imported && first == 0) first = line;
      }
      return;
    }
    const std::size_t cut =
        language == ImportLanguage::text ? key.find_last_of("/.@") : key.rfind(separator_of(language));
    if (cut == std::string::npos || cut == 0) return;
    key.resize(cut);
  }
}

ImportFinder::File ImportFinder::read(std::string path, ImportLanguage language, std::string_view text) const {
  File file{.path = std::move(path), .language = language};
  std::map<std::uint32_t, std::uint32_t> seen;
  const ImportSink sink = [&](std::string_view name, std::uint32_t line, bool imported) {
    look_up(language, name, line, imported, seen);
  };
  const bool package_json =
      language == ImportLanguage::text && (file.path == "package.json" || file.path.ends_with("/package.json"));
  file.understood = package_json ? scan_package_json(text, sink) : scan_imports(language, text, sink);
  for (const auto& [package, line] : seen) file.sightings.push_back({package, line});
  return file;
}

ImportEvidence::ImportEvidence(std::vector<ImportablePackage> packages, std::vector<ImportFinder::File> files,
                               bool complete)
    : packages_(std::move(packages)), files_(std::move(files)), places_(packages_.size()), complete_(complete) {
  GP_ASSERT(std::ranges::is_sorted(packages_));
  std::ranges::sort(files_, {}, &ImportFinder::File::path);
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    counts_[i].assign(files_.size() + 1, 0);
    doubts_[i].assign(files_.size() + 1, 0);
  }
  for (std::uint32_t i = 0; i < files_.size(); ++i) {
    for (std::size_t language = 0; language < counts_.size(); ++language) {
      const bool of_it = static_cast<std::size_t>(files_[i].language) == language;
      counts_[language][i + 1] = counts_[language][i] + (of_it ? 1 : 0);
      doubts_[language][i + 1] = doubts_[language][i] + (of_it && !files_[i].understood ? 1 : 0);
    }
    for (const auto& it : files_[i].sightings) places_[it.package].push_back({i, it.imported});
  }
}

// Paths below one folder stand together.
ImportEvidence::Range ImportEvidence::below(std::string_view folder) const {
  if (folder.empty()) return {0, files_.size()};
  const std::string from = std::string(folder) + "/", to = std::string(folder) + "0";  // '0' follows '/'
  const auto place = [&](const std::string& path) {
    return static_cast<std::size_t>(std::ranges::lower_bound(files_, path, {}, &ImportFinder::File::path) -
                                    files_.begin());
  };
  return {place(from), place(to)};
}

std::uint32_t ImportEvidence::count(Range range, ImportLanguage language) const {
  const auto& counts = counts_[static_cast<std::size_t>(language)];
  return counts[range.end] - counts[range.begin];
}

bool ImportEvidence::all_understood(Range range, ImportLanguage language) const {
  const auto& doubts = doubts_[static_cast<std::size_t>(language)];
  return doubts[range.end] == doubts[range.begin];
}

std::optional<ImportFact> ImportEvidence::about(const ImportablePackage& package, std::string_view folder,
                                                bool may_be_absent) const {
  const auto known = std::ranges::lower_bound(packages_, package);
  if (known == packages_.end() || *known != package) return std::nullopt;
  const ImportLanguage language = language_of(package.ecosystem);
  // Python has no border between folders: what is declared here may be used there.
  Range range = below(folder);
  bool own_code = true;
  if (package.ecosystem == "pypi" || count(range, language) == 0) {
    own_code = package.ecosystem == "pypi";
    folder = {};
    range = below(folder);
  }
  ImportFact fact{.folder = std::string(folder),
                  .language = std::string(kImportLanguageNames[static_cast<std::size_t>(language)]),
                  .files = count(range, language)};
  if (fact.files == 0) return std::nullopt;
  const auto& places = places_[static_cast<std::size_t>(known - packages_.begin())];
  const Place* in_test = nullptr;
  bool mentioned = false;
  for (auto at = std::ranges::lower_bound(places, range.begin, {}, &Place::file);
       at != places.end() && at->file < range.end; ++at) {
    mentioned = true;
    if (at->line == 0) continue;
    const bool test = import_rules().is_test(files_[at->file].path);
    if (test && in_test == nullptr) in_test = &*at;
    if (test) continue;
    fact.seen = ImportSeen::imported;
    fact.path = files_[at->file].path;
    fact.line = at->line;
    return fact;
  }
  const bool certain = complete_ && own_code && all_understood(range, language) && names_in_code(package).certain;
  if (in_test != nullptr) {
    const auto elsewhere = [&](const Place& it) {
      return it.file >= range.begin && it.file < range.end && !import_rules().is_test(files_[it.file].path);
    };
    if (!certain || std::ranges::any_of(places, elsewhere)) return std::nullopt;
    fact.seen = ImportSeen::in_tests;
    fact.path = files_[in_test->file].path;
    fact.line = in_test->line;
    return fact;
  }
  if (!certain || mentioned || !may_be_absent || !all_understood(range, ImportLanguage::text)) return std::nullopt;
  fact.seen = ImportSeen::nowhere;
  return fact;
}

}  // namespace gatepost::context
