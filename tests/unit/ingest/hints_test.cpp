#include "ingest/hints.hpp"

#include <doctest/doctest.h>

#include "ingest/ingest.hpp"

using namespace gatepost;

TEST_CASE("hints: each output for people is told from all others") {
  CHECK(ingest::report_hints().size() > 30);
  for (const ingest::ReportHint& hint : ingest::report_hints()) {
    CAPTURE(hint.of);
    CHECK(!hint.of.empty());
    CHECK(!hint.remedy.empty());
    CHECK(ingest::hint_for("first line\n" + hint.example + "\nlast line\n") == &hint);
  }
  CHECK(ingest::hint_for("") == nullptr);
  CHECK(ingest::hint_for("All is well.\n[INFO] build done\n") == nullptr);
}

TEST_CASE("hints: what nobody recognises is told with what to do") {
  ObservationTable table;
  ingest::read_report(table, "bandit.txt", Bytes::of("Run started:2024-01-01 10:00:00\n\nTest results:\n"), {});
  CHECK(table.reports()[0].state == ReportState::unrecognised);
  CHECK(table.reports()[0].notes.back().text ==
        "plain text that looks like Bandit's text output: run it with `-f json -o FILE`; gatepost formats lists what "
        "can be read");
}
