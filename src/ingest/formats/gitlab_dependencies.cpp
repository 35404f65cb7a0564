#include "ingest/formats/gitlab_dependencies.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "ingest/package_url.hpp"
#include "ingest/plain_text.hpp"
#include "model/repo_path.hpp"

namespace gatepost::ingest::gitlab {
namespace {

constexpr std::size_t kLongestPath = 32;  // packages on the way to one
constexpr std::size_t kLongestStep = 256;

std::string step_name(doc::View dependency) {
  const std::string name = plain_name(dependency.at("package").at("name").text());
  const std::string version = plain_name(dependency.at("version").scalar());
  return text::to_utf8(version.empty() ? name : name + "@" + version, kLongestStep);
}

}  // namespace

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
