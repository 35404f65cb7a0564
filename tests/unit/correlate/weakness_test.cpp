#include "correlate/weakness.hpp"

#include <doctest/doctest.h>

#include "correlate/families.hpp"

using namespace gatepost;
using namespace gatepost::correlate;

namespace {

CweRelation relation(std::uint32_t a, std::uint32_t b) { return match(Cwe{a}, Cwe{b}).relation; }

CweRelation of_sets(const std::vector<Cwe>& a, const std::vector<Cwe>& b) { return match(a, b).relation; }

}  // namespace

TEST_CASE("weaknesses: the catalogue has what the rules stand on") {
  const CweCatalogue& all = CweCatalogue::built_in();
  CHECK(all.size() > 900);
  for (const auto& [child, parent] :
       {std::pair{564U, 89U}, {78U, 77U}, {328U, 327U}, {120U, 119U}, {259U, 798U}, {321U, 798U}, {23U, 22U}}) {
    CAPTURE(child);
    CHECK(all.distance({child}, {parent}) == 1);
  }
  CHECK_FALSE(all.distance({89}, {20}));
  CHECK(all.find({79})->rank == 1);
  CHECK(all.find({78})->likelihood == CweLikelihood::high);
  CHECK(all.find({20})->usage == CweUsage::discouraged);
  std::size_t most = 0, ranked = 0;
  for (const Weakness& it : all.all()) {
    std::size_t above = 0;
    for (const Weakness& other : all.all()) above += all.distance({it.number}, {other.number}).has_value() ? 1 : 0;
    most = std::max(most, above - 1);
    ranked += it.rank != 0 ? 1 : 0;
  }
  CHECK(most <= 16);
  CHECK(ranked == 25);
}

TEST_CASE("weaknesses: parents that may be mapped to are compatible, siblings and vague ones are not") {
  CHECK(relation(89, 89) == CweRelation::equal);
  CHECK(relation(78, 77) == CweRelation::ancestor);
  CHECK(relation(77, 78) == CweRelation::ancestor);
  CHECK(relation(564, 943) == CweRelation::ancestor);    // two steps
  CHECK(relation(564, 74) == CweRelation::too_general);  // three
  CHECK(relation(89, 74) == CweRelation::too_general);   // one may not map to it
  CHECK(relation(78, 88) == CweRelation::unrelated);     // siblings
  CHECK(relation(79, 89) == CweRelation::unrelated);
  CHECK(relation(22, 703) == CweRelation::unrelated);
  CHECK(relation(20, 89) == CweRelation::too_general);
  CHECK(relation(119, 120) == CweRelation::ancestor);
  CHECK(relation(125, 787) == CweRelation::memory);
  CHECK(relation(99998, 89) == CweRelation::unknown);
  CHECK(relation(99998, 99998) == CweRelation::equal);
}

TEST_CASE("weaknesses: what is said beside something exact does not count") {
  CHECK(of_sets({{20}, {79}}, {{20}, {89}}) == CweRelation::unrelated);
  CHECK(of_sets({{20}, {89}}, {{89}}) == CweRelation::equal);
  CHECK(of_sets({{20}}, {{20}}) == CweRelation::equal);
  CHECK(of_sets({}, {{89}}) == CweRelation::unknown);
  CHECK_FALSE(is_compatible(of_sets({}, {})));
}

TEST_CASE("families: a rule is found whole and by its last part") {
  const RuleFamilies& all = RuleFamilies::built_in();
  CHECK(all.size() > 400);
  CHECK(all.find("bandit", "B608") == "sqli");
  CHECK(all.find("bandit", "b608") == "sqli");
  CHECK(all.find("codeql", "py/sql-injection") == "sqli");
  CHECK(all.find("semgrep", "python.lang.security.audit.eval-detected.eval-detected") == "codei");
  CHECK(all.find("sonarqube", "python:S2077") == "sqli");
  CHECK(all.find("gosec", "B608").empty());
  CHECK(all.find("", "").empty());
  CHECK(all.find("bandit", std::string(100'000, 'x')).empty());
}

TEST_CASE("families: a rule is in one family of its engine") {
  const auto twice = RuleFamilies::read("a: {x: [r]}\nb: {x: [R]}\n", "f.yaml");
  REQUIRE_FALSE(twice.ok());
  CHECK(twice.error().message.find("f.yaml:2:") == 0);
  CHECK_FALSE(RuleFamilies::read("a: {cwe: many}\n", "f.yaml").ok());
  CHECK(RuleFamilies::built_in().weakness_of("sqli") == Cwe{89});
  CHECK_FALSE(RuleFamilies::built_in().weakness_of("k8s-privileged"));
  CHECK_FALSE(RuleFamilies::read("a: 1\n", "f.yaml").ok());
  CHECK_FALSE(RuleFamilies::read("a: {x: 1}\n", "f.yaml").ok());
}
