// Reads one report as the program does, for tests of ingest.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "ingest/ingest.hpp"
#include "model/observation_table.hpp"

namespace gatepost::test {

struct ReadReport {
  ObservationTable table;

  [[nodiscard]] const ReportInfo& info() const { return table.reports().front(); }
  [[nodiscard]] ReportState state() const { return info().state; }
  [[nodiscard]] std::vector<Observation> observations() const {
    std::vector<Observation> all;
    for (Row row = 0; row < table.size(); ++row) all.push_back(table.observation(row));
    return all;
  }
  // True when a note of this code was made.
  [[nodiscard]] bool noted(std::string_view code) const {
    for (const Note& note : info().notes) {
      if (note.code == code) return true;
    }
    return false;
  }
};

inline ingest::Options test_options(std::string tool = {}) {
  ingest::Options options;
  options.tool = std::move(tool);
  options.secret_key = Secret("a key that is used in tests only");
  return options;
}

inline ReadReport read_text(std::string text, const ingest::Options& options = test_options()) {
  ReadReport report;
  ingest::read_report(report.table, "report", Bytes::of(std::move(text)), options);
  return report;
}

}  // namespace gatepost::test
