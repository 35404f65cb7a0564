// Source files, manifests and lock files: total, whatever is in them. The first byte chooses what it is taken for.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>

#include "context/change_signals.hpp"
#include "context/imports.hpp"
#include "context/manifests.hpp"
#include "fuzz/check.hpp"

using namespace gatepost;

namespace {

constexpr const char* kNames[] = {
    "package.json", "requirements.txt", "pyproject.toml",    "go.mod",     "Cargo.toml",
    "Cargo.lock",   "poetry.lock",      "package-lock.json", "Dockerfile", ".github/workflows/a.yml"};

void as_manifest(const std::string& path, std::string_view text) {
  if (const auto manifest = context::read_manifest(path, text)) (void)manifest->find("a");
  (void)context::read_lock(path, text);
  const std::size_t half = text.size() / 2;
  const FileChange change{.kind = ChangeKind::modified,
                          .old_path = path,
                          .new_path = path,
                          .hunks = {{.old_first = 0, .new_first = 1, .new_count = 50}}};
  const context::ChangedFile file{
      .change = &change, .before = std::string(text.substr(half)), .after = std::string(text)};
  std::int64_t points = 0;
  for (const ChangeSignal& it : context::change_signals({&file, 1})) points += it.points;
  if (points < 0 || points > 400) std::abort();
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  for (std::size_t i = 0; i < context::kImportLanguageNames.size(); ++i) {
    context::scan_imports(static_cast<context::ImportLanguage>(i), text,
                          [&](std::string_view name, std::uint32_t line, bool) {
                            if (name.empty() || line == 0) std::abort();
                          });
  }
  context::scan_package_json(text, [](std::string_view, std::uint32_t, bool) {});
  as_manifest(kNames[data[0] % std::size(kNames)], text);
  return 0;
}
