// Writes SARIF with the writers of `gatepost check` and `gatepost convert`, and dumps the same documents with
// nlohmann/json in between. The report whose messages are quoted lies in memory, as the tree that is dumped does.
// Processor time, medians, as JSON for bench/run.py.
#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "base/file.hpp"
#include "correlate/find.hpp"
#include "ingest/ingest.hpp"
#include "report/writers.hpp"
#include "risk/severity.hpp"

namespace {

using namespace gatepost;

constexpr std::uint64_t kLargestReport = std::uint64_t{1} << 30;
constexpr std::size_t kRounds = 9;
using Times = std::array<double, kRounds>;  // milliseconds

double milliseconds_of(const std::function<void()>& work) {
  const auto now = [] {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return 1e3 * static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_nsec);
  };
  const double begin = now();
  work();
  return now() - begin;
}

double median(Times times) {
  std::ranges::sort(times);
  return times[kRounds / 2];
}

// An assessment of the report that judges nothing: every finding as it is.
Assessment assessment_of(ObservationTable table, std::vector<Severity>& severities) {
  Assessment assessment;
  assessment.table = std::move(table);
  severities = risk::effective_severities(assessment.table);
  const correlate::FileIndex files({});
  const correlate::Placement placement = place(assessment.table, files);
  assessment.findings = correlate::find({.table = assessment.table,
                                         .files = files,
                                         .placement = placement,
                                         .contexts = {},
                                         .repository = "",
                                         .current_path = {}});
  assessment.assessed.resize(assessment.findings.all.size());
  assessment.severities = severities;
  assessment.owner_sets.resize(1);
  return assessment;
}

template <class What>
void measure(const char* name, const report::BasicWriter<What>& writer, const What& input) {
  std::size_t bytes = 0;
  const nlohmann::json document = nlohmann::json::parse(report::text_of(writer, input));
  Times ours{}, theirs{}, ratios{};
  for (std::size_t round = 0; round < kRounds; ++round) {
    bytes = 0;
    ours[round] = milliseconds_of([&] {
      (void)writer.write(input, [&](std::string_view piece) -> Status {
        bytes += piece.size();
        return Done{};
      });
    });
    std::size_t dumped = 0;
    theirs[round] = milliseconds_of([&] { dumped = document.dump().size(); });
    ratios[round] = ours[round] / theirs[round] * static_cast<double>(dumped) / static_cast<double>(bytes);
  }
  const auto [low, high] = std::ranges::minmax(ratios);
  std::printf(
      "{\"writer\": \"%s\", \"bytes\": %zu, \"ours_ms\": %.2f, \"dump_ms\": %.2f, \"ratio\": [%.4f, %.4f, %.4f]}\n",
      name, bytes, median(ours), median(theirs), median(ratios), low, high);
}

}  // namespace

int main(int count, char** arguments) {
  auto report = count == 2 ? read_file(arguments[1], kLargestReport) : error(ErrorKind::usage, "no report is named");
  if (!report) {
    std::fprintf(stderr, "%s\n", report.error().message.c_str());
    return 2;
  }
  ObservationTable table;
  ingest::read_report(table, arguments[1], Bytes::of(std::move(*report)), {});
  std::vector<Severity> severities;
  const Assessment assessment = assessment_of(std::move(table), severities);
  report::Input input{.assessment = assessment};
  input.observation_severities = severities;
  measure("check", *report::find_writer("sarif"), input);
  measure("convert", *report::find_table_writer("sarif"),
          report::TableInput{.table = assessment.table, .severities = severities, .tool_version = ""});
}
