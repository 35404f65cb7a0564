#include "correlate/former_ids.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "correlate/find.hpp"
#include "support/rows.hpp"

using namespace gatepost;
using namespace gatepost::correlate;
using test::AnObservation;

namespace {

// One secret at three lines of a file, and another one; by today's key, and perhaps what the key before made of them.
struct Scan {
  ObservationTable table;
  FileIndex files{{"src/a.c"}};
  Placement placement;
  Findings findings;
  std::vector<FormerId> former_ids;

  Scan(const std::string& key, const std::string& previous) {
    const auto mark = [](const std::string& by, const std::string& value) { return by.empty() ? by : by + value; };
    std::uint32_t line = 1;
    for (const char* const value : {"one", "one", "two", "one"}) {
      AnObservation it;
      it.kind(Kind::secret).at("src/a.c", line++).get().secret =
          SecretMark{.kind = "token", .id = mark(key, value), .former_id = mark(previous, value)};
      table.add(it, table.intern("/results"), line);
    }
    placement = place(table, files);
    const IdentityInputs inputs{table, files, placement, {}, "acme/shop", {}};
    findings = find(inputs);
    former_ids = ids_by_previous_key(inputs, findings);
  }
  [[nodiscard]] FindingId at(std::uint32_t line) const {
    return std::ranges::find(findings.all, line, [](const Finding& it) { return it.range.first_line; })->id;
  }
};

FindingId id_of(std::uint8_t number) {
  FindingId id;
  id.digest.bytes[0] = number;
  return id;
}

}  // namespace

TEST_CASE("former ids: of a secret the id that it had under the previous key, each of several its own") {
  const Scan before("old:", ""), after("new:", "old:");
  CHECK(before.former_ids.empty());
  REQUIRE(after.former_ids.size() == 4);
  CHECK(std::ranges::is_sorted(after.former_ids));
  for (std::uint32_t line = 1; line <= 4; ++line) {
    const auto found = std::ranges::find(after.former_ids, after.at(line), &FormerId::id);
    REQUIRE(found != after.former_ids.end());
    CHECK(found->former == before.at(line));
    CHECK(found->why == FormerId::Why::previous_key);
  }
}

TEST_CASE("former ids: of the base where decisions are kept, and where no other finding has that id") {
  Findings findings;
  for (const FindingId& id : {id_of(1), id_of(2)}) findings.all.push_back({.id = id});
  std::ranges::sort(findings.all, {}, &Finding::id);
  const auto first = static_cast<std::size_t>(findings.all[0].id == id_of(1) ? 0 : 1);
  const struct {
    BaseMatch match;
    bool kept;
  } kCases[] = {
      {{.id = id_of(9), .stage = MatchStage::moved, .known = true}, true},
      {{.id = id_of(9), .stage = MatchStage::fuzzy, .similarity = kNearlyEqual, .known = true}, true},
      {{.id = id_of(9), .stage = MatchStage::fuzzy, .similarity = kNearlyEqual - 1, .known = true}, false},
      {{.id = id_of(9), .stage = MatchStage::symbol, .known = true}, false},
      {{.id = id_of(9), .stage = MatchStage::moved, .known = false}, false},
      {{.id = id_of(1), .stage = MatchStage::exact, .known = true}, false},  // the same
      {{.id = id_of(2), .stage = MatchStage::moved, .known = true}, false},  // another one's
  };
  for (const auto& it : kCases) {
    std::vector<BaseMatch> matches(2);
    matches[first] = it.match;
    const std::vector<FormerId> all = ids_in_base(findings, matches);
    CHECK(all.size() == (it.kept ? 1 : 0));
    if (it.kept) CHECK(all == std::vector<FormerId>{{id_of(1), id_of(9), FormerId::Why::base}});
  }
  CHECK(ids_in_base(findings, {}).empty());
}
