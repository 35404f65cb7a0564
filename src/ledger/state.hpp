// What a ledger says when all its events are put together: every finding with its state. The same events give the same
// state, byte for byte.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "base/string_pool.hpp"
#include "ledger/event.hpp"
#include "ledger/line.hpp"
#include "ledger/record.hpp"

namespace gatepost::ledger {

enum class Standing : std::uint8_t {
  open,
  fixed,
  waived,          // somebody accepted the risk, until a day
  false_positive,  // decided for this code; another code is looked at again
  not_affected,    // a trusted VEX statement says so
  withdrawn,       // the advisory was taken back
  gone,            // what it was found in is no longer there
  duplicate,       // counts with another one
};
inline constexpr std::array<std::string_view, 8> kStandingNames = {
    "open", "fixed", "waived", "false_positive", "not_affected", "withdrawn", "gone", "duplicate"};
inline std::string_view to_string(Standing it) { return kStandingNames[static_cast<std::size_t>(it)]; }
enum class Triage : std::uint8_t { fresh, confirmed, in_progress, needs_review };  // of open findings
inline constexpr std::array<std::string_view, 4> kTriageNames = {"new", "confirmed", "in_progress", "needs_review"};
// "open/new", "fixed": as events name it.
std::string state_name(Standing standing, Triage triage);

// Points in time as UTC milliseconds, 0: not known, or not yet.
struct Clocks {
  std::int64_t published = 0, introduced = 0, detected = 0, reopened = 0, triaged = 0, ticketed = 0;
  std::int64_t fix_merged = 0, fix_deployed = 0;
  std::int64_t closed = 0;                       // since when it has its state, when that is none of the below
  std::int64_t paused_since = 0, paused_ms = 0;  // waived or not affected
  std::int64_t due = 0, due_since = 0;           // the day, and when it was set
  std::int64_t breached = 0;                     // when it was told that a day had passed; of the time since reopening
  friend bool operator==(const Clocks&, const Clocks&) = default;
};

enum class Flag : std::uint16_t {
  stale = 1,         // nobody looked for too long
  uncovered = 2,     // the last complete run of its scanner did not look at its place
  rule_retired = 4,  // its rule is no longer looked for
  kev = 8,
  fix_available = 16,
  claimed_fixed = 32,  // a ticket says so, no run does
  warned = 64,
  due_told = 128,
  breached = 256,
  fresh_advisory = 512,  // it came with a new advisory, not with a change of the code
};

// One finding, small: there may be a million. Texts are in the pool of the state.
struct Tracked {
  FindingId id;
  Digest128 context;
  Clocks clocks;
  std::uint64_t detected_seq = 0, last_seq = 0;  // events: of this life the first, the last that is about it
  std::uint64_t recurrence_of = 0;               // event that detected its life before
  std::int64_t absent_at = 0;                    // the run that missed it last
  std::int64_t since = 0;                        // of its standing
  std::int64_t uncovered_since = 0, waived_until = 0;
  TextId engine{}, tools{}, rule{}, path{}, commit{}, target{}, title{}, package{}, advisories{}, service{}, team{};
  TextId cwes{}, waiver{}, ticket{}, because{}, fixed_commit{}, epss_day{};
  std::uint32_t line = 0, end_line = 0;
  std::uint32_t keys_at = 0;  // into State::keys
  std::uint16_t risk_tenths = 0, flags = 0, reopened_count = 0;
  std::uint8_t key_mask = 0;  // which of Keys it has
  std::uint8_t category = 0, absences = 0, vex = 0;
  std::uint8_t epss_band = 0, epss_rising = 0;  // the highest it was in; that it may rise into
  Kind kind = Kind::other;
  SeverityLabel severity = SeverityLabel::unknown;
  Standing standing = Standing::open;
  Triage triage = Triage::fresh;
  std::int8_t decision = -1;  // a Priority; -1: none

  [[nodiscard]] bool has(Flag flag) const { return (flags & static_cast<std::uint16_t>(flag)) != 0; }
  // It is there, whatever was decided about it.
  [[nodiscard]] bool is_live() const {
    return standing == Standing::open || standing == Standing::waived || standing == Standing::false_positive ||
           standing == Standing::not_affected;
  }
  [[nodiscard]] std::string state() const { return state_name(standing, triage); }
};

// A scanner, as the runs say.
struct EngineState {
  std::int64_t first_run = 0, last_complete = 0;
  std::string rules, database;  // of the last complete run
  bool silent = false, suspicious = false;
  friend bool operator==(const EngineState&, const EngineState&) = default;
};

// A life of a finding that ended before another one began.
struct PastLife {
  FindingId id;
  Clocks clocks;
  Standing standing = Standing::fixed;
  SeverityLabel severity = SeverityLabel::unknown;
  std::uint16_t risk_tenths = 0;
  friend bool operator==(const PastLife&, const PastLife&) = default;
};

class State {
 public:
  Head head;
  Timestamp last;  // of the newest event
  std::uint64_t runs = 0;
  std::string last_run;  // its id
  Timestamp last_run_at;
  std::string last_commit;                     // that it looked at
  Inputs last_inputs;                          // of the last run
  std::map<std::string, std::int64_t> counts;  // numbers of the last run: dependencies, waivers …
  using Lists = std::map<std::string, std::vector<std::string>, std::less<>>;
  Lists lists;                   // of the last run beside its drifts: permissions, coverage
  std::set<std::string> drifts;  // what differs since: "iac_differs aws_s3_bucket.logs"
  std::map<std::string, EngineState> engines;
  std::map<std::string, std::string> services;  // "", "exposed", "retired"
  std::vector<Tracked> findings;                // in the order of their detection
  std::vector<PastLife> past;
  std::map<FindingId, std::uint32_t> former;  // ids that findings had before: positions in `findings`
  std::vector<Digest128> keys;
  StringPool texts;

  // nullptr when the ledger has no such finding. Former ids are found, too.
  [[nodiscard]] const Tracked* find(const FindingId& id) const;
  [[nodiscard]] std::string_view text(TextId id) const { return texts.view(id); }
  [[nodiscard]] Record record(const Tracked& tracked) const;
  [[nodiscard]] std::vector<std::uint32_t> cwes(const Tracked& tracked) const;   // sorted
  [[nodiscard]] Digest128 key(const Tracked& tracked, std::size_t which) const;  // empty: it has none
  // The error says which event is not possible, and why; the state is then as before it.
  Status apply(const Event& event);

 private:
  friend class Application;
  [[nodiscard]] std::optional<std::uint32_t> position(const FindingId& id) const;
  struct Hash {
    std::size_t operator()(const FindingId& id) const;
  };
  std::unordered_map<FindingId, std::uint32_t, Hash> index_;
};

// From the first event on, or further from a state. Events must follow the head; hashes are not computed.
Result<State> fold(std::span<const Line> lines);
Status fold_into(State& state, std::span<const Line> lines);

// Canonical JSON. Findings and former ids are in the order of ids.
std::string to_json(const State& state);

// What an event of this type makes of a finding: the standings that it may happen in, and the one it leads to.
struct Transition {
  EventType type = EventType::detected;
  bool from_nothing = false;   // the ledger does not know the finding
  std::uint8_t from = 0;       // a bit for each Standing
  std::optional<Standing> to;  // nothing: it stays as it is
  Triage triage = Triage::fresh;
  bool keeps_triage = true;
  [[nodiscard]] bool allows(const Tracked* finding) const {
    return finding == nullptr ? from_nothing : (from >> static_cast<unsigned>(finding->standing) & 1U) != 0;
  }
};
const Transition& transition(EventType type);  // of an event about a finding

}  // namespace gatepost::ledger
