#include "context/workflow_permissions.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "doc/yaml.hpp"

namespace gatepost::context {
namespace {

constexpr std::string_view kFolder = ".github/workflows/";
constexpr std::size_t kLongestName = 60;

void add_writes(doc::View permissions, std::vector<std::string>& writes) {
  if (permissions.text() == "write-all") writes.emplace_back("all");
  for (const auto& [scope, access] : permissions.members()) {
    if (access.text() == "write") writes.push_back(text::printable(scope, kLongestName));
  }
}

}  // namespace

bool is_workflow(std::string_view path) {
  if (!path.starts_with(kFolder)) return false;
  const std::string_view name = path.substr(kFolder.size());
  return name.find('/') == std::string_view::npos && (name.ends_with(".yml") || name.ends_with(".yaml"));
}

std::optional<WorkflowPermissions> workflow_permissions(std::string_view text) {
  const doc::YamlDocuments documents = doc::parse_yaml_documents(text, "workflow");
  if (documents.documents.empty()) return std::nullopt;
  const doc::View root = documents.documents.front().root();
  if (!root.at("jobs").is_object()) return std::nullopt;
  WorkflowPermissions out;
  const doc::View whole = root.at("permissions");
  for (const auto& [name, job] : root.at("jobs").members()) {
    const doc::View own = job.at("permissions");
    out.from_settings |= !own.exists() && !whole.exists();
    add_writes(own.exists() ? own : whole, out.writes);
  }
  std::ranges::sort(out.writes);
  const auto twice = std::ranges::unique(out.writes);
  out.writes.erase(twice.begin(), twice.end());
  return out;
}

}  // namespace gatepost::context
