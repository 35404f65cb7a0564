// The result of a first stage is a stranger's file: it is read whole or not at all, and what it claims about anything
// but findings counts for nothing.
#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "app/forge_change.hpp"
#include "app/rules_of_base.hpp"
#include "base/text.hpp"
#include "unit/app/stages.hpp"

using namespace gatepost;

namespace {

const std::string kFirstId = to_string(FindingId{Digest128{{1}}});
const std::string kSecondId = to_string(FindingId{Digest128{{2}}});

std::string observation(const std::string& path, int line, const std::string& more = {}) {
  return R"({"report":0,"at":"/runs/0/results/0","engine":"semgrep","kind":"sast","rule":"sqli","title":"SQL injection",)"
         R"("severities":[{"label":"critical","tenths":95,"method":"label","source":"semgrep"}],"path":")" +
         path + R"(","line":)" + std::to_string(line) + more + R"(,"occurrences":1})";
}

std::string finding(const std::string& id, int member, const std::string& path, int line, const std::string& presence) {
  return R"({"id":")" + id + R"(","members":[)" + std::to_string(member) + R"(],"kind":"sast","path":")" + path +
         R"(","range":{"line":)" + std::to_string(line) + R"(},"presence":")" + presence +
         R"(","in_base_only":false,"unplaced":false})";
}

std::string result_of(const std::string& observations, const std::string& findings) {
  return R"({"gatepost":"result/1","change":{"base":"a1b2c3d4e5f60718293a4b5c6d7e8f9001122334","head":")" + test::kTip +
         R"(","base_source":"merge-base","confident":true},"reports":[{"path":"semgrep.sarif","format":"sarif",)"
         R"("tool":{"name":"Semgrep"},"state":"complete",)"
         R"("records":{"seen":1,"mapped":1,"rejected":0,"grouped":0,"skipped":0},"notes":[],"engines":["semgrep"]}],)"
         R"("observations":[)" +
         observations + R"(],"base_reports":[],"base_observations":[],"findings":[)" + findings +
         R"(],"elsewhere":3,"missing":[],"notes":[],"exposures":[]})";
}

// One finding on line 12 of a file that the change edits.
std::string plain_result(const std::string& presence = "introduced") {
  return result_of(observation("src/a.py", 12), finding(kFirstId, 0, "src/a.py", 12, presence));
}

publish::ShownFile edited(const std::string& path, std::vector<publish::PatchLine> lines) {
  return {.old_path = path, .new_path = path, .hunks = {publish::Patch{std::move(lines)}}};
}

publish::ChangeRequest change_request(std::vector<publish::ShownFile> files) {
  return {.number = 7, .head = test::kTip, .target_branch = "main", .files = std::move(files)};
}

struct Rules {
  app::RulesOfBase of_base;
  static app::RulesOfBase must(Result<app::RulesOfBase> rules) {
    REQUIRE_MESSAGE(rules.ok(), rules.error().message);
    return std::move(*rules);
  }
  explicit Rules(const std::string& waivers = {})
      : of_base(must(app::rules_of_base(
            [&](std::string_view path) -> Result<std::optional<std::string>> {
              if (path != ".gatepost/waivers.yml" || waivers.empty()) return std::optional<std::string>{};
              return std::optional(waivers);
            },
            std::nullopt))) {}
  [[nodiscard]] app::Basis basis() const {
    return {of_base.settings, of_base.owners, policy::Event::pull_request, test::FirstStage::now()};
  }
};

Assessment judged(const std::string& text, std::vector<publish::ShownFile> files, const Rules& rules = Rules()) {
  auto result = app::read_result(text, "result.json");
  REQUIRE_MESSAGE(result.ok(), result.error().message);
  return app::rejudge(std::move(*result), change_request(std::move(files)), rules.basis());
}

std::string refusal(std::string text) {
  const auto result = app::read_result(std::move(text), "result.json");
  return result.ok() ? "" : result.error().message;
}

}  // namespace

TEST_CASE("result: a finding of the result is judged by the rules of the base") {
  const Assessment it = judged(plain_result(), {});
  CHECK(it.verdict.outcome == Outcome::fail);
  REQUIRE(it.findings.all.size() == 1);
  CHECK(to_string(it.findings.all[0].id) == kFirstId);
  CHECK(it.findings.path_of(it.findings.all[0]) == "src/a.py");
  CHECK(it.elsewhere == 3);
  CHECK(report::overview_of(it).elsewhere == 3);
}

TEST_CASE("result: anything odd is one clear error") {
  struct Case {
    const char* name;
    std::string from, to, says;
  };
  const std::string other = kSecondId;
  const std::vector<Case> cases = {
      {"a verdict", R"("elsewhere":3)", R"("verdict":{"outcome":"pass"},"elsewhere":3)", "\"verdict\" does not belong"},
      {"a number", R"("confident":true)", R"("confident":true,"number":9)", "\"number\" does not belong"},
      {"a waiver", R"("unplaced":false)", R"("unplaced":false,"waiver":"W-1")", "\"waiver\" does not belong"},
      {"a flag", R"("unplaced":false)", R"("unplaced":false,"suppressed":true)", "\"suppressed\" does not belong"},
      {"Markdown", R"("elsewhere":3)", R"("markdown":"# fine","elsewhere":3)", "\"markdown\" does not belong"},
      {"another version", "result/1", "result/2", "expected \"result/1\""},
      {"another document", "result/1", "observations/1", "no result of gatepost"},
      {"a path that leaves", R"("path":"src/a.py","range")", R"("path":"../a.py","range")", "no path inside"},
      {"an absolute path", R"("path":"src/a.py","range")", R"("path":"/etc/passwd","range")", "no path inside"},
      {"a path in disguise", R"("path":"src/a.py","range")", R"("path":"src/./a.py","range")", "no path inside"},
      {"an observation that leaves", R"("path":"src/a.py","line")", R"("path":"../../a.py","line")", "leaves the repo"},
      {"a fix that leaves", R"("occurrences":1)",
       R"("fixes":[{"edits":[{"path":"/root/.ssh/config","line":1,"text":""}]}],"occurrences":1)", "leaves the repo"},
      {"a member too far", R"("members":[0])", R"("members":[1])", "1 is no observation; there are 1"},
      {"a negative member", R"("members":[0])", R"("members":[-1])", "-1 is no observation"},
      {"a member that is no number", R"("members":[0])", R"("members":["0"])", "is no observation"},
      {"no members", R"("members":[0])", R"("members":[])", "without an observation"},
      {"a member twice", R"("members":[0])", R"("members":[0,0])", "belongs to another finding"},
      {"an id that is none", kFirstId, "GP-ABCDEFGH", "no id of a finding"},
      {"an id in small letters", kFirstId, text::lower(kFirstId), "no id of a finding"},
      {"a presence that is none", R"("presence":"introduced")", R"("presence":"waived")", "is not one of the values"},
      {"existing beside a base", R"("presence":"introduced")", R"("presence":"existing")", "not \"existing\""},
      {"fixed in the head", R"("presence":"introduced")", R"("presence":"fixed")", "contradict"},
      {"another kind", R"("members":[0],"kind":"sast")", R"("members":[0],"kind":"quality")", "another kind"},
      {"a line that is none", R"("range":{"line":12})", R"("range":{"line":-3})", "expected a whole number"},
      {"a line too large", R"("range":{"line":12})", R"("range":{"line":1e99})", "expected a whole number"},
      {"a count that is none", R"("elsewhere":3)", R"("elsewhere":true)", "expected a whole number"},
      {"a report too far", R"("report":0)", R"("report":1)", "1 is no report; there are 1"},
      {"a report of the change", R"("format":"sarif")", R"("format":"change")", "asked of the forge"},
      {"a finding of the change", R"("engine":"semgrep")", R"("engine":"gatepost")", "asked of the forge"},
      {"a state that is none", R"("state":"complete")", R"("state":"fine")", "is not one of the values"},
      {"a key twice", R"("elsewhere":3)", R"("elsewhere":3,"elsewhere":4)", "elsewhere"},
      {"a commit that is none", test::kTip, "refs/heads/main", "no full commit id"},
      {"a missing list", R"(,"missing":[])", "", "\"missing\" is missing"},
      {"a list that is none", R"("missing":[])", R"("missing":"nothing")", "expected a list"},
      {"a sentence that is none", R"("missing":[])", R"("missing":[{}])", "expected a text"},
      {"an observation without an engine", R"("engine":"semgrep",)", "", "without \"engine\""},
      {"an observation of no finding", R"("base_observations":[])",
       "\"base_observations\":[" + observation("b", 1) + "]", "is no report"},
      {"lines of the tip from 0", R"("presence")", R"("head_lines":{"line":0,"end_line":1},"presence")", "from 1"},
      {"lines of the tip in reverse", R"("presence")", R"("head_lines":{"line":3,"end_line":2},"presence")", "from 1"},
      {"half a line of the tip", R"("presence")", R"("head_lines":{"line":3},"presence")", "\"end_line\" is missing"},
      {"a base that contradicts", R"("base_source":"merge-base")", R"("base_source":"none")", "contradict"},
      {"an escape that is none", "SQL injection", "SQL\\qinjection", "escape"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.name);
    std::string text = plain_result();
    const std::size_t at = text.find(one.from);
    REQUIRE(at != std::string::npos);
    text.replace(at, one.from.size(), one.to);
    const std::string said = refusal(text);
    CAPTURE(said);
    CHECK(said.starts_with("result.json:"));
    CHECK(said.find(one.says) != std::string::npos);
  }
}

TEST_CASE("result: what is no result at all says so") {
  CHECK(refusal("").find("expected what gatepost check --result writes") != std::string::npos);
  CHECK(refusal("<!DOCTYPE html><html><body>404</body></html>").find("HTML page") != std::string::npos);
  CHECK(refusal("[]").find("expected") != std::string::npos);
  CHECK(refusal("{}").find("no result of gatepost") != std::string::npos);
  CHECK(refusal("\x1f\x8b\x08").find("gzip") != std::string::npos);
  CHECK_FALSE(refusal(std::string(app::kLargestResult + 1, ' ')).empty());
}

TEST_CASE("result: deep nesting and endless lists are refused in time") {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  CHECK_FALSE(refusal(text::replace_all(plain_result(), R"("missing":[])", "\"missing\":" + deep)).empty());
  std::string observations, findings;
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    Digest128 digest;
    for (std::size_t byte = 0; byte < 4; ++byte) digest.bytes[byte] = static_cast<std::uint8_t>(i >> (24 - 8 * byte));
    observations += (i == 0 ? "" : ",") + observation("a", 1);
    findings += (i == 0 ? "" : ",") + finding(to_string(FindingId{digest}), static_cast<int>(i), "a", 1, "introduced");
  }
  const std::string said = refusal(result_of(observations, findings));
  CAPTURE(said);
  CHECK_FALSE(said.empty());
  std::string notes;
  for (int i = 0; i < 1001; ++i) notes += std::string(i == 0 ? "" : ",") + "\"x\"";
  CHECK(refusal(text::replace_all(plain_result(), R"("missing":[])", "\"missing\":[" + notes + "]"))
            .find("at most 1000") != std::string::npos);
}

TEST_CASE("result: ids come sorted and once") {
  const std::string two = observation("a", 1) + "," + observation("a", 2);
  const auto first = finding(kFirstId, 0, "a", 1, "introduced"), second = finding(kSecondId, 1, "a", 2, "introduced");
  const bool in_order = kFirstId < kSecondId;
  CHECK(refusal(result_of(two, (in_order ? first : second) + "," + (in_order ? second : first))).empty());
  CHECK(refusal(result_of(two, (in_order ? second : first) + "," + (in_order ? first : second))).find("sorted") !=
        std::string::npos);
  CHECK(refusal(result_of(two, first + "," + finding(kFirstId, 1, "a", 2, "introduced"))).find("once") !=
        std::string::npos);
  CHECK(refusal(result_of(two, first)).find("no finding has") != std::string::npos);
}

TEST_CASE("result: it belongs to one commit of one change request") {
  const auto result = app::read_result(plain_result(), "result.json");
  REQUIRE(result.ok());
  CHECK(app::check_belongs(*result, change_request({})).ok());
  auto moved = change_request({});
  moved.head = std::string(40, 'a');
  const Status refused = app::check_belongs(*result, moved);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().kind == ErrorKind::conflict);
  const auto merged =
      app::read_result(text::replace_all(plain_result(), R"("base_source")",
                                         R"("change_head":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","base_source")"),
                       "result.json");
  REQUIRE(merged.ok());
  CHECK_FALSE(app::check_belongs(*merged, change_request({})).ok());
}

TEST_CASE("rejudge: what stands on a line that the forge shows as new is introduced whatever the result says") {
  const std::vector<publish::PatchLine> added = {{11, 11}, {0, 12}, {12, 13}};
  const std::vector<publish::PatchLine> replaced = {{11, 11}, {12, 0}, {0, 12}, {13, 13}};
  const std::vector<publish::PatchLine> near = {{10, 10}, {0, 11}, {11, 12}};
  for (const std::string claimed : {"unrelated", "touched", "moved", "external"}) {
    CAPTURE(claimed);
    CHECK(judged(plain_result(claimed), {edited("src/a.py", added)}).verdict.outcome == Outcome::fail);
    CHECK(judged(plain_result(claimed), {edited("src/a.py", replaced)}).verdict.outcome == Outcome::fail);
    CHECK(judged(plain_result(claimed), {edited("src/a.py", near)}).verdict.outcome != Outcome::fail);
    CHECK(judged(plain_result(claimed), {edited("src/b.py", added)}).verdict.outcome != Outcome::fail);
  }
  CHECK(judged(plain_result("introduced"), {edited("src/a.py", near)}).verdict.outcome == Outcome::fail);
}

TEST_CASE("rejudge: the forge counts the lines of the change's tip, not those of a merge") {
  const std::vector<publish::PatchLine> added = {{11, 11}, {0, 12}, {12, 13}};
  const auto at_tip = [&](const std::string& lines) {
    return text::replace_all(plain_result("unrelated"), R"("presence")", "\"head_lines\":" + lines + R"(,"presence")");
  };
  const auto presence = [&](const std::string& lines) {
    return judged(at_tip(lines), {edited("src/a.py", added)}).assessed[0].presence;
  };
  CHECK(presence(R"({"line":12,"end_line":12})") == Presence::introduced);
  CHECK(presence(R"({"line":9,"end_line":9})") == Presence::unrelated);
  CHECK(presence("{}") == Presence::unrelated);
}

TEST_CASE("rejudge: where the forge shows no lines the result is believed, and that is said") {
  publish::ShownFile large = edited("src/a.py", {});
  large.hunks.clear();
  large.lines_known = false;
  const Assessment it = judged(plain_result("touched"), {large});
  CHECK(it.assessed[0].presence == Presence::touched);
  REQUIRE(it.notes.size() == 1);
  CHECK(it.notes[0].code == "forge-lines");
}

TEST_CASE("rejudge: a suppression that the result claims counts for nothing") {
  const std::string suppressed =
      result_of(observation("src/a.py", 12, R"(,"suppressed":{"by":"tool","reason":"fine"})"),
                finding(kFirstId, 0, "src/a.py", 12, "touched"));
  const Assessment it = judged(suppressed, {});
  CHECK_FALSE(it.assessed[0].suppressed);
}

TEST_CASE("rejudge: waivers are those of the base, and one that covers too much covers nothing") {
  const std::string waiver =
      "waivers:\n  - id: W-1\n    match: {rule: sqli, path: 'src/**'}\n    reason: risk_accepted\n"
      "    justification: an internal tool\n    requested_by: ann\n    approved_by: [bob]\n"
      "    created: 2026-03-25\n    expires: 2026-04-05\n";
  const Rules rules(waiver);
  CHECK(judged(plain_result(), {}, rules).verdict.outcome == Outcome::pass);
  const bool in_order = kFirstId < kSecondId;
  const auto& [low, high] = in_order ? std::pair(kFirstId, kSecondId) : std::pair(kSecondId, kFirstId);
  const std::string two =
      result_of(observation("src/a.py", 12) + "," + observation("src/b.py", 3),
                finding(low, 0, "src/a.py", 12, "introduced") + "," + finding(high, 1, "src/b.py", 3, "unrelated"));
  CHECK(judged(two, {}, rules).verdict.outcome == Outcome::fail);
}

TEST_CASE("rejudge: what the change does to its own rules is told by the forge, not by the result") {
  const auto control = [](const std::string& path) { return edited(path, {{1, 1}, {0, 2}}); };
  publish::ShownFile gone = edited(".github/CODEOWNERS", {{1, 0}});
  gone.deleted = true;
  const Assessment it = judged(result_of("", ""), {gone, control(".gatepost/policy.yml"), control("src/a.py")});
  REQUIRE(it.findings.all.size() == 2);
  CHECK(it.totals.change_risk > 0);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(it.findings.all[i].kind == Kind::ci);
    CHECK(it.assessed[i].presence == Presence::introduced);
  }
  CHECK(it.table.reports().back().format == "change");
}

TEST_CASE("rejudge: a finding of the result that goes by the id of one about the change gives way") {
  const std::vector<publish::ShownFile> files = {edited(".gatepost/policy.yml", {{1, 1}, {0, 2}})};
  const Assessment honest = judged(result_of("", ""), files);
  REQUIRE(honest.findings.all.size() == 1);
  const std::string id = to_string(honest.findings.all[0].id);
  const Assessment it =
      judged(result_of(observation("src/a.py", 1), finding(id, 0, "src/a.py", 1, "unrelated")), files);
  REQUIRE(it.findings.all.size() == 1);
  CHECK(it.findings.all[0].kind == Kind::ci);
  CHECK(it.findings.path_of(it.findings.all[0]) == ".gatepost/policy.yml");
}

TEST_CASE("rejudge: a list of files that the forge cut is missing evidence") {
  auto result = app::read_result(result_of("", ""), "result.json");
  REQUIRE(result.ok());
  auto request = change_request({edited("src/a.py", {{1, 1}, {0, 2}})});
  request.files_complete = false;
  const Rules rules;
  CHECK(app::rejudge(std::move(*result), request, rules.basis()).verdict.outcome == Outcome::inconclusive);
}

TEST_CASE("rejudge: evidence that the first stage missed stays missing") {
  const std::string text =
      text::replace_all(result_of("", ""), R"("missing":[])", R"("missing":["trivy.sarif is gone"])");
  const Assessment it = judged(text, {});
  CHECK(it.verdict.outcome == Outcome::inconclusive);
  REQUIRE_FALSE(it.verdict.reasons.empty());
  CHECK(it.verdict.reasons[0].text == "trivy.sarif is gone");
}

TEST_CASE("the forge's change: runs of lines without their context") {
  struct Case {
    const char* name;
    std::vector<publish::PatchLine> lines;
    std::vector<Hunk> hunks;
  };
  const Case cases[] = {
      {"added", {{4, 4}, {0, 5}, {0, 6}, {5, 7}}, {{4, 0, 5, 2}}},
      {"deleted", {{4, 4}, {5, 0}, {6, 5}}, {{5, 1, 4, 0}}},
      {"replaced", {{4, 4}, {5, 0}, {0, 5}, {0, 6}, {6, 7}}, {{5, 1, 5, 2}}},
      {"twice in a hunk", {{0, 1}, {1, 2}, {2, 0}, {3, 3}}, {{0, 0, 1, 1}, {2, 1, 2, 0}}},
      {"at the very beginning", {{1, 0}, {2, 1}}, {{1, 1, 0, 0}}},
      {"a new file", {{0, 1}, {0, 2}}, {{0, 0, 1, 2}}},
      {"nothing but context", {{1, 1}, {2, 2}}, {}},
      {"nothing", {}, {}},
  };
  for (const Case& one : cases) {
    CAPTURE(one.name);
    CHECK(app::change_of(change_request({edited("a", one.lines)})).files[0].hunks == one.hunks);
  }
}

TEST_CASE("rules of the base: a file that cannot be read is not taken for none") {
  for (const char* broken : {".gatepost.yml", ".gatepost/policy.yml", ".gatepost/waivers.yml", ".github/CODEOWNERS",
                             "CODEOWNERS", "docs/CODEOWNERS"}) {
    CAPTURE(broken);
    const auto rules = app::rules_of_base(
        [&](std::string_view path) -> Result<std::optional<std::string>> {
          if (path == broken) return error(ErrorKind::unavailable, "the forge does not answer");
          return std::optional<std::string>{};
        },
        OwnersDialect::github);
    REQUIRE_FALSE(rules.ok());
    CHECK(rules.error().kind == ErrorKind::unavailable);
  }
}

TEST_CASE("rules of the base: none are the defaults, and a file beyond all measure is an error") {
  const Rules none;
  CHECK_FALSE(none.of_base.owners.exists());
  CHECK_FALSE(none.of_base.settings.rules.policies.empty());
  const auto large = app::rules_of_base(
      [](std::string_view) -> Result<std::optional<std::string>> { return std::optional(std::string(2 << 20, '#')); },
      std::nullopt);
  REQUIRE_FALSE(large.ok());
  CHECK(large.error().kind == ErrorKind::config);
}
