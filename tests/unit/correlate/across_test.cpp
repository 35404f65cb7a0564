#include "correlate/across.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <string>

#include "correlate/metrics.hpp"
#include "support/processor_time.hpp"

using namespace gatepost;
using namespace gatepost::correlate;

namespace {

Statement code(std::string_view engine, std::uint32_t report, std::uint32_t line, std::uint32_t cwe = 89) {
  return {.kind = Kind::sast,
          .engine = engine,
          .rule = "r",
          .report = report,
          .path = "a.py",
          .first_line = line,
          .last_line = line,
          .cwes = {{cwe}}};
}

// Members of issues of several statements.
std::set<std::vector<std::uint32_t>> merged(const std::vector<Statement>& statements) {
  std::set<std::vector<std::uint32_t>> all;
  for (const Issue& issue : correlate::correlate(statements).issues) {
    if (issue.members.size() > 1) all.insert(issue.members);
  }
  return all;
}

using Groups = std::set<std::vector<std::uint32_t>>;

}  // namespace

TEST_CASE("across: of two tools with two injections on neighbouring lines each meets its own") {
  std::vector<Statement> all = {code("a", 0, 10), code("a", 0, 11), code("b", 1, 10), code("b", 1, 11)};
  for (Statement& it : all) it.symbol = "f";
  CHECK(merged(all) == Groups{{0, 2}, {1, 3}});
}

TEST_CASE("across: what fits two of one report alike is neither") {
  std::vector<Statement> all = {code("a", 0, 10), code("a", 0, 12), code("b", 1, 11)};
  for (Statement& it : all) it.symbol = "f";
  CHECK(merged(all).empty());
  CHECK(merged({code("a", 0, 10), code("a", 0, 10), code("b", 1, 10)}).empty());
}

TEST_CASE("across: a column, and then a family, tells which of two is meant") {
  std::vector<Statement> all = {code("a", 0, 10), code("a", 0, 10), code("b", 1, 10)};
  all[0].first_column = 40, all[1].first_column = 5, all[2].first_column = 6;
  CHECK(merged(all) == Groups{{1, 2}});
  all[0].family = all[2].family = "sqli";
  CHECK(merged(all) == Groups{{0, 2}});
}

TEST_CASE("across: what goes with two siblings does not make them one") {
  const Groups groups = merged({code("a", 0, 10, 78), code("b", 1, 10, 77), code("c", 2, 10, 88)});
  REQUIRE(groups.size() == 1);
  CHECK(groups.begin()->size() == 2);
}

TEST_CASE("across: no issue about code ever has two results of one report, whatever is thrown at it") {
  std::mt19937 random(11);
  constexpr std::array<std::uint32_t, 8> kCwes = {77, 78, 88, 89, 20, 119, 120, 787};
  constexpr std::array<std::string_view, 4> kEngines = {"a", "b", "c", "d"};
  for (int round = 0; round < 400; ++round) {
    std::vector<Statement> all;
    for (int i = 0; i < 30; ++i) {
      const auto report = static_cast<std::uint32_t>(random() % 4);
      Statement it =
          code(kEngines[report], report, static_cast<std::uint32_t>(1 + random() % 12), kCwes[random() % kCwes.size()]);
      it.last_line += static_cast<std::uint32_t>(random() % 4);
      if (random() % 2 == 0) it.symbol = "f";
      all.push_back(it);
    }
    for (const Issue& issue : correlate::correlate(all).issues) {
      std::set<std::uint32_t> reports;
      for (const std::uint32_t member : issue.members) CHECK(reports.insert(all[member].report).second);
    }
  }
}

TEST_CASE("across: the order of statements makes no difference to what is merged") {
  std::mt19937 random(13);
  std::vector<Statement> all;
  constexpr std::array<std::string_view, 3> kEngines = {"a", "b", "c"};
  for (std::uint32_t i = 0; i < 90; ++i)
    all.push_back(code(kEngines[i % 3], i % 3, 1 + (i * 7) % 50, i % 2 == 0 ? 78 : 77));
  const auto sets = [](const std::vector<Statement>& statements) {
    std::set<std::set<std::tuple<std::string_view, std::uint32_t, std::uint32_t>>> out;
    for (const auto& members : merged(statements)) {
      std::set<std::tuple<std::string_view, std::uint32_t, std::uint32_t>> one;
      for (const auto i : members)
        one.insert({statements[i].engine, statements[i].first_line, statements[i].cwes[0].number});
      out.insert(one);
    }
    return out;
  };
  const auto before = sets(all);
  std::ranges::shuffle(all, random);
  CHECK(sets(all) == before);
}

TEST_CASE("across: one bucket of a hundred thousand stays near linear") {
  const auto seconds = [](const std::vector<Statement>& all) {
    const test::ProcessorTime time;
    const Correlated found = correlate::correlate(all);
    CHECK(found.links.size() <= all.size() * 4);
    return time.seconds();
  };
  constexpr std::uint32_t kMany = 100'000;
  std::vector<std::string> texts;
  for (std::uint32_t i = 0; i < kMany; ++i) texts.push_back("x" + std::to_string(i));
  const auto fill = [&](const auto& make) {
    std::vector<Statement> all;
    for (std::uint32_t i = 0; i < kMany; ++i) all.push_back(make(i));
    return all;
  };
  const std::vector<std::vector<Statement>> hostile = {
      fill([&](std::uint32_t i) { return code(texts[i], i, 10); }),  // one line, as many tools
      fill([&](std::uint32_t i) {                                    // nested ranges
        Statement it = code(texts[i % 2], i % 2, 1 + i);
        it.last_line = 2 * kMany - i;
        return it;
      }),
      fill([&](std::uint32_t i) {  // one package, as many manifests
        Statement it{
            .kind = Kind::sca, .engine = "e", .path = texts[i], .advisories = {"CVE-1"}, .package = "pkg:npm/a@1"};
        it.manifest = texts[i];
        return it;
      }),
      fill([&](std::uint32_t i) {  // one package, as many images and manifests
        Statement it{.kind = i % 2 == 0 ? Kind::sca : Kind::container,
                     .engine = "e",
                     .path = texts[i],
                     .advisories = {"CVE-1"},
                     .package = "pkg:npm/a@1"};
        (i % 2 == 0 ? it.manifest : it.image) = texts[i];
        return it;
      }),
      fill([&](std::uint32_t i) {  // no manifest, as many services
        Statement it{.kind = Kind::sca, .engine = texts[i], .advisories = {"CVE-1"}, .package = "pkg:npm/a@1"};
        it.service = texts[i];
        if (i % 2 == 0) it.manifest = texts[i];
        return it;
      }),
      fill([&](std::uint32_t i) {  // one secret
        Statement it{.kind = Kind::secret, .engine = texts[i], .path = "a", .first_line = 1};
        it.secret_kind = texts[i], it.secret_hash = "k:1";
        return it;
      }),
      fill([&](std::uint32_t i) {  // one route
        Statement it = code("a", 0, 1 + i * 10, 79);
        if (i % 2 == 0) it.kind = Kind::dast, it.engine = "z";
        it.method = "GET", it.route = "/{id}", it.parameter = "q";
        return it;
      }),
      fill([&](std::uint32_t i) {  // one address
        Statement it{.kind = i % 2 == 0 ? Kind::iac : Kind::cspm, .engine = texts[i]};
        it.address = "a.b", it.family = "f", it.provider_id = "p";
        return it;
      })};
  for (std::size_t i = 0; i < hostile.size(); ++i) {
    CAPTURE(i);
    const double taken = seconds(hostile[i]);
    CHECK_MESSAGE(taken < 30, "shape " << i << " took " << taken << " s");
  }
}
