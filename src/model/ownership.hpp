// What a CODEOWNERS file says about a path, and what is wrong with the file.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost {

// GitHub and GitLab read different languages from a file of the same name.
enum class OwnersDialect : std::uint8_t { github, gitlab };
inline constexpr std::array<std::string_view, 2> kOwnersDialectNames = {"github", "gitlab"};
inline std::string_view to_string(OwnersDialect dialect) {
  return kOwnersDialectNames[static_cast<std::size_t>(dialect)];
}

// One line of a CODEOWNERS file.
struct OwnersRule {
  std::string file;        // ".github/CODEOWNERS"
  std::uint32_t line = 0;  // 1-based
  std::string pattern;     // as written, with its escapes
  friend bool operator==(const OwnersRule&, const OwnersRule&) = default;
};

// GitLab: what one section says about a path.
struct SectionAnswer {
  std::string name;                 // "codeowners" for the part of the file before the first heading
  std::vector<std::string> owners;  // as written, in the order of the file; empty: the entry names nobody
  bool optional = false;            // every entry of the section is under an optional heading
  std::uint32_t approvals = 0;      // the heading's number as written, 0 when there is none
  std::uint32_t line = 0;
  std::string pattern;
  friend bool operator==(const SectionAnswer&, const SectionAnswer&) = default;
};

// Which step of the search for an owner gave the answer, in their order.
enum class OwnershipStep : std::uint8_t {
  none,
  override_rule,  // routing.overrides
  codeowners,
  service,
  folder,      // an ownership file
  blame,       // who wrote the lines: inferred
  authors,     // who wrote the file: inferred
  repository,  // routing.repository_team
  fallback     // routing.default
};
inline constexpr std::array<std::string_view, 9> kOwnershipStepNames = {
    "none", "override", "codeowners", "service", "folder", "blame", "authors", "repository", "default"};
inline std::string_view to_string(OwnershipStep step) { return kOwnershipStepNames[static_cast<std::size_t>(step)]; }

// Where an answer comes from, so that it can be checked by hand.
struct OwnershipProvenance {
  std::optional<OwnersDialect> dialect;  // empty: there is no CODEOWNERS file
  std::string blob;                      // id of the file's content in git; "" when it was not read from git
  OwnershipStep step = OwnershipStep::none;
  friend bool operator==(const OwnershipProvenance&, const OwnershipProvenance&) = default;
};

struct OwnershipAnswer {
  std::string path;
  std::optional<OwnersRule> rule;   // the rule that won (GitLab: of the first section); empty: no rule applies
  std::vector<std::string> owners;  // as written; GitLab: the union of the sections in their order
  bool excluded = false;            // GitLab: a `!` entry took the path out of at least one section
  std::optional<std::vector<SectionAnswer>> sections;  // GitLab only, in the order of the file
  OwnershipProvenance provenance;
  [[nodiscard]] bool matched() const { return rule.has_value(); }
  friend bool operator==(const OwnershipAnswer&, const OwnershipAnswer&) = default;
};

// A complaint about a CODEOWNERS file.
struct OwnersDiagnostic {
  std::optional<std::uint32_t> line;    // empty: the file as a whole
  std::optional<std::uint32_t> column;  // 1-based character of the token; only GitHub's language has columns
  std::string kind;        // the forge's own ("Invalid pattern", "missing_entry_owner"), or kebab-case: gatepost's
  std::string text;        // one sentence, lower case, no full stop
  std::string suggestion;  // what to do, in the forge's words where it has them; "" when there is nothing to say
  friend bool operator==(const OwnersDiagnostic&, const OwnersDiagnostic&) = default;
};

// Why nobody, or nobody in particular, owns a path.
enum class UnownedClass : std::uint8_t {
  no_rule,              // no rule applies
  explicitly_unowned,   // a rule without owners wins
  excluded,             // GitLab: `!` entries took it out of every section that has a rule for it
  invalid_owners_only,  // a rule wins that names owners, none of which is valid or exists
  fallback_only,        // owned, but only by a catch-all rule
};
inline constexpr std::array<std::string_view, 5> kUnownedClassNames = {"no-rule", "explicitly-unowned", "excluded",
                                                                       "invalid-owners-only", "fallback-only"};
inline std::string_view to_string(UnownedClass why) { return kUnownedClassNames[static_cast<std::size_t>(why)]; }

struct OwnershipCount {
  std::uint64_t files = 0;
  std::uint64_t owned = 0;                                         // with those owned by a catch-all rule
  std::array<std::uint64_t, kUnownedClassNames.size()> classes{};  // by UnownedClass
  friend bool operator==(const OwnershipCount&, const OwnershipCount&) = default;
};

struct DirectoryOwnership {
  std::string directory;  // top-level, "" for the files of the root
  OwnershipCount count;
  friend bool operator==(const DirectoryOwnership&, const DirectoryOwnership&) = default;
};

struct UnownedPath {
  std::string path;
  UnownedClass why = UnownedClass::no_rule;
  friend bool operator==(const UnownedPath&, const UnownedPath&) = default;
};

struct UnownedReport {
  OwnershipCount total;
  std::vector<DirectoryOwnership> directories;  // sorted by name
  std::vector<UnownedPath> unowned;             // sorted by path; without those owned by a catch-all rule
  // Share of the files that have an owner, in parts per million; empty when there are no files.
  [[nodiscard]] std::optional<std::uint64_t> owned_ppm() const {
    if (total.files == 0) return std::nullopt;
    return total.owned * 1'000'000 / total.files;
  }
  friend bool operator==(const UnownedReport&, const UnownedReport&) = default;
};

// What `gatepost owners check` found.
struct OwnersCheck {
  std::string file;                           // "" when there is no CODEOWNERS file
  std::optional<OwnersDialect> dialect;       // empty when there is no file and nobody said
  std::vector<OwnersDiagnostic> diagnostics;  // sorted by line, column, kind; the whole file first
  std::optional<UnownedReport> coverage;      // empty: the repository's paths are not known
  friend bool operator==(const OwnersCheck&, const OwnersCheck&) = default;
};

}  // namespace gatepost
