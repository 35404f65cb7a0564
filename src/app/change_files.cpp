#include "app/change_files.hpp"

#include <filesystem>
#include <system_error>

namespace gatepost::app {
namespace {

std::string real(const std::string& path) {
  std::error_code failure;
  return std::filesystem::weakly_canonical(path, failure).generic_string();
}

bool is_named(const ChangeSet& change, const std::string& root, const std::string& path) {
  if (root.empty() || !path.starts_with(root + "/")) return false;
  const std::string inside = path.substr(root.size() + 1);
  for (std::size_t end = inside.find('/'); end != std::string::npos; end = inside.find('/', end + 1)) {
    if (change.find_new(inside.substr(0, end)) != nullptr) return true;
  }
  return change.find_new(inside) != nullptr;
}

}  // namespace

bool is_of_change(const ChangeSet& change, const std::string& work_tree, const std::string& path) {
  if (work_tree.empty()) return false;
  const std::string named = std::filesystem::path(path).lexically_normal().generic_string();
  return is_named(change, work_tree, named) || is_named(change, real(work_tree), real(path));
}

}  // namespace gatepost::app
