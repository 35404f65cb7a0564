#include "app/gather_evidence.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

using namespace gatepost;
using namespace gatepost::app;

namespace {

const std::string kVex =
    R"({"@context":"https://openvex.dev/ns/v0.2.0","@id":"x","author":"Acme","timestamp":"2026-10-01T00:00:00Z","version":1,
    "statements":[{"vulnerability":{"name":"CVE-2021-44906"},"products":[{"@id":"pkg:npm/minimist"}],"status":"fixed"}]})";

context::Evidence without_tree(const config::Settings& settings, std::vector<std::string>& asked) {
  const std::map<std::string, std::string, std::less<>> files = {{"vex.json", kVex},
                                                                 {"seen.txt", "pkg:npm/a@1\tcart\n"}};
  auto evidence = evidence_without_tree(settings, [&](std::string_view path) -> Result<std::optional<std::string>> {
    asked.emplace_back(path);
    const auto file = files.find(path);
    return file == files.end() ? std::optional<std::string>() : std::optional(file->second);
  });
  REQUIRE(evidence.ok());
  return std::move(*evidence);
}

}  // namespace

TEST_CASE("evidence: where only single files can be asked for, those without a pattern are read and the others told") {
  config::Settings settings;
  std::vector<std::string> asked;
  const context::Evidence none = without_tree(settings, asked);
  CHECK(none.vex.empty());
  CHECK(none.notes.empty());
  CHECK(asked.empty());
  settings.vex.files = {"vex.json", "nowhere.json"};
  settings.runtime.files = {"seen.txt"};
  const context::Evidence both = without_tree(settings, asked);
  CHECK_FALSE(both.vex.empty());
  CHECK_FALSE(both.runtime.empty());
  CHECK(both.notes.empty());
  settings.vex.files = {"vex/*.json"};
  CHECK(without_tree(settings, asked).notes.size() == 1);
}
