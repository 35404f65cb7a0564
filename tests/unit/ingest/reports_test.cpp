// Every folder below tests/data/reports/<format>/ is one case: "input.*" is read as a report whose format nobody tells,
// and what comes out is compared with "expected.json".
#include <doctest/doctest.h>

#include <filesystem>
#include <set>
#include <string>

#include "support/golden.hpp"
#include "support/read_report.hpp"
#include "support/report_json.hpp"

using namespace gatepost;

namespace {

const std::filesystem::path kReports = GATEPOST_SOURCE_DIR "/tests/data/reports";

}  // namespace

TEST_CASE("reports: every sample is read as its golden says") {
  for (const auto& folder : test::case_folders(kReports)) {
    const std::string name = folder.parent_path().filename().string() + "/" + folder.filename().string();
    CAPTURE(name);
    const auto report = test::read_text(test::read_file(test::input_of(folder)));
    CHECK(report.info().format == folder.parent_path().filename().string());
    test::check_golden(folder / "expected.json", test::to_json(report.table, 0));
  }
}

TEST_CASE("reports: every format has a sample, and says how it is recognised") {
  std::set<std::string> with_samples;
  for (const auto& folder : test::case_folders(kReports)) with_samples.insert(folder.parent_path().filename().string());
  for (const ingest::Format& format : ingest::formats()) {
    if (format.recognised_by.empty()) continue;  // not written yet
    CAPTURE(format.id);
    CHECK(with_samples.contains(std::string(format.id)));
    CHECK_FALSE(format.yields.empty());
    CHECK_FALSE(format.title.empty());
  }
}
