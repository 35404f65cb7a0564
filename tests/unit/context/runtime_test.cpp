#include "context/runtime.hpp"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <string>

using namespace gatepost;
using namespace gatepost::context;

namespace {

const Timestamp kNow = *parse_timestamp("2026-11-21T00:00:00Z");

RuntimeDocument read(const std::string& text, const RuntimeColumns& columns = {}) {
  auto document = read_runtime(text, "seen", columns);
  const std::string why = document ? "" : document.error().message;
  CAPTURE(why);
  REQUIRE(document.ok());
  return std::move(*document);
}

std::optional<RuntimeFact> about(const std::string& text, const std::string& purl = "pkg:npm/lodash@4.17.15",
                                 const Workload& where = {.service = "cart", .image = {}}) {
  RuntimeEvidence evidence;
  evidence.add(read(text));
  return evidence.about(*Purl::parse(purl), where, kNow, RuntimeEvidence::kDefaultMaxAgeDays);
}

std::string line(const std::string& state, const std::string& last_seen = "2026-11-20T10:00:00Z",
                 const std::string& more = R"(,"window_s":604800,"coverage":0.98)",
                 const std::string& purl = "pkg:npm/lodash@4.17.15") {
  return fmt::format(R"({{"v":1,"service":"cart","purl":"{}","state":"{}","last_seen":"{}","source":"falco"{}}})"
                     "\n",
                     purl, state, last_seen, more);
}

std::string sbom(const std::string& component, const std::string& properties) {
  return fmt::format(R"({{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{{"timestamp":"2026-11-20T00:00:00Z",
    "component":{{"type":"application","name":"cart"}},"properties":[{}]}},
    "components":[{{"name":"lodash","purl":"pkg:npm/lodash@4.17.15"{}}}]}})",
                     properties, component);
}

std::string property(const std::string& name, const std::string& value) {
  return fmt::format(R"({{"name":"{}","value":"{}"}})", name, value);
}

const std::string kWatched =
    property("gatepost:runtime:window", "P7D") + "," + property("gatepost:runtime:coverage", "0.95");

Reach reach(const std::optional<RuntimeFact>& fact) { return fact ? fact->reach : Reach::unknown; }

}  // namespace

TEST_CASE("runtime: a line says that a package was loaded or called in a service, by whom and when") {
  const auto fact = about(line("loaded"));
  REQUIRE(fact.has_value());
  CHECK(fact->reach == Reach::loaded);
  CHECK(fact->workload == "cart");
  CHECK(fact->source == "falco");
  CHECK(fact->document == "seen#1");
  CHECK(fact->last_seen == "2026-11-20");
  CHECK(reach(about(line("called"))) == Reach::called);
  CHECK(reach(about(line("loaded") + line("called"))) == Reach::called);
}

TEST_CASE("runtime: another service's evidence does not count, unless nobody knows where a finding runs") {
  CHECK_FALSE(about(line("loaded"), "pkg:npm/lodash@4.17.15", {.service = "checkout", .image = {}}).has_value());
  CHECK(reach(about(line("loaded"), "pkg:npm/lodash@4.17.15", {})) == Reach::loaded);
  CHECK_FALSE(about(line("loaded"), "pkg:npm/left-pad@1", {}).has_value());  // absence never without a workload
}

TEST_CASE("runtime: not loaded needs a week, nine tenths, the ecosystem and a deployed package") {
  const std::string other = "pkg:npm/left-pad@1.0.0";
  CHECK(reach(about(line("loaded"), other)) == Reach::not_loaded);
  CHECK(about(line("loaded", "2026-11-20", R"(,"window_s":86400,"coverage":0.98)"), other)->doubt != "");
  CHECK(reach(about(line("loaded", "2026-11-20", R"(,"window_s":604800,"coverage":0.89)"), other)) == Reach::unknown);
  CHECK_FALSE(about(line("loaded", "2026-11-20", ""), other).has_value());
  CHECK_FALSE(about(line("loaded"), "pkg:pypi/left-pad@1.0.0").has_value());
  CHECK_FALSE(about(line("not_loaded", "2026-11-20", "")).has_value());  // never by a word alone
  CHECK(about(line("loaded"), other, {.service = "cart", .image = {}, .absence_counts = false})->doubt ==
        "it is not deployed yet");
}

TEST_CASE("runtime: another version that runs is no sign that this one does not") {
  const auto fact = about(line("loaded"), "pkg:npm/lodash@4.17.21");
  REQUIRE(fact.has_value());
  CHECK(fact->reach == Reach::unknown);
  CHECK(fact->doubt == "seen in version 4.17.15");
}

TEST_CASE("runtime: what is older than the settings allow is unknown") {
  const auto loaded = about(line("loaded", "2026-11-01T00:00:00Z"));
  REQUIRE(loaded.has_value());
  CHECK(loaded->reach == Reach::unknown);
  CHECK(loaded->doubt == "longer ago than 14 days");
  CHECK(reach(about(line("loaded", "2026-11-07T00:00:00Z"))) == Reach::loaded);
  CHECK(reach(about(line("loaded", "2026-11-01T00:00:00Z"), "pkg:npm/left-pad@1")) == Reach::unknown);
  CHECK(reach(about(line("loaded", "2026-11-01T00:00:00Z") + line("loaded"))) == Reach::loaded);
}

TEST_CASE("runtime: CycloneDX of observed packages, by our properties and the format's call stacks") {
  const auto with = [](const std::string& properties) { return ",\"properties\":[" + properties + "]"; };
  CHECK(reach(about(sbom(with(property("gatepost:runtime:state", "loaded")), kWatched))) == Reach::loaded);
  CHECK(reach(about(sbom(R"(,"evidence":{"callstack":{"frames":[{"module":"lodash/template"}]}})", ""))) ==
        Reach::called);
  CHECK(reach(about(sbom(R"(,"evidence":{"callstack":{"frames":[{}]}})", kWatched))) == Reach::not_loaded);
  CHECK(reach(about(sbom(with(property("gatepost:runtime:state", "not_loaded")), kWatched))) == Reach::not_loaded);
  CHECK_FALSE(about(sbom(with(property("gatepost:runtime:state", "not_loaded")), "")).has_value());
  const RuntimeDocument plain = read(sbom("", ""));
  CHECK(plain.notes.size() == 1);
  CHECK_FALSE(about(sbom("", "")).has_value());
}

TEST_CASE("runtime: the Datadog agent's property") {
  const auto with = [](const std::string& seen) {
    return ",\"properties\":[" + property("LastSeenRunning", seen) + "]";
  };
  const auto fact = about(sbom(with("1795132800"), ""));  // 2026-11-20
  REQUIRE(fact.has_value());
  CHECK(fact->reach == Reach::loaded);
  CHECK(fact->source == "datadog");
  CHECK(fact->last_seen == "2026-11-20");
  CHECK_FALSE(about(sbom(with("0"), "")).has_value());
}

TEST_CASE("runtime: Kubescape's relevancy") {
  const auto manifest = [](const std::string& relevant) {
    return fmt::format(R"({{"apiVersion":"spdx.softwarecomposition.kubescape.io/v1beta1","kind":"VulnerabilityManifest",
      "metadata":{{"creationTimestamp":"2026-11-19T00:00:00Z","labels":{{"kubescape.io/workload-name":"cart"}}}},
      "spec":{{"metadata":{{"withRelevancy":{}}},"payload":{{"matches":[{{"artifact":{{"purl":"pkg:npm/lodash@4.17.15"}}}}]}}}}}})",
                       relevant);
  };
  const auto fact = about(manifest("true"));
  REQUIRE(fact.has_value());
  CHECK(fact->reach == Reach::loaded);
  CHECK(fact->last_seen == "2026-11-19");
  CHECK_FALSE(about(manifest("false")).has_value());
  const auto filtered = about(
      R"({"apiVersion":"spdx.softwarecomposition.kubescape.io/v1beta1","kind":"SBOMSyftFiltered","metadata":{"labels":{"kubescape.io/workload-name":"cart"}},
      "spec":{"metadata":{"report":{"createdAt":"2026-11-19T00:00:00Z"}},"syft":{"artifacts":[{"purl":"pkg:npm/lodash@4.17.15"}]}}})");
  CHECK(reach(filtered) == Reach::loaded);
}

TEST_CASE("runtime: a list of purls, and CSV through a map of columns") {
  CHECK(reach(about("# seen today\npkg:npm/lodash@4.17.15\tcart\n")) == Reach::loaded);
  CHECK_FALSE(about("pkg:npm/lodash@4.17.15\tcheckout\n").has_value());
  RuntimeColumns columns;
  columns.name = "Package";
  columns.type = "Type";
  columns.version = "Version";
  columns.service = "Workload";
  columns.loaded = "In use";
  columns.last_seen = "Last";
  const RuntimeDocument table = read(
      "Workload,Type,Package,Version,In "
      "use,Last\ncart,npm,@acme/ui,1.0.0,true,2026-11-20\ncart,npm,x,1,no,\ncart,npm,y,1,?,\n",
      columns);
  REQUIRE(table.sightings.size() == 2);
  CHECK(table.sightings[0].purl == "pkg:npm/%40acme/ui@1.0.0");
  CHECK(table.sightings[0].state == RuntimeState::loaded);
  CHECK(table.sightings[1].state == RuntimeState::not_loaded);
  CHECK(table.notes.size() == 1);
}

TEST_CASE("runtime: what is no evidence is refused, and a bad line is left out") {
  for (const std::string& bad :
       {std::string(""), std::string("{}"), std::string("{"), std::string("a,b\n1,2\n"), std::string("\xFF"),
        std::string(R"({"bomFormat":"CycloneDX","specVersion":"1.3"})"), std::string("purl,service\npkg:npm/a,b\n")}) {
    CAPTURE(bad);
    const auto document = read_runtime(bad, "seen");
    CHECK_FALSE(document.ok());
    CHECK(document.error().message.starts_with("seen"));
  }
  const RuntimeDocument lines =
      read(line("loaded") + "garbage\n" + line("sleeping") + line("loaded", "", "", "lodash"));
  CHECK(lines.sightings.size() == 1);
  CHECK(lines.notes.size() == 3);
}

TEST_CASE("runtime: durations have weeks, days and times of day; months have no length") {
  CHECK(parse_duration("P7D") == 604800);
  CHECK(parse_duration("P1W") == 604800);
  CHECK(parse_duration("PT168H") == 604800);
  CHECK(parse_duration("P1DT12H30M5S") == 131405);
  for (const char* const bad : {"", "P", "PT", "P1M", "P1Y", "7D", "P-7D", "P7", "PT7D", "P99999999999D"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_duration(bad).has_value());
  }
}

TEST_CASE("runtime: nothing follows from what a damaged document does not mention, or from a day to come") {
  const std::string other = "pkg:npm/minimist@1.2.0";
  const auto absent = [&](const std::string& text) { return reach(about(text, other)); };
  CHECK(absent(line("loaded")) == Reach::not_loaded);
  CHECK(absent(line("loaded") + line("LOADED", "2026-11-20T10:00:00Z", "", other)) == Reach::unknown);
  CHECK(absent(line("loaded") + "{\n") == Reach::unknown);
  CHECK(absent(line("loaded", "2030-11-20T10:00:00Z")) == Reach::unknown);
  CHECK(reach(about(line("loaded", "2030-11-20T10:00:00Z"))) == Reach::loaded);  // what raises a risk still does
}
