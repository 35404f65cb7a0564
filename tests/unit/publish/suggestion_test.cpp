#include "publish/suggestion.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "unit/publish/scene.hpp"

namespace gatepost::publish {
namespace {

// A finding on lines 2 to 3 of a file, with an edit that the engine proposes.
Scene scene_with(std::vector<Edit> edits, const std::string& text = "one\ntwo = f(x)\nthree\nfour\n") {
  auto spec = a_finding("Weak hash").at("src/a.c", 2).by("semgrep", "weak").risk(700).blocks();
  spec.seen.place.range = {2, 1, 3, 5};
  spec.seen.fixes = {{"use the other", std::move(edits)}};
  Scene scene(an_assessment().says(Outcome::fail).finding(spec));
  scene.settings.suggest_from = {"semgrep"};
  scene.texts["src/a.c"] = text;
  return scene;
}
Edit edit(Range range, std::string text) { return {"src/a.c", range, std::move(text)}; }

Note note_of(const Scene& scene) { return only<PostNotes>(scene.plan()).notes.at(0); }
std::string block_of(const Scene& scene) {
  const std::string body = note_of(scene).body;
  const std::size_t word = body.find("suggestion");
  if (word == std::string::npos) return "none";
  const std::size_t begin = body.rfind('\n', word) + 1;
  const std::string fence = body.substr(begin, word - begin);
  return body.substr(begin, body.find("\n" + fence, word) + 1 + fence.size() - begin);
}

}  // namespace

TEST_CASE("suggestion: whole lines replace whole lines") {
  struct Row {
    const char* what;
    Range range;
    const char *text, *block;
  };
  const Row rows[] = {
      {"characters of a line", {2, 7, 2, 10}, "g(y)", "```suggestion\ntwo = g(y)\n```"},
      {"from one line to another", {2, 7, 3, 5}, "g(\n y)", "```suggestion\ntwo = g(\n y)\n```"},
      {"a whole line", {2, 0, 2, 0}, "TWO\n", "```suggestion\nTWO\n```"},
      {"a whole line without its end", {2, 0, 2, 0}, "TWO", "```suggestion\nTWO\n```"},
      {"a line taken away", {3, 0, 3, 0}, "", "```suggestion\n```"},
      {"backticks", {2, 7, 2, 10}, "````", "`````suggestion\ntwo = ````\n`````"},
      {"an insertion, or one character: nobody knows", {2, 7, 2, 7}, "g", "none"},
      {"an end that may be exclusive", {2, 7, 3, 1}, "g", "none"},
      {"a column behind the line", {2, 7, 2, 30}, "g", "none"},
      {"outside of the finding", {4, 1, 4, 2}, "x", "none"},
      {"what is there already", {2, 7, 2, 10}, "f(x)", "none"},
      {"control characters", {2, 7, 2, 10}, "\x1b[2J", "none"},
      {"a carriage return", {2, 7, 2, 10}, "a\rb", "none"},
      {"text that is reordered", {2, 7, 2, 10}, "\u202E", "none"},
      {"text that is not seen", {2, 7, 2, 10}, "\u200B", "none"},
      {"no text", {2, 7, 2, 10}, "\xFF\xFE", "none"},
      {"a command of GitLab", {2, 7, 2, 10}, "x\n/merge", "none"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK(block_of(scene_with({edit(row.range, row.text)})) == row.block);
  }
  CHECK(block_of(scene_with({edit({2, 7, 2, 10}, std::string(5000, 'x'))})) == "none");
  CHECK(block_of(scene_with({edit({2, 1, 2, 3}, "2"), edit({2, 7, 2, 10}, "g")})) == "```suggestion\n2 = g\n```");
  CHECK(block_of(scene_with({edit({2, 1, 2, 8}, "2"), edit({2, 7, 2, 10}, "g")})) == "none");
  CHECK(block_of(scene_with({edit({2, 7, 2, 10}, "g")}, "one\nzwö = f(x)\n")) == "none");
}

TEST_CASE("suggestion: only of engines that are trusted, in the finding's file, in the diff") {
  const Edit good = edit({2, 7, 2, 10}, "g(y)");
  const auto without = [&](const std::function<void(Scene&)>& change) {
    Scene scene = scene_with({good});
    change(scene);
    return block_of(scene);
  };
  CHECK(without([](Scene&) {}) != "none");
  CHECK(without([](Scene& it) { it.settings.suggest_from = {}; }) == "none");
  CHECK(without([](Scene& it) { it.settings.suggest_from = {"codeql"}; }) == "none");
  CHECK(without([](Scene& it) { it.texts.clear(); }) == "none");
  CHECK(without([](Scene& it) { it.with_file(a_file("src/a.c", 3, 9)); }) == "none");
  CHECK(block_of(scene_with({good, {"src/b.c", {2, 1, 2, 2}, "x"}})) == "none");
}

TEST_CASE("suggestion: the note stands on exactly the lines that are replaced") {
  Scene scene = scene_with({edit({3, 1, 3, 5}, "THREE")});
  CHECK(note_of(scene).first == PatchLine{0, 3});
  CHECK(note_of(scene).last == PatchLine{0, 3});
  scene = scene_with({edit({2, 1, 3, 5}, "x")});
  scene.dialect = Dialect::gitlab;
  CHECK(note_of(scene).last == PatchLine{0, 3});
  CHECK(block_of(scene) == "```suggestion:-1+0\nx\n```");
  // The head has the lines elsewhere.
  scene = scene_with({edit({3, 1, 3, 4}, "FOUR")});
  scene.head_lines = Lines{3, 4};
  CHECK(note_of(scene).first == PatchLine{0, 4});
  CHECK(block_of(scene) == "```suggestion\nFOUR\n```");
}

TEST_CASE("suggestion: none is put under a note that was not written for its lines") {
  Scene scene = scene_with({edit({3, 1, 3, 5}, "THREE")});
  scene.run();
  CHECK(told(scene.plan()) == "");
  scene.shown.threads[0].line = 5;
  CHECK(only<UpdateNote>(scene.plan()).body.find("suggestion") == std::string::npos);
  Scene later = scene_with({edit({3, 1, 3, 5}, "THREE")});
  later.settings.suggest_from = {};
  later.run();
  later.settings.suggest_from = {"semgrep"};
  CHECK(told(later.plan()) == "");
}

}  // namespace gatepost::publish
