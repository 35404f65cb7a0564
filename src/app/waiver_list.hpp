// Waivers of the files and of the ledger in one list: what each covers, who approved it, and how long it lasts.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "config/settings.hpp"
#include "ledger/event.hpp"
#include "ledger/people.hpp"
#include "ledger/state.hpp"
#include "model/posture.hpp"

namespace gatepost::app {

// What the events say about waivers: the newest decision by each.
class WaiverRecords {
 public:
  struct Record {
    std::uint64_t seq = 0;
    Timestamp at;
    std::string reason, requested_by;      // requested_by: a pseudonym
    std::vector<std::string> approved_by;  // pseudonyms
    std::string lapsed;                    // day and reason of its last lapse
  };
  void add(const ledger::Event& event);
  [[nodiscard]] const Record* find(std::string_view id) const;
  [[nodiscard]] const std::map<std::string, Record, std::less<>>& all() const { return by_id_; }

 private:
  std::map<std::string, Record, std::less<>> by_id_;
};

// What lapses soonest comes first; then what has no end, what begins later, what does not apply, what is over.
std::vector<PostureWaiver> waiver_list(const config::Settings& settings, const ledger::State& state,
                                       const WaiverRecords& records, const ledger::People& people, Timestamp now);

}  // namespace gatepost::app
