#include "config/framework_file.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

#include "base/resource.hpp"

using namespace gatepost;

namespace {

Framework built_in(std::string_view id) {
  const auto bytes = find_resource("compliance/" + std::string(id) + ".yaml");
  REQUIRE(bytes.has_value());
  auto framework = config::read_framework(std::string(*bytes), std::string(id));
  REQUIRE(framework.ok());
  CHECK(framework->id == id);
  return std::move(*framework);
}

// How many numbers each control selects.
std::vector<std::size_t> sizes(const Framework& framework) {
  std::vector<std::size_t> all;
  for (const Control& it : framework.controls) all.push_back(it.any_of.back().weaknesses.size());
  return all;
}

std::string problem(const std::string& text) {
  const auto framework = config::read_framework(text, "own.yaml");
  return framework ? "" : framework.error().message;
}

}  // namespace

TEST_CASE("The frameworks of the binary are read, and each has the name of its file") {
  std::size_t count = 0;
  for (const Resource& it : resources()) {
    if (!it.name.starts_with("compliance/")) continue;
    const std::string_view file = it.name.substr(11);
    built_in(file.substr(0, file.size() - 5));
    ++count;
  }
  CHECK(count == 11);
}

TEST_CASE("The categories of OWASP have as many weaknesses as CWE's views of them") {
  const auto total = [](const std::vector<std::size_t>& all) {
    std::size_t sum = 0;
    for (const std::size_t n : all) sum += n;
    return sum;
  };
  CHECK(total(sizes(built_in("owasp-top10-2021"))) == 195);
  CHECK(sizes(built_in("owasp-top10-2025")) == std::vector<std::size_t>{40, 16, 6, 32, 37, 39, 36, 14, 5, 24});
  CHECK(total(sizes(built_in("cwe-top25-2024"))) == 25);
  CHECK(total(sizes(built_in("cwe-top25-2025"))) == 25);
}

TEST_CASE("The attack classes of PCI DSS have all 22 classes of CWE, each once") {
  std::multiset<std::uint32_t> classes;
  for (const Control& it : built_in("pci-dss").controls) {
    if (!it.id.starts_with("6.2.4")) continue;
    for (const FindingSelector& selector : it.any_of) classes.insert(selector.classes.begin(), selector.classes.end());
  }
  CHECK(classes.size() == 22);
  CHECK(std::set<std::uint32_t>(classes.begin(), classes.end()).size() == 22);
}

TEST_CASE("What a selection by kinds alone is looked for by is those kinds") {
  const auto framework = config::read_framework(
      "id: own\nname: Own\ncontrols:\n  - {id: 1, title: One, select: {kinds: [sca, secret]}}\n", "own.yaml");
  REQUIRE(framework.ok());
  CHECK(framework->controls[0].looks == std::vector<Kind>{Kind::sca, Kind::secret});
  CHECK(framework->controls[0].evidence.size() == 3);
}

TEST_CASE("A mistake in a framework is told with its place") {
  CHECK(problem("id: own\nname: Own\ncontrols: [{id: a, title: A, evidence: [scan]}]\n").find("own.yaml:3:") == 0);
  CHECK(problem("id: own\nname: Own\ncontrols: [{id: a, title: A, evidence: [scan]}]\n").find("scans") !=
        std::string::npos);
  CHECK(problem("id: own\nname: Own\ncontrols: [{id: a, title: A}, {id: a, title: B}]\n").find("already") !=
        std::string::npos);
  CHECK(problem("id: own\nname: Own\ncontrols: [{id: a, title: A, select: {weaknesses: [0]}}]\n").find("99999") !=
        std::string::npos);
  CHECK(problem("id: own\nname: Own\ncontrol: []\n").find("did you mean") != std::string::npos);
  CHECK(problem("- 1\n") != "");
}
