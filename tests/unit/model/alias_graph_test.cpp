#include "model/alias_graph.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>

using namespace gatepost;

namespace {

using Ids = std::vector<std::string_view>;

AliasGraph graph(const std::vector<Ids>& statements) {
  AliasGraph all;
  for (const Ids& ids : statements) all.declare(ids);
  all.build();
  return all;
}

}  // namespace

TEST_CASE("aliases: a group is named by its CVE, else its GHSA, else its smallest id") {
  const AliasGraph all =
      graph({{"GHSA-1", "CVE-2020-1"}, {"SNYK-1", "GHSA-1"}, {"PYSEC-2", "GHSA-2"}, {"RUSTSEC-2", "GO-2"}});
  CHECK(all.groups_of("SNYK-1") == Ids{"CVE-2020-1"});
  CHECK(all.groups_of("PYSEC-2") == Ids{"GHSA-2"});
  CHECK(all.groups_of("RUSTSEC-2") == Ids{"GO-2"});
  CHECK(all.groups_of("nobody") == Ids{"nobody"});
  CHECK(all.conflicts().empty());
}

TEST_CASE("aliases: a wrong alias glues no CVEs together") {
  const AliasGraph all =
      graph({{"GHSA-1", "CVE-1"}, {"GHSA-1", "CVE-2"}, {"SNYK-1", "GHSA-1"}, {"SNYK-2", "GHSA-1", "CVE-2"}});
  CHECK(all.groups_of("CVE-1") == Ids{"CVE-1"});
  CHECK(all.groups_of("CVE-2") == Ids{"CVE-2"});
  CHECK(all.groups_of("GHSA-1") == Ids{"CVE-1", "CVE-2"});
  CHECK(all.groups_of("SNYK-2") == Ids{"CVE-2"});
  CHECK(all.groups_of("SNYK-1") == Ids{"SNYK-1"});
  REQUIRE(all.conflicts().size() == 1);
  CHECK(all.conflicts()[0].id == "GHSA-1");
  CHECK(all.conflicts()[0].cves == Ids{"CVE-1", "CVE-2"});
}

TEST_CASE("aliases: bulletins and upstream stand for their CVEs and are names of none") {
  AliasGraph all;
  all.declare(Ids{"DSA-5000-1", "CVE-1", "CVE-2"});
  all.declare_parts("UBUNTU-CVE-3", Ids{"CVE-3"});
  all.declare_parts("RHSA-2024:1", Ids{"GHSA-9"});
  all.declare(Ids{"GHSA-9", "CVE-9"});
  all.build();
  CHECK(all.groups_of("DSA-5000-1") == Ids{"CVE-1", "CVE-2"});
  CHECK(all.groups_of("UBUNTU-CVE-3") == Ids{"CVE-3"});
  CHECK(all.groups_of("RHSA-2024:1") == Ids{"CVE-9"});
  CHECK(all.groups_of("CVE-1") == Ids{"CVE-1"});
  CHECK(all.conflicts().empty());
}

TEST_CASE("aliases: the order of declarations makes no difference, and no group has two CVEs") {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> names;
    for (int i = 0; i < 5; ++i) names.push_back("CVE-" + std::to_string(i));
    for (int i = 0; i < 10; ++i) names.push_back("GHSA-" + std::to_string(i));
    std::vector<Ids> statements;
    for (int i = 0; i < 12; ++i) statements.push_back({names[random() % names.size()], names[random() % names.size()]});
    const AliasGraph one = graph(statements);
    std::ranges::shuffle(statements, random);
    const AliasGraph other = graph(statements);
    for (const std::string& name : names) {
      CHECK(one.groups_of(name) == other.groups_of(name));
      if (name.starts_with("CVE-")) CHECK(one.groups_of(name) == Ids{name});
    }
  }
}

TEST_CASE("aliases: a chain and a star of a hundred thousand cost no more than their length") {
  std::vector<std::string> names;
  for (int i = 0; i < 100'000; ++i) names.push_back("X-" + std::to_string(i));
  AliasGraph all;
  for (std::size_t i = 1; i < names.size(); ++i) all.declare(Ids{names[i - 1], names[i]});
  for (const std::string& name : names) all.declare(Ids{name, name.back() == '0' ? "CVE-1" : "CVE-2"});
  all.build();
  CHECK(all.groups_of("X-10") == Ids{"CVE-1"});
  CHECK(all.groups_of("X-11") == Ids{"CVE-2"});
}

TEST_CASE("aliases: a CVE is found under other names, and two CVEs are never one problem") {
  AliasGraph groups;
  const auto declare = [&](std::initializer_list<std::string_view> ids) {
    groups.declare(std::vector<std::string_view>(ids));
  };
  const auto cves = [&](std::initializer_list<std::string_view> ids) {
    return groups.cves_of(std::vector<std::string_view>(ids));
  };
  declare({"GHSA-aaaa-aaaa-aaaa", "CVE-2024-0001"});
  declare({"GHSA-bbbb-bbbb-bbbb", "CVE-2024-0002"});
  declare({"GHSA-bbbb-bbbb-bbbb", "CVE-2024-0003"});
  declare({"GHSA-cccc-cccc-cccc", "CVE-2024-0004", "CVE-2024-0005"});
  declare({"RHSA-2024:1", "CVE-2024-0006"});
  declare({"SNYK-1", "GHSA-aaaa-aaaa-aaaa"});
  groups.build();
  CHECK(cves({"GHSA-aaaa-aaaa-aaaa"}) == std::vector<std::string>{"CVE-2024-0001"});
  CHECK(cves({"GHSA-bbbb-bbbb-bbbb"}).empty());
  CHECK(cves({"GHSA-cccc-cccc-cccc"}).empty());
  CHECK(cves({"RHSA-2024:1"}).empty());
  CHECK(cves({"SNYK-1"}) == std::vector<std::string>{"CVE-2024-0001"});
  CHECK(cves({"nobody"}).empty());
  CHECK(cves({"GHSA-aaaa-aaaa-aaaa", "CVE-2024-0009"}) == std::vector<std::string>{"CVE-2024-0009"});
}
