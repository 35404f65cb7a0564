#include "app/settings_files.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "app/download.hpp"
#include "app/pinned_file.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

namespace gatepost::app {
namespace {

constexpr std::uint64_t kLargestSettings = 1 << 20;
constexpr std::uint64_t kLargestServices = 4 << 20;  // and teams

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

// A path within the revision: nothing above it, nothing absolute.
bool is_inside(std::string_view path) {
  if (path.empty() || path.starts_with('/')) return false;
  return std::ranges::none_of(text::split(path, '/'), [](std::string_view part) { return part == ".."; });
}

Status add_all(const std::vector<std::string>& paths, const ReadFile& read, std::vector<config::File>& files) {
  for (const std::string& path : paths) {
    if (!is_inside(path)) continue;
    const std::string_view view = path;
    GP_TRY(auto file, first_of({&view, 1}, read));
    if (file) files.push_back(std::move(*file));
  }
  return Done{};
}

}  // namespace

Result<config::Files> settings_files(const ReadFile& read) {
  config::Files files;
  GP_TRY(files.settings, first_of(config::kSettingsPaths, read));
  GP_TRY(files.policy, first_of({&config::kPolicyPath, 1}, read));
  GP_TRY(files.waivers, first_of({&config::kWaiversPath, 1}, read));
  GP_TRY(files.services, first_of({&config::kServicesPath, 1}, read, kLargestServices));
  GP_TRY(files.teams, first_of({&config::kTeamsPath, 1}, read, kLargestServices));
  if (!files.policy) return files;
  const config::Wanted wanted = config::wanted_by(*files.policy);
  GP_CHECK(add_all(wanted.extended, read, files.extended));
  GP_CHECK(add_all(wanted.scanner_files, read, files.scanner_files));
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

Status add_addresses(const Ports& ports, const std::string& cache_folder, config::Files& files) {
  if (!files.policy) return Done{};
  for (const config::Wanted::Address& it : config::wanted_by(*files.policy).addresses) {
    auto text = download_pinned(ports, it.url, it.sha256, cache_folder);
    if (!text) {
      return error(ErrorKind::config, fmt::format("{}: {} cannot be read: {}", it.where, it.url, text.error().message),
                   "a copy of an earlier run in --cache-dir would do");
    }
    if (text->size() > kLargestSettings) {
      return error(ErrorKind::config,
                   fmt::format("{}: {} is larger than {} bytes", it.where, it.url, kLargestSettings));
    }
    files.extended.push_back({it.url, std::move(*text)});
  }
  for (const config::Wanted::PinnedFile& it : config::wanted_by(*files.policy).pinned) {
    auto text = pinned_file(ports, it, cache_folder, kLargestSettings);
    if (!text) {
      return error(ErrorKind::config, fmt::format("{}: {} cannot be read: {}", it.where, it.name, text.error().message),
                   text.error().hint);
    }
    files.extended.push_back({it.name, std::move(*text)});
  }
  return Done{};
}

Status use_config(const std::string& config, config::Files& files) {
  if (config.empty()) return Done{};
  auto text = read_file(config, kLargestSettings);
  if (!text) return error(ErrorKind::usage, "--config " + text.error().message);
  files.settings = config::File{config, std::move(*text)};
  return Done{};
}

}  // namespace gatepost::app
