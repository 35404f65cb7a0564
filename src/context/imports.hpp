// Which names a source file imports: a light scan, not a parser. It knows comments, strings and the forms of import of
// a language, and says when a file holds something that it does not understand. docs/risk.md tells what follows from
// it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace gatepost::context {

// text: files beside the code that may name a package: configuration, style sheets, scripts.
enum class ImportLanguage : std::uint8_t { javascript, python, go, java, rust, text };
inline constexpr std::array<std::string_view, 6> kImportLanguageNames = {"JavaScript", "Python", "Go",
                                                                         "Java",       "Rust",   "text"};

inline constexpr std::size_t kLargestImportFile = std::size_t{1} << 20;
inline constexpr std::size_t kLongestImportName = 300;  // a longer one is no package's

// By the name of the file; empty for any other.
std::optional<ImportLanguage> import_language(std::string_view path);

// `name` as the code writes it: "lodash/fp", "google.cloud.storage", "github.com/a/b/c", "serde_json"; it lives as long
// as the call. `imported` is false for a name that only stands in a literal: the code may load it in another way.
using ImportSink = std::function<void(std::string_view name, std::uint32_t line, bool imported)>;

// Linear in the text. True when the whole file was understood: false when it ends within a literal or comment, or loads
// something by a name that only running it tells.
bool scan_imports(ImportLanguage language, std::string_view text, const ImportSink& sink);

// The texts of a package.json that may name a package, but for the lists of dependencies.
bool scan_package_json(std::string_view text, const ImportSink& sink);

}  // namespace gatepost::context
