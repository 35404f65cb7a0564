// Reads reports, normalises what they say and brings equal observations together, with the functions of `gatepost
// check`; the files of the repository come from a list. Prints what came of it, for bench/run.py.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "base/parallel.hpp"
#include "correlate/find.hpp"
#include "ingest/ingest.hpp"
#include "risk/severity.hpp"

namespace {

using namespace gatepost;

class Stopwatch {
 public:
  // Since the last call.
  double milliseconds() {
    const auto now = std::chrono::steady_clock::now();
    return std::chrono::duration<double, std::milli>(now - std::exchange(begin_, now)).count();
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

bool read_reports(ObservationTable& table, int count, char** paths, const ingest::Options& options) {
  std::vector<ingest::ReportFile> files;
  for (int i = 0; i < count; ++i) {
    auto bytes = Bytes::open(paths[i]);
    if (!bytes) {
      std::fprintf(stderr, "%s: %s\n", paths[i], bytes.error().message.c_str());
      return false;
    }
    files.push_back({paths[i], std::move(*bytes), {}});
  }
  ingest::read_reports(table, std::move(files), options);
  for (const ReportInfo& report : table.reports()) {
    if (is_complete(report.state)) continue;
    std::fprintf(stderr, "%s: not read completely\n", report.path.c_str());
    return false;
  }
  return true;
}

std::vector<std::string> lines_of(const char* path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 4) {
    std::fprintf(stderr, "usage: ingest THREADS FILES REPORT...\n0 threads: as many as there are cores\n");
    return 2;
  }
  const auto threads = static_cast<unsigned>(std::atoi(arguments[1]));
  const ingest::Options options{.threads = threads == 0 ? default_threads() : threads};
  Stopwatch watch;
  ObservationTable table;
  if (!read_reports(table, count - 3, arguments + 3, options)) return 1;
  table.end_of_reading();
  const double read = watch.milliseconds();
  const std::vector<Severity> severities = risk::effective_severities(table);
  const correlate::FileIndex files(lines_of(arguments[2]));
  const correlate::Placement placement = place(table, files);
  const double placed = watch.milliseconds();
  const Findings findings = correlate::find({.table = table,
                                             .files = files,
                                             .placement = placement,
                                             .contexts = {},
                                             .repository = "",
                                             .current_path = {},
                                             .threads = options.threads});
  std::printf(
      "{\"observations\": %zu, \"findings\": %zu, \"severities\": %zu, \"read_ms\": %.1f, \"place_ms\": %.1f, "
      "\"find_ms\": %.1f}\n",
      table.size(), findings.all.size(), severities.size(), read, placed, watch.milliseconds());
}
