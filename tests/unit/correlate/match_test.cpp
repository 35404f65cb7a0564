#include "correlate/match.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <set>
#include <string>

using namespace gatepost;
using namespace gatepost::correlate;

namespace {

Digest128 digest(std::string_view text) { return text.empty() ? Digest128{} : Sha256().add(text).finish128(); }

// A finding in words: what is left out has no key.
struct Found {
  std::string rule = "sqli", file = "a.py", code = "execute(q)";
  std::uint32_t line = 10, expected = 10;
  LineState state = LineState::kept;
  std::uint32_t hunk = Record::kNoHunk;
  std::uint32_t occurrence = 0;
  std::string symbol = {}, package = {}, version = {}, value = {};
  std::vector<std::uint64_t> words = {};
  Category category = Category::code;
  bool renamed = false, no_code = false;
};

struct Scan {
  std::vector<Found> found;
  std::vector<Record> records;

  explicit Scan(std::vector<Found> all) : found(std::move(all)) {
    for (std::uint32_t i = 0; i < found.size(); ++i) {
      const Found& it = found[i];
      const std::string id = key(it, Key::content) + "#" + std::to_string(it.occurrence);
      records.push_back({.id = digest(id),
                         .line = it.line,
                         .expected = it.expected,
                         .hunk = it.hunk,
                         .file = static_cast<std::uint32_t>(std::hash<std::string>()(it.file)),
                         .category = it.category,
                         .state = it.state,
                         .renamed = it.renamed,
                         .no_code = it.no_code});
    }
  }
  static std::string content(const Found& it) {
    if (it.category == Category::package) return it.file + "|" + it.package + "@" + it.version + "|" + it.rule;
    if (it.category == Category::secret) return it.file + "|" + it.value;
    return it.rule + "|" + it.file + "|" + (it.no_code ? "" : it.code);
  }
  // Kinds of findings never share a key.
  static std::string key(const Found& it, Key key) {
    const std::string own = plain_key(it, key);
    return own.empty() ? own : std::to_string(static_cast<int>(it.category)) + own;
  }
  static std::string plain_key(const Found& it, Key key) {
    switch (key) {
      case Key::content:
        return content(it);
      case Key::group:
        return it.rule + "|" + it.file;
      case Key::scope:
        return it.symbol.empty() ? "" : it.rule + "|" + it.file + "|" + it.symbol + "|" + it.code;
      case Key::inner: {
        const std::string scope = plain_key(it, Key::scope);
        return scope.empty() ? "" : scope + content(it);
      }
      case Key::elsewhere:
        return it.category == Category::secret ? it.value : it.rule + "|" + it.code;
      case Key::successor:
        return it.file + "|" + it.package + "|" + it.rule;
      case Key::symbol:
        return it.symbol.empty() ? "" : it.rule + "|" + it.symbol;
    }
    return {};
  }
  [[nodiscard]] Side side() const {
    return {records, [this](Key which, std::uint32_t i) { return digest(key(found[i], which)); },
            [this](std::uint32_t i, std::vector<std::uint64_t>& out) { out = found[i].words; }};
  }
};

Matching match(const Scan& base, const Scan& head) { return correlate::match(base.side(), head.side()); }

constexpr LineState kKept = LineState::kept, kEdited = LineState::edited, kUnknown = LineState::unknown;

// What a pair says, "" for none.
std::string told(const Matching& it) {
  if (it.pairs.empty()) return "";
  std::string out(to_string(it.pairs[0].stage));
  if (it.pairs[0].event != MatchEvent::none) out.append(" ").append(to_string(it.pairs[0].event));
  if (!it.pairs[0].keeps_decisions()) out += ", decisions lapse";
  return out;
}

}  // namespace

TEST_CASE("match: one finding of the base and one of the head, by the surest stage there is") {
  struct Case {
    const char* what;
    Found base, head;
    const char* expected;
  };
  const std::vector<std::uint64_t> five = {1, 2, 3, 4, 5}, four_of_five = {1, 2, 3, 4}, half = {1, 2, 3, 6, 7};
  const Case cases[] = {
      {"the same", {}, {}, "exact"},
      {"the same, further down", {.line = 10, .expected = 14}, {.line = 14}, "exact"},
      {"the same rule on the same line, between other neighbours",
       {.code = "x; execute(q)"},
       {.code = "y; execute(q)"},
       "drift"},
      {"moved within its file",
       {.expected = 30, .state = kEdited, .hunk = 0},
       {.line = 90, .state = kEdited, .hunk = 3},
       "drift"},
      {"on another line, when both lines are in both versions: another one", {}, {.line = 20}, ""},
      {"on a line that the base already has, from one that is gone: another one",
       {.expected = 10, .state = kEdited, .hunk = 0},
       {.line = 20},
       ""},
      {"in a renamed file", {.renamed = true}, {}, "moved moved"},
      {"moved with its symbol, between other neighbours",
       {.code = "execute(q)", .expected = 30, .state = kEdited, .hunk = 0, .symbol = "f"},
       {.code = "execute(q)", .line = 90, .state = kEdited, .hunk = 3, .symbol = "f"},
       "drift"},
      {"the only one of its code, in another file",
       {.file = "a.py", .state = kEdited},
       {.file = "b.py", .line = 70, .state = kEdited},
       "moved moved"},
      {"a copy: the old one is still there", {.file = "a.py"}, {.file = "b.py", .line = 70, .state = kEdited}, ""},
      {"edited in place, hardly",
       {.code = "a", .state = kEdited, .hunk = 2, .words = five},
       {.code = "b", .line = 11, .state = kEdited, .hunk = 2, .words = four_of_five},
       "fuzzy fuzzy_match"},
      {"edited in place, and another by now",
       {.code = "a", .state = kEdited, .hunk = 2, .words = five},
       {.code = "b", .line = 11, .state = kEdited, .hunk = 2, .words = half},
       ""},
      {"edited in place, and nobody knows the words",
       {.code = "a", .state = kEdited, .hunk = 2, .words = five},
       {.code = "b", .line = 11, .state = kEdited, .hunk = 2},
       ""},
      {"a similar one in the next edit is another one",
       {.code = "a", .state = kEdited, .hunk = 2, .words = five},
       {.code = "b", .line = 12, .state = kEdited, .hunk = 3, .words = five},
       ""},
      {"without a line map, within the window",
       {.code = "a", .state = kUnknown, .words = five},
       {.code = "b", .line = 29, .state = kUnknown, .words = five},
       "fuzzy fuzzy_match"},
      {"without a line map, beyond it",
       {.code = "a", .state = kUnknown, .words = five},
       {.code = "b", .line = 31, .state = kUnknown, .words = five},
       ""},
      {"edited and moved to another file in a symbol of the same name",
       {.file = "x/a.py", .code = "a", .state = kEdited, .symbol = "f", .words = five},
       {.file = "y/a.py", .code = "b", .line = 70, .state = kEdited, .symbol = "f", .words = four_of_five},
       "symbol moved_symbol, decisions lapse"},
      {"the same symbol of one file, in another edit, may be another one",
       {.code = "a", .state = kEdited, .hunk = 0, .symbol = "f", .words = five},
       {.code = "b", .line = 70, .state = kEdited, .hunk = 1, .symbol = "f", .words = four_of_five},
       ""},
      {"a rule and a file alone say nothing across edits",
       {.state = kEdited, .hunk = 0, .no_code = true},
       {.line = 70, .state = kEdited, .hunk = 1, .no_code = true},
       ""},
      {"another version of a package",
       {.package = "lodash", .version = "1", .category = Category::package},
       {.package = "lodash", .version = "2", .category = Category::package},
       "drift still_affected"},
      {"a secret in another file",
       {.file = "a", .value = "k1", .category = Category::secret},
       {.file = "b", .line = 5, .value = "k1", .category = Category::secret},
       "moved moved"},
      {"another secret",
       {.value = "k1", .category = Category::secret, .renamed = false},
       {.line = 11, .state = kEdited, .value = "k2", .category = Category::secret},
       ""},
      {"a masked secret on an edited line may be another one, however alike",
       {.code = "a", .state = kEdited, .hunk = 2, .words = five, .category = Category::masked_secret},
       {.code = "b", .state = kEdited, .hunk = 2, .words = five, .category = Category::masked_secret},
       ""},
      {"an endpoint with another parameter",
       {.code = "id", .category = Category::named},
       {.code = "q", .category = Category::named},
       ""},
  };
  for (const Case& test : cases) {
    INFO(std::string(test.what));
    CHECK(told(match(Scan({test.base}), Scan({test.head}))) == test.expected);
  }
}

TEST_CASE("match: words in common decide how long a decision holds") {
  CHECK(Pair{.stage = MatchStage::fuzzy, .similarity = 800}.keeps_decisions());
  CHECK_FALSE(Pair{.stage = MatchStage::fuzzy, .similarity = 799}.keeps_decisions());
  CHECK_FALSE(Pair{.stage = MatchStage::symbol, .similarity = 1000}.keeps_decisions());
}

TEST_CASE("match: of equal statements it is the inserted one that is new, not the last") {
  const Scan base({{.line = 20, .expected = 21}, {.line = 30, .expected = 31, .occurrence = 1}});
  const Scan head(
      {{.line = 10, .state = kEdited, .hunk = 0}, {.line = 21, .occurrence = 1}, {.line = 31, .occurrence = 2}});
  const Matching it = match(base, head);
  CHECK(it.gone.empty());
  CHECK(it.fresh == std::vector<std::uint32_t>{0});
}

TEST_CASE("match: of twins that change places with their functions, each stays in its own") {
  const auto at = [](std::uint32_t line, const char* symbol) {
    return Found{.line = line, .expected = line, .state = kEdited, .hunk = 0, .symbol = symbol};
  };
  const Matching it = match(Scan({at(10, "f"), at(20, "g")}), Scan({at(11, "g"), at(21, "f")}));
  REQUIRE(it.pairs.size() == 2);
  for (const Pair& pair : it.pairs) CHECK(pair.base != pair.head);
}

TEST_CASE("match: when two would do equally well and one is meant, nobody guesses") {
  const Found old{.code = "a", .state = kEdited, .hunk = 1, .words = {1, 2, 3, 4, 5}};
  const Found copy{.code = "b", .line = 10, .state = kEdited, .hunk = 1, .words = {1, 2, 3, 4, 6}};
  Found other = copy;
  other.line = 11;
  other.code = "c";
  CHECK(match(Scan({old}), Scan({copy, other})).pairs.empty());
  other.words = {1, 2, 3, 4, 5};
  const Matching sure = match(Scan({old}), Scan({copy, other}));
  REQUIRE(sure.pairs.size() == 1);
  CHECK(sure.pairs[0].head == 1);
}

namespace {

// Two scans of random code: kept, drifted, edited, moved, gone and new ones, many of them equal.
struct Random {
  std::mt19937 generator;
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(generator() % n); }

  Found finding() {
    Found it;
    it.category = static_cast<Category>(below(6));
    it.rule = "r" + std::to_string(below(3));
    it.file = "f" + std::to_string(below(4));
    it.code = "c" + std::to_string(below(5));
    it.line = 1 + below(40);
    it.expected = 1 + below(40);
    it.state = static_cast<LineState>(below(3));
    it.hunk = it.state == kEdited ? below(4) : Record::kNoHunk;
    it.occurrence = below(3);
    if (below(2) == 0) it.symbol = "s" + std::to_string(below(3));
    it.package = "p" + std::to_string(below(3));
    it.version = std::to_string(below(3));
    it.value = "v" + std::to_string(below(3));
    for (std::uint64_t word = 0; word < 6; ++word) {
      if (below(3) != 0) it.words.push_back(word);
    }
    it.renamed = below(8) == 0;
    it.no_code = below(5) == 0;
    return it;
  }
  std::vector<Found> scan(std::uint32_t most) {
    std::vector<Found> all(below(most));
    for (Found& it : all) it = finding();
    return all;
  }
};

// What a pair joins, without indices: for comparing runs over records in another order.
std::multiset<std::string> joined(const Matching& it, const Scan& base, const Scan& head) {
  std::multiset<std::string> out;
  const auto describe = [](const Scan& scan, std::uint32_t i, bool is_base) {
    const Found& found = scan.found[i];
    return Scan::content(found) + "#" + std::to_string(found.occurrence) + "@" +
           std::to_string(is_base ? found.expected : found.line);
  };
  for (const Pair& pair : it.pairs) {
    out.insert(describe(base, pair.base, true) + " = " + describe(head, pair.head, false) + " " +
               std::string(to_string(pair.stage)));
  }
  return out;
}

}  // namespace

TEST_CASE("match: every finding is in one pair at most, or left over, and counts add up (seed 1)") {
  Random random{std::mt19937(1)};
  for (int round = 0; round < 2000; ++round) {
    const Scan base(random.scan(60)), head(random.scan(60));
    const Matching it = match(base, head);
    std::vector<int> of_base(base.records.size()), of_head(head.records.size());
    for (const Pair& pair : it.pairs) {
      ++of_base[pair.base];
      ++of_head[pair.head];
    }
    for (const std::uint32_t i : it.gone) ++of_base[i];
    for (const std::uint32_t i : it.fresh) ++of_head[i];
    CHECK(std::ranges::all_of(of_base, [](int n) { return n == 1; }));
    CHECK(std::ranges::all_of(of_head, [](int n) { return n == 1; }));
    CHECK(it.pairs.size() + it.gone.size() == base.records.size());
    CHECK(it.pairs.size() + it.fresh.size() == head.records.size());
  }
}

TEST_CASE("match: no pair contradicts the line map or leaves its category (seed 2)") {
  Random random{std::mt19937(2)};
  for (int round = 0; round < 2000; ++round) {
    const Scan base(random.scan(60)), head(random.scan(60));
    for (const Pair& pair : match(base, head).pairs) {
      const Record &b = base.records[pair.base], &h = head.records[pair.head];
      const bool lines = h.category == Category::code || h.category == Category::masked_secret;
      if (!lines || b.category != h.category) continue;
      CHECK((b.state == kKept) == (h.state == kKept));
      if (b.state == kKept) CHECK(b.expected == h.line);
    }
  }
}

TEST_CASE("match: a scan against itself is exact throughout (seed 3)") {
  Random random{std::mt19937(3)};
  for (int round = 0; round < 500; ++round) {
    std::vector<Found> all = random.scan(80);
    for (Found& it : all) {
      it.expected = it.line;
      it.renamed = false;
    }
    const Scan scan(all);
    const Matching it = match(scan, scan);
    CHECK(it.gone.empty());
    CHECK(std::ranges::all_of(it.pairs, [&](const Pair& pair) {
      return pair.stage == MatchStage::exact && scan.records[pair.base].id == scan.records[pair.head].id;
    }));
  }
}

TEST_CASE("match: the order of the records does not matter (seed 4)") {
  Random random{std::mt19937(4)};
  for (int round = 0; round < 1000; ++round) {
    std::vector<Found> old_ones = random.scan(50), new_ones = random.scan(50);
    // What is equal in key and place must be equal in everything: which of two is paired may not decide over others.
    const auto one_each = [](std::vector<Found>& all) {
      std::map<std::string, Found> by_place;
      for (const Found& it : all) {
        by_place.emplace(Scan::content(it) + std::to_string(it.occurrence), it);
      }
      all.clear();
      for (const auto& [place, it] : by_place) all.push_back(it);
    };
    one_each(old_ones);
    one_each(new_ones);
    const Scan base(old_ones), head(new_ones);
    std::ranges::shuffle(old_ones, random.generator);
    std::ranges::shuffle(new_ones, random.generator);
    const Scan other_base(old_ones), other_head(new_ones);
    CHECK(joined(match(base, head), base, head) == joined(match(other_base, other_head), other_base, other_head));
  }
}

TEST_CASE("match: of n equal findings and m equal ones, as many are paired as there are of both (seed 5)") {
  Random random{std::mt19937(5)};
  for (int round = 0; round < 500; ++round) {
    const std::size_t n = random.below(20), m = random.below(20);
    const auto some = [&](std::size_t count) {
      std::vector<Found> all;
      for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint32_t line = 1 + random.below(1000);
        all.push_back({.line = line, .expected = line, .state = kEdited, .hunk = 0, .occurrence = i});
      }
      return all;
    };
    const Scan base(some(n)), head(some(m));
    const Matching it = match(base, head);
    CHECK(it.pairs.size() == std::min(n, m));
    // They never cross.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> lines;
    for (const Pair& pair : it.pairs) {
      if (pair.stage != MatchStage::exact) {
        lines.emplace_back(base.records[pair.base].expected, head.records[pair.head].line);
      }
    }
    std::ranges::sort(lines);
    CHECK(std::ranges::is_sorted(lines, {}, [](const auto& both) { return both.second; }));
    const Matching back = match(head, base);
    CHECK(back.pairs.size() == it.pairs.size());
    CHECK(back.gone.size() == it.fresh.size());
  }
}

TEST_CASE("match: a hundred thousand findings under one key cost no more than others") {
  // All of one rule in one file, in one edit, with equal words: every stage has them in one bucket.
  constexpr std::uint32_t kMany = 100'000;
  for (const bool known : {true, false}) {
    std::vector<Record> old_ones(kMany), new_ones(kMany - 1);
    const auto fill = [&](std::vector<Record>& all, std::uint32_t salt) {
      for (std::uint32_t i = 0; i < all.size(); ++i) {
        all[i].id = digest(std::to_string(i) + "#" + std::to_string(salt));
        all[i].line = all[i].expected = 1 + i;
        all[i].state = known ? kEdited : kUnknown;
        all[i].hunk = known ? 0 : Record::kNoHunk;
      }
    };
    fill(old_ones, 1);
    fill(new_ones, 2);
    std::size_t asked = 0;
    const auto side = [&](const std::vector<Record>& all) {
      return Side{all,
                  [&](Key key, std::uint32_t i) {
                    const bool shared = key == Key::group || key == Key::symbol || key == Key::scope;
                    return key == Key::scope || key == Key::inner ? Digest128{} : shared ? digest("all") : all[i].id;
                  },
                  [&](std::uint32_t i, std::vector<std::uint64_t>& out) {
                    ++asked;
                    out = {1, 2, i % 3 + 7};
                  }};
    };
    const Matching it = correlate::match(side(old_ones), side(new_ones));
    CHECK(it.pairs.size() + it.gone.size() == kMany);
    CHECK(asked <= 20ULL * kMany);
  }
}

TEST_CASE("match: so much gone at once, and not by edits, is suspicious") {
  std::vector<Record> base(100);
  for (std::size_t i = 0; i < base.size(); ++i) base[i].engine = i < 60 ? 1 : 2;
  std::vector<std::uint32_t> gone;
  for (std::uint32_t i = 0; i < 18; ++i) gone.push_back(i);  // 30 % of the first engine
  CHECK(losses(base, gone) == std::vector<EngineLoss>{{1, 60, 18}, {2, 40, 0}});
  CHECK_FALSE(losses(base, gone)[0].suspicious());
  gone.push_back(18);
  CHECK(losses(base, gone)[0].suspicious());
  base[3].state = kEdited;
  CHECK_FALSE(losses(base, gone)[0].suspicious());
  CHECK_FALSE(EngineLoss{1, 5, 5}.suspicious());  // a few may be repaired at once
}
