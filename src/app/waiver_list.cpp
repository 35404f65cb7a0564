#include "app/waiver_list.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <tuple>
#include <utility>

#include "base/text.hpp"
#include "ledger/rules.hpp"

namespace gatepost::app {
namespace {

using ledger::EventType;
using ledger::Standing;

constexpr std::string_view kSuppression = "tool-suppression";
// In the order of the list.
constexpr std::array<std::string_view, 6> kStates = {"active", "unused", "later", "refused", "broken", "expired"};

class Listing {
 public:
  Listing(const config::Settings& settings, const ledger::State& state, const WaiverRecords& records,
          const ledger::People& people, Timestamp now)
      : settings_(settings), records_(records), people_(people), today_(day_of(now)) {
    for (const ledger::Tracked& it : state.findings) {
      if (it.standing != Standing::waived && it.standing != Standing::false_positive) continue;
      Covered& covered = covered_[std::string(state.text(it.waiver))];
      covered.findings.push_back(to_string(it.id));
      covered.until = std::max(covered.until, it.waived_until);
    }
  }

  std::vector<PostureWaiver> take() {
    for (const policy::Waiver& it : settings_.waivers) all_.push_back(of_file(it));
    for (const config::BrokenWaiver& it : settings_.broken_waivers) all_.push_back(broken(it));
    for (const auto& [id, covered] : covered_) {
      if (!id.empty() && !told_.contains(id)) all_.push_back(of_ledger(id, covered));
    }
    for (PostureWaiver& it : all_) std::ranges::sort(it.covered);
    std::ranges::stable_sort(all_, {}, [](const PostureWaiver& it) {
      const auto rank = std::ranges::find(kStates, it.state) - kStates.begin();
      // What is in force is one group: by its last day, whether it is used or not.
      return std::tuple(rank <= 1 ? 0 : rank, it.expires.empty() ? "9999" : it.expires, it.id);
    });
    return std::move(all_);
  }

 private:
  struct Covered {
    std::vector<std::string> findings;
    std::int64_t until = 0;
  };

  [[nodiscard]] std::string names(const std::vector<std::string>& pseudonyms) const {
    std::string out;
    for (const std::string& it : pseudonyms) out += (out.empty() ? "" : ", ") + people_.name(it);
    return out;
  }

  PostureWaiver of_file(const policy::Waiver& it) {
    told_.insert(it.id.value);
    PostureWaiver out{.id = it.id.value,
                      .source = it.imported_from.empty() ? "file" : "scanner",
                      .where = it.where,
                      .reason = it.reason,
                      .justification = it.justification,
                      .requested_by = it.requested_by,
                      .approved_by = text::join(it.approved_by, ", "),
                      .created = to_string(it.created)};
    const bool ends = it.expires != std::chrono::sys_days::max();
    if (ends) out.expires = to_string(it.expires);
    if (const auto found = covered_.find(it.id.value); found != covered_.end()) out.covered = found->second.findings;
    out.findings = static_cast<std::uint32_t>(out.covered.size());
    const bool unapproved = !it.imported_from.empty() && settings_.rules.waivers.apply_unapproved;
    const std::string problem = policy::problem_of(it, settings_.rules.waivers, today_);
    if (it.created > today_) {
      out.state = "later";
    } else if (it.expires < today_) {
      out.state = "expired";
    } else if (!problem.empty() && !(unapproved && it.approved_by.empty())) {
      out.state = "refused";
      out.note = "it does not apply: " + problem;
    } else {
      out.state = out.findings == 0 ? "unused" : "active";
      if (ends) out.days_left = (it.expires - today_).count();
    }
    record(out, !it.approved_by.empty());
    return out;
  }

  // What the ledger knows of a waiver that a file has.
  void record(PostureWaiver& out, bool approved) const {
    const WaiverRecords::Record* const known = records_.find(out.id);
    if (known != nullptr) {
      out.seq = known->seq;
      out.recorded_at = to_string(known->at);
      out.lapsed = known->lapsed;
    }
    if (!out.note.empty()) return;
    const bool recorded = known != nullptr && !known->approved_by.empty();
    if (approved && !recorded) {
      out.note = "approved in the file only: the ledger has no event of it";
    } else if (!approved && out.source == "scanner") {
      out.note = "nobody approved it: a scanner's own list says so";
    }
  }

  [[nodiscard]] static PostureWaiver broken(const config::BrokenWaiver& it) {
    PostureWaiver out{.id = it.id, .state = "broken", .source = "file", .where = it.where};
    out.note = "it cannot be understood and does not apply: " + it.message.substr(0, it.message.find('\n'));
    return out;
  }

  [[nodiscard]] PostureWaiver of_ledger(const std::string& id, const Covered& covered) const {
    PostureWaiver out{.id = id, .state = "active", .source = "ledger"};
    if (const WaiverRecords::Record* const known = records_.find(id); known != nullptr) {
      out.seq = known->seq;
      out.recorded_at = to_string(known->at);
      out.where = fmt::format("event {}", known->seq);
      out.reason = known->reason;
      out.approved_by = names(known->approved_by);
      if (!known->requested_by.empty()) out.requested_by = people_.name(known->requested_by);
      out.lapsed = known->lapsed;
    }
    out.covered = covered.findings;
    out.findings = static_cast<std::uint32_t>(out.covered.size());
    const std::int64_t last = covered.until - 1;
    if (covered.until != 0 && last / ledger::kDayMs < kNoEnd) {
      const auto expires = day_of({last});
      out.expires = to_string(expires);
      out.days_left = (expires - today_).count();
      if (expires < today_) out.state = "expired";
    }
    out.note = id == kSuppression ? "scanners were told to ignore these; nobody approved it"
                                  : "no file has it any longer: it ends with the next run";
    return out;
  }
  static constexpr std::int64_t kNoEnd = 2'932'000;  // days since 1970, in the year 9997: what has no end ends later

  const config::Settings& settings_;
  const WaiverRecords& records_;
  const ledger::People& people_;
  std::chrono::sys_days today_;
  std::map<std::string, Covered, std::less<>> covered_;
  std::set<std::string, std::less<>> told_;
  std::vector<PostureWaiver> all_;
};

}  // namespace

void WaiverRecords::add(const ledger::Event& event) {
  const std::string id = event.text("waiver");
  if (id.empty()) return;
  if (event.type == EventType::waiver_lapsed) {
    by_id_[id].lapsed = fmt::format("{}: {}", to_string(day_of(event.at)), event.text("reason"));
    return;
  }
  if (event.type != EventType::waived && event.type != EventType::false_positive) return;
  Record& it = by_id_[id];
  it.seq = event.seq;
  it.at = event.at;
  it.reason = event.text("reason");
  it.requested_by = event.text("requested_by");
  it.approved_by.clear();
  const auto approved = event.facts.find("approved_by");
  if (approved == event.facts.end()) return;
  if (const auto* const list = std::get_if<std::vector<std::string>>(&approved->second)) it.approved_by = *list;
}

const WaiverRecords::Record* WaiverRecords::find(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &found->second;
}

std::vector<PostureWaiver> waiver_list(const config::Settings& settings, const ledger::State& state,
                                       const WaiverRecords& records, const ledger::People& people, Timestamp now) {
  return Listing(settings, state, records, people, now).take();
}

}  // namespace gatepost::app
