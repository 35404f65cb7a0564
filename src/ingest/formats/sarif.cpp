// SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. Read in windows, on several threads,
// so that a million results cost little more than looking at their bytes.
#include <fmt/core.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <set>
#include <string_view>

#include "base/parallel.hpp"
#include "base/text.hpp"
#include "doc/json.hpp"
#include "doc/json_stream.hpp"
#include "ingest/crash_text.hpp"
#include "ingest/format.hpp"
#include "ingest/formats/sarif_bind.hpp"
#include "ingest/formats/sarif_result.hpp"
#include "ingest/formats/sarif_run.hpp"
#include "ingest/ordered_rows.hpp"
#include "ingest/plain_text.hpp"

namespace gatepost::ingest {
namespace {

using sarif::Binder;
using sarif::ResultReader;
using sarif::Run;

constexpr std::uint64_t kAlwaysAsTree = 1 << 20;  // files up to here are parsed as a whole to be recognised
constexpr std::size_t kWindowsInFlight = 4;

bool has_sarif_shape(doc::View root) {
  const bool version = root.at("version").text().starts_with("2.1");
  const bool schema = text::lower(root.at("$schema").text()).find("sarif") != std::string::npos;
  return root.at("runs").is_array() && (version || schema);
}

// Version and schema may stand behind the cut. No other format has a run like this.
bool began_like_sarif(Candidate& candidate) {
  const doc::View run = candidate.json_so_far().at("runs").at(0);
  return candidate.truncated() && !run.at("tool").at("driver").at("name").text().empty();
}

// A large file is not parsed to be recognised: its first bytes must name the schema or the version beside "runs".
bool head_has_sarif_shape(std::string_view head) {
  const std::string folded = text::lower(head.substr(0, 4096));
  const bool schema = folded.find("sarif") != std::string::npos && folded.find("\"$schema\"") != std::string::npos;
  const bool version = folded.find("\"version\": \"2.1.0\"") != std::string::npos ||
                       folded.find("\"version\":\"2.1.0\"") != std::string::npos;
  const bool runs = folded.find("\"runs\"") != std::string::npos;
  return schema || (version && runs);
}

bool recognise(Candidate& candidate) {
  if (candidate.shape() != doc::Shape::json_object) return false;
  const bool small = candidate.bytes().size() <= kAlwaysAsTree;
  if (small && candidate.json().exists() && !candidate.truncated()) return has_sarif_shape(candidate.json());
  // Too large to parse twice, or damaged: a report that was cut in the middle is still a SARIF report.
  return head_has_sarif_shape(candidate.head()) ||
         ((!small || candidate.truncated()) && has_sarif_shape(candidate.json())) || began_like_sarif(candidate);
}

// "/runs/3/results" -> 3
std::uint32_t run_number(std::string_view pointer) {
  const auto parts = text::split(pointer, '/');
  return parts.size() > 2 ? static_cast<std::uint32_t>(text::parse_number(parts[2]).value_or(0)) : 0;
}

// One table for each thread; the first thread works on the final table. The others know the report's bytes, too: what
// is bound to a run may be told by a message, and messages stay in the report.
struct Workers {
  std::vector<std::unique_ptr<ObservationTable>> tables;
  std::deque<ResultReader> readers;

  Workers(ObservationTable& final_table, unsigned threads) {
    readers.emplace_back(final_table);
    for (unsigned i = 1; i < threads; ++i) {
      tables.push_back(std::make_unique<ObservationTable>());
      tables.back()->add_reports_of(final_table);
      readers.emplace_back(*tables.back());
    }
  }
};

doc::JsonSplitter::Frame stream(Candidate& candidate, ReportWriter& out, Workers& workers) {
  doc::JsonSplitter splitter(candidate.bytes(), {"runs[].results"}, candidate.start(), out.options().limits);
  struct Item {
    doc::Window window;
    std::string pointer;
  };
  produce_and_work<Item>(
      static_cast<unsigned>(workers.readers.size()), kWindowsInFlight,
      [&]() -> std::optional<Item> {
        auto window = splitter.next();
        if (!window) return std::nullopt;
        std::string pointer = splitter.pointer_of(window->array);
        return Item{std::move(*window), std::move(pointer)};
      },
      [&](unsigned worker, Item item) {
        workers.readers[worker].read(item.window, out.report(), item.pointer, run_number(item.pointer));
      });
  return std::move(splitter).finish();
}

// Words of the tool after its report are harmless; another document is not: its results would be lost.
void describe_trailing(const Candidate& candidate, std::uint64_t offset, ReportWriter& out) {
  std::string rest(64 * 1024, '\0');
  const auto got = candidate.bytes().read(offset, rest);
  rest.resize(got ? *got : 0);
  const std::string where = fmt::format("byte {}", offset);
  if (const std::string_view crash = crash_in(rest); !crash.empty()) {
    out.crashed(crash);
  } else if (rest.find('{') == std::string::npos) {
    out.note(Note::Level::warning, "text-after-document", "other text after the end of the document was skipped",
             where);
  } else {
    out.incomplete("second-document", "something like a second document follows the first; only the first was read",
                   where);
  }
}

void describe_damage(const Candidate& candidate, const doc::JsonSplitter::Frame& frame, ReportWriter& out) {
  if (frame.trailing) describe_trailing(candidate, *frame.trailing, out);
  if (frame.truncated) out.truncated();
  if (!frame.problem.empty()) out.incomplete("malformed", frame.problem);
  for (const std::string& refused : frame.refused) out.note(Note::Level::error, "rejected-record", refused);
}

// Puts the rows of all workers into the order of the file, in the final table.
void collect_rows(ObservationTable& table, Workers& workers) {
  std::vector<RowsOfWorker> parts;
  for (std::size_t worker = 0; worker < workers.readers.size(); ++worker) {
    for (const auto& rows : workers.readers[worker].windows())
      parts.push_back({rows.window, worker, rows.first, rows.count});
  }
  put_in_order(table, workers.readers[0].first_row(), workers.tables, std::move(parts));
}

// The runs of the report in the file's order. Where the file is damaged, results can belong to a run that nothing more
// is known of: it is there, too, and empty.
std::vector<Run> runs_of(doc::View root, const doc::JsonSplitter::Frame& frame, ObservationTable& table) {
  std::vector<Run> runs;
  for (const doc::View run : root.at("runs").items()) runs.emplace_back(run, table);
  for (const auto& array : frame.arrays) {
    while (runs.size() <= run_number(array.pointer)) runs.emplace_back(doc::View(), table);
  }
  return runs;
}

// Every worker binds the rows of its own table.
std::vector<Run> bind(Workers& workers, doc::View root, const doc::JsonSplitter::Frame& frame,
                      const ReportWriter& out) {
  std::vector<std::vector<Run>> runs(workers.readers.size());
  work_in_pieces(static_cast<unsigned>(runs.size()), runs.size(), 1, [&](unsigned, std::size_t i, std::size_t) {
    runs[i] = runs_of(root, frame, workers.readers[i].table());
    Binder(workers.readers[i], runs[i], out).bind_rows();
  });
  return std::move(runs.front());
}

// A key that is given twice hides a run, or its results, from the tree; what was streamed is there all the same.
void describe_runs(const std::vector<Run>& runs, const doc::JsonSplitter::Frame& frame, ReportWriter& out) {
  std::set<std::string_view> pointers;
  bool twice = false, hidden = false;
  for (const auto& array : frame.arrays) twice = !pointers.insert(array.pointer).second || twice;
  for (const Run& run : runs) {
    if (run.is_known()) run.describe(out);
    hidden = hidden || !run.is_known();
  }
  if (twice || (hidden && !frame.truncated && frame.problem.empty())) {
    out.incomplete("repeated-list",
                   "runs or their results are given more than once: all results are read, but the tool and the rules "
                   "only of the last");
  }
}

void describe_results(const Workers& workers, ReportWriter& out) {
  std::vector<const ResultReader::Remark*> remarks;
  for (const ResultReader& reader : workers.readers) {
    out.count(reader.counts());
    for (const auto& remark : reader.remarks()) remarks.push_back(&remark);
  }
  std::ranges::stable_sort(remarks, {}, &ResultReader::Remark::window);
  for (const auto* remark : remarks)
    out.note(remark->note.level, remark->note.code, remark->note.text, remark->note.at);
}

void read(Candidate& candidate, ReportWriter& out) {
  ObservationTable& table = out.table();
  const unsigned threads = std::max(1U, candidate.bytes().size() < kAlwaysAsTree ? 1U : out.options().threads);
  Workers workers(table, threads);
  doc::JsonSplitter::Frame frame = stream(candidate, out, workers);
  describe_damage(candidate, frame, out);
  if (!text::is_utf8(frame.text)) {
    frame.text = text::to_utf8(frame.text);
    out.note(Note::Level::warning, "invalid-utf8", kReadAsReplacement);
  }
  const auto document = doc::parse_json(frame.text, candidate.name(), out.options().limits);
  if (!document) out.incomplete("malformed", document.error().message);
  const doc::View root = document ? document->root() : doc::View();

  const std::vector<Run> runs = bind(workers, root, frame, out);
  describe_runs(runs, frame, out);
  if (document && runs.empty()) out.incomplete("no-run", "the report has no run: no scan took place");
  describe_results(workers, out);
  collect_rows(table, workers);
}

}  // namespace

extern const Format kSarif;
const Format kSarif{
    .id = "sarif",
    .title = "SARIF 2.1.0",
    .kind = "any",
    .recognised_by = "a JSON object with \"runs\" and either version 2.1.x or a $schema that names SARIF",
    .yields =
        "rules, levels and security-severity, CWE from tags, relationships and taxa, places, code flows, "
        "suppressions, fingerprints, fixes; secrets as HMAC of their snippet; packages from the messages of known "
        "scanners",
    .recognise = recognise,
    .read = read};

}  // namespace gatepost::ingest
