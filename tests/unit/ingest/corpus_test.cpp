// Holds our readers to the corpus of reports: whatever another importer read from a file, and what stands literally in
// it, must be read by us, too. Where it is wrong or poorer than the file is listed in
// tests/data/corpus_differences.yaml.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "doc/json.hpp"
#include "doc/yaml.hpp"
#include "model/repo_path.hpp"
#include "support/golden.hpp"
#include "support/read_report.hpp"
#include "support/skip.hpp"

using namespace gatepost;

namespace {

std::string lower_unescaped(const std::string& raw) {
  std::string text = text::replace_all(text::lower(raw), "\\/", "/");
  text = text::replace_all(text::replace_all(std::move(text), "\\u0026", "&"), "\\\\", "\\");
  return text::replace_all(std::move(text), "&amp;", "&");
}

// A fact counts only when its text stands in the report: everything else is the importer's own table or default.
bool stands_in(const std::string& report, std::string_view fact) {
  return !fact.empty() && report.find(text::lower(fact)) != std::string::npos;
}

// "Medium" as a value of its own, not as a part of some sentence.
bool is_value_in(const std::string& report, std::string_view word) {
  const std::string plain = text::lower(word);
  for (const auto& [open, close] : {std::pair("\"", "\""), std::pair(">", "<")}) {
    if (report.find(open + plain + close) != std::string::npos) return true;
  }
  return false;
}

std::set<std::string> metrics_of(std::string_view vector) {
  std::set<std::string> metrics;
  for (const std::string_view metric : text::split(vector, '/')) metrics.emplace(metric);
  return metrics;
}

bool has_path(const Observation& seen, std::string_view reported) {
  const auto fits = [&](const std::string& path) {
    return path == normalise_reported_path(reported, true) || path == normalise_reported_path(reported, false);
  };
  return fits(seen.place.path) || std::ranges::any_of(seen.locations, fits, &Location::path);
}

bool has_line(const Observation& seen, std::int64_t line) {
  const auto fits = [&](const Location& place) {
    return place.range.first_line == line || place.range.last_line == line;
  };
  return fits(seen.place) || std::ranges::any_of(seen.locations, fits);
}

bool has_id(const Observation& seen, std::string_view id) {
  const auto wanted = AdvisoryId::parse(id);
  return seen.rule == id || (wanted && std::ranges::find(seen.advisories, *wanted) != seen.advisories.end());
}

bool has_severity(const Observation& seen, std::string_view word) {
  const auto label = severity_from_word(word);
  return std::ranges::any_of(seen.claims, [&](const SeverityClaim& claim) { return claim.label == label; });
}

bool has_vector(const Observation& seen, std::string_view vector) {
  return std::ranges::any_of(
      seen.claims, [&](const SeverityClaim& claim) { return metrics_of(claim.vector) == metrics_of(vector); });
}

bool is_suppressed(const Observation& seen) { return seen.suppression || seen.vendor_status == "not_affected"; }

// Whether an observation agrees with one fact about a finding; facts that are not literal agree with everything.
bool agrees(const Observation& seen, std::string_view name, doc::View fact, const std::string& report) {
  const std::string_view text = fact.scalar();
  const Component component = seen.component.value_or(Component{});
  if (name == "severity") return !is_value_in(report, text) || has_severity(seen, text);
  if (name == "line") return has_line(seen, fact.integer().value_or(0));
  if (name == "is_mitigated" || name == "false_p") return fact.boolean() != true || is_suppressed(seen);
  if (name == "vuln_ids") {
    return std::ranges::all_of(fact.items(),
                               [&](doc::View id) { return !stands_in(report, id.text()) || has_id(seen, id.text()); });
  }
  if (!stands_in(report, text)) return true;
  if (name == "file_path") return has_path(seen, text);
  if (name == "cwe") return std::ranges::any_of(seen.cwes, [&](Cwe cwe) { return cwe.number == fact.integer(); });
  if (name == "vuln_id_from_tool") return seen.rule == text;
  if (name == "component_name") return component.package == text;
  if (name == "component_version") return component.version == text;
  if (name == "fix_version") return std::ranges::find(component.fixed_versions, text) != component.fixed_versions.end();
  if (name == "cvssv3") return has_vector(seen, text);
  FAIL("the reference has a fact that nobody compares: ", std::string(name));
  return false;
}

// The facts about one finding that no single observation agrees with; empty when one agrees with all.
std::string missing_facts(doc::View facts, const std::vector<Observation>& observations, const std::string& report,
                          const std::set<std::string>& ignored) {
  std::string best = "no observation at all";
  std::size_t fewest = std::string::npos;
  for (const Observation& seen : observations) {
    std::string missing;
    std::size_t count = 0;
    for (const auto& [name, fact] : facts.members()) {
      if (ignored.contains(std::string(name)) || agrees(seen, name, fact, report)) continue;
      missing += std::string(name) + " ";
      ++count;
    }
    if (count < fewest) best = missing;
    fewest = std::min(fewest, count);
  }
  return fewest == 0 ? "" : best;
}

bool is_written(std::string_view format) {
  return std::ranges::any_of(ingest::formats(), [&](const ingest::Format& known) {
    return known.id == format && !known.recognised_by.empty();
  });
}

struct Corpus {
  std::string folder;
  doc::Document reference, differences;

  // Every report of the reference that one of our formats answers for.
  [[nodiscard]] std::map<std::string, std::string> formats_by_file() const {
    std::map<std::string, std::string> formats;
    for (const auto& [file, entry] : reference.root().members()) {
      std::string_view format = differences.root().at("tools").at(entry.at("tool").text()).text();
      const std::string_view of_file = differences.root().at("files").at(file).text();
      if (!of_file.empty()) format = of_file;
      if (!format.empty()) formats.emplace(file, format);
    }
    return formats;
  }
};

Corpus load_corpus(const std::string& shared) {
  auto reference = doc::parse_json(test::read_file(shared + "/corpus/reference.json"), "reference.json");
  const std::string name = "tests/data/corpus_differences.yaml";
  auto differences = doc::parse_yaml(test::read_file(GATEPOST_SOURCE_DIR "/" + name), name);
  REQUIRE(reference.ok());
  REQUIRE(differences.ok());
  return {shared + "/corpus/reports/", std::move(*reference), std::move(*differences)};
}

void check_state(const test::ReadReport& report, doc::View expected, doc::View difference) {
  const std::string_view state = difference.at("state").text();
  if (!state.empty()) {
    CHECK(to_string(report.state()) == state);
  } else if (expected.at("read").text() == "failed" && difference.at("count").integer() == std::nullopt) {
    CHECK_FALSE(is_complete(report.state()));
  } else {
    CHECK(is_complete(report.state()));
  }
}

void check_count(const test::ReadReport& report, doc::View expected, doc::View difference) {
  const auto theirs = expected.at("count").integer();
  const auto ours = difference.at("count").integer();
  if (ours) CHECK_MESSAGE(ours != theirs, "the difference in count is no longer one");
  if (ours || theirs) CHECK(static_cast<std::int64_t>(report.table.size()) == (ours ? *ours : *theirs));
}

void check_facts(const test::ReadReport& report, doc::View expected, doc::View difference, const std::string& text) {
  std::set<std::string> ignored;
  for (const doc::View name : difference.at("ignore").items()) ignored.emplace(name.text());
  const auto observations = report.observations();
  bool needed = ignored.empty();
  for (const doc::View facts : expected.at("facts").items()) {
    CAPTURE(facts.pointer());
    const std::string missing = missing_facts(facts, observations, text, ignored);
    CHECK_MESSAGE(missing.empty(), "no observation agrees with: ", missing);
    needed = needed || !missing_facts(facts, observations, text, {}).empty();
  }
  CHECK_MESSAGE(needed, "what is ignored would agree");
}

}  // namespace

TEST_CASE("corpus: every literal fact of the reference is read") {
  const auto shared = test::shared_folder();
  if (!shared) return;
  const Corpus corpus = load_corpus(*shared);
  std::size_t held = 0;
  for (const auto& [file, format] : corpus.formats_by_file()) {
    if (!is_written(format)) continue;
    CAPTURE(file);
    const std::string raw = test::read_file(corpus.folder + file);
    const auto report = test::read_text(raw);
    const doc::View expected = corpus.reference.root().at(file);
    const doc::View difference = corpus.differences.root().at("differences").at(file);
    const bool unrecognised = difference.at("state").text() == "unrecognised" || expected.at("read").text() == "failed";
    if (!unrecognised) CHECK(report.info().format == format);
    check_state(report, expected, difference);
    check_count(report, expected, difference);
    check_facts(report, expected, difference, lower_unescaped(raw));
    ++held;
  }
  MESSAGE("reports of the corpus that were held to the reference: ", held);
  CHECK(held > 20);
}

TEST_CASE("corpus: every difference names a report of the reference and has a reason") {
  const auto shared = test::shared_folder();
  if (!shared) return;
  const Corpus corpus = load_corpus(*shared);
  for (const auto& [file, difference] : corpus.differences.root().at("differences").members()) {
    CAPTURE(std::string(file));
    CHECK(corpus.reference.root().at(file).exists());
    CHECK(difference.at("because").text().size() > 10);
  }
}
