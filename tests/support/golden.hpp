// Files of tests/data, and comparing with them.
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace gatepost::test {

inline std::filesystem::path data_path(const std::string& relative) {
  return std::filesystem::path(GATEPOST_SOURCE_DIR) / "tests/data" / relative;
}

// All of a file; "" when there is none.
inline std::string read_data(const std::string& relative) {
  std::ifstream file(data_path(relative), std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Compares with the golden file tests/data/<relative>. With GATEPOST_UPDATE_GOLDEN=1 the file is written instead, and
// the diff is the review.
inline void check_golden(const std::string& relative, const std::string& actual) {
  const char* const update = std::getenv("GATEPOST_UPDATE_GOLDEN");
  if (update != nullptr && std::string(update) == "1") {
    std::filesystem::create_directories(data_path(relative).parent_path());
    std::ofstream(data_path(relative), std::ios::binary) << actual;
    return;
  }
  INFO("golden file: ", relative);
  CHECK(actual == read_data(relative));
}

}  // namespace gatepost::test
