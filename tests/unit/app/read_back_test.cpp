// What convert writes is read back as it was.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "report/observations.hpp"
#include "support/golden.hpp"
#include "support/read_report.hpp"
#include "support/skip.hpp"

using namespace gatepost;
namespace fs = std::filesystem;

namespace {

std::string converted(const ObservationTable& table) {
  std::string text;
  const Status written = report::write_observations_json({.table = table, .severities = {}, .tool_version = "1"},
                                                         [&](std::string_view piece) -> Status {
                                                           text += piece;
                                                           return Done{};
                                                         });
  REQUIRE(written.ok());
  return text;
}

std::string observations_of(const std::string& document) {
  return document.substr(document.find("\"observations\":["));
}

// Files below the folder that some reader reads.
std::size_t check_all(const fs::path& folder) {
  std::size_t read = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    CAPTURE(entry.path().string());
    const auto report = test::read_text(test::read_file(entry.path()));
    if (report.state() == ReportState::unrecognised) continue;
    ++read;
    const std::string once = converted(report.table);
    const auto again = test::read_text(once);
    CHECK(again.info().format == "gatepost");
    CHECK(again.state() == report.state());
    CHECK(observations_of(converted(again.table)) == observations_of(once));
  }
  return read;
}

}  // namespace

TEST_CASE("observations: what was read from our own data is read back as it was written") {
  CHECK(check_all(fs::path(GATEPOST_SOURCE_DIR) / "tests/data/reports") > 30);
  CHECK(check_all(fs::path(GATEPOST_SOURCE_DIR) / "examples/shop/scans") > 20);
}

TEST_CASE("observations: what was read from the samples is read back as it was written") {
  const auto shared = test::shared_folder();
  if (!shared) return;
  CHECK(check_all(fs::path(*shared) / "samples") > 20);
}
