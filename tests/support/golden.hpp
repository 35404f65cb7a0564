// Golden files: what a test compares its whole output with. With GATEPOST_UPDATE_GOLDEN=1 they are rewritten, and the
// difference in version control is what gets reviewed.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace gatepost::test {

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE_MESSAGE(file.good(), "cannot read ", path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

inline bool updating_goldens() {
  const char* const asked = std::getenv("GATEPOST_UPDATE_GOLDEN");
  return asked != nullptr && std::string(asked) == "1";
}

inline std::filesystem::path data_path(const std::string& relative) {
  return std::filesystem::path(GATEPOST_SOURCE_DIR) / "tests/data" / relative;
}

// All of a file of tests/data; "" when there is none.
inline std::string read_data(const std::string& relative) {
  return std::filesystem::exists(data_path(relative)) ? read_file(data_path(relative)) : std::string{};
}

// Compares with the file, which a relative path names below tests/data.
inline void check_golden(const std::filesystem::path& golden, const std::string& actual) {
  const std::filesystem::path path = golden.is_relative() ? data_path(golden.string()) : golden;
  if (updating_goldens()) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << actual;
    return;
  }
  REQUIRE_MESSAGE(std::filesystem::exists(path), path.string(), " is missing; write it with GATEPOST_UPDATE_GOLDEN=1");
  CHECK_MESSAGE(read_file(path) == actual, path.string(), " differs; what was read now:\n", actual);
}

// All folders two levels below `root` ("sarif/codeql"), sorted.
inline std::vector<std::filesystem::path> case_folders(const std::filesystem::path& root) {
  std::vector<std::filesystem::path> folders;
  for (const auto& group : std::filesystem::directory_iterator(root)) {
    if (!group.is_directory()) continue;
    for (const auto& folder : std::filesystem::directory_iterator(group)) {
      if (folder.is_directory()) folders.push_back(folder.path());
    }
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

// The one file of a case folder that is called "input", whatever its extension.
inline std::filesystem::path input_of(const std::filesystem::path& folder) {
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().stem() == "input" || file.path().filename() == "input") return file.path();
  }
  FAIL("no input in ", folder.string());
  return {};
}

}  // namespace gatepost::test
