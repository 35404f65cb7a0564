#include "app/mapping_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>

#include "app/mapping_files.hpp"
#include "base/bytes.hpp"
#include "base/text.hpp"
#include "ingest/ingest.hpp"
#include "ingest/mapping/sketch.hpp"
#include "model/observation_table.hpp"

namespace gatepost::app {
namespace {

using ingest::mapping::Expectation;
using ingest::mapping::Mapping;

template <class Items, class Text>
std::string listed(const Items& items, Text text) {
  std::vector<std::string> texts;
  for (const auto& item : items) texts.push_back(text(item));
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::string severity_of(const Observation& it) {
  return it.claims.empty() ? "" : std::string(to_string(it.claims.front().label));
}
std::string line_of(std::uint32_t line) { return line == 0 ? "" : std::to_string(line); }
std::string of_component(const Observation& it, std::string Component::* part) {
  return it.component ? (*it.component).*part : "";
}

// What a test can ask of a finding, by the names of the language.
const std::map<std::string, std::function<std::string(const Observation&)>, std::less<>>& facts() {
  static const std::map<std::string, std::function<std::string(const Observation&)>, std::less<>> kFacts = {
      {"rule_id", [](const Observation& it) { return it.rule; }},
      {"title", [](const Observation& it) { return it.title; }},
      {"description", [](const Observation& it) { return it.message; }},
      {"kind", [](const Observation& it) { return std::string(to_string(it.kind)); }},
      {"engine", [](const Observation& it) { return it.engine; }},
      {"severity", severity_of},
      {"confidence", [](const Observation& it) { return std::string(to_string(it.confidence)); }},
      {"reachability", [](const Observation& it) { return std::string(to_string(it.reach)); }},
      {"file_path", [](const Observation& it) { return it.place.path; }},
      {"line", [](const Observation& it) { return line_of(it.place.range.first_line); }},
      {"end_line", [](const Observation& it) { return line_of(it.place.range.last_line); }},
      {"column", [](const Observation& it) { return line_of(it.place.range.first_column); }},
      {"symbol", [](const Observation& it) { return it.place.symbol; }},
      {"component_name", [](const Observation& it) { return of_component(it, &Component::package); }},
      {"component_version", [](const Observation& it) { return of_component(it, &Component::version); }},
      {"purl", [](const Observation& it) { return of_component(it, &Component::purl); }},
      {"fix_version",
       [](const Observation& it) {
         return it.component ? listed(it.component->fixed_versions, [](const std::string& version) { return version; })
                             : "";
       }},
      {"vuln_ids",
       [](const Observation& it) { return listed(it.advisories, [](const AdvisoryId& id) { return id.value(); }); }},
      {"cwe",
       [](const Observation& it) { return listed(it.cwes, [](Cwe cwe) { return std::to_string(cwe.number); }); }},
      {"resource", [](const Observation& it) { return it.resource; }},
      {"image", [](const Observation& it) { return it.image; }},
      {"url", [](const Observation& it) { return it.endpoint ? it.endpoint->url : ""; }},
      {"vendor_status", [](const Observation& it) { return it.vendor_status; }},
      {"suppressed", [](const Observation& it) { return std::string(it.suppression ? "true" : "false"); }},
      {"uid", [](const Observation& it) { return it.uid; }},
  };
  return kFacts;
}

using Facts = std::vector<std::pair<std::string, std::string>>;

bool has_all(const Observation& observation, const Facts& wanted) {
  return std::ranges::all_of(wanted, [&](const auto& fact) {
    const auto known = facts().find(fact.first);
    return known != facts().end() && known->second(observation) == fact.second;
  });
}

std::string shown(const Facts& wanted) {
  return listed(wanted,
                [](const auto& fact) { return fmt::format("{} {}", fact.first, text::printable(fact.second, 60)); });
}

std::vector<std::string> complaints(const Expectation& test, const ObservationTable& table) {
  std::vector<std::string> all;
  const ReportInfo& report = table.reports().front();
  const std::string state(to_string(report.state));
  if (!test.state.empty() && test.state != state)
    all.push_back(fmt::format("the state is {}, expected {}", state, test.state));
  if (test.state.empty() && !is_complete(report.state)) all.push_back(fmt::format("the state is {}", state));
  if (test.count && *test.count != table.size())
    all.push_back(fmt::format("{} findings, expected {}", table.size(), *test.count));
  for (const Facts& wanted : test.findings) {
    for (const auto& [name, value] : wanted) {
      if (!facts().contains(name))
        all.push_back(fmt::format("a test cannot ask for \"{}\"", text::printable(name, 60)));
    }
    bool found = false;
    for (Row row = 0; row < table.size() && !found; ++row) found = has_all(table.observation(row), wanted);
    if (!found) all.push_back(fmt::format("no finding with {}", shown(wanted)));
  }
  if (all.empty()) return all;
  for (const Note& note : report.notes) all.push_back(fmt::format("note: {}", note.text));
  return all;
}

struct Tally {
  std::size_t passed = 0, failed = 0;
};

Result<std::string> run_test(const Mapping& mapping, const Mappings& mappings, const std::string& folder,
                             const Expectation& test, Tally& tally) {
  const std::string path = (std::filesystem::path(folder) / test.file).generic_string();
  GP_TRY(Bytes bytes, Bytes::open(path, Limits{}).context(fmt::format("{}: {}", test.where, path)));
  ObservationTable table;
  ingest::read_report(table, path, std::move(bytes), {.tool = mapping.id, .mappings = mappings});
  const auto wrong = complaints(test, table);
  if (wrong.empty()) {
    ++tally.passed;
    return fmt::format("ok      {}: {}: {}, {}\n", mapping.id, test.file, to_string(table.reports().front().state),
                       text::count_of(table.size(), "finding"));
  }
  ++tally.failed;
  std::string lines = fmt::format("failed  {}: {} ({})\n", mapping.id, test.file, test.where);
  for (const std::string& sentence : wrong) lines += fmt::format("          {}\n", text::printable(sentence, 300));
  return lines;
}

}  // namespace

Result<ExitCode> mapping_test(const Ports& ports, const std::vector<std::string>& files) {
  Tally tally;
  for (const std::string& file : files) {
    GP_TRY(const Mappings mappings, read_mappings(file));
    for (const Mapping& mapping : *mappings) {
      if (mapping.tests.empty())
        GP_CHECK(ports.output(fmt::format("ok      {}: it compiles; it has no tests\n", mapping.id)));
      const std::string own(mapping.where.substr(0, mapping.where.find(':')));
      const std::string folder = std::filesystem::path(own).parent_path().generic_string();
      for (const Expectation& test : mapping.tests) {
        GP_TRY(const std::string lines, run_test(mapping, mappings, folder, test, tally));
        GP_CHECK(ports.output(lines));
      }
    }
  }
  GP_CHECK(ports.output(fmt::format("{} passed, {} failed\n", tally.passed, tally.failed)));
  return tally.failed == 0 ? ExitCode::done : ExitCode::failed;
}

Result<ExitCode> mapping_new(const Ports& ports, const std::string& report, const std::string& id) {
  const Limits limits;
  GP_TRY(Bytes bytes, Bytes::open(report, limits).context(report));
  ingest::Candidate candidate(report, std::move(bytes), limits);
  std::string name = text::kebab_case(id.empty() ? std::filesystem::path(report).stem().string() : id);
  if (name.empty()) name = "my-tool";
  GP_TRY(const std::string sketch, ingest::mapping::sketch_mapping(candidate, name));
  GP_CHECK(ports.output(sketch));
  return ExitCode::done;
}

}  // namespace gatepost::app
