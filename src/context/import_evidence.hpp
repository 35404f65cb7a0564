// What the imports of all files say about packages.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/glob.hpp"
#include "context/imports.hpp"
#include "model/imports.hpp"
#include "model/purl.hpp"

namespace gatepost::context {

// The data of config/rules/imports.yaml.
struct ImportRules {
  std::map<std::string, std::vector<std::string>, std::less<>> skip;  // by ecosystem, names of directories
  std::vector<Glob> tests;
  std::vector<Glob> declarations;                                        // names of files that list packages
  std::map<std::string, std::vector<std::string>, std::less<>> modules;  // by "pypi/pyyaml"; names in code
  [[nodiscard]] bool is_skipped(ImportLanguage language, std::string_view path) const;
  [[nodiscard]] bool is_test(std::string_view path) const;
  [[nodiscard]] bool is_declaration(std::string_view path) const;
};
const ImportRules& import_rules();

// Of a purl, as far as its code can be read: npm, pypi, golang, maven, cargo.
struct ImportablePackage {
  std::string ecosystem, name;  // "maven", "org.yaml/snakeyaml"; PyPI's and Go's names as package_key has them
  friend auto operator<=>(const ImportablePackage&, const ImportablePackage&) = default;
};
std::optional<ImportablePackage> importable(const Purl& purl);
ImportLanguage language_of(std::string_view ecosystem);
// What code writes to import it. `certain`: nothing else can.
struct NamesInCode {
  std::vector<std::string> names;
  bool certain = false;
};
NamesInCode names_in_code(const ImportablePackage& package);

// Looks for packages in files. Reading is const and may be done by several threads.
class ImportFinder {
 public:
  // `go_modules`: all that any go.mod requires, so that an import counts for the module with the longest path.
  ImportFinder(const std::vector<ImportablePackage>& packages, const std::vector<std::string>& go_modules);

  struct Sighting {
    std::uint32_t package = 0;   // in the list
    std::uint32_t imported = 0;  // line of the first import; 0: only mentioned
  };
  struct File {
    std::string path;
    ImportLanguage language = ImportLanguage::text;
    bool understood = false;
    std::vector<Sighting> sightings = {};  // sorted by package
  };
  [[nodiscard]] File read(std::string path, ImportLanguage language, std::string_view text) const;
  [[nodiscard]] bool wants(ImportLanguage language) const { return wanted_[static_cast<std::size_t>(language)]; }

 private:
  void look_up(ImportLanguage language, std::string_view name, std::uint32_t line, bool imported,
               std::map<std::uint32_t, std::uint32_t>& seen) const;
  static constexpr std::uint32_t kOther = 0xFFFFFFFF;
  using Names = std::unordered_map<std::string, std::vector<std::uint32_t>>;
  std::array<Names, kImportLanguageNames.size()> names_;  // by language
  std::array<bool, kImportLanguageNames.size()> wanted_{};
};

class ImportEvidence {
 public:
  // Every file of the languages that matter; `complete` is false when some were left out.
  ImportEvidence(std::vector<ImportablePackage> packages, std::vector<ImportFinder::File> files, bool complete);

  // Of a package that a manifest in `folder` declares. `may_be_absent`: it is needed by this repository alone, so that
  // it does not run unless the code here imports it.
  [[nodiscard]] std::optional<ImportFact> about(const ImportablePackage& package, std::string_view folder,
                                                bool may_be_absent) const;

 private:
  struct Place {
    std::uint32_t file = 0, line = 0;
  };
  struct Range {
    std::size_t begin = 0, end = 0;  // of files
  };
  [[nodiscard]] Range below(std::string_view folder) const;
  [[nodiscard]] std::uint32_t count(Range range, ImportLanguage language) const;
  [[nodiscard]] bool all_understood(Range range, ImportLanguage language) const;

  std::vector<ImportablePackage> packages_;  // sorted
  std::vector<ImportFinder::File> files_;    // sorted by path
  std::vector<std::vector<Place>> places_;   // by package, in the order of the files
  std::array<std::vector<std::uint32_t>, kImportLanguageNames.size()> counts_, doubts_;  // of the files before each
  bool complete_ = false;
};

}  // namespace gatepost::context
