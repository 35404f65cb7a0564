// Sample reports of many tools under the changes that break identities elsewhere: a line inserted, a file renamed, a
// package updated in vain, a severity rated anew. docs/identity.md compares the numbers.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "correlate/find.hpp"
#include "correlate/presence.hpp"
#include "correlate/url_template.hpp"
#include "ingest/ingest.hpp"
#include "model/purl.hpp"
#include "support/read_report.hpp"
#include "support/skip.hpp"

using namespace gatepost;
using namespace gatepost::correlate;
using namespace gatepost::test;

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> reports_in(const fs::path& folder) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.file_size() < (4U << 20)) out.push_back(entry.path());
  }
  std::ranges::sort(out);
  return out;
}

std::vector<Observation> observations_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  ReadReport report = read_text(text.str());
  if (!is_complete(report.state())) return {};
  return report.observations();
}

// A report, and the same after a change.
struct Change {
  const char* name;
  std::function<bool(const Observation&)> concerns;
  std::function<void(Observation&)> apply;
  std::function<void(FileChange&)> change;
  double most_lost;  // percent
};

void shift(Location& it) {
  if (it.range.first_line == 0) return;
  ++it.range.first_line;
  ++it.range.last_line;
}

// The last number of the version one higher, as a release that repairs something else: a form that its ecosystem knows.
std::string other_version(const std::string& version) {
  const std::size_t end = version.find_last_of("0123456789");
  if (end == std::string::npos) return version + ".1";
  std::string next = version;
  for (std::size_t digit = end;; --digit) {
    if (next[digit] != '9') {
      ++next[digit];
      return next;
    }
    next[digit] = '0';
    if (digit == 0 || next[digit - 1] < '0' || next[digit - 1] > '9') return next.insert(digit, "1");
  }
}

bool has_file(const Observation& it) { return !it.place.path.empty(); }
bool has_line(const Observation& it) { return has_file(it) && it.place.range.first_line != 0; }

const std::array<Change, 4> kChanges = {{
    {"a line inserted at the top", has_line,
     [](Observation& it) {
       shift(it.place);
       for (auto* const places : {&it.locations, &it.related, &it.flow}) std::ranges::for_each(*places, shift);
     },
     [](FileChange& file) { file.hunks = {{0, 0, 1, 1}}; }, 2},
    {"the file renamed", has_file,
     [](Observation& it) {
       it.place.path = "moved/" + it.place.path;
       for (auto* const places : {&it.locations, &it.related, &it.flow}) {
         for (Location& place : *places) place.path = "moved/" + place.path;
       }
     },
     [](FileChange& file) {
       file.kind = ChangeKind::renamed;
       file.similarity = 100;
       file.new_path = "moved/" + file.old_path;
     },
     5},
    {"the package updated, still vulnerable",
     [](const Observation& it) { return it.component && !it.component->version.empty() && it.kind != Kind::malware; },
     [](Observation& it) {
       const auto purl = Purl::parse(it.component->purl);
       const std::string version = other_version(it.component->version);
       if (purl) it.component->purl = Purl::make(purl->type(), purl->name_space(), purl->name(), version)->to_string();
       it.component->version = version;
     },
     [](FileChange&) {}, 1},
    {"the severity rated anew", [](const Observation&) { return true; },
     [](Observation& it) {
       it.claims = {{.label = SeverityLabel::critical, .tenths = 98, .method = SeverityMethod::score, .source = "x"}};
     },
     [](FileChange&) {}, 0},
}};

struct Scan {
  ObservationTable table;
  std::vector<std::string> files;
  void add(std::vector<Observation> all) {
    table.add_report({.path = "report"}, Bytes::of(std::string()));
    std::set<std::string> paths;
    for (std::uint32_t i = 0; i < all.size(); ++i) {
      all[i].report = 0;
      paths.insert(all[i].place.path);
      table.add(all[i], TextId::none, i);
    }
    paths.erase("");
    files.assign(paths.begin(), paths.end());
  }
};

struct Count {
  std::size_t findings = 0, lost = 0;
};

void run(const std::vector<Observation>& all, const Change& edit, Count& out) {
  std::vector<Observation> concerned;
  std::ranges::copy_if(all, std::back_inserter(concerned), edit.concerns);
  if (concerned.empty()) return;
  Scan base, head;
  base.add(concerned);
  std::ranges::for_each(concerned, edit.apply);
  head.add(concerned);
  ChangeSet change{.base = "b", .head = "h", .base_source = BaseSource::given, .files = {}};
  for (const std::string& path : base.files) {
    change.files.push_back({.kind = ChangeKind::modified, .old_path = path, .new_path = path});
    edit.change(change.files.back());
  }
  change.sort();
  const LineMap lines(change);
  const FileIndex base_index(base.files), head_index(head.files);
  const Placement base_places = place(base.table, base_index), head_places = place(head.table, head_index);
  const IdentityInputs head_in{head.table, head_index, head_places, {}, {}, {}};
  const IdentityInputs base_in{base.table, base_index, base_places,
                               {},         {},         [&](std::string_view path) { return lines.head_path(path); }};
  const Findings head_findings = find(head_in), base_findings = find(base_in);
  Identifier head_identifier(head_in), base_identifier(base_in);
  const auto ran = [](Row) { return true; };
  const Comparison result =
      compare_with_base({head.table, head_findings, head_places, change, [](Row) { return PackageChange::unchanged; }},
                        {base.table, base_findings, head_identifier, base_identifier, ran, ran});
  out.findings += head_findings.all.size();
  std::map<FindingId, Row> row_of_base;  // rows have the same numbers on both sides
  for (const Finding& finding : base_findings.all) row_of_base[finding.id] = finding.primary;
  for (std::size_t i = 0; i < head_findings.all.size(); ++i) {
    const BaseMatch& match = result.matches[i];
    out.lost += match.known && row_of_base.at(match.id) == head_findings.all[i].primary ? 0 : 1;
  }
}

// What makes two observations different problems, whatever they are called.
std::string facts_of(const Observation& it) {
  // A package is in an image or it is not: neither how often nor where that image runs makes it another problem.
  std::string out = it.image;
  if (it.image.empty()) out = fmt::format("{}|{}|{}", it.place.path, it.place.range.first_line, it.resource);
  if (it.component) out += fmt::format("|{}|{}", it.component->package, it.component->version);
  // An address is one of the running application: neither the host of this scan nor the values that were tried count.
  if (it.endpoint) out += "|" + url_template(it.endpoint->url) + "|" + it.endpoint->parameter;
  return out;
}

// Folded into a finding whose facts are others.
void count_collisions(const std::vector<Observation>& all, Count& out) {
  Scan side;
  side.add(all);
  const FileIndex index(side.files);
  const Placement places = place(side.table, index);
  const Findings findings = find({side.table, index, places, {}, {}, {}});
  for (const Finding& finding : findings.all) {
    for (const Row row : findings.members_of(finding)) {
      ++out.findings;
      out.lost += facts_of(all[row]) != facts_of(all[finding.primary]) ? 1 : 0;
    }
  }
}

}  // namespace

TEST_CASE("matching: identities of the sample reports survive ordinary change") {
  const auto shared = shared_folder();
  if (!shared) return;
  std::vector<std::vector<Observation>> reports;
  for (const fs::path& path : reports_in(*shared + "/corpus/reports")) {
    std::vector<Observation> all = observations_of(path);
    if (!all.empty()) reports.push_back(std::move(all));
  }
  REQUIRE(reports.size() > 10);
  std::string table;
  const auto line = [&](const char* name, const Count& count, double most) {
    const double lost =
        100.0 * static_cast<double>(count.lost) / static_cast<double>(std::max<std::size_t>(1, count.findings));
    table += fmt::format("| {} | {} | {:.2f} % | at most {} % |\n", name, count.findings, lost, most);
    INFO(std::string(name));
    CHECK(lost <= most);
  };
  for (const Change& edit : kChanges) {
    Count count;
    for (const std::vector<Observation>& report : reports) run(report, edit, count);
    line(edit.name, count, edit.most_lost);
  }
  Count collisions;
  for (const std::vector<Observation>& report : reports) count_collisions(report, collisions);
  line("folded with other facts", collisions, 0);
  MESSAGE(reports.size() << " reports\n" << table);
}
