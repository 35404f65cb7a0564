#include "ingest/package_url.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "model/purl.hpp"

namespace gatepost::ingest {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

// Package managers as GitLab's analyzers name them.
constexpr Pair kManagers[] = {{"npm", "npm"},     {"yarn", "npm"},           {"pnpm", "npm"},    {"bun", "npm"},
                              {"maven", "maven"}, {"gradle", "maven"},       {"sbt", "maven"},   {"pip", "pypi"},
                              {"pipenv", "pypi"}, {"setuptools", "pypi"},    {"poetry", "pypi"}, {"uv", "pypi"},
                              {"bundler", "gem"}, {"composer", "composer"},  {"conan", "conan"}, {"nuget", "nuget"},
                              {"go", "golang"},   {"cargo", "cargo"},        {"pub", "pub"},     {"swift", "swift"},
                              {"conda", "conda"}, {"cocoapods", "cocoapods"}};

// Ecosystems as databases and scanners name them, beyond the managers; the types of package URLs among them.
constexpr Pair kEcosystems[] = {{"pypi", "pypi"},
                                {"python", "pypi"},
                                {"python-pkg", "pypi"},
                                {"javascript", "npm"},
                                {"node", "npm"},
                                {"nodejs", "npm"},
                                {"node.js", "npm"},
                                {"node-pkg", "npm"},
                                {"js", "npm"},
                                {"java", "maven"},
                                {"jar", "maven"},
                                {"java-archive", "maven"},
                                {"gem", "gem"},
                                {"rubygems", "gem"},
                                {"ruby", "gem"},
                                {"golang", "golang"},
                                {"gomod", "golang"},
                                {"gobinary", "golang"},
                                {"go-module", "golang"},
                                {"crates.io", "cargo"},
                                {"rust", "cargo"},
                                {"rust-crate", "cargo"},
                                {"packagist", "composer"},
                                {"php", "composer"},
                                {"dotnet", "nuget"},
                                {".net", "nuget"},
                                {"hex", "hex"},
                                {"erlang", "hex"},
                                {"elixir", "hex"},
                                {"mix", "hex"},
                                {"dart", "pub"},
                                {"swifturl", "swift"},
                                {"hackage", "hackage"},
                                {"cran", "cran"},
                                {"github", "github"},
                                {"actions", "github"},
                                {"githubactions", "github"},
                                {"github-actions", "github"},
                                {"github actions", "github"},
                                {"deb", "deb"},
                                {"rpm", "rpm"},
                                {"apk", "apk"},
                                {"generic", "generic"},
                                {"docker", "docker"},
                                {"oci", "oci"},
                                {"bitnami", "bitnami"},
                                {"alpm", "alpm"},
                                {"wordpress", "wordpress"}};

constexpr Pair kFiles[] = {{"package-lock.json", "npm"}, {"npm-shrinkwrap.json", "npm"},
                           {"yarn.lock", "npm"},         {"pnpm-lock.yaml", "npm"},
                           {"pom.xml", "maven"},         {"maven.graph.json", "maven"},
                           {"build.gradle", "maven"},    {"build.gradle.kts", "maven"},
                           {"gradle.lockfile", "maven"}, {"build.sbt", "maven"},
                           {"requirements.txt", "pypi"}, {"requirements.pip", "pypi"},
                           {"Pipfile.lock", "pypi"},     {"Pipfile", "pypi"},
                           {"poetry.lock", "pypi"},      {"uv.lock", "pypi"},
                           {"setup.py", "pypi"},         {"Gemfile.lock", "gem"},
                           {"gems.locked", "gem"},       {"composer.lock", "composer"},
                           {"conan.lock", "conan"},      {"packages.lock.json", "nuget"},
                           {"go.sum", "golang"},         {"go.mod", "golang"},
                           {"go.graph", "golang"},       {"Cargo.lock", "cargo"},
                           {"pubspec.lock", "pub"},      {"Package.resolved", "swift"},
                           {"Podfile.lock", "cocoapods"}};

// Distributions in the words of the scanners. Those of one package format differ in their namespace.
constexpr Pair kSystems[] = {{"debian", "deb"},      {"ubuntu", "deb"},    {"alpine", "apk"}, {"wolfi", "apk"},
                             {"chainguard", "apk"},  {"redhat", "rpm"},    {"rhel", "rpm"},   {"centos", "rpm"},
                             {"fedora", "rpm"},      {"rocky", "rpm"},     {"alma", "rpm"},   {"almalinux", "rpm"},
                             {"oracle", "rpm"},      {"ol", "rpm"},        {"amazon", "rpm"}, {"amzn", "rpm"},
                             {"opensuse", "rpm"},    {"sles", "rpm"},      {"suse", "rpm"},   {"photon", "rpm"},
                             {"cbl-mariner", "rpm"}, {"azurelinux", "rpm"}};

template <std::size_t N>
std::string_view look_up(const Pair (&table)[N], std::string_view key) {
  const auto* const found = std::ranges::find(table, key, &Pair::first);
  return found == std::end(table) ? std::string_view{} : found->second;
}

std::string_view package_type(std::string_view package_manager, std::string_view file) {
  const std::string_view by_manager = look_up(kManagers, text::lower(package_manager));
  return by_manager.empty() ? look_up(kFiles, file.substr(file.rfind('/') + 1)) : by_manager;
}

// Namespace and name: "org.springframework/spring-core", "@babel/core", "golang.org/x/text".
Pair split_name(std::string_view type, std::string_view name) {
  static constexpr std::string_view kWithNamespace[] = {"npm", "maven", "golang", "composer", "swift"};
  if (std::ranges::find(kWithNamespace, type) == std::end(kWithNamespace)) return {{}, name};
  const std::size_t at = type == "maven" ? name.find_last_of("/:") : name.rfind('/');
  if (at == std::string_view::npos) return {{}, name};
  return {name.substr(0, at), name.substr(at + 1)};
}

}  // namespace

std::string package_url(std::string_view package_manager, std::string_view file, std::string_view name,
                        std::string_view version) {
  const std::string_view type = package_type(package_manager, file);
  if (type.empty()) return {};
  const auto [name_space, short_name] = split_name(type, name);
  const auto purl = Purl::make(type, name_space, short_name, version);
  return purl ? purl->to_string() : std::string{};
}

std::string system_package_url(std::string_view operating_system, std::string_view name, std::string_view version) {
  const std::size_t end = operating_system.find_first_of(": ");
  const std::string system = text::lower(operating_system.substr(0, end));
  const std::string_view type = look_up(kSystems, system);
  // Images hold packages of languages, too; their names give them away where they have a group.
  if (type.empty() || name.find_first_of("/:@ ") != std::string_view::npos) return {};
  const auto purl = Purl::make(type, system, name, version);
  if (!purl) return {};
  const std::string_view release =
      end == std::string_view::npos ? std::string_view{} : text::trim(operating_system.substr(end + 1));
  const bool fits = std::ranges::all_of(release, [](char c) { return text::is_alnum(c) || c == '.' || c == '-'; });
  if (release.empty() || !fits) return purl->to_string();
  const auto whole = Purl::parse(purl->to_string() + "?distro=" + system + "-" + std::string(release));
  return whole ? whole->to_string() : purl->to_string();
}

std::string ecosystem_package_url(std::string_view ecosystem, std::string_view name_space, std::string_view name,
                                  std::string_view version) {
  const std::string word = text::lower(ecosystem);
  std::string_view type = look_up(kManagers, word);
  if (type.empty()) type = look_up(kEcosystems, word);
  if (type.empty()) return name_space.empty() ? system_package_url(ecosystem, name, version) : std::string{};
  const auto [part, rest] = name_space.empty() ? split_name(type, name) : Pair{name_space, name};
  const auto purl = Purl::make(type, part, rest, version);
  return purl ? purl->to_string() : std::string{};
}

}  // namespace gatepost::ingest
