#include "app/settings_files.hpp"

#include <fmt/core.h>

#include <filesystem>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "base/file.hpp"

namespace gatepost::app {
namespace {

constexpr std::uint64_t kLargestSettings = 1 << 20;
constexpr std::uint64_t kLargestServices = 4 << 20;

// The first of the files that is there.
Result<std::optional<config::File>> first_of(std::span<const std::string_view> paths, const ReadFile& read,
                                             std::uint64_t largest = kLargestSettings) {
  for (const std::string_view path : paths) {
    GP_TRY(auto text, read(path));
    if (text && text->size() > largest)
      return error(ErrorKind::config, fmt::format("{}: larger than {} bytes", path, largest));
    if (text) return std::optional(config::File{std::string(path), std::move(*text)});
  }
  return std::optional<config::File>{};
}

}  // namespace

Result<config::Files> settings_files(const ReadFile& read) {
  config::Files files;
  GP_TRY(files.settings, first_of(config::kSettingsPaths, read));
  GP_TRY(files.policy, first_of({&config::kPolicyPath, 1}, read));
  GP_TRY(files.waivers, first_of({&config::kWaiversPath, 1}, read));
  GP_TRY(files.services, first_of({&config::kServicesPath, 1}, read, kLargestServices));
  return files;
}

Result<config::Files> settings_files(const git::Tree& tree) {
  return settings_files([&](std::string_view path) { return tree.read(path, kLargestServices).context(path); });
}

Result<config::Files> settings_files(const std::string& work_tree) {
  return settings_files([&](std::string_view path) -> Result<std::optional<std::string>> {
    const std::string full = work_tree + "/" + std::string(path);
    std::error_code failure;
    if (!std::filesystem::exists(full, failure)) return std::optional<std::string>{};
    GP_TRY(std::string text, read_file(full, kLargestServices));
    return std::optional(std::move(text));
  });
}

Status use_config(const std::string& config, config::Files& files) {
  if (config.empty()) return Done{};
  auto text = read_file(config, kLargestSettings);
  if (!text) return error(ErrorKind::usage, "--config " + text.error().message);
  files.settings = config::File{config, std::move(*text)};
  return Done{};
}

}  // namespace gatepost::app
