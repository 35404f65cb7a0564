// A CODEOWNERS file, read. Nothing here fails: a line that cannot be understood is a diagnostic.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/ownership.hpp"

namespace gatepost::context::codeowners {

// Bytes of CodeOwnersFile::text.
struct TextRange {
  std::uint32_t begin = 0, size = 0;
  friend bool operator==(const TextRange&, const TextRange&) = default;
};

struct OwnerToken {
  TextRange text;
  std::uint32_t column = 0;  // 1-based character
};

struct Rule {
  std::uint32_t line = 0;
  std::uint32_t column = 0;                        // of the pattern
  TextRange pattern;                               // as written, without GitLab's `!`
  std::uint32_t first_owner = 0, owner_count = 0;  // of CodeOwnersFile::owners
  std::uint32_t section = 0;                       // of CodeOwnersFile::sections
  std::uint32_t approvals = 0;                     // of the heading in force
  bool optional = false;                           // of the heading in force
  bool exclusion = false;                          // GitLab: `!pattern`
  bool names_owners = false;                       // somebody is meant, whether or not a valid owner is among the words
};

struct Section {
  std::string name;       // as first written
  bool optional = false;  // all its entries are
};

// GitLab: an entry that a later line of its section took the place of, because their patterns mean the same.
struct Replaced {
  std::uint32_t line = 0, by_line = 0;
  TextRange pattern, by_pattern;
};

struct CodeOwnersFile {
  OwnersDialect dialect = OwnersDialect::github;
  std::string path;  // ".github/CODEOWNERS"
  std::string blob;  // id of the content in git, or ""
  std::string text;  // without a byte order mark; at most 4 GiB
  std::vector<OwnerToken> owners;
  std::vector<Section> sections;  // GitHub: one without a name
  // A later rule wins over an earlier one of its section. GitHub: in the order of the file. GitLab: sections one after
  // another, and in a section by the position of the pattern, which is the place where it was written first.
  std::vector<Rule> rules;
  std::vector<Replaced> replaced;
  std::vector<OwnersDiagnostic> diagnostics;  // in the forge's own kinds, and what keeps the file from being read
  bool had_byte_order_mark = false;

  [[nodiscard]] std::string_view view(TextRange range) const {
    return std::string_view(text).substr(range.begin, range.size);
  }
};

// A CODEOWNERS file as the caller read it.
struct Source {
  std::string path;
  std::string text;
  std::string blob;
};

// GitHub does not load a file of this size or more.
inline constexpr std::size_t kGitHubBytes = std::size_t{3} << 20;
// GitLab sets no limit; this one is ours.
inline constexpr std::size_t kGitLabBytes = std::size_t{64} << 20;
inline constexpr std::size_t most_bytes(OwnersDialect dialect) {
  return dialect == OwnersDialect::github ? kGitHubBytes : kGitLabBytes;
}
// The complaint about a file of `bytes` bytes that is not loaded.
OwnersDiagnostic file_too_large(OwnersDialect dialect, std::size_t bytes);

// Linear in the size of the text, whatever it is. A file that is too large, or binary for GitLab, has no rules.
CodeOwnersFile parse(Source source, OwnersDialect dialect);

// Collects diagnostics up to a number nobody reads further than, then one that says so.
class Diagnostics {
 public:
  explicit Diagnostics(std::vector<OwnersDiagnostic>& out) : out_(out) {}
  void add(OwnersDiagnostic diagnostic);

 private:
  static constexpr std::size_t kMost = 10'000;
  std::vector<OwnersDiagnostic>& out_;
};

// The two languages; called by parse().
void parse_github(CodeOwnersFile& file);
void parse_gitlab(CodeOwnersFile& file);

}  // namespace gatepost::context::codeowners
