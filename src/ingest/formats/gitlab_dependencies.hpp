// The packages of a GitLab dependency scanning or container scanning report: their package URL, and their place in the
// lists of dependencies that some analyzers add to the report.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "doc/document.hpp"
#include "model/observation.hpp"

namespace gatepost::ingest::gitlab {

// All "dependency_files" of a report.
class DependencyFiles {
 public:
  explicit DependencyFiles(doc::View report);

  // The component that a "dependency" object of `file` names. What the object does not say of its place among the
  // dependencies is looked up in the list of the file.
  [[nodiscard]] Component component(doc::View dependency, const std::string& file) const;

 private:
  struct File {
    std::string package_manager;
    std::unordered_map<std::string, doc::View> by_name;     // "name@version"
    std::unordered_map<std::int64_t, doc::View> by_number;  // "iid"
  };
  [[nodiscard]] static std::vector<std::string> ancestors(doc::View path, const File& file);
  std::unordered_map<std::string, File> files_;
};

}  // namespace gatepost::ingest::gitlab
