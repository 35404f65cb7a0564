// A change request at a forge and what was found in it, said briefly.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/overloaded.hpp"
#include "base/text.hpp"
#include "publish/marker.hpp"
#include "publish/plan.hpp"
#include "support/an_assessment.hpp"
#include "support/forge_double.hpp"

namespace gatepost::publish {

using test::a_finding;
using test::an_assessment;

inline constexpr const char* kHead = "9f8e7d6c5b4a39281706f5e4d3c2b1a099887766";

// A file of the change whose lines `first` to `last` were added.
inline ShownFile a_file(std::string path, std::uint32_t first = 1, std::uint32_t last = 100) {
  ShownFile file{.old_path = path, .new_path = path};
  Patch hunk;
  for (std::uint32_t line = first; line <= last; ++line) hunk.lines.push_back({0, line});
  file.hunks.push_back(std::move(hunk));
  return file;
}

struct Scene {
  test::BuiltAssessment built;
  Shown shown;
  Settings settings;
  Lost lost;
  Stamp stamp{kHead, 7, 1};
  Dialect dialect = Dialect::github;
  std::uint64_t pipeline = 4;
  std::string sarif;
  std::map<std::string, std::string> texts;  // of files at the head
  std::optional<Lines> head_lines;           // of every finding, in place of its own
  bool head_has_lines = true;

  explicit Scene(test::AssessmentBuilder assessment = an_assessment()) : built(assessment.build()) {
    shown.request.number = 7;
    shown.request.head = kHead;
    shown.request.author = "alice";
    with_file(a_file("src/a.c"));
  }
  Scene& with_file(ShownFile file) {
    std::erase_if(shown.request.files, [&](const ShownFile& it) { return it.new_path == file.new_path; });
    shown.request.files.push_back(std::move(file));
    std::ranges::sort(shown.request.files, {}, &ShownFile::new_path);
    return *this;
  }
  Scene& of(test::AssessmentBuilder assessment) {
    built = assessment.build();
    return *this;
  }
  [[nodiscard]] report::Input report_input() const {
    report::Input input{.assessment = built.assessment};
    input.explain = [this](std::size_t finding) { return built.factors[finding]; };
    input.links.code = "https://forge.example/acme/shop/blob/" + stamp.head;
    input.links.report = "https://forge.example/acme/shop/actions/runs/" + std::to_string(stamp.run);
    return input;
  }
  // `of_report` has to outlive what is returned.
  [[nodiscard]] Input input(const report::Input& of_report) const {
    return {.report = of_report,
            .stamp = stamp,
            .head_lines = [this](std::size_t finding) -> std::optional<Lines> {
              const Range& range = built.assessment.findings.all[finding].range;
              if (!head_has_lines || range.first_line == 0) return std::nullopt;
              return head_lines ? *head_lines : Lines{range.first_line, range.last_line};
            },
            .head_text = [this](std::string_view path, Lines lines) { return text_of(path, lines); },
            .pipeline = pipeline,
            .run_url = of_report.links.report,
            .sarif = sarif,
            .sarif_ref = "refs/pull/7/merge",
            .dialect = dialect,
            .repository = "acme/shop"};
  }
  [[nodiscard]] std::optional<std::string> text_of(std::string_view path, Lines lines) const {
    const auto found = texts.find(std::string(path));
    if (found == texts.end()) return std::nullopt;
    std::string out;
    const auto all = text::split(found->second, '\n');
    for (std::uint32_t line = lines.first; line <= lines.last && line < all.size(); ++line) {
      out += std::string(all[line - 1]) + "\n";
    }
    return out;
  }
  [[nodiscard]] Plan plan() const {
    const report::Input of_report = report_input();
    return publish::plan(input(of_report), shown, settings, lost);
  }
  Plan run() {
    Plan done = plan();
    test::ForgeDouble(shown).apply(done);
    return done;
  }
};

// "create; notes src/a.c:3 src/b.c:7; status failure": each action in its order.
inline std::string told(const Plan& plan) {
  std::vector<std::string> all;
  const auto add = [&](std::string text) { all.push_back(std::move(text)); };
  for (const Action& action : plan.actions) {
    std::visit(Overloaded{
                   [&](const CreateComment&) { add("create"); },
                   [&](const UpdateComment& it) { add("update " + it.id); },
                   [&](const DeleteComment& it) { add("delete " + it.id); },
                   [&](const PostNotes& it) {
                     std::string text = "notes";
                     for (const Note& note : it.notes) {
                       text += " " + note.new_path;
                       if (note.last.new_line > 0) text += ":" + std::to_string(note.first.new_line);
                       if (note.last != note.first) text += "-" + std::to_string(note.last.new_line);
                     }
                     add(text);
                   },
                   [&](const UpdateNote& it) { add("edit note " + it.comment); },
                   [&](const DeleteNote& it) { add("delete note " + it.comment); },
                   [&](const ResolveThread& it) { add((it.resolved ? "resolve " : "reopen ") + it.thread); },
                   [&](const WriteCheckRun& it) {
                     std::string buttons;
                     for (const CheckButton& button : it.buttons) buttons += " [" + button.identifier + "]";
                     add("check " + it.conclusion + " " + std::to_string(it.annotations.size()) + buttons);
                   },
                   [&](const SetStatus& it) { add("status " + it.state); },
                   [&](const AnswerExternalCheck& it) { add(it.passed ? "external passed" : "external failed"); },
                   [&](const ChangeLabels& it) {
                     add("labels +" + text::join(it.add, ",") + " -" + text::join(it.remove, ","));
                   },
                   [&](const RequestReviews& it) {
                     add("ask " + text::join(it.people, ",") + " / " + text::join(it.teams, ","));
                   },
                   [&](const UploadSarif& it) { add("sarif " + it.ref); },
               },
               action.what);
  }
  return text::join(all, "; ");
}

template <class What>
const What& only(const Plan& plan) {
  for (const Action& action : plan.actions) {
    if (const auto* const what = std::get_if<What>(&action.what)) return *what;
  }
  static const What none;
  return none;
}

}  // namespace gatepost::publish
