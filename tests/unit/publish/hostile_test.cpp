// The corpus of hostile texts, each wherever a stranger's text can stand, in everything that a forge is told.
#include <doctest/doctest.h>
#include <re2/re2.h>

#include <string>
#include <vector>

#include "doc/json.hpp"
#include "report/workflow.hpp"
#include "support/cmark.hpp"
#include "support/golden.hpp"
#include "unit/publish/scene.hpp"

namespace gatepost::publish {
namespace {

std::vector<std::pair<std::string, std::string>> payloads() {
  auto document = doc::parse_json(test::read_data("escape/payloads.json"), "payloads.json");
  REQUIRE(document.ok());
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto item : document->root().items()) {
    all.emplace_back(std::string(item.at("class").text()), std::string(item.at("text").text()));
  }
  REQUIRE(all.size() >= 42);
  all.emplace_back("not UTF-8", "a\xFF\xC0\xAF|\xF0\x9F<b>");
  all.emplace_back("a marker of ours", summary_marker("gatepost", {"ab", 1, 1}));
  all.emplace_back("a suggestion", "```suggestion\nevil\n```\n````suggestion:-0+1\nevil\n````");
  return all;
}

// The text at every place that a report, a repository or a person fills in.
Scene scene_with(const std::string& text, Dialect dialect) {
  const std::string inside = "some " + text + " text";
  auto spec = a_finding(inside)
                  .at("src/a.c", 3)
                  .by("semgrep", inside)
                  .says(inside)
                  .risk(900)
                  .blocks()
                  .owned_by(inside, inside)
                  .because("exposure", inside, 0, inside)
                  .fix(inside);
  auto waived = a_finding("waived " + inside)
                    .waived({.id = {"W"},
                             .reason = "risk_accepted",
                             .justification = inside,
                             .approved_by = inside,
                             .expires = "2027-01-31"});
  Scene scene(an_assessment()
                  .says(Outcome::fail)
                  .finding(spec)
                  .finding(waived)
                  .reason("policy " + inside, gatepost::Action::block, inside)
                  .note({gatepost::Note::Level::warning, "x", inside, inside}));
  scene.dialect = dialect;
  scene.settings.check_run = CheckRun::on;
  scene.settings.status = true;
  return scene;
}

// What is rendered as Markdown: comment, note, summary of the check run.
std::vector<std::string> rendered(const Plan& plan) {
  std::vector<std::string> all = {only<CreateComment>(plan).body, only<WriteCheckRun>(plan).summary};
  for (const publish::Note& note : only<PostNotes>(plan).notes) all.push_back(note.body);
  return all;
}

// Markup of ours depends on what there is, not on what it says; addresses apart.
std::string tags_of(const std::string& markdown) {
  std::string tags = test::parse_html(*test::html_of(markdown)).tags;
  RE2::GlobalReplace(&tags, R"(href="https://forge\.example/[^"]*")", "href");
  return tags;
}

}  // namespace

TEST_CASE("hostile: no text changes what is around it, calls anybody, or is a command") {
  if (!test::html_of("x")) return;
  static const RE2 reference(
      R"((^|[^A-Za-z0-9])@[A-Za-z0-9]|#[A-Za-z0-9]|[!$~%&^][A-Za-z0-9"]|:[a-z0-9_+-]+:|://|\*iteration:[0-9]|\[vuln)");
  for (const Dialect dialect : {Dialect::github, Dialect::gitlab}) {
    const auto plain = rendered(scene_with("word", dialect).plan());
    // A message of several lines says more than the title, and gets a paragraph.
    const auto plain_lines = rendered(scene_with("word\nword", dialect).plan());
    for (const auto& [name, text] : payloads()) {
      CAPTURE(name);
      const Plan plan = scene_with(text, dialect).plan();
      const auto bodies = rendered(plan);
      REQUIRE(bodies.size() == plain.size());
      for (std::size_t i = 0; i < bodies.size(); ++i) {
        CAPTURE(bodies[i]);
        const std::string tags = tags_of(bodies[i]);
        CHECK((tags == tags_of(plain[i]) || tags == tags_of(plain_lines[i])));
        CHECK(bodies[i].find('\r') == std::string::npos);
        CHECK(bodies[i].find("\n<!-- gatepost:") == std::string::npos);
        for (const std::string_view line : text::split(bodies[i], '\n')) {
          CHECK_FALSE(text::trim(line).starts_with('/'));
          CHECK_FALSE(RE2::PartialMatch(line, "^ *`{3,}"));
        }
        for (const std::string& node : test::parse_html(*test::html_of(bodies[i])).texts) {
          CAPTURE(node);
          CHECK_FALSE(RE2::PartialMatch(node, reference));
        }
      }
    }
  }
}

TEST_CASE("hostile: annotations, status, log and dry run are plain text") {
  const auto is_plain = [](std::string_view text, std::string_view kept) {
    for (std::size_t i = 0; i < text.size();) {
      const auto at = text::code_point_at(text, i);
      const bool control = at.value < 0x20 || (at.value >= 0x7F && at.value < 0xA0);
      const bool known = at.value < 0x80 && kept.find(static_cast<char>(at.value)) != std::string_view::npos;
      if ((control && !known) || text::is_invisible(at.value)) return false;
      i += at.bytes;
    }
    return text::is_utf8(text);
  };
  for (const auto& [name, text] : payloads()) {
    CAPTURE(name);
    const Scene scene = scene_with(text, Dialect::github);
    const Plan plan = scene.plan();
    const WriteCheckRun& run = only<WriteCheckRun>(plan);
    REQUIRE(run.annotations.size() == 1);
    CHECK(is_plain(run.annotations[0].title, ""));
    CHECK(is_plain(run.annotations[0].message, "\n\t"));
    CHECK(is_plain(run.title, ""));
    const std::string& status = only<SetStatus>(plan).description;
    CHECK(status.size() <= 140);
    CHECK(is_plain(status, ""));
    const report::Input of_report = scene.report_input();
    for (const std::string& line : report::workflow_annotations(of_report, {})) {
      CHECK(is_plain(line, ""));
      CHECK(RE2::FullMatch(line, R"(::(error|warning|notice) [^:]*::.*)"));
    }
    const std::string described = describe(plan, true);
    CHECK(is_plain(described, "\n"));
    for (const std::string_view line : text::split(described, '\n')) {
      CHECK_FALSE(text::trim(line).starts_with("::"));
      CHECK_FALSE(RE2::PartialMatch(line, "##[A-Za-z\\[]"));
    }
  }
}

}  // namespace gatepost::publish
