// What the jobs of a GitHub workflow may write with the pipeline's token.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::context {

// Files of this folder are workflows; GitHub reads no folders below it.
bool is_workflow(std::string_view path);

struct WorkflowPermissions {
  std::vector<std::string> writes;  // "contents", "packages"; "all" for write-all. Sorted, each once
  bool from_settings = false;       // some job says nothing, and gets what the repository's settings give
  friend bool operator==(const WorkflowPermissions&, const WorkflowPermissions&) = default;
};

// `permissions` of the workflow and of its jobs:
// https://docs.github.com/en/actions/writing-workflows/workflow-syntax-for-github-actions#permissions
// Nothing for a file that is no workflow or cannot be read.
std::optional<WorkflowPermissions> workflow_permissions(std::string_view text);

}  // namespace gatepost::context
