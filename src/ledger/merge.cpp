#include "ledger/merge.hpp"

#include <algorithm>
#include <string>

#include "ledger/state.hpp"

namespace gatepost::ledger {
namespace {

const Actor kActor{"tool", "gatepost", ""};

std::uint64_t common_of(std::span<const Line> ours, std::span<const Line> theirs) {
  const auto [end, other] = std::ranges::mismatch(ours, theirs, {}, &Line::hash, &Line::hash);
  return static_cast<std::uint64_t>(end - ours.begin());
}

Draft merge_event(std::uint64_t common, std::span<const Line> ours, std::span<const Line> theirs) {
  return {.type = EventType::merge,
          .actor = kActor,
          .facts = {{"common", static_cast<std::int64_t>(common)},
                    {"ours", ours.back().hash},
                    {"theirs", theirs.back().hash},
                    {"their_events", static_cast<std::int64_t>(theirs.size() - common)}}};
}

// As it was seen first, by whoever saw it.
Draft detection(const State& theirs, const Tracked& it) {
  Draft draft{.type = EventType::detected,
              .subject = to_string(it.id),
              .after = state_name(Standing::open, Triage::fresh),
              .actor = kActor,
              .commit = std::string(theirs.text(it.commit)),
              .record = theirs.record(it),
              .facts = {{"observed_at", it.clocks.detected}}};
  const auto put = [&](const char* name, std::int64_t at) {
    if (at != 0) draft.facts[name] = at;
  };
  put("due", it.clocks.due);
  put("published", it.clocks.published);
  put("introduced", it.clocks.introduced);
  put("epss_band", it.epss_band);
  if (it.has(Flag::kev)) draft.facts["kev"] = true;
  if (it.has(Flag::fix_available)) draft.facts["fix_available"] = true;
  return draft;
}

}  // namespace

Result<Merge> merge(std::span<const Line> ours, std::span<const Line> theirs) {
  Merge result{.common = common_of(ours, theirs), .drafts = {}};
  if (result.common == theirs.size()) return result;
  if (result.common == 0) {
    return error(ErrorKind::bad_input, "the two ledgers have no event in common",
                 "they are not of one repository, or one was begun anew; nothing can be merged");
  }
  if (result.common == ours.size()) {
    return error(ErrorKind::bad_input, "the other ledger is this one with more events behind it: this one was cut off",
                 "put the other one in its place, after gatepost ledger verify of it");
  }
  GP_TRY(const State here, fold(ours));
  GP_TRY(const State there, fold(theirs));
  result.drafts.push_back(merge_event(result.common, ours, theirs));
  for (const Tracked& it : there.findings) {
    if (it.is_live() && here.find(it.id) == nullptr) result.drafts.push_back(detection(there, it));
  }
  std::sort(result.drafts.begin() + 1, result.drafts.end(),
            [](const Draft& a, const Draft& b) { return a.subject < b.subject; });
  return result;
}

}  // namespace gatepost::ledger
