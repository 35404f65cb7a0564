#include "correlate/presence.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "model/report_info.hpp"
#include "support/rows.hpp"

using namespace gatepost;
using namespace gatepost::correlate;
using test::AnObservation;

namespace {

FileChange modified(std::string path, std::vector<Hunk> hunks) {
  return {.kind = ChangeKind::modified, .old_path = path, .new_path = path, .hunks = std::move(hunks)};
}
FileChange added(std::string path) { return {.kind = ChangeKind::added, .new_path = std::move(path)}; }

ChangeSet change_of(std::vector<FileChange> files) {
  return {.base = "b", .head = "h", .base_source = BaseSource::given, .files = std::move(files)};
}

const std::vector<std::string> kFiles = {
    "infra/main.tf", "package-lock.json", "src/a.c", "src/b.c", "src/new.c", "x/x.c", "y/x.c"};

Presence presence_of(const Observation& observation, const ChangeSet& change,
                     PackageChange package = PackageChange::unknown) {
  ObservationTable table;
  table.add(observation, TextId::none, 0);
  const FileIndex index(kFiles);
  const Placement placement = place(table, index);
  const Findings findings = find({table, index, placement, {}, {}, {}});
  return presence_by_lines({table, findings, placement, change, [&](Row) { return package; }})[0];
}

struct Case {
  const char* what;
  AnObservation observation;
  FileChange file;
  Presence expected;
};

}  // namespace

TEST_CASE("presence: by the lines of the change") {
  const FileChange edit = modified("src/a.c", {{10, 2, 10, 3}});      // lines 10-12 replace 10-11
  const FileChange insertion = modified("src/a.c", {{9, 0, 10, 2}});  // lines 10-11 are new
  const FileChange deletion = modified("src/a.c", {{10, 2, 9, 0}});
  FileChange endings = modified("src/a.c", {{1, 50, 1, 50, true}});
  FileChange blind = modified("src/a.c", {});
  blind.lines_known = false;
  const Case cases[] = {
      {"on an edited line", AnObservation().at("src/a.c", 12), edit, Presence::introduced},
      {"on an inserted line", AnObservation().at("src/a.c", 11), insertion, Presence::introduced},
      {"just before the edit", AnObservation().at("src/a.c", 9), edit, Presence::unrelated},
      {"just after the edit", AnObservation().at("src/a.c", 13), edit, Presence::unrelated},
      {"where lines were only removed", AnObservation().at("src/a.c", 10), deletion, Presence::unrelated},
      {"a statement that begins before the edit and reaches into it", AnObservation().at("src/a.c", 5, 10), edit,
       Presence::introduced},
      {"a function that begins before the edit and reaches into it", AnObservation().at("src/a.c", 5, 25), edit,
       Presence::touched},
      {"begins in the edit and reaches out of it", AnObservation().at("src/a.c", 12, 40), edit, Presence::introduced},
      {"a flow step on an inserted line", AnObservation().at("src/b.c", 3).through("src/a.c", 10), insertion,
       Presence::introduced},
      {"a flow step on an edited line", AnObservation().at("src/b.c", 3).through("src/a.c", 10), edit,
       Presence::introduced},
      {"a flow that the change does not meet", AnObservation().at("src/b.c", 3).through("src/a.c", 30), edit,
       Presence::unrelated},
      {"only the line ends changed", AnObservation().at("src/a.c", 12), endings, Presence::unrelated},
      {"the lines are not known", AnObservation().at("src/a.c", 12), blind, Presence::introduced},
      {"in a new file", AnObservation().at("src/new.c", 12), added("src/new.c"), Presence::introduced},
      {"about a new file as a whole", AnObservation().at("src/new.c", 0), added("src/new.c"), Presence::introduced},
      {"about an edited file as a whole", AnObservation().at("src/a.c", 0), edit, Presence::touched},
      {"in another file", AnObservation().at("src/b.c", 12), edit, Presence::unrelated},
      {"in no file of the repository: nobody knows", AnObservation().at("/elsewhere/z.c", 12), edit, Presence::touched},
      {"without any place: nobody knows", AnObservation().at("", 0), edit, Presence::touched},
      {"in one of several files, of which one has that line edited", AnObservation().at("/build/x.c", 12),
       modified("x/x.c", {{10, 2, 10, 3}}), Presence::introduced},
      {"a further place on an edited line", AnObservation().at("src/b.c", 3).also_at("src/a.c", 11), edit,
       Presence::introduced},
      {"a further place beside the edit", AnObservation().at("src/b.c", 3).also_at("src/a.c", 30), edit,
       Presence::unrelated},
  };
  for (const Case& test : cases) {
    INFO(std::string(test.what));
    CHECK(presence_of(test.observation, change_of({test.file})) == test.expected);
  }
}

TEST_CASE("presence: without a base nothing is called new") {
  ChangeSet nothing;
  CHECK(presence_of(AnObservation(), nothing) == Presence::existing);
}

TEST_CASE("presence: a dependency by the lines of its manifest") {
  const auto lodash = [](std::uint32_t line, std::uint32_t last = 0) {
    return AnObservation()
        .package("pkg:npm/lodash@1", "lodash", "1")
        .advisory("CVE-2021-23337")
        .at("package-lock.json", line, last);
  };
  const ChangeSet change = change_of({modified("package-lock.json", {{100, 1, 100, 2}})});
  CHECK(presence_of(lodash(1), change, PackageChange::changed) == Presence::introduced);
  CHECK(presence_of(lodash(1), change, PackageChange::unchanged) == Presence::unrelated);
  CHECK(presence_of(lodash(1), change, PackageChange::unknown) == Presence::introduced);
  CHECK(presence_of(lodash(99, 103), change, PackageChange::unknown) == Presence::introduced);
  CHECK(presence_of(lodash(10, 14), change, PackageChange::unknown) == Presence::touched);
  CHECK(presence_of(lodash(1), change_of({added("package-lock.json")}), PackageChange::unknown) ==
        Presence::introduced);
  CHECK(presence_of(lodash(1), change_of({modified("src/a.c", {{1, 1, 1, 1}})}), PackageChange::unknown) ==
        Presence::unrelated);
}

TEST_CASE("presence: package lines that the change left alone mean that the package was there before") {
  const FileChange manifest = modified("package-lock.json", {{10, 0, 11, 3}});
  CHECK(package_change(std::vector<std::uint32_t>{5, 6}, manifest) == PackageChange::unchanged);
  CHECK(package_change(std::vector<std::uint32_t>{5, 12}, manifest) == PackageChange::changed);
  CHECK(package_change({}, manifest) == PackageChange::unknown);
}

namespace {

// Head and base reports about the same files.
struct Both {
  ObservationTable head, base;
  ChangeSet change = change_of({modified("src/a.c", {{10, 2, 10, 3}})});
  std::set<std::string> engines_on_head = {"semgrep"}, engines_on_base = {"semgrep"};

  Comparison compare() {
    const FileIndex index(kFiles);
    const Placement head_placement = place(head, index), base_placement = place(base, index);
    const IdentityInputs head_in{head, index, head_placement, head_contexts, {}, {}, 1, &head_code},
        base_in{base, index, base_placement, base_contexts, {}, {}, 1, &base_code};
    head_findings = find(head_in);
    base_findings = find(base_in);
    Identifier head_identifier(head_in), base_identifier(base_in);
    return compare_with_base(
        {head, head_findings, head_placement, change, [](Row) { return PackageChange::unchanged; }},
        {base, base_findings, head_identifier, base_identifier,
         [&](Row row) { return engines_on_head.contains(std::string(base.text(base.rule_of(base.row(row)).engine))); },
         [&](Row row) {
           return engines_on_base.contains(std::string(head.text(head.rule_of(head.row(row)).engine)));
         }});
  }
  Findings head_findings, base_findings;
  std::vector<Digest128> head_contexts, base_contexts;  // of the code around each row
  CodeFactsByRow head_code, base_code;
};

}  // namespace

TEST_CASE("presence: with a base report, what the base has is not introduced") {
  Both both;
  both.base.add(AnObservation().rule("old").at("src/b.c", 3), TextId::none, 0);
  both.base.add(AnObservation().rule("edited").at("src/a.c", 10), TextId::none, 1);
  both.head.add(AnObservation().rule("old").at("src/b.c", 3), TextId::none, 0);
  both.head.add(AnObservation().rule("edited").at("src/a.c", 11), TextId::none, 1);
  both.head.add(AnObservation().rule("fresh").at("src/b.c", 9), TextId::none, 2);
  const Comparison result = both.compare();
  std::map<std::string, Presence> by_rule;
  for (std::size_t i = 0; i < result.head.size(); ++i) {
    const ObservationRow& row = both.head.row(both.head_findings.all[i].primary);
    by_rule[std::string(both.head.text(both.head.rule_of(row).id))] = result.head[i];
  }
  CHECK(by_rule["old"] == Presence::unrelated);
  CHECK(by_rule["edited"] == Presence::touched);
  CHECK(by_rule["fresh"] == Presence::introduced);
  CHECK(result.gone.empty());
}

TEST_CASE("presence: a line that the change left alone keeps its finding, whatever is edited around it") {
  Both both;  // lines 10-12 replace 10-11
  both.base_contexts = {Sha256().add("as it was").finish128(), {}};
  both.head_contexts = {Sha256().add("with a new line before").finish128(), {}, {}};
  both.base.add(AnObservation().at("src/a.c", 12), TextId::none, 0);
  both.base.add(AnObservation().rule("rewritten").at("src/a.c", 10), TextId::none, 1);
  both.head.add(AnObservation().at("src/a.c", 13), TextId::none, 0);
  both.head.add(AnObservation().rule("second").at("src/a.c", 13), TextId::none, 1);
  const Comparison result = both.compare();
  for (std::size_t i = 0; i < result.head.size(); ++i) {
    const Row row = both.head_findings.all[i].primary;
    CHECK(result.head[i] == (row == 0 ? Presence::unrelated : Presence::introduced));
  }
  REQUIRE(result.gone.size() == 1);
  CHECK(both.base_findings.all[result.gone[0].finding].primary == 1);
}

TEST_CASE("presence: of equal statements it is the inserted one that is new") {
  Both both;
  both.change = change_of({modified("src/a.c", {{9, 0, 10, 1}})});  // line 10 is new
  const Digest128 code = Sha256().add("free(p);").finish128();
  both.base_contexts = {code, code};
  both.head_contexts = {code, code, code};
  for (const std::uint32_t line : {20U, 30U}) both.base.add(AnObservation().at("src/a.c", line), TextId::none, line);
  for (const std::uint32_t line : {10U, 21U, 31U})
    both.head.add(AnObservation().at("src/a.c", line), TextId::none, line);
  const Comparison result = both.compare();
  CHECK(result.gone.empty());
  for (std::size_t i = 0; i < result.head.size(); ++i) {
    const bool inserted = both.head_findings.all[i].range.first_line == 10;
    CHECK(result.head[i] == (inserted ? Presence::introduced : Presence::unrelated));
  }
}

TEST_CASE("presence: names that the author chose do not turn a finding away from the line that was edited") {
  const FileChange tricky = modified("web\\a.c", {{10, 2, 10, 3}});
  const FileChange encoded = modified("src/%61.c", {{10, 2, 10, 3}});
  const FileChange longer = modified("services/a.c", {{10, 2, 10, 3}});
  const FileChange elsewhere = modified("lib/b.c", {{10, 2, 10, 3}});
  CHECK(presence_of(AnObservation().at("web/a.c", 11), change_of({tricky})) == Presence::introduced);
  CHECK(presence_of(AnObservation().at("src/a.c", 11), change_of({encoded})) == Presence::introduced);
  CHECK(presence_of(AnObservation().at("a.c", 11), change_of({longer})) == Presence::introduced);
  CHECK(presence_of(AnObservation().at("src/a.c", 11), change_of({longer})) == Presence::unrelated);
  CHECK(presence_of(AnObservation().at("src/b.c", 11), change_of({elsewhere})) == Presence::unrelated);
}

TEST_CASE("presence: a line that nobody can trust, in a changed file, may be new") {
  ObservationTable table;
  table.add(AnObservation().at("src/a.c", 500), TextId::none, 0);
  const FileIndex index(kFiles);
  const Placement placement = place(table, index);
  const Findings findings = find({table, index, placement, {}, {}, {}});
  const ChangeSet change = change_of({modified("src/a.c", {{10, 2, 10, 3}})});
  const auto package = [](Row) { return PackageChange::unknown; };
  CHECK(presence_by_lines({table, findings, placement, change, package})[0] == Presence::unrelated);
  CHECK(presence_by_lines({table, findings, placement, change, package, [](Row) { return true; }})[0] ==
        Presence::introduced);
}

TEST_CASE("presence: what nobody looked for in the base is judged by its lines") {
  Both both;
  both.engines_on_base = {};
  both.head.add(AnObservation().rule("old").at("src/b.c", 3), TextId::none, 0);
  CHECK(both.compare().head[0] == Presence::unrelated);
}

TEST_CASE("presence: a known finding that gets another place has become worse") {
  Both both;
  both.base.add(AnObservation().at("src/b.c", 3), TextId::none, 0);
  both.head.add(AnObservation().at("src/b.c", 3).also_at("src/a.c", 11), TextId::none, 0);
  CHECK(both.compare().head[0] == Presence::worsened);
}

TEST_CASE("presence: on an edited line there may be another secret") {
  for (const bool value_known : {false, true}) {
    Both both;
    AnObservation secret;
    secret.kind(Kind::secret).at("src/a.c", 11);
    secret.get().secret = SecretMark{.kind = "token"};
    if (value_known) secret.get().secret->id = "hmac:1";
    both.base.add(secret, TextId::none, 0);
    both.head.add(secret, TextId::none, 0);
    CHECK(both.compare().head[0] == (value_known ? Presence::touched : Presence::introduced));
  }
}

TEST_CASE("presence: gone is fixed only when the engine looked at the head") {
  Both both;
  both.base.add(AnObservation().rule("a"), TextId::none, 0);
  both.base.add(AnObservation().rule("b").engine("codeql"), TextId::none, 1);
  const Comparison result = both.compare();
  REQUIRE(result.gone.size() == 2);
  for (const auto& gone : result.gone) {
    const ObservationRow& row = both.base.row(both.base_findings.all[gone.finding].primary);
    const bool looked = both.base.text(both.base.rule_of(row).engine) == "semgrep";
    CHECK(gone.presence == (looked ? Presence::fixed : Presence::not_evaluated));
  }
}

TEST_CASE("presence: an update that does not help is the same finding, touched") {
  Both both;
  both.change = change_of({modified("package-lock.json", {{5, 1, 5, 1}})});
  both.base.add(
      AnObservation().package("pkg:npm/a@1.0.0", "a", "1.0.0").advisory("CVE-2024-1000").at("package-lock.json", 4, 6),
      TextId::none, 0);
  both.head.add(
      AnObservation().package("pkg:npm/a@1.0.1", "a", "1.0.1").advisory("CVE-2024-1000").at("package-lock.json", 4, 6),
      TextId::none, 0);
  const Comparison result = both.compare();
  CHECK(result.head[0] == Presence::touched);
  CHECK(result.gone.empty());
}

TEST_CASE("presence: what a memory knows is told by how it was recognised, and by the places that the change adds") {
  const ChangeSet change = change_of({modified("src/a.c", {{10, 2, 10, 3}})});
  const BaseMatch same{.known = true}, moved{.event = MatchEvent::moved, .known = true},
      updated{.event = MatchEvent::still_affected, .known = true},
      other{.stage = MatchStage::symbol, .similarity = 700, .known = true};
  struct Known {
    AnObservation observation;
    BaseMatch match;
    Presence expected;
  };
  const Known cases[] = {{AnObservation().at("src/a.c", 3), same, Presence::unrelated},
                         {AnObservation().at("src/a.c", 3), moved, Presence::moved},
                         {AnObservation().at("src/a.c", 11), same, Presence::touched},
                         {AnObservation().at("src/b.c", 3), updated, Presence::touched},
                         {AnObservation().at("src/b.c", 3), other, Presence::introduced}};
  for (const Known& known : cases) {
    ObservationTable table;
    table.add(known.observation, TextId::none, 0);
    const FileIndex index(kFiles);
    const Placement placement = place(table, index);
    const Findings findings = find({table, index, placement, {}, {}, {}});
    const PresenceInputs inputs{table, findings, placement, change, [](Row) { return PackageChange::unknown; }};
    CHECK(presence_of_known(inputs, findings.all, {&known.match, 1}) == std::vector{known.expected});
  }
}

TEST_CASE("presence: news about a package that the change did not touch is nobody's fault") {
  Both both;
  both.head.add(
      AnObservation().package("pkg:npm/a@1.0.0", "a", "1.0.0").advisory("CVE-2024-1000").at("package-lock.json", 4, 6),
      TextId::none, 0);
  CHECK(both.compare().head[0] == Presence::external);
}

TEST_CASE(
    "presence: a statement that was edited is touched when it is nearly the same, else new, and its past is told") {
  const std::vector<std::uint64_t> ten = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  struct Edited {
    std::vector<std::uint64_t> words;
    Presence presence;
    bool known;
  };
  for (const Edited& test : {Edited{{1, 2, 3, 4, 5, 6, 7, 8, 9}, Presence::touched, true},
                             Edited{{1, 2, 3, 4, 5, 6, 7}, Presence::introduced, true},
                             Edited{{1, 2, 3, 4, 5}, Presence::introduced, false}}) {
    Both both;  // lines 10-12 replace 10-11
    both.base_contexts = {Sha256().add("before").finish128()};
    both.head_contexts = {Sha256().add("after").finish128()};
    both.base_code[0].words = ten;
    both.head_code[0].words = test.words;
    both.base.add(AnObservation().at("src/a.c", 10), TextId::none, 0);
    both.head.add(AnObservation().at("src/a.c", 12), TextId::none, 0);
    const Comparison result = both.compare();
    CHECK(result.head[0] == test.presence);
    CHECK(result.matches[0].known == test.known);
    CHECK(result.gone.size() == (test.known ? 0 : 1));
    if (test.known) CHECK(result.matches[0].stage == MatchStage::fuzzy);
  }
}

TEST_CASE("presence: much that is gone from code that nobody edited is not called fixed") {
  for (const std::uint32_t gone : {9U, 10U}) {
    Both both;
    for (std::uint32_t line = 1; line <= 20; ++line) {
      both.base.add(AnObservation().at("src/b.c", line), TextId::none, line);
      if (line > gone) both.head.add(AnObservation().at("src/b.c", line), TextId::none, line);
    }
    both.base.add(AnObservation().rule("edited").at("src/a.c", 10), TextId::none, 21);
    const Comparison result = both.compare();
    CHECK(result.doubts.size() == (gone == 10 ? 1 : 0));
    REQUIRE(result.gone.size() == gone + 1);
    for (const auto& it : result.gone) {
      const bool edited = both.base_findings.path_of(both.base_findings.all[it.finding]) == "src/a.c";
      CHECK(it.presence == (gone == 10 && !edited ? Presence::not_evaluated : Presence::fixed));
    }
  }
}

TEST_CASE("presence: what another version of the scanner no longer reports is not called fixed") {
  for (const char* const version : {"1.0", "2.0"}) {
    Both both;
    const auto report = [](const char* of) {
      return ReportInfo{.path = "r", .tools = {{"semgrep", of}}, .engines = {"semgrep"}};
    };
    both.base.add_report(report("1.0"), Bytes::of(std::string()));
    both.head.add_report(report(version), Bytes::of(std::string()));
    both.base.add(AnObservation().at("src/b.c", 3), TextId::none, 0);
    const Comparison result = both.compare();
    const bool same = std::string_view(version) == "1.0";
    REQUIRE(result.gone.size() == 1);
    CHECK(result.gone[0].presence == (same ? Presence::fixed : Presence::not_evaluated));
    CHECK(result.doubts.size() == (same ? 0 : 1));
  }
}

TEST_CASE("presence: malware in another version is another finding") {
  Both both;
  AnObservation one = AnObservation().package("pkg:npm/a@1.0.0", "a", "1.0.0").advisory("MAL-2024-1");
  AnObservation two = AnObservation().package("pkg:npm/a@1.0.1", "a", "1.0.1").advisory("MAL-2024-1");
  both.base.add(one.kind(Kind::malware).at("package-lock.json", 4), TextId::none, 0);
  both.head.add(two.kind(Kind::malware).at("package-lock.json", 4), TextId::none, 0);
  const Comparison result = both.compare();
  CHECK_FALSE(result.matches[0].known);
  CHECK(result.gone.size() == 1);
}

TEST_CASE("presence: of several versions of a package the nearest belong together") {
  Both both;
  const auto version = [](const std::string& of) {
    return AnObservation().package("pkg:npm/a@" + of, "a", of).advisory("CVE-2024-1000").at("package-lock.json", 4);
  };
  for (const char* const it : {"10.0.0", "2.3.0", "1.9.9"})
    both.base.add(version(it), TextId::none, static_cast<std::uint32_t>(both.base.size()));
  for (const char* const it : {"1.10.1", "10.1.0"})
    both.head.add(version(it), TextId::none, static_cast<std::uint32_t>(both.head.size()));
  const Comparison result = both.compare();
  REQUIRE(result.gone.size() == 1);
  CHECK(both.base_findings.all[result.gone[0].finding].primary == 1);
  for (std::size_t i = 0; i < 2; ++i) {
    const Row row = both.head_findings.all[i].primary;
    const auto base = std::ranges::find(both.base_findings.all, result.matches[i].id, &Finding::id);
    CHECK(base->primary == (row == 0 ? 2 : 0));
    CHECK(result.matches[i].event == MatchEvent::still_affected);
  }
}
