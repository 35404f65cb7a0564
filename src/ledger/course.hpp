// The events that one finding gets in a run: each leads from the state that the one before it led to.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ledger/plan.hpp"
#include "ledger/state.hpp"

namespace gatepost::ledger {

class Course {
 public:
  Course(const RunFacts& run, const Tracked* known, const FindingId& id, std::vector<Draft>& out)
      : run_(run), out_(out), id_(id), exists_(known != nullptr) {
    if (known != nullptr) now_ = *known;
  }
  // What the finding is after the events so far.
  [[nodiscard]] const Tracked& now() const { return now_; }
  [[nodiscard]] bool exists() const { return exists_; }
  [[nodiscard]] bool is(Standing standing) const { return exists_ && now_.standing == standing; }
  [[nodiscard]] bool is_live() const { return exists_ && now_.is_live(); }
  [[nodiscard]] std::int64_t due() const { return now_.clocks.due; }
  [[nodiscard]] std::int64_t at() const { return run_.now.unix_ms; }

  void rename(const FindingId& id) { id_ = id; }
  // What follows is about another finding, which the ledger does not know yet.
  void leave(const FindingId& id) {
    id_ = id;
    exists_ = false;
    now_ = {};
  }

  Draft& add(EventType type, Facts facts = {}) {
    Draft draft{.type = type,
                .subject = to_string(id_),
                .actor = run_.actor,
                .commit = run_.commit,
                .run_url = run_.run_url,
                .facts = std::move(facts)};
    if (const Transition& step = transition(type); step.to) {
      draft.before = exists_ ? now_.state() : std::string{};
      now_.standing = *step.to;
      if (!step.keeps_triage) now_.triage = step.triage;
      draft.after = now_.state();
      exists_ = true;
    }
    out_.push_back(std::move(draft));
    return out_.back();
  }
  // With another due day, when it is one.
  Draft& add_due(EventType type, std::int64_t due, Facts facts = {}) {
    if (due != 0 && due != now_.clocks.due) facts["due"] = due;
    if (due != 0) now_.clocks.due = due;
    return add(type, std::move(facts));
  }

 private:
  const RunFacts& run_;
  std::vector<Draft>& out_;
  FindingId id_;
  bool exists_ = false;
  Tracked now_;
};

}  // namespace gatepost::ledger
