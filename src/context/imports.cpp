#include "context/imports.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "context/imports_languages.hpp"
#include "doc/json.hpp"

namespace gatepost::context {
namespace {

using Ending = std::pair<std::string_view, ImportLanguage>;
using enum ImportLanguage;

constexpr std::array<Ending, 41> kEndings = {{
    {".js", javascript},    {".jsx", javascript}, {".mjs", javascript}, {".cjs", javascript}, {".ts", javascript},
    {".tsx", javascript},   {".mts", javascript}, {".cts", javascript}, {".vue", javascript}, {".svelte", javascript},
    {".astro", javascript}, {".py", python},      {".pyw", python},     {".pyx", python},     {".go", go},
    {".java", java},        {".kt", java},        {".kts", java},       {".scala", java},     {".groovy", java},
    {".rs", rust},          {".json", text},      {".yml", text},       {".yaml", text},      {".toml", text},
    {".ini", text},         {".cfg", text},       {".conf", text},      {".sh", text},        {".css", text},
    {".scss", text},        {".sass", text},      {".less", text},      {".html", text},      {".htm", text},
    {".env", text},         {".mdx", text},       {"Dockerfile", text}, {"Makefile", text},   {"Procfile", text},
    {"rc", text},
}};

bool is_of_name(char c) { return text::is_alnum(c) || c == '_' || c == '-' || c == '.' || c == '/' || c == '@'; }

// Every word that could be a package's name.
bool words(std::string_view text, const ImportSink& sink) {
  std::uint32_t line = 1;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t begin = i;
    while (i < text.size() && is_of_name(text[i])) ++i;
    std::string_view word = text.substr(begin, i - begin);
    while (word.starts_with('.') || word.starts_with('-') || word.starts_with('/')) word.remove_prefix(1);
    while (word.ends_with('.') || word.ends_with('-') || word.ends_with('/')) word.remove_suffix(1);
    if (!word.empty() && word.size() <= kLongestImportName) sink(word, line, false);
    if (i == begin) line += text[i++] == '\n' ? 1 : 0;
  }
  return true;
}

}  // namespace

std::optional<ImportLanguage> import_language(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  for (const auto& [ending, language] : kEndings) {
    if (name.ends_with(ending)) return language;
  }
  return std::nullopt;
}

bool scan_imports(ImportLanguage language, std::string_view text, const ImportSink& sink) {
  switch (language) {
    case javascript:
      return imports::javascript(text, sink);
    case python:
      return imports::python(text, sink);
    case go:
      return imports::go(text, sink);
    case java:
      return imports::java(text, sink);
    case rust:
      return imports::rust(text, sink);
    case ImportLanguage::text:
      return words(text, sink);
  }
  return false;
}

bool scan_package_json(std::string_view text, const ImportSink& sink) {
  const auto document = doc::parse_json(std::string(text), "package.json");
  if (!document) return false;
  // The document's depth is limited, but the stack need not know that.
  std::vector<doc::View> open;
  for (const auto& [key, value] : document->root().members()) {
    if (!key.ends_with("ependencies") && key != "overrides" && key != "resolutions" && key != "name")
      open.push_back(value);
  }
  while (!open.empty()) {
    const doc::View it = open.back();
    open.pop_back();
    if (it.is_string()) words(it.text(), sink);
    for (const doc::View item : it.items()) open.push_back(item);
    for (const auto& [key, value] : it.members()) {
      words(key, sink);
      open.push_back(value);
    }
  }
  return true;
}

}  // namespace gatepost::context
