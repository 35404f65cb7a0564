// Cases without code: tests/data.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "base/file.hpp"
#include "doc/yaml.hpp"

namespace gatepost::test {

// `file` is below tests/data: "command/grammar.yaml".
inline doc::Document yaml_cases(const char* file) {
  const std::string path = std::string(GATEPOST_SOURCE_DIR) + "/tests/data/" + file;
  const auto text = read_file(path, 1 << 20);
  REQUIRE_MESSAGE(text.ok(), path);
  auto document = doc::parse_yaml(*text, path);
  REQUIRE_MESSAGE(document.ok(), document.error().message);
  return std::move(document).value();
}

}  // namespace gatepost::test
