#include "model/observation_table.hpp"

#include <doctest/doctest.h>
#include <malloc.h>

#include <random>
#include <unordered_map>

#include "base/digest.hpp"
#include "support/skip.hpp"

using namespace gatepost;

namespace {

// An observation with something in every member.
Observation full(std::uint32_t report, int n) {
  const std::string number = std::to_string(n);
  return {.report = report,
          .at = "/somewhere/" + number,
          .engine = "engine",
          .kind = Kind::sca,
          .rule = "rule-" + std::to_string(n % 3),
          .title = "Title " + number,
          .message = "message \n" + number,
          .help_url = "https://rules.example/" + number,
          .claims = {{.label = SeverityLabel::high,
                      .tenths = 81,
                      .method = SeverityMethod::cvss31,
                      .source = "nvd",
                      .vector = "CVSS:3.1/…"},
                     {.label = SeverityLabel::unknown, .source = "tool"}},
          .confidence = Confidence::high,
          .place = {"src/a.c", {1, 2, 3, 4}, "main"},
          .locations = {{"src/a.c", {1, 2, 3, 4}, "main"}, {"src/b.c", {5, 0, 5, 0}, ""}},
          .related = {{"src/c.c", {7, 0, 0, 0}, "helper"}},
          .flow = {{"src/a.c", {1, 0, 1, 0}, ""}, {"src/b.c", {2, 0, 2, 0}, "sink"}},
          .component = Component{.purl = "pkg:npm/x@" + number,
                                 .package = "x",
                                 .version = number,
                                 .scope = Scope::dev,
                                 .direct = n % 2 == 0,
                                 .fixed_versions = {"1.2", "2.0"},
                                 .dependency_path = {"a@1", "x@" + number}},
          .advisories = {*AdvisoryId::parse("CVE-2024-0001"), *AdvisoryId::parse("GHSA-abcd-1234-wxyz")},
          .cwes = {{79}, {89}},
          .resource = "aws_s3_bucket.logs",
          .image = "docker.io/library/x:1",
          .endpoint = Endpoint{"GET", "/u/{id}", "q"},
          .secret = SecretMark{"kind", "hmac:1:2", true},
          .reach = Reach::called,
          .epss_ppm = 0,
          .kev = false,
          .suppression = Suppression{"inSource", "because"},
          .needs_review = true,
          .vendor_status = "will_not_fix",
          .fixes = {{"do it", {{"src/a.c", {1, 1, 1, 5}, "text"}}}},
          .uid = "uid-" + number,
          .fingerprints = {{"hash/v1", "abc" + number}, {"other", ""}},
          .occurrences = 3,
          .context = Sha256().add(number).finish128()};
}

}  // namespace

TEST_CASE("list pool: equal lists get equal ids, and agree with a map") {
  ListPool<Cwe> pool;
  CHECK(pool.intern({}) == ListId::none);
  CHECK(pool.view(ListId::none).empty());
  std::mt19937 random(5);
  std::unordered_map<std::string, ListId> model;
  for (int i = 0; i < 30'000; ++i) {
    std::vector<Cwe> list(random() % 4);
    std::string key;
    for (Cwe& cwe : list) key += std::to_string(cwe.number = static_cast<std::uint32_t>(random() % 40)) + ",";
    const ListId id = pool.intern(list);
    REQUIRE(model.try_emplace(key, id).first->second == id);
    REQUIRE(std::ranges::equal(pool.view(id), list));
  }
  CHECK(pool.size() == model.size());
  const Cwe one{79};
  const ListId interned = pool.intern({&one, 1}), appended = pool.append({&one, 1});
  CHECK(interned != appended);
  CHECK(pool.intern({&one, 1}) == interned);
  CHECK(pool.view(appended).front() == one);
}

TEST_CASE("observation table: an observation with everything comes back as it went in") {
  ObservationTable table;
  const std::uint32_t report = table.add_report({.path = "r.json"}, Bytes());
  for (int n = 0; n < 20; ++n) {
    const Observation given = full(report, n);
    const Row row = table.add(given, table.intern("/list"), static_cast<std::uint32_t>(n));
    Observation seen = table.observation(row);
    REQUIRE(seen == given);
    REQUIRE(table.row(row).suppressed);
  }
}

TEST_CASE("observation table: an observation with nothing comes back so, with its place in the report") {
  ObservationTable table;
  const std::uint32_t report = table.add_report({}, Bytes());
  const Row row = table.add({.report = report}, table.intern("/runs/0/results"), 7);
  CHECK(table.observation(row) == Observation{.report = report, .at = "/runs/0/results/7"});
  CHECK(table.row(row).detail == ObservationRow::kNone);
  CHECK(table.row(row).component == ObservationRow::kNone);
  CHECK(table.detail_of(table.row(row)) == nullptr);
  CHECK(table.component_of(table.row(row)) == nullptr);
}

TEST_CASE("observation table: unknown is not zero") {
  ObservationTable table;
  table.add_report({}, Bytes());
  Observation draft;
  draft.component = Component{.package = "x"};
  draft.claims = {{.label = SeverityLabel::low, .tenths = 0}, {.label = SeverityLabel::low}, {.tenths = 1000}};
  const Observation seen = table.observation(table.add(draft, TextId::none, 0));
  CHECK_FALSE(seen.component->direct);
  CHECK(seen.claims[0].tenths == 0);
  CHECK_FALSE(seen.claims[1].tenths);
  CHECK(seen.claims[2].tenths == 100);  // nothing is worse
  CHECK_FALSE(seen.epss_ppm);
  CHECK_FALSE(seen.kev);
}

TEST_CASE("observation table: equal rules, claims and components of drafts are stored once") {
  ObservationTable table;
  table.add_report({}, Bytes());
  for (int n = 0; n < 1000; ++n) {
    Observation draft = full(0, n % 5);
    draft.at.clear();
    table.add(draft, table.intern("/x"), static_cast<std::uint32_t>(n));
  }
  CHECK(table.rule_count() == 5);
  CHECK(table.claim_list_count() == 2);
  CHECK(table.row(0).component == table.row(5).component);
  CHECK(table.row(0).component != table.row(1).component);
}

TEST_CASE("observation table: a row's own claims and numbers go before its rule's") {
  ObservationTable table;
  table.add_report({}, Bytes());
  const std::vector<SeverityClaim> rules_claims = {{.label = SeverityLabel::low}},
                                   own_claims = {{.label = SeverityLabel::high}};
  const Cwe rules_cwe{1}, own_cwe{2};
  const std::uint32_t rule =
      table.add_rule({.claims = table.intern_claims(rules_claims), .cwes = table.intern_cwes({&rules_cwe, 1})});
  const Row plain = table.add(ObservationRow{.rule = rule});
  const Row own = table.add(ObservationRow{
      .rule = rule, .claims = table.intern_claims(own_claims), .cwes = table.intern_cwes({&own_cwe, 1})});
  CHECK(table.observation(plain).claims == rules_claims);
  CHECK(table.observation(own).claims == own_claims);
  CHECK(table.observation(plain).cwes == std::vector<Cwe>{rules_cwe});
  CHECK(table.observation(own).cwes == std::vector<Cwe>{own_cwe});
}

TEST_CASE("observation table: a message may stay in the report") {
  ObservationTable table;
  const std::string report = R"({"text":"caf\u00e9 \"x\"","rest":1})";
  table.add_report({}, Bytes::of(report));
  const auto length = static_cast<std::uint32_t>(report.find("\",\"rest") - 9);
  const Row row = table.add(ObservationRow{.message = {9, length}, .rule = table.add_rule({})});
  CHECK(table.message(table.row(row)) == "café \"x\"");
  const Row beyond = table.add(ObservationRow{.message = {report.size() - 2, 100}, .rule = 0});
  CHECK(table.message(table.row(beyond)) == "1}");
  const Row none = table.add(ObservationRow{.rule = 0});
  CHECK(table.message(table.row(none)) == "");
  CHECK(table.row(none).message.empty());
  CHECK(LongText::pooled(TextId::none).empty());
  CHECK_FALSE(LongText::pooled(table.intern("x")).empty());
}

TEST_CASE("observation table: rows stay where they are when the table grows or moves") {
  ObservationTable table;
  table.add_report({}, Bytes());
  table.add_rule({});
  const Row first = table.add(ObservationRow{.ordinal = 42});
  const ObservationRow* const place = &table.row(first);
  for (std::uint32_t i = 0; i < 20'000; ++i) table.add(ObservationRow{.ordinal = i});
  const ObservationTable moved = std::move(table);
  CHECK(&moved.row(first) == place);
  CHECK(moved.row(first).ordinal == 42);
  CHECK(moved.row(20'000).ordinal == 19'999);
  CHECK(moved.size() == 20'001);
}

TEST_CASE("table merger: everything arrives, in the order asked for") {
  ObservationTable target, first, second;
  for (ObservationTable* table : {&target, &first, &second})
    table->add_report({.path = "r"}, Bytes::of("bytes of the report"));
  target.intern("so that ids differ");
  target.add_component({.package = "other"});
  std::vector<Observation> expected;
  // Rules are matched by index: all tables are given the same ones.
  const auto add = [&](ObservationTable& table, int n) {
    const Row row = table.add(full(0, n), table.intern("/runs/0/results"), static_cast<std::uint32_t>(n));
    expected.push_back(table.observation(row));
    return row;
  };
  for (int n = 0; n < 50; ++n) add(first, n);
  const Observation late = full(0, 7);
  first.add(late, first.intern("/new/list"), 99);
  for (std::uint32_t i = 0; i < first.rule_count(); ++i) {
    const RuleInfo& rule = first.rule_at(i);
    const auto copy = [&](ObservationTable& table) {
      std::vector<SeverityClaim> claims;
      for (const StoredClaim& claim : first.claims(rule.claims)) claims.push_back(first.claim(claim));
      table.add_rule({.id = table.intern(first.text(rule.id)),
                      .title = table.intern(first.text(rule.title)),
                      .help_url = table.intern(first.text(rule.help_url)),
                      .engine = table.intern(first.text(rule.engine)),
                      .claims = table.intern_claims(claims),
                      .cwes = table.intern_cwes(first.cwes(rule.cwes)),
                      .kind = rule.kind});
    };
    copy(target);
  }
  target.append_text("so that places differ");
  TableMerger from_first(target, first), from_second(target, second);
  from_first.move_rows(0, 30);
  for (Row row = 30; row < 50; ++row) from_first.move_rows(row, 1);
  from_first.move_rows(50, 1);
  REQUIRE(target.size() == 51);
  for (Row row = 0; row < 50; ++row) REQUIRE(target.observation(row) == expected[row]);
  CHECK(target.observation(50) == late);
  CHECK(target.text(target.row(50).list) == "/new/list");
  from_second.move_rows(0, 0);
  CHECK(target.size() == 51);
}

TEST_CASE("table merger: a row's own lists and a message in the report keep their meaning") {
  ObservationTable target, source;
  for (ObservationTable* table : {&target, &source}) {
    table->add_report({}, Bytes::of("0123456789"));
    table->add_rule({.id = table->intern("rule")});
  }
  target.intern_claims(std::vector<SeverityClaim>{{.label = SeverityLabel::info}});
  const std::vector<SeverityClaim> claims = {{.label = SeverityLabel::critical, .source = "nvd"}};
  const Cwe cwe{22};
  source.add(
      ObservationRow{.message = {3, 4}, .claims = source.intern_claims(claims), .cwes = source.intern_cwes({&cwe, 1})});
  source.add(ObservationRow{});
  TableMerger(target, source).move_rows(0, 2);
  CHECK(target.observation(0).claims == claims);
  CHECK(target.observation(0).cwes == std::vector<Cwe>{cwe});
  CHECK(target.observation(0).message == "3456");
  CHECK(target.observation(1) == Observation{.at = "/0", .rule = "rule"});
}

TEST_CASE("observation table: a row costs less than 170 bytes, fingerprint and all") {
#if defined(__SANITIZE_ADDRESS__)
  test::skip("the sanitizer's allocator does not say how much is in use");
#else
  constexpr std::size_t kRows = 200'000;
  const auto in_use = [] {
    const auto info = ::mallinfo2();
    return info.uordblks + info.hblkhd;
  };
  const std::size_t before = in_use();
  ObservationTable table;
  table.add_report({}, Bytes());
  for (int rule = 0; rule < 400; ++rule) table.add_rule({.id = table.intern("rule-" + std::to_string(rule))});
  const TextId list = table.intern("/runs/0/results"), name = table.intern("primaryLocationLineHash");
  for (std::uint32_t n = 0; n < kRows; ++n) {
    const StoredFingerprint print{
        name, table.append_text(hex(Sha256().field(std::uint64_t{n}).finish128()).substr(0, 16) + ":1")};
    table.add(ObservationRow{.message = {n * 1000ULL, 150},
                             .ordinal = n,
                             .list = list,
                             .rule = n % 400,
                             .path = table.intern("services/payment/src/file_" + std::to_string(n / 50) + ".py"),
                             .symbol = table.intern("module.function_" + std::to_string(n % 5000)),
                             .range = {n % 2000, 5, n % 2000, 40},
                             .fingerprints = table.add_fingerprints({&print, 1}),
                             .kind = Kind::sast});
  }
  // Rows lie in pages of their own, which malloc does not know.
  const std::size_t bytes_per_row = sizeof(ObservationRow) + (in_use() - before) / kRows;
  MESSAGE("bytes for each row: " << bytes_per_row << ", of which the row itself: " << sizeof(ObservationRow));
  CHECK(table.size() == kRows);
  CHECK(table.text_count() == 400 + 4000 + 5000 + 3);
  CHECK(bytes_per_row < 170);
#endif
}

TEST_CASE("observation table: the stored forms have the sizes they were designed for") {
  CHECK(sizeof(ObservationRow) <= 112);
  CHECK(sizeof(StoredClaim) == 12);
  CHECK(sizeof(StoredLocation) == 24);
  CHECK(sizeof(StoredFingerprint) == 8);
  CHECK(sizeof(StoredComponent) == 24);
  CHECK(sizeof(RuleInfo) == 28);
}
