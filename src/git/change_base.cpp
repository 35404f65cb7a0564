#include "git/change_base.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"
#include "git/history.hpp"
#include "git/objects.hpp"
#include "git/revision.hpp"

namespace gatepost::git {
namespace {

// A commit id as a CI states it. A missing one is an error only when it is needed.
Result<std::optional<ObjectId>> stated_id(const std::string& text, std::string_view what) {
  if (text.empty()) return std::optional<ObjectId>{};
  const auto id = ObjectId::parse(text);
  if (!id) {
    return error(ErrorKind::usage, fmt::format("{}: \"{}\" is not a full commit id", what, text::printable(text)));
  }
  return id;
}

// All of the facts that are ids.
struct Ids {
  std::optional<ObjectId> merge_commit, change_head, queue_base, forge_merge_base, push_base, event_base;
};

Result<Ids> stated_ids(const ChangeFacts& facts) {
  Ids ids;
  GP_TRY(ids.merge_commit, stated_id(facts.merge_commit, "the CI's merge commit"));
  GP_TRY(ids.change_head, stated_id(facts.change_head, "the change's head"));
  GP_TRY(ids.queue_base, stated_id(facts.queue_base, "the merge queue's base"));
  GP_TRY(ids.forge_merge_base, stated_id(facts.forge_merge_base, "the forge's merge base"));
  GP_TRY(ids.push_base, stated_id(facts.push_base, "the commit before the push"));
  GP_TRY(ids.event_base, stated_id(facts.event_base, "the event's base"));
  return ids;
}

Note note(Note::Level level, std::string code, std::string text) {
  return {.level = level, .code = std::move(code), .text = std::move(text), .at = {}};
}

class Ladder {
 public:
  Ladder(const Repository& repository, const ChangeFacts& facts, Ids ids, const ObjectId& head)
      : repository_(repository), facts_(facts), ids_(std::move(ids)) {
    chosen_.head = head;
    chosen_.change_head = ids_.change_head ? ids_.change_head : std::optional(head);
  }

  Result<ChangeBase> climb() {
    if (!facts_.base.empty()) return given();
    GP_CHECK(check_head());
    if (ids_.queue_base) return take(*ids_.queue_base, BaseSource::merge_queue);
    if (ids_.push_base) return take(*ids_.push_base, BaseSource::event);
    GP_TRY(const auto parents, merge_parents());
    if (!parents.empty() && is_of_this_change(parents[1])) return from_merge(parents);
    if (ids_.forge_merge_base) {
      chosen_.rules = find_branch(repository_, facts_.target_branch);
      return take(*ids_.forge_merge_base, BaseSource::merge_base);
    }
    GP_TRY(const bool found, target_branch());
    if (found) return std::move(chosen_);
    if (ids_.event_base) return event_base();
    if (facts_.target_branch.empty()) return std::move(chosen_);
    return error(ErrorKind::bad_input,
                 fmt::format("the target branch \"{}\" has no known common commit with {}",
                             text::printable(facts_.target_branch), chosen_.head.short_hex()),
                 fetch_target());
  }

 private:
  Result<ChangeBase> take(const ObjectId& base, BaseSource source) {
    if (!has_object(repository_, base)) {
      return error(ErrorKind::bad_input,
                   fmt::format("the base of the change, commit {}, is not in this clone", base.hex()),
                   "run: " + fetch_command(repository_, base));
    }
    chosen_.base = base;
    if (!chosen_.rules) chosen_.rules = base;
    chosen_.source = source;
    return std::move(chosen_);
  }

  void doubt(std::string code, std::string text) {
    chosen_.confident = false;
    chosen_.notes.push_back(note(Note::Level::warning, std::move(code), std::move(text)));
  }

  [[nodiscard]] std::string fetch_target() const {
    if (repository_.is_shallow()) return "this clone is shallow; run: " + unshallow_command();
    return "run: " + fetch_branch_command(repository_, facts_.target_branch);
  }

  // The parents of the CI's merge commit, when that is what we look at.
  Result<std::vector<ObjectId>> merge_parents() {
    if (ids_.merge_commit != chosen_.head) return std::vector<ObjectId>{};
    GP_TRY(auto commit, read_commit(repository_, chosen_.head));
    if (!commit || commit->parents.size() < 2) return std::vector<ObjectId>{};
    return std::move(commit->parents);
  }

  // The head of a change may have moved on since its merge commit was made. A commit that the change never had is no
  // part of it: then anybody could choose the parents.
  bool is_of_this_change(const ObjectId& merged) {
    if (!ids_.change_head || *ids_.change_head == merged) return true;
    const bool earlier = !has_object(repository_, *ids_.change_head) || descends(*ids_.change_head, merged);
    doubt("merge-commit-of-other-head", fmt::format("the merge commit contains {}, but the change's head is {}",
                                                    merged.short_hex(), ids_.change_head->short_hex()));
    return earlier;
  }

  bool descends(const ObjectId& from, const ObjectId& ancestor) const {
    if (from == ancestor) return true;
    if (!has_object(repository_, ancestor)) return false;
    const auto found = merge_bases(repository_, from, ancestor);
    return found && found->certain && std::ranges::find(found->bases, ancestor) != found->bases.end();
  }

  // What is checked out must be the change, or contain it.
  Status check_head() {
    if (!facts_.head.empty() || !ids_.change_head || chosen_.head == ids_.merge_commit) return Done{};
    if (descends(chosen_.head, *ids_.change_head)) return Done{};
    return error(ErrorKind::bad_input,
                 fmt::format("{} is checked out, but the change's head is {}: the scanners saw something else",
                             chosen_.head.short_hex(), ids_.change_head->short_hex()),
                 "never check out a stranger's commit on pull_request_target or workflow_run (docs/forks.md): run on "
                 "pull_request, whose checkout is the change, or give --head");
  }

  Result<ChangeBase> from_merge(const std::vector<ObjectId>& parents) {
    chosen_.change_head = parents[1];
    return take(parents.front(), BaseSource::merge_parents);
  }

  // Fails when the user's base cannot be found; everything else is a base that we are more or less sure of.
  Result<ChangeBase> given() {
    const auto resolved = resolve_commit(repository_, facts_.base).context("--base");
    if (!resolved) return not_here(resolved.error());
    const ObjectId& base = *resolved;
    chosen_.source = BaseSource::given;
    chosen_.rules = base;
    GP_TRY(const MergeBases found, merge_bases(repository_, base, chosen_.head));
    if (found.certain && !found.bases.empty()) {
      choose_of(found);
    } else if (found.certain) {
      chosen_.base = base;
      doubt("no-common-ancestor", fmt::format("{} and {} have no common ancestor; they are compared as they are",
                                              base.short_hex(), chosen_.head.short_hex()));
    } else {
      chosen_.base = base;
      doubt("shallow-history",
            fmt::format("this clone is too shallow to tell where {} and {} part; they are compared as they are, so "
                        "changes made on the base since then show as changes back; run: {}",
                        base.short_hex(), chosen_.head.short_hex(), unshallow_command()));
    }
    return std::move(chosen_);
  }

  // In a shallow clone a base that cannot be found is most likely history that was not fetched, not a slip of the pen.
  Error not_here(Error failure) const {
    if (failure.kind == ErrorKind::usage && repository_.is_shallow()) failure.kind = ErrorKind::bad_input;
    return failure;
  }

  void choose_of(const MergeBases& found) {
    chosen_.base = found.bases.front();
    if (found.bases.size() == 1) return;
    doubt("several-merge-bases", fmt::format("{} merge bases; {} is used as git does, so changes merged from the base "
                                             "may count as changes made here",
                                             found.bases.size(), found.bases.front().short_hex()));
  }

  // True when the merge base with the target branch is known.
  Result<bool> target_branch() {
    const auto tip = find_branch(repository_, facts_.target_branch);
    if (!tip) return false;
    GP_TRY(const MergeBases found, merge_bases(repository_, *tip, chosen_.head));
    if (!found.certain || found.bases.empty()) return false;
    chosen_.source = BaseSource::merge_base;
    chosen_.rules = tip;
    choose_of(found);
    return true;
  }

  Result<ChangeBase> event_base() {
    const ObjectId base = *ids_.event_base;
    doubt("event-base",
          fmt::format("the base {} is the one of the CI's event; what came to the target branch since then "
                      "may count as changes made here",
                      base.short_hex()));
    if (!has_object(repository_, base)) return take(base, BaseSource::event);
    chosen_.rules = base;
    GP_TRY(const MergeBases found, merge_bases(repository_, base, chosen_.head));
    if (!found.certain || found.bases.empty()) return take(base, BaseSource::event);
    return take(found.bases.front(), BaseSource::event);
  }

  const Repository& repository_;
  const ChangeFacts& facts_;
  Ids ids_;
  ChangeBase chosen_;
};

Result<ObjectId> head_of(const Repository& repository, const ChangeFacts& facts) {
  if (facts.head.empty()) return head_commit(repository);
  return resolve_commit(repository, facts.head).context("--head");
}

Result<Ladder> ladder_for(const Repository& repository, const ChangeFacts& facts) {
  GP_TRY(Ids ids, stated_ids(facts));
  GP_TRY(const ObjectId head, head_of(repository, facts));
  return Ladder(repository, facts, std::move(ids), head);
}

}  // namespace

Result<ChangeBase> resolve_change_base(const Repository& repository, const ChangeFacts& facts) {
  GP_TRY(Ladder ladder, ladder_for(repository, facts));
  return ladder.climb();
}

}  // namespace gatepost::git
