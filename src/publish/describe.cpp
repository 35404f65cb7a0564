// A plan as a person reads it. What would be sent holds strangers' texts: every line is made fit for a terminal.
#include "base/overloaded.hpp"
#include "base/text.hpp"
#include "publish/plan.hpp"
#include "report/escape.hpp"

namespace gatepost::publish {
namespace {

std::string safe(std::string_view s) { return report::escape::terminal(s); }
std::string commit(const std::string& id) { return safe(id.substr(0, 8)); }

std::string lines_of(std::uint32_t first, std::uint32_t last) {
  if (last == 0) return " (the file)";
  return ":" + std::to_string(first) + (first == last ? "" : "-" + std::to_string(last));
}
std::string place_of(const Note& note) {
  const std::string old_line = note.last.old_line == 0 ? "" : " (old " + std::to_string(note.last.old_line) + ")";
  return safe(note.new_path) + lines_of(note.first.new_line, note.last.new_line) + old_line +
         (note.old_path == note.new_path ? "" : ", before " + safe(note.old_path));
}

std::string names(const std::vector<std::string>& all) {
  std::string out;
  for (const std::string& name : all) out += (out.empty() ? "" : ", ") + safe(name);
  return out;
}
std::string listed(std::string_view label, const std::vector<std::string>& all) {
  return all.empty() ? "" : " " + std::string(label) + " " + names(all);
}
std::string bytes(std::string_view body) { return " (" + text::count_of(body.size(), "byte") + ")"; }

std::string headline_of(const What& what) {
  return std::visit(
      Overloaded{
          [](const CreateComment& it) { return "write a comment" + bytes(it.body); },
          [](const UpdateComment& it) { return "edit comment " + safe(it.id) + bytes(it.body); },
          [](const DeleteComment& it) { return "delete comment " + safe(it.id); },
          [](const PostNotes& it) {
            std::string places;
            for (const Note& note : it.notes) places += (places.empty() ? "" : ", ") + place_of(note);
            return "write " + text::count_of(it.notes.size(), "note") + ": " + places;
          },
          [](const UpdateNote& it) {
            return "edit note " + safe(it.comment) + " of thread " + safe(it.thread) + bytes(it.body);
          },
          [](const DeleteNote& it) { return "delete note " + safe(it.comment) + " of thread " + safe(it.thread); },
          [](const ResolveThread& it) {
            return (it.resolved ? "resolve thread " : "reopen thread ") + safe(it.thread);
          },
          [](const WriteCheckRun& it) {
            return (it.id.empty() ? "write check run \"" : "complete check run " + safe(it.id) + " \"") +
                   safe(it.name) + "\" on " + commit(it.head) + ": " + safe(it.conclusion) + ", " +
                   text::count_of(it.annotations.size(), "annotation") + ", \"" + safe(it.title) + "\", external id " +
                   safe(it.external_id) + (it.details_url.empty() ? "" : ", details " + safe(it.details_url));
          },
          [](const SetStatus& it) {
            return "set status \"" + safe(it.context) + "\" on " + commit(it.head) + ": " + safe(it.state) + ", \"" +
                   safe(it.description) + "\"" + (it.target_url.empty() ? "" : ", target " + safe(it.target_url));
          },
          [](const AnswerExternalCheck& it) {
            return "answer external status check " + std::to_string(it.id) + " on " + commit(it.head) + ": " +
                   (it.passed ? "passed" : "failed");
          },
          [](const ChangeLabels& it) { return "change labels:" + listed("add", it.add) + listed("remove", it.remove); },
          [](const RequestReviews& it) {
            return "ask for reviews:" + listed("people", it.people) + listed("teams", it.teams);
          },
          [](const UploadSarif& it) {
            return "upload SARIF of " + commit(it.commit) + " for " + safe(it.ref) + bytes(it.document);
          },
      },
      what);
}

void append_indented(std::string& out, std::string_view text, std::string_view indent) {
  for (const std::string_view line : text::split(text, '\n')) {
    // Blanks at the beginning mean something in Markdown.
    const std::size_t blanks = std::min(line.find_first_not_of(' '), line.size());
    out.append(indent).append(line.substr(0, blanks)).append(safe(line.substr(blanks))).append("\n");
  }
}

void append_annotation(std::string& out, const Annotation& it) {
  out += "  " + safe(it.level) + " " + safe(it.path) + lines_of(it.first_line, it.last_line);
  if (it.first_column > 0) out += " columns " + std::to_string(it.first_column) + "-" + std::to_string(it.last_column);
  out += ": " + safe(it.title) + "\n";
  append_indented(out, it.message, "    ");
}

void append_details(std::string& out, const What& what) {
  std::visit(Overloaded{
                 [&](const CreateComment& it) { append_indented(out, it.body, "  "); },
                 [&](const UpdateComment& it) { append_indented(out, it.body, "  "); },
                 [&](const UpdateNote& it) { append_indented(out, it.body, "  "); },
                 [&](const PostNotes& it) {
                   for (const Note& note : it.notes) {
                     out += "  " + place_of(note) + "\n";
                     append_indented(out, note.body, "    ");
                   }
                 },
                 [&](const WriteCheckRun& it) {
                   append_indented(out, it.summary, "  ");
                   for (const Annotation& note : it.annotations) append_annotation(out, note);
                 },
                 [](const auto&) {},
             },
             what);
}

}  // namespace

std::string describe(const Plan& plan, bool verbose) {
  std::string out;
  for (const Action& action : plan.actions) {
    out += std::string(to_string(action.channel)) + ": " + headline_of(action.what) + " [" + safe(action.key) + "]\n";
    if (verbose) append_details(out, action.what);
  }
  if (plan.actions.empty()) out += "nothing to write\n";
  for (const std::string& note : plan.notes) out += "note: " + safe(note) + "\n";
  return out;
}

}  // namespace gatepost::publish
