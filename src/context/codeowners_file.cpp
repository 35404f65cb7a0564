#include "context/codeowners_file.hpp"

#include <algorithm>
#include <utility>

namespace gatepost::context::codeowners {
namespace {

// GitLab looks this far for a NUL byte to tell binary content from text.
constexpr std::size_t kBinaryScanBytes = std::size_t{1} << 20;

bool is_binary(std::string_view text) { return text.substr(0, kBinaryScanBytes).find('\0') != std::string_view::npos; }

}  // namespace

void Diagnostics::add(OwnersDiagnostic diagnostic) {
  if (out_.size() < kMost) {
    out_.push_back(std::move(diagnostic));
  } else if (out_.size() == kMost) {
    out_.push_back({.line = diagnostic.line,
                    .column = {},
                    .kind = "too-many-diagnostics",
                    .text = "there are more problems than are listed, from this line on",
                    .suggestion = {}});
  }
}

OwnersDiagnostic file_too_large(OwnersDialect dialect, std::size_t bytes) {
  const bool github = dialect == OwnersDialect::github;
  return {.line = {},
          .column = {},
          .kind = "file-too-large",
          .text = "the file has " + std::to_string(bytes) + " bytes and is not loaded; it must be under " +
                  std::to_string(most_bytes(dialect)) + (github ? " (GitHub's limit)" : " (gatepost's limit)"),
          .suggestion = "replace lists of single files by patterns of their directories"};
}

CodeOwnersFile parse(Source source, OwnersDialect dialect) {
  CodeOwnersFile file{.dialect = dialect, .path = std::move(source.path), .blob = std::move(source.blob)};
  file.text = std::move(source.text);
  if (file.text.size() >= most_bytes(dialect)) {
    file.diagnostics.push_back(file_too_large(dialect, file.text.size()));
    file.text.clear();
    file.text.shrink_to_fit();
  }
  if (file.text.starts_with("\xEF\xBB\xBF")) {
    file.text.erase(0, 3);
    file.had_byte_order_mark = true;
  }
  if (dialect == OwnersDialect::github) {
    parse_github(file);
    return file;
  }
  if (is_binary(file.text)) {
    file.diagnostics.push_back({.line = {},
                                .column = {},
                                .kind = "binary-file",
                                .text = "the file holds NUL bytes; GitLab takes it for binary and reads nothing",
                                .suggestion = "save it as UTF-8 text"});
    file.text.clear();
  }
  parse_gitlab(file);
  return file;
}

}  // namespace gatepost::context::codeowners
