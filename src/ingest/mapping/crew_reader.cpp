#include "ingest/mapping/crew_reader.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <deque>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/crew.hpp"
#include "doc/page_loan.hpp"
#include "ingest/mapping/loops.hpp"
#include "ingest/ordered_rows.hpp"

namespace gatepost::ingest::mapping {
namespace {

constexpr std::size_t kBatchRecords = 256;
constexpr std::size_t kBatchesInFlight = 4;
constexpr std::size_t kMostEngines = 100;  // far fewer than a report keeps

// Records that follow each other, as the variables of the loops show them.
struct Batch {
  std::uint32_t number = 0;
  std::size_t records = 0;
  std::vector<Value> values;  // for each record one a loop
  doc::PageLoan pages;
};

// What was made of a batch.
struct Outcome {
  RowsOfWorker rows;
  ReportInfo told;  // its notes, engines and counts
  Skips skips;
};

// What all threads know of each other.
struct Work {
  std::uint64_t budget = 0;  // of all records together
  std::atomic<std::uint64_t> spent = 0;
  // One thread has to do it again: it is too much work, what is told of a record depends on those before it, or
  // something in a list is no record.
  std::atomic<bool> alone = false;
};

class Worker {
 public:
  Worker(std::size_t number, const BlockSource& source, Scope scope, ObservationTable& table, const ReportWriter& out,
         Work& work)
      : number_(number),
        source_(source),
        scope_(std::move(scope)),
        table_(table),
        out_(table, out.report(), out.options()),
        work_(work) {}

  void read(Batch batch) {
    if (work_.alone) return;
    const doc::OwnShelf shelf(static_cast<unsigned>(number_));
    batch.pages.take();
    scope_.budget = work_.budget;
    Outcome outcome{.rows = {batch.number, number_, static_cast<Row>(table_.size()), 0}, .told = {}};
    // What the report's entry has is not of this batch.
    std::swap(outcome.told, table_.report(out_.report()));
    for (std::size_t record = 0; record < batch.records && !scope_.exhausted; ++record)
      outcome.skips.add(read_record_of(batch, record));
    std::swap(outcome.told, table_.report(out_.report()));
    outcome.rows.count = static_cast<Row>(table_.size()) - outcome.rows.first;
    outcomes_.push_back(std::move(outcome));
    const std::uint64_t spent = work_.budget - scope_.budget;
    const bool too_much = scope_.exhausted || work_.spent.fetch_add(spent) + spent > work_.budget;
    // What a skipped record had no entry for is told with the next one.
    if (too_much || !scope_.unmapped.empty()) work_.alone = true;
  }
  [[nodiscard]] std::vector<Outcome>& outcomes() { return outcomes_; }

 private:
  Record read_record_of(Batch& batch, std::size_t number) {
    const std::vector<Loop>& loops = source_.block.loops;
    for (std::size_t level = 0; level < loops.size(); ++level)
      scope_.slots[loops[level].slot] = std::move(batch.values[number * loops.size() + level]);
    Record record = read_record(source_, scope_, out_);
    if (record.draft) out_.add(std::move(record.draft->observation), record.at);
    return record;
  }

  const std::size_t number_;
  const BlockSource& source_;
  Scope scope_;
  ObservationTable& table_;
  ReportWriter out_;
  Work& work_;
  std::vector<Outcome> outcomes_;
};

class CrewReader {
 public:
  CrewReader(const BlockSource& source, Scope& scope, ReportWriter& out, unsigned threads)
      : source_(source), scope_(scope), out_(out), first_(static_cast<Row>(out.table().size())) {
    work_.budget = scope.budget;
    workers_.emplace_back(0, source, scope, out.table(), out, work_);
    for (unsigned number = 1; number < threads; ++number) {
      tables_.push_back(std::make_unique<ObservationTable>());
      tables_.back()->add_reports_of(out.table());
      workers_.emplace_back(number, source, scope, *tables_.back(), out, work_);
    }
  }

  std::optional<Skips> read() {
    const Scope before = scope_;
    go_through_loops();
    const std::uint64_t spent = (work_.budget - scope_.budget) + work_.spent;
    std::vector<Outcome> outcomes = ordered_outcomes();
    if (scope_.exhausted || work_.alone || spent > work_.budget || has_too_many_engines(outcomes)) {
      scope_ = before;
      out_.table().detach_rows(first_);
      return std::nullopt;
    }
    scope_.budget = work_.budget - spent;
    return tell(std::move(outcomes));
  }

 private:
  void go_through_loops() {
    const auto work = [this](unsigned worker, Batch batch) { workers_[worker].read(std::move(batch)); };
    Crew<Batch, decltype(work)> crew(static_cast<unsigned>(workers_.size()), kBatchesInFlight, work);
    Batch batch;
    auto each = [&] {
      if (work_.alone) scope_.budget = 0;  // which ends the loops
      add_record(batch);
      if (batch.records < kBatchRecords) return;
      const std::uint32_t next = batch.number + 1;
      crew.put(std::exchange(batch, {}));
      batch.number = next;
    };
    // Rejected records are told in the order of the report.
    auto stray = [this](std::size_t, const Value&) { work_.alone = true; };
    loop(source_.block.loops, 0, scope_, each, stray);
    if (batch.records > 0) crew.put(std::move(batch));
    crew.finish();
  }

  void add_record(Batch& batch) {
    for (const Loop& level : source_.block.loops) {
      const Value& value = scope_.slots[level.slot];
      if (const auto view = value.view()) {
        batch.pages.add(*view);
      } else if (const auto member = value.member("value").view()) {
        batch.pages.add(*member);
      }
      batch.values.push_back(value);
    }
    if (!scope_.unmapped.empty()) work_.alone = true;
    ++batch.records;
  }

  std::vector<Outcome> ordered_outcomes() {
    std::vector<Outcome> all;
    for (Worker& worker : workers_) std::ranges::move(worker.outcomes(), std::back_inserter(all));
    std::ranges::sort(all, {}, [](const Outcome& it) { return it.rows.order; });
    return all;
  }

  // Which of them are kept depends on the order of the records when they are very many.
  [[nodiscard]] bool has_too_many_engines(const std::vector<Outcome>& outcomes) const {
    const auto& known = out_.table().report(out_.report()).engines;
    std::set<std::string> engines(known.begin(), known.end());
    for (const Outcome& outcome : outcomes) engines.insert(outcome.told.engines.begin(), outcome.told.engines.end());
    return engines.size() > kMostEngines;
  }

  Skips tell(std::vector<Outcome> outcomes) {
    Skips skips;
    std::vector<RowsOfWorker> rows;
    for (const Outcome& outcome : outcomes) {
      for (const std::string& engine : outcome.told.engines) out_.engine(engine);
      for (const Note& note : outcome.told.notes) out_.note(note.level, note.code, note.text, note.at);
      out_.count(outcome.told.records);
      skips.add(outcome.skips);
      rows.push_back(outcome.rows);
    }
    out_.count({.seen = skips.skipped, .skipped = skips.skipped});
    put_in_order(out_.table(), first_, tables_, std::move(rows));
    return skips;
  }

  const BlockSource& source_;
  Scope& scope_;
  ReportWriter& out_;
  const Row first_;
  Work work_;
  std::vector<std::unique_ptr<ObservationTable>> tables_;
  std::deque<Worker> workers_;
};

}  // namespace

std::optional<Skips> read_with_crew(const BlockSource& source, Scope& scope, ReportWriter& out, unsigned threads) {
  if (!scope.unmapped.empty()) return std::nullopt;
  return CrewReader(source, scope, out, threads).read();
}

}  // namespace gatepost::ingest::mapping
