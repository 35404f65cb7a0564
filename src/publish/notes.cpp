// Notes on the lines of the change: what there are of ours is kept true, and as many are added as the settings allow.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/text.hpp"
#include "publish/marker.hpp"
#include "publish/note_body.hpp"
#include "publish/parts.hpp"
#include "report/facts.hpp"

namespace gatepost::publish {
namespace {

constexpr std::size_t kMostOfRule = 5;  // findings of one rule, beyond which they share a note
constexpr std::size_t kNone = static_cast<std::size_t>(-1);
constexpr std::size_t kCommitDigits = 8;

struct Candidate {
  FindingIndex finding = 0;
  std::optional<Place> place;
  std::optional<Suggestion> suggestion;
  std::vector<std::size_t> threads;  // that name it, the oldest first
};

// Findings on the same lines: one thread.
struct Group {
  std::optional<Place> place;  // empty: not in the diff now, but a thread tells of it
  std::vector<FindingIndex> findings;
  std::optional<Suggestion> suggestion;
  std::size_t folded = 0;
  std::size_t thread = kNone;           // that is kept
  std::vector<std::size_t> superseded;  // further threads of the same findings
};

bool is_live(const ShownThread& thread) { return !thread.resolved && !thread.outdated; }

// Who closed it does not want to be asked again.
bool is_closed(const ShownThread& thread) { return thread.resolved && !thread.resolved_by_us; }

class Planner {
 public:
  explicit Planner(const Sight& sight) : sight_(sight), diff_(sight.shown.request) {}

  NotesPart plan() {
    find_threads();
    find_candidates();
    fold();
    group();
    claim();
    if (!sight_.can(Channel::review)) {
      tell_refused();
    } else {
      add();
      drop_repeated();
      settle();
    }
    tell_what_is_shown();
    return std::move(out_);
  }

 private:
  [[nodiscard]] const Assessment& assessment() const { return sight_.assessment(); }
  [[nodiscard]] const ShownThread& thread(std::size_t index) const { return *threads_[index]; }
  [[nodiscard]] std::string name_of(FindingIndex finding) const {
    return short_form(assessment().findings.all[finding].id);
  }

  // --- what is there ---

  void find_threads() {
    for (const ShownThread& it : sight_.shown.threads) {
      if (is_note(it.body, sight_.settings.name)) threads_.push_back(&it);
    }
    std::ranges::stable_sort(threads_, [](const auto* a, const auto* b) { return is_older(a->comment, b->comment); });
    for (std::size_t i = 0; i < threads_.size(); ++i) {
      named_.push_back(parse_note_marker(threads_[i]->body)->findings);
      for (const std::string& id : named_.back()) threads_of_[id].push_back(i);
    }
  }

  void find_candidates() {
    for (const FindingIndex finding : sight_.candidates) {
      Candidate it{.finding = finding, .place = place_of_finding(sight_.input, diff_, finding)};
      it.threads = threads_about(finding);
      if (it.place) {
        out_.placed.push_back(finding);
        suggest(it);
      }
      if (it.place || !it.threads.empty()) candidates_.push_back(std::move(it));
    }
  }

  // Also those that were written for one tool's part of it.
  [[nodiscard]] std::vector<std::size_t> threads_about(FindingIndex finding) const {
    std::vector<std::size_t> threads;
    const auto add = [&](const FindingId& id) {
      const auto named = threads_of_.find(to_string(id));
      if (named != threads_of_.end()) threads.insert(threads.end(), named->second.begin(), named->second.end());
    };
    add(assessment().findings.all[finding].id);
    if (const Across* const across = assessment().across_of(finding)) {
      for (const Claim& claim : across->claims) add(claim.finding.id);
    }
    std::ranges::sort(threads);
    const auto rest = std::ranges::unique(threads);
    threads.erase(rest.begin(), rest.end());
    return threads;
  }

  // A suggestion replaces the lines that its note stands on.
  void suggest(Candidate& it) {
    auto suggestion = suggestion_for(sight_, *it.place, it.finding);
    if (!suggestion) return;
    const auto place = diff_.place(*it.place->file, suggestion->lines);
    const bool exact =
        place && place->first.new_line == suggestion->lines.first && place->last.new_line == suggestion->lines.last;
    if (!exact) return;
    it.place = place;
    it.suggestion = std::move(suggestion);
  }

  // --- what belongs together ---

  // The rule's first finding, if possible one that has a thread, stands for those that have none.
  void fold() {
    std::map<std::pair<std::string_view, std::string_view>, std::vector<std::size_t>> of_rule;
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      const FindingIndex finding = candidates_[i].finding;
      const auto& row = report::primary_row(assessment(), finding);
      const ObservationTable& table = assessment().table_of(assessment().findings.all[finding]);
      of_rule[{table.text(table.rule_of(row).engine), report::rule_of(assessment(), finding)}].push_back(i);
    }
    for (const auto& [rule, members] : of_rule) {
      if (members.size() <= kMostOfRule || rule.second.empty()) continue;
      const auto has_thread = [&](std::size_t i) { return !candidates_[i].threads.empty(); };
      const auto known = std::ranges::find_if(members, has_thread);
      const std::size_t first = known == members.end() ? members.front() : *known;
      for (const std::size_t i : members) {
        if (i == first || has_thread(i)) continue;
        folded_.insert(i);
        ++folded_into_[first];
      }
    }
  }

  void group() {
    std::map<std::tuple<const ShownFile*, std::uint32_t, std::uint32_t, std::size_t>, std::size_t> known;
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      Candidate& it = candidates_[i];
      if (folded_.contains(i)) continue;
      const auto key = it.place ? std::tuple(it.place->file, it.place->first.new_line, it.place->last.new_line, kNone)
                                : std::tuple(static_cast<const ShownFile*>(nullptr), 0U, 0U, it.threads.front());
      const auto [at, added] = known.try_emplace(key, groups_.size());
      if (added) groups_.push_back({.place = it.place, .suggestion = std::move(it.suggestion)});
      Group& group = groups_[at->second];
      group.findings.push_back(it.finding);
      if (const auto more = folded_into_.find(i); more != folded_into_.end()) group.folded += more->second;
      group_of_[to_string(assessment().findings.all[it.finding].id)] = at->second;
    }
  }

  // Every thread goes to one group: to that on its own line, else to the first one that it names.
  void claim() {
    std::vector<std::vector<std::size_t>> claimed(groups_.size());
    for (std::size_t t = 0; t < threads_.size(); ++t) {
      std::size_t best = kNone;
      for (const std::string& id : named_[t]) {
        const auto found = group_of_.find(id);
        if (found == group_of_.end()) continue;
        if (best == kNone ||
            std::pair(!stands_on(t, found->second), found->second) < std::pair(!stands_on(t, best), best))
          best = found->second;
      }
      if (best == kNone) {
        over_.push_back(t);
      } else {
        claimed[best].push_back(t);
      }
    }
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      if (!claimed[g].empty()) choose(groups_[g], claimed[g]);
    }
  }
  [[nodiscard]] bool stands_on(std::size_t t, std::size_t g) const {
    const auto& place = groups_[g].place;
    return place && place->file->new_path == thread(t).path && place->last.new_line == thread(t).line;
  }
  // The oldest that lives; else one that a person closed, who will not be asked again; else the oldest.
  void choose(Group& group, const std::vector<std::size_t>& threads) {
    const auto live = std::ranges::find_if(threads, [&](std::size_t t) { return is_live(thread(t)); });
    const auto closed = std::ranges::find_if(threads, [&](std::size_t t) { return is_closed(thread(t)); });
    group.thread = live != threads.end() ? *live : closed != threads.end() ? *closed : threads.front();
    for (const std::size_t t : threads) {
      if (t != group.thread && !thread(t).resolved) group.superseded.push_back(t);
    }
  }

  // --- what is to be done ---

  // Of several threads one stays. Where that is outdated and cannot be written anew, they all do: one of them,
  // resolved, would look as if a person had closed it.
  void drop_repeated() {
    for (const Group& group : groups_) {
      const bool stuck = group.thread != kNone && thread(group.thread).outdated && !thread(group.thread).resolved;
      if (stuck) continue;
      for (const std::size_t t : group.superseded) retire(t, "Told elsewhere in this change now.");
    }
  }

  [[nodiscard]] bool is_moving(const Group& group) const {
    return group.thread != kNone && group.place && !is_closed(thread(group.thread)) && thread(group.thread).outdated;
  }

  void add() {
    const auto stays = [&](const Group& group) { return group.thread != kNone && !is_moving(group); };
    auto used = static_cast<std::size_t>(std::ranges::count_if(groups_, stays));
    PostNotes post;
    std::vector<const Group*> adding;
    std::vector<std::size_t> moved;
    const auto take = [&](Group& group) {
      if (used >= sight_.settings.most_inline) return false;
      ++used;
      adding.push_back(&group);
      return true;
    };
    for (Group& group : groups_) {
      if (!is_moving(group) || !take(group)) continue;
      moved.push_back(group.thread);
      group.thread = kNone;
    }
    for (Group& group : groups_) {
      const bool is_new = group.thread == kNone && std::ranges::find(adding, &group) == adding.end();
      if (is_new && group.place) take(group);
    }
    // In the order of the risk, whichever was chosen first.
    std::ranges::sort(adding);
    for (const Group* const group : adding) write(*group, post);
    if (!post.notes.empty()) actions_.push_back({"notes", Channel::review, std::move(post)});
    for (const Group& group : groups_) {
      if (group.thread == kNone || is_closed(thread(group.thread))) continue;
      if (thread(group.thread).resolved) reopen(group);
      refresh(group);
    }
    for (const std::size_t t : moved) retire(t, "Moved with its code: told on another line now.");
  }

  void write(const Group& group, PostNotes& post) {
    NoteText text = note_text(sight_, group.findings, group.folded, group.suggestion);
    const Place& place = *group.place;
    post.notes.push_back({std::move(text.marker), std::move(text.body), place.file->old_path, place.file->new_path,
                          place.first, place.last});
    out_.told_by_note.emplace_back(group.findings.begin(),
                                   group.findings.begin() + static_cast<std::ptrdiff_t>(text.told));
  }

  [[nodiscard]] std::string key_of(const Group& group) const { return "note " + name_of(group.findings.front()); }

  // Its finding is back.
  void reopen(const Group& group) {
    const ShownThread& it = thread(group.thread);
    if (!sight_.shown.may.resolve || it.thread.empty()) return;
    refreshing_.push_back({"reopen " + key_of(group), Channel::review, ResolveThread{it.thread, false}});
  }

  // A suggestion is never put under a note that was not written for exactly its lines.
  void refresh(const Group& group) {
    const ShownThread& it = thread(group.thread);
    const bool on_its_line = group.place && group.place->last.new_line == it.line;
    NoteText text = note_text(sight_, group.findings, group.folded, group.suggestion);
    if (group.suggestion && (!on_its_line || comparable(text.body) != comparable(it.body))) {
      text = note_text(sight_, group.findings, group.folded, std::nullopt);
    }
    told_[group.thread] = {group.findings.begin(), group.findings.begin() + static_cast<std::ptrdiff_t>(text.told)};
    if (comparable(text.body) == comparable(it.body)) return;
    refreshing_.push_back({key_of(group), Channel::review, UpdateNote{it.thread, it.comment, std::move(text.body)}});
  }

  // Threads of findings that are no longer held against the change.
  void settle() {
    for (const std::size_t t : over_) {
      if (const auto why = why_over(t)) retire(t, *why);
    }
    auto& actions = out_.part.actions;
    for (auto* const list : {&actions_, &refreshing_, &retiring_}) {
      std::ranges::move(*list, std::back_inserter(actions));
    }
  }

  // Empty when nobody knows: what a damaged report does not list is not gone.
  std::optional<std::string> why_over(std::size_t t) const {
    bool waived = false, suppressed = false, spared = false, known = false, unknown = false;
    for (const std::string& id : named_[t]) {
      const auto finding = find(id);
      if (!finding) {
        unknown = true;
        continue;
      }
      const Assessed& judged = assessment().assessed[*finding];
      waived |= judged.waiver != Assessed::kNone;
      suppressed |= judged.suppressed;
      spared |= judged.risk.exemption != Exemption::none;
      known |= judged.presence != Presence::fixed;
      if (judged.presence == Presence::not_evaluated) return std::nullopt;
    }
    if (unknown && !sight_.evidence_is_complete()) return std::nullopt;
    const std::string commit = " (commit `" + sight_.input.stamp.head.substr(0, kCommitDigits) + "`)";
    if (waived) return "Waived; the summary has the reason" + commit + ".";
    if (spared) return "Not affected, as a VEX statement says; the summary has it" + commit + ".";
    if (suppressed) return "The tools were told to ignore this" + commit + ".";
    if (known) return "No longer held against this change" + commit + ".";
    return "Fixed: no scanner reports this any more" + commit + ".";
  }
  [[nodiscard]] std::optional<std::size_t> find(const std::string& id) const {
    const auto& all = assessment().findings.all;  // sorted by the written id
    const auto found = std::ranges::lower_bound(all, id, {}, [](const Finding& it) { return to_string(it.id); });
    if (found != all.end() && to_string(found->id) == id) return static_cast<std::size_t>(found - all.begin());
    for (const Across& across : assessment().across) {
      const auto is_named = [&](const Claim& claim) { return to_string(claim.finding.id) == id; };
      if (std::ranges::any_of(across.claims, is_named)) return across.finding;
    }
    return std::nullopt;
  }

  // What somebody answered stays.
  void retire(std::size_t t, const std::string& sentence) {
    const ShownThread& it = thread(t);
    if (it.resolved) return;
    const std::string key = "note over " + it.comment;
    if (!it.has_replies) {
      retiring_.push_back({key, Channel::review, DeleteNote{it.thread, it.comment}});
    } else if (sight_.shown.may.resolve && !it.thread.empty()) {
      retiring_.push_back({key, Channel::review, ResolveThread{it.thread, true}});
    } else if (!is_settled(it.body)) {
      retiring_.push_back(
          {key, Channel::review, UpdateNote{it.thread, it.comment, settled_body(first_line(it.body), sentence)}});
    }
  }

  void tell_refused() {
    if (candidates_.empty() && threads_.empty()) return;
    if (sight_.settings.most_inline == 0 && threads_.empty()) return;
    out_.part.notes.emplace_back(
        "No notes are written on lines: the forge does not let us. The summary and the annotations have the findings.");
  }

  void tell_what_is_shown() {
    for (const Group& group : groups_) {
      if (group.thread == kNone) continue;
      const auto told = told_.find(group.thread);
      for (const FindingIndex finding : group.findings) {
        const auto& named = named_[group.thread];
        const bool shown = std::ranges::find(named, to_string(assessment().findings.all[finding].id)) != named.end();
        const bool written = told != told_.end() && std::ranges::find(told->second, finding) != told->second.end();
        if (shown) out_.told.push_back(finding);
        if (!shown && written) out_.told_by_edit[key_of(group)].push_back(finding);
      }
    }
    std::ranges::sort(out_.told);
  }

  const Sight& sight_;
  DiffIndex diff_;
  std::vector<const ShownThread*> threads_;      // ours, the oldest first
  std::vector<std::vector<std::string>> named_;  // by thread: the ids in its marker
  std::map<std::string, std::vector<std::size_t>> threads_of_;
  std::vector<Candidate> candidates_;
  std::set<std::size_t> folded_;
  std::map<std::size_t, std::size_t> folded_into_;
  std::vector<Group> groups_;  // in the order of the risk
  std::map<std::string, std::size_t> group_of_;
  std::vector<std::size_t> over_;
  std::map<std::size_t, std::vector<FindingIndex>> told_;  // by thread
  std::vector<Action> actions_, refreshing_, retiring_;
  NotesPart out_;
};

}  // namespace

NotesPart plan_notes(const Sight& sight) { return Planner(sight).plan(); }

}  // namespace gatepost::publish
