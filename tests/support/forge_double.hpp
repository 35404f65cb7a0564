// What a forge shows after a plan was carried out, without a forge: pure data in, pure data out.
#pragma once

#include <algorithm>
#include <string>
#include <variant>

#include "base/overloaded.hpp"
#include "publish/plan.hpp"

namespace gatepost::test {

class ForgeDouble {
 public:
  explicit ForgeDouble(publish::Shown& shown) : shown_(shown) {}

  void apply(const publish::Plan& plan) {
    for (const publish::Action& action : plan.actions) {
      std::visit(Overloaded{[this](const auto& what) { apply(what); }}, action.what);
    }
  }

 private:
  static std::string next_id() {
    static std::uint64_t last = 1000;
    return std::to_string(++last);
  }
  void apply(const publish::CreateComment& it) { shown_.comments.push_back({next_id(), it.body}); }
  void apply(const publish::UpdateComment& it) {
    for (auto& comment : shown_.comments) {
      if (comment.id == it.id) comment.body = it.body;
    }
  }
  void apply(const publish::DeleteComment& it) {
    std::erase_if(shown_.comments, [&](const auto& comment) { return comment.id == it.id; });
  }
  void apply(const publish::PostNotes& it) {
    for (const publish::Note& note : it.notes) {
      const std::string id = next_id();
      shown_.threads.push_back(
          {.thread = "T" + id, .comment = id, .body = note.body, .path = note.new_path, .line = note.last.new_line});
    }
  }
  void apply(const publish::UpdateNote& it) {
    for (auto& thread : shown_.threads) {
      if (thread.comment == it.comment) thread.body = it.body;
    }
  }
  void apply(const publish::DeleteNote& it) {
    std::erase_if(shown_.threads, [&](const auto& thread) { return thread.comment == it.comment; });
  }
  void apply(const publish::ResolveThread& it) {
    for (auto& thread : shown_.threads) {
      if (thread.thread == it.thread) thread.resolved = thread.resolved_by_us = it.resolved;
    }
  }
  void apply(const publish::WriteCheckRun& it) {
    shown_.check = publish::ShownCheck{it.id.empty() ? next_id() : it.id, it.external_id, true};
  }
  void apply(const publish::SetStatus& it) {
    shown_.status = publish::ShownStatus{it.state, it.description, it.target_url};
  }
  void apply(const publish::AnswerExternalCheck& it) { shown_.external_check = it.passed; }
  void apply(const publish::ChangeLabels& it) {
    shown_.labels.insert(shown_.labels.end(), it.add.begin(), it.add.end());
    for (const std::string& label : it.remove) std::erase(shown_.labels, label);
    std::ranges::sort(shown_.labels);
  }
  void apply(const publish::RequestReviews& it) {
    shown_.reviewers.insert(shown_.reviewers.end(), it.people.begin(), it.people.end());
    for (const std::string& team : it.teams) shown_.reviewers.push_back("acme/" + team);
    std::ranges::sort(shown_.reviewers);
  }
  void apply(const publish::UploadSarif&) {}

  publish::Shown& shown_;
};

}  // namespace gatepost::test
