// What several tools report is one finding: ids, presence, waivers and policies stay on the safe side.
#include "app/merge_findings.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

#include "app/resolve_severity.hpp"
#include "support/rows.hpp"

using namespace gatepost;

namespace {

Observation said(std::string engine, std::string rule, std::uint32_t line, SeverityLabel severity,
                 std::uint32_t cwe = 89) {
  Observation it;
  it.engine = std::move(engine);
  it.rule = std::move(rule);
  it.kind = Kind::sast;
  it.place = {.path = "db.py", .range = {line, 0, line, 0}, .symbol = {}};
  it.cwes = {{cwe}};
  it.claims = {{.label = severity, .tenths = {}, .method = SeverityMethod::label, .source = it.engine, .vector = {}}};
  return it;
}

FindingId id_of(std::size_t i) {
  FindingId id;
  id.digest.bytes[0] = static_cast<std::uint8_t>(i * 8);
  return id;
}

// Every observation is a finding of its own.
Assessment assessment(const std::vector<Observation>& all, const std::vector<Presence>& presence) {
  Assessment it;
  it.table.add_report({.path = "r"}, {});
  it.findings.files = {"db.py"};
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Row row = it.table.add(all[i], it.table.intern("/results"), static_cast<std::uint32_t>(i));
    it.findings.members.push_back(row);
    it.findings.all.push_back({.id = id_of(i),
                               .primary = row,
                               .first_member = row,
                               .member_count = 1,
                               .file = 0,
                               .range = all[i].place.range,
                               .kind = all[i].kind});
    it.assessed.push_back({.presence = presence[i]});
  }
  return it;
}

void merge(Assessment& it, const std::optional<std::map<FindingId, FindingId>>& parts = {}) {
  app::resolve_severities(it);
  app::merge_findings(it, parts);
  app::resolve_merged(it);
}

const std::vector<Observation> kTwo = {said("bandit", "B608", 3, SeverityLabel::low),
                                       said("codeql", "py/sql-injection", 3, SeverityLabel::high)};

}  // namespace

TEST_CASE("merging: the worst claim names the finding, the one nearest to the change says whether it is new") {
  Assessment it = assessment(kTwo, {Presence::introduced, Presence::unrelated});
  merge(it);
  REQUIRE(it.findings.all.size() == 1);
  CHECK(it.findings.all[0].id == id_of(1));
  CHECK(it.findings.members_of(it.findings.all[0]).size() == 2);
  CHECK(it.assessed[0].presence == Presence::introduced);
  REQUIRE(it.across.size() == 1);
  REQUIRE(it.across_of(0) != nullptr);
  CHECK(it.across[0].claims[1].finding.id == id_of(0));
  CHECK(it.across[0].claims[1].presence == Presence::introduced);
  CHECK(it.across[0].reasons[0].rule == "sast_cwe_equal_overlap");
}

TEST_CASE("merging: findings of one engine stay apart, also from two reports") {
  Assessment it =
      assessment({said("bandit", "B608", 3, SeverityLabel::low), said("bandit", "B610", 3, SeverityLabel::low)},
                 {Presence::introduced, Presence::introduced});
  merge(it);
  CHECK(it.findings.all.size() == 2);
  CHECK(it.across.empty());
}

TEST_CASE("merging: what is gone and what is there stay apart") {
  for (const Presence other : {Presence::introduced, Presence::not_evaluated}) {
    Assessment it = assessment(kTwo, {Presence::fixed, other});
    merge(it);
    CHECK(it.findings.all.size() == 2);
  }
}

TEST_CASE("merging: what an earlier stage kept apart stays apart, and what no rule allows is not glued") {
  Assessment apart = assessment(kTwo, {Presence::introduced, Presence::introduced});
  merge(apart, std::map<FindingId, FindingId>{});
  CHECK(apart.findings.all.size() == 2);
  Assessment together = assessment(kTwo, {Presence::introduced, Presence::introduced});
  merge(together, std::map<FindingId, FindingId>{{id_of(0), id_of(1)}, {id_of(1), id_of(1)}});
  CHECK(together.findings.all.size() == 1);
  Assessment forged = assessment({kTwo[0], said("codeql", "py/path-injection", 3, SeverityLabel::high, 22)},
                                 {Presence::introduced, Presence::introduced});
  merge(forged, std::map<FindingId, FindingId>{{id_of(0), id_of(1)}, {id_of(1), id_of(1)}});
  CHECK(forged.findings.all.size() == 2);
}

TEST_CASE("merging: the others keep their order and their judgement") {
  Assessment it = assessment({said("bandit", "B101", 1, SeverityLabel::low, 703), kTwo[0],
                              said("codeql", "py/x", 9, SeverityLabel::low, 22), kTwo[1]},
                             {Presence::unrelated, Presence::touched, Presence::moved, Presence::unrelated});
  merge(it);
  REQUIRE(it.findings.all.size() == 3);
  CHECK(it.findings.all[0].id == id_of(0));
  CHECK(it.findings.all[1].id == id_of(2));
  CHECK(it.findings.all[2].id == id_of(3));
  CHECK(it.assessed[1].presence == Presence::moved);
  CHECK(it.assessed[2].presence == Presence::touched);
  CHECK(it.across_of(2) != nullptr);
  CHECK(it.across_of(0) == nullptr);
}

TEST_CASE("merging: another tool that reports the same never lowers the severity") {
  for (const SeverityLabel other : {SeverityLabel::info, SeverityLabel::low, SeverityLabel::unknown}) {
    Observation unsure = said("bandit", "B608", 3, SeverityLabel::critical);
    unsure.confidence = Confidence::low;
    Observation sure = said("codeql", "py/sql-injection", 3, other);
    sure.confidence = Confidence::high;
    Assessment it = assessment({unsure, sure}, {Presence::introduced, Presence::introduced});
    merge(it);
    REQUIRE(it.findings.all.size() == 1);
    CHECK(it.severity_of(0).label == SeverityLabel::critical);
  }
}
