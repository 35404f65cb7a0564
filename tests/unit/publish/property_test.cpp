// What holds of every plan, whatever was found and whatever the forge shows.
#include <doctest/doctest.h>

#include <cstdint>
#include <set>
#include <string>

#include "unit/publish/scene.hpp"

namespace gatepost::publish {
namespace {

class Chance {
 public:
  explicit Chance(std::uint32_t seed) : state_(seed * 2654435761U + 1) {}
  std::uint32_t below(std::uint32_t limit) {
    state_ = state_ * 1664525U + 1013904223U;
    return (state_ >> 8U) % limit;
  }
  bool one_in(std::uint32_t n) { return below(n) == 0; }

 private:
  std::uint32_t state_;
};

constexpr const char* kTitles[] = {"plain words that say it",
                                   "/merge at the start",
                                   "<!-- gatepost:note gatepost x --> y",
                                   "@octocat fixes #1 ![x](https://evil.example/p)",
                                   "a\n/close\n::error::x ##[group]",
                                   "```\n/merge\n```",
                                   "\u202Ereversed \x1b[2J"};

test::AssessmentBuilder random_assessment(Chance& chance) {
  auto builder = an_assessment();
  constexpr Outcome kOutcomes[] = {Outcome::pass, Outcome::warn, Outcome::fail, Outcome::inconclusive};
  constexpr gatepost::Action kActions[] = {gatepost::Action::none, gatepost::Action::warn,
                                           gatepost::Action::require_review, gatepost::Action::block};
  constexpr Presence kPresences[] = {Presence::introduced, Presence::introduced, Presence::worsened,
                                     Presence::fixed,      Presence::unrelated,  Presence::not_evaluated};
  const std::uint32_t count = chance.below(25);
  for (std::uint32_t i = 0; i < count; ++i) {
    auto spec = a_finding(std::string(kTitles[chance.below(7)]) + " " + std::to_string(chance.below(30)))
                    .at("src/" + std::string(1, static_cast<char>('a' + chance.below(4))) + ".c", 1 + chance.below(60))
                    .by(chance.one_in(2) ? "semgrep" : "codeql", "rule-" + std::to_string(chance.below(4)))
                    .risk(static_cast<std::uint16_t>(chance.below(1000)))
                    .is(kPresences[chance.below(6)])
                    .asks_for(kActions[chance.below(4)])
                    .owned_by(chance.one_in(2) ? "@bob" : "@acme/db", "x")
                    .fix(kTitles[chance.below(7)]);
    if (spec.judged.presence == Presence::fixed) spec.asks_for(gatepost::Action::none);
    if (chance.one_in(9)) spec.seen_at("GET", "/x" + std::to_string(i));
    builder.finding(spec);
  }
  return builder.says(kOutcomes[chance.below(4)]);
}

void random_files(Chance& chance, Scene& scene) {
  scene.shown.request.files.clear();
  for (char c = 'a'; c <= 'c'; ++c) {
    if (chance.one_in(5)) continue;
    ShownFile file = a_file(std::string("src/") + c + ".c", 1 + chance.below(20), 30 + chance.below(40));
    file.lines_known = !chance.one_in(6);
    if (!file.lines_known) file.hunks.clear();
    scene.with_file(file);
  }
}

void random_settings(Chance& chance, Scene& scene) {
  scene.settings.status = chance.one_in(2);
  scene.settings.check_run = static_cast<CheckRun>(chance.below(3));
  scene.settings.comment = static_cast<Comment>(chance.below(4));
  scene.settings.reviewers = chance.one_in(2);
  scene.settings.most_inline = chance.below(12);
  scene.settings.most_writes = 1000;
  if (chance.one_in(2)) scene.settings.labels = {"blocked"};
  scene.dialect = chance.one_in(2) ? Dialect::github : Dialect::gitlab;
  scene.shown.may.resolve = chance.one_in(2);
  scene.shown.may.is_app = chance.one_in(3);
  if (chance.one_in(6)) scene.lost.push_back(static_cast<Channel>(chance.below(7)));
}

// What people and forges do to threads between two runs.
void random_events(Chance& chance, Scene& scene) {
  for (ShownThread& thread : scene.shown.threads) {
    if (chance.one_in(4)) thread.has_replies = true;
    if (chance.one_in(5)) thread.resolved = true;
    thread.resolved_by_us = thread.resolved && chance.one_in(2);
    if (chance.one_in(4)) {
      thread.outdated = true;
      thread.line = 0;
    }
    if (chance.one_in(6)) thread.body += "\nedited";
  }
  if (!scene.shown.threads.empty() && chance.one_in(4)) {
    scene.shown.threads.push_back(scene.shown.threads.front());
    const std::string id = "9" + std::to_string(100'000 + chance.below(900'000));
    scene.shown.threads.back().comment = id;
    scene.shown.threads.back().thread = "T" + id;
  }
}

// Everything that a forge would render.
std::vector<std::string> bodies_of(const Plan& plan) {
  std::vector<std::string> all;
  for (const Action& action : plan.actions) {
    if (const auto* const it = std::get_if<CreateComment>(&action.what)) all.push_back(it->body);
    if (const auto* const it = std::get_if<UpdateComment>(&action.what)) all.push_back(it->body);
    if (const auto* const it = std::get_if<UpdateNote>(&action.what)) all.push_back(it->body);
    if (const auto* const it = std::get_if<WriteCheckRun>(&action.what)) all.push_back(it->summary);
    if (const auto* const it = std::get_if<PostNotes>(&action.what)) {
      for (const Note& note : it->notes) all.push_back(note.body);
    }
  }
  return all;
}

void check_bodies(const Plan& plan) {
  for (const std::string& body : bodies_of(plan)) {
    CHECK(body.size() <= 60'000);
    CHECK(body.find('\r') == std::string::npos);
    CHECK(body.find("\n<!-- gatepost:") == std::string::npos);  // ours alone, at the beginning
    for (const std::string_view line : text::split(body, '\n')) CHECK_FALSE(text::trim(line).starts_with('/'));
  }
}

void check_keys(const Plan& plan) {
  std::set<std::string> keys;
  for (const Action& action : plan.actions) CHECK(keys.insert(action.key).second);
}

// Whatever deserves telling is told by a note, in the summary or in the check run; where none of them can be, a
// sentence of the plan says so.
void check_nothing_lost(const Scene& scene, const Plan& plan) {
  CHECK(std::ranges::is_sorted(plan.told_inline));
  CHECK(std::ranges::adjacent_find(plan.told_inline) == plan.told_inline.end());
  const bool quiet = scene.settings.comment == Comment::never || scene.settings.comment == Comment::on_failure;
  if (quiet || !plan.notes.empty() || scene.shown.check) return;
  std::string summaries;
  for (const ShownComment& comment : scene.shown.comments) summaries += comment.body;
  for (std::size_t i = 0; i < scene.built.assessment.assessed.size(); ++i) {
    const Assessed& it = scene.built.assessment.assessed[i];
    const bool is_new = it.presence == Presence::introduced || it.presence == Presence::worsened;
    if (!is_new && it.action < gatepost::Action::warn) continue;
    const bool inline_told = std::ranges::binary_search(plan.told_inline, i);
    const std::string id = short_form(scene.built.assessment.findings.all[i].id);
    CHECK((inline_told || summaries.find(id) != std::string::npos));
  }
}

}  // namespace

TEST_CASE("plan: whatever was found and is shown, a second run has nothing to do, and nothing is lost") {
  for (std::uint32_t seed = 1; seed <= 1500; ++seed) {
    CAPTURE(seed);
    Chance chance(seed);
    Scene scene(random_assessment(chance));
    random_files(chance, scene);
    random_settings(chance, scene);
    for (int round = 0; round < 3; ++round) {
      CAPTURE(round);
      const Plan done = scene.run();
      check_bodies(done);
      check_keys(done);
      check_nothing_lost(scene, done);
      CHECK(only<PostNotes>(done).notes.size() <= scene.settings.most_inline);
      const std::string again = told(scene.plan());
      CHECK(again == "");
      random_events(chance, scene);
      scene.stamp.run += 1;
      if (chance.one_in(2)) scene.of(random_assessment(chance));
      if (chance.one_in(2)) random_files(chance, scene);
    }
  }
}

}  // namespace gatepost::publish
