// Nights as data: tests/data/ledger/*.yaml say what a run saw and which events it causes. README.md there tells how.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/overloaded.hpp"
#include "base/text.hpp"
#include "doc/yaml.hpp"
#include "support/golden.hpp"
#include "unit/ledger/make.hpp"

using namespace gatepost;
using namespace gatepost::ledger;

namespace {

// Names of findings as cases use them, by id.
std::map<std::string, std::string>& names() {
  static std::map<std::string, std::string> all;
  return all;
}
FindingId named(std::string_view name) {
  const FindingId id = test::id_of(std::string(name));
  names()[to_string(id)] = name;
  return id;
}
std::string shown(const std::string& text) { return names().contains(text) ? names()[text] : text; }

std::int64_t ms(doc::View at) {
  const auto time = parse_timestamp(at.scalar());
  REQUIRE_MESSAGE(time.has_value(), at.where(), ": no time");
  return time->unix_ms;
}
std::vector<std::string> texts(doc::View list) {
  std::vector<std::string> all;
  for (const doc::View item : list.items()) all.emplace_back(item.scalar());
  return all;
}
template <std::size_t N>
std::size_t one_of(const std::array<std::string_view, N>& all, doc::View name) {
  const auto found = std::ranges::find(all, name.text());
  REQUIRE_MESSAGE(found != all.end(), name.where(), ": unknown name");
  return static_cast<std::size_t>(found - all.begin());
}

Decision read_waiver(doc::View value) {
  Decision decision{.id = "W-1", .reason = "risk_accepted", .approved_by = {"person:aa"}};
  for (const auto& [key, item] : value.members()) {
    if (key == "id") decision.id = item.text();
    if (key == "reason") decision.reason = item.text();
    if (key == "until") decision.until = ms(item);
  }
  return decision;
}

bool read_record(Record& r, std::string_view key, doc::View item) {
  std::string* const text = key == "engine"    ? &r.engine
                            : key == "rule"    ? &r.rule
                            : key == "path"    ? &r.path
                            : key == "team"    ? &r.team
                            : key == "service" ? &r.service
                            : key == "target"  ? &r.target
                            : key == "package" ? &r.package
                                               : nullptr;
  if (text != nullptr) *text = item.scalar();
  if (key == "engine") r.tools = {r.engine};
  if (key == "tools") r.tools = texts(item);
  if (key == "advisories") r.advisories = texts(item);
  if (key == "cwes") {
    for (const doc::View it : item.items()) r.cwes.push_back(static_cast<std::uint32_t>(*it.integer()));
  }
  if (key == "line") r.line = static_cast<std::uint32_t>(*item.integer());
  if (key == "risk") r.risk_tenths = static_cast<std::uint16_t>(*item.integer());
  if (key == "kind") r.kind = static_cast<Kind>(one_of(kKindNames, item));
  if (key == "severity") r.severity = static_cast<SeverityLabel>(one_of(kSeverityNames, item));
  if (key == "decision") r.decision = static_cast<Priority>(one_of(kPriorityNames, item));
  if (key == "code") r.context = Sha256().field(item.scalar()).finish128();
  constexpr std::array<std::string_view, 9> kOthers = {"tools", "advisories", "cwes",     "line", "risk",
                                                       "kind",  "severity",   "decision", "code"};
  return text != nullptr || std::ranges::find(kOthers, key) != kOthers.end();
}

Seen read_seen(doc::View value) {
  if (!value.is_object()) {
    named(value.scalar());
    return {.record = test::a_record(std::string(value.scalar()))};
  }
  const std::string name(value.at("name").text());
  named(name);
  Seen seen{.record = test::a_record(name)};
  for (const auto& [key, item] : value.members()) {
    if (key == "name" || read_record(seen.record, key, item)) continue;
    if (key == "former") {
      seen.former = named(item.text());
    } else if (key == "stage") {
      seen.stage = static_cast<MatchStage>(one_of(kMatchStageNames, item));
    } else if (key == "similarity") {
      seen.similarity = static_cast<std::uint16_t>(*item.integer());
    } else if (key == "published") {
      seen.published = ms(item);
    } else if (key == "observed") {
      seen.observed = ms(item);
    } else if (key == "kev") {
      seen.kev = true, seen.kev_since = ms(item);
    } else if (key == "epss") {
      seen.epss_ppm = static_cast<std::uint32_t>(*item.integer());
    } else if (key == "fix_available") {
      seen.fix_available = *item.boolean();
    } else if (key == "advisory_new") {
      seen.advisory_new = *item.boolean();
    } else if (key == "vex") {
      seen.vex = item.text();
    } else if (key == "lapsed") {
      seen.lapsed = item.text();
    } else if (key == "waiver") {
      seen.waiver = read_waiver(item);
    } else {
      FAIL("unknown key ", item.key_where());
    }
  }
  return seen;
}

EngineRun read_engine(doc::View value) {
  EngineRun run{
      .id = std::string(value.is_object() ? value.at("id").text() : value.scalar()), .complete = true, .full = true};
  for (const auto& [key, item] : value.members()) {
    if (key == "complete") run.complete = *item.boolean();
    if (key == "scope") run.full = false, run.scope = texts(item);
    if (key == "failed") run.failed = texts(item);
    if (key == "rules") run.rules = texts(item);
    if (key == "version") run.rules_version = item.scalar();
    if (key == "database") run.database = item.scalar();
  }
  return run;
}

RunFacts read_night(doc::View night, std::size_t number) {
  RunFacts run{.id = fmt::format("run-{}", number), .now = {ms(night.at("at"))}};
  run.engines.push_back({.id = "semgrep", .complete = true, .full = true});
  for (const auto& [key, item] : night.members()) {
    if (key == "at" || key == "events") continue;
    if (key == "engines") {
      run.engines.clear();
      for (const doc::View it : item.items()) run.engines.push_back(read_engine(it));
    } else if (key == "seen") {
      for (const doc::View it : item.items()) run.seen.push_back(read_seen(it));
    } else if (key == "epss_day") {
      run.inputs.feeds.push_back({"epss", std::string(item.scalar())});
    } else if (key == "policy") {
      run.inputs.policy = item.scalar();
    } else if (key == "deleted") {
      run.deleted_paths = texts(item);
    } else if (key == "upgraded") {
      for (const std::string& it : texts(item)) run.upgraded.push_back(named(it));
    } else if (key == "withdrawn") {
      run.withdrawn_advisories = texts(item);
    } else if (key == "retired") {
      run.retired_services = texts(item);
    } else if (key == "merged") {
      for (const auto& [from, into] : item.members()) run.merged.push_back({named(from), named(into.text())});
    } else if (key == "trusted") {
      run.trusted = texts(item);
    } else if (key == "waivers") {
      run.waivers_in_force = texts(item);
    } else if (key == "components") {
      for (const auto& [service, count] : item.members()) run.components[std::string(service)] = *count.integer();
    } else if (key == "workflows") {
      run.workflows.emplace();
      for (const auto& [path, permissions] : item.members())
        run.workflows->push_back({std::string(path), texts(permissions)});
    } else if (key == "coverage") {
      for (const auto& [workload, percent] : item.members()) run.coverage[std::string(workload)] = *percent.integer();
    } else if (key == "weakened") {
      run.weakened = item.text();
    } else if (key == "waiver_count") {
      run.waivers = item.integer();
    } else if (key == "retired_targets") {
      run.retired_targets = texts(item);
    } else if (key == "services") {
      run.services.emplace();
      for (const auto& [name, exposed] : item.members())
        run.services->push_back({std::string(name), false, exposed.text() == "internet"});
    } else if (key == "drifts") {
      for (const auto& [type, subject] : item.members())
        run.drifts.push_back({*parse_event_type(type), std::string(subject.scalar()), ""});
    } else {
      FAIL("unknown key ", item.key_where());
    }
  }
  return run;
}

std::string shown(const std::string& name, const Fact& fact) {
  return std::visit(Overloaded{[](bool it) { return std::string(it ? "true" : "false"); },
                               [&](std::int64_t it) {
                                 return name == "due" || name == "until" ? to_string(Timestamp{it}).substr(0, 10)
                                                                         : std::to_string(it);
                               },
                               [](const std::string& it) { return shown(it); },
                               [](const std::vector<std::string>& it) { return text::join(it, "+"); }},
                    fact);
}

// "waived A: open/new -> waived; reason=…".
std::string shown(const Draft& draft) {
  std::string line(to_string(draft.type));
  if (!draft.subject.empty()) line += " " + shown(draft.subject);
  if (!draft.before.empty() || !draft.after.empty()) line += ": " + draft.before + " -> " + draft.after;
  std::string facts;
  for (const auto& [name, fact] : draft.facts) {
    if (name == "approved_by") continue;
    facts += fmt::format("{}{}={}", facts.empty() ? "; " : ", ", name, shown(name, fact));
  }
  return line + facts;
}

void run_case(doc::View one) {
  test::Ledger ledger;
  std::size_t number = 0;
  for (const doc::View night : one.at("nights").items()) {
    CAPTURE(night.where());
    const RunFacts facts = read_night(night, ++number);
    const std::vector<Draft> drafts = plan(ledger.state, facts);
    REQUIRE_FALSE(drafts.empty());
    CHECK(drafts.back().type == EventType::run);
    std::vector<std::string> events;
    for (const Draft& draft : drafts) {
      if (draft.type != EventType::run) events.push_back(shown(draft));
    }
    const std::vector<std::string> expected = texts(night.at("events"));
    CHECK_MESSAGE(std::is_permutation(events.begin(), events.end(), expected.begin(), expected.end()),
                  "events:\n"
                      << text::join(events, "\n") << "\nexpected:\n"
                      << text::join(expected, "\n"));
    REQUIRE(ledger.append(drafts, facts.now.unix_ms) == "");
  }
}

}  // namespace

TEST_CASE("Nights cause the events that their cases state") {
  std::size_t cases = 0;
  std::vector<std::filesystem::path> files;
  for (const auto& file : std::filesystem::directory_iterator(test::data_path("ledger"))) {
    if (file.path().extension() == ".yaml") files.push_back(file.path());
  }
  std::ranges::sort(files);
  for (const std::filesystem::path& path : files) {
    const auto document = doc::parse_yaml(test::read_file(path), path.filename().string());
    REQUIRE_MESSAGE(document.ok(), (document.ok() ? "" : document.error().message));
    for (const auto& [name, one] : document->root().members()) {
      CAPTURE(name);
      run_case(one);
      ++cases;
    }
  }
  CHECK(cases >= 25);
}
