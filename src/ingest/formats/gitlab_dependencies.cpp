#include "ingest/formats/gitlab_dependencies.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "ingest/plain_text.hpp"
#include "model/purl.hpp"
#include "model/repo_path.hpp"

namespace gatepost::ingest::gitlab {
namespace {

constexpr std::size_t kLongestPath = 32;  // packages on the way to one
constexpr std::size_t kLongestStep = 256;

using Pair = std::pair<std::string_view, std::string_view>;

// Package managers as GitLab's analyzers name them.
constexpr Pair kManagers[] = {{"npm", "npm"},     {"yarn", "npm"},           {"pnpm", "npm"},    {"bun", "npm"},
                              {"maven", "maven"}, {"gradle", "maven"},       {"sbt", "maven"},   {"pip", "pypi"},
                              {"pipenv", "pypi"}, {"setuptools", "pypi"},    {"poetry", "pypi"}, {"uv", "pypi"},
                              {"bundler", "gem"}, {"composer", "composer"},  {"conan", "conan"}, {"nuget", "nuget"},
                              {"go", "golang"},   {"cargo", "cargo"},        {"pub", "pub"},     {"swift", "swift"},
                              {"conda", "conda"}, {"cocoapods", "cocoapods"}};

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

std::string step_name(doc::View dependency) {
  const std::string name = plain_name(dependency.at("package").at("name").text());
  const std::string version = plain_name(dependency.at("version").scalar());
  return text::to_utf8(version.empty() ? name : name + "@" + version, kLongestStep);
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

DependencyFiles::DependencyFiles(doc::View report) {
  for (const doc::View file : report.at("dependency_files").items()) {
    File& known = files_[normalise_reported_path(plain_name(file.at("path").text()), false)];
    known.package_manager = file.at("package_manager").text();
    for (const doc::View dependency : file.at("dependencies").items()) {
      known.by_name.emplace(step_name(dependency), dependency);
      if (const auto number = dependency.at("iid").integer()) known.by_number.emplace(*number, dependency);
    }
  }
}

Component DependencyFiles::component(doc::View dependency, const std::string& file) const {
  Component component{.package = plain_name(dependency.at("package").at("name").text()),
                      .version = plain_name(dependency.at("version").scalar())};
  const auto found = files_.find(file);
  const std::string manager = found == files_.end() ? std::string{} : found->second.package_manager;
  component.purl = package_url(manager, file, component.package, component.version);
  component.direct = dependency.at("direct").boolean();
  if (found == files_.end()) return component;
  const auto listed = found->second.by_name.find(step_name(dependency));
  const doc::View entry = listed == found->second.by_name.end() ? doc::View() : listed->second;
  if (!component.direct) component.direct = entry.at("direct").boolean();
  const doc::View own_path = dependency.at("dependency_path");
  const doc::View path = own_path.is_array() ? own_path : entry.at("dependency_path");
  component.dependency_path = ancestors(path, found->second);
  // "Direct dependencies have no path", so one with a path is none.
  if (!component.direct && !component.dependency_path.empty()) component.direct = false;
  const bool placed = component.direct == true || !component.dependency_path.empty();
  if (placed) component.dependency_path.push_back(step_name(dependency));
  return component;
}

// From the direct dependency to the immediate parent; nothing when one of them is not in the list.
std::vector<std::string> DependencyFiles::ancestors(doc::View path, const File& file) {
  std::vector<std::string> names;
  if (path.size() > kLongestPath) return names;
  for (const doc::View step : path.items()) {
    const auto ancestor = file.by_number.find(step.at("iid").integer().value_or(-1));
    if (ancestor == file.by_number.end()) return {};
    names.push_back(step_name(ancestor->second));
  }
  return names;
}

}  // namespace gatepost::ingest::gitlab
