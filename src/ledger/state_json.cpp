// A state as canonical JSON: keys stand in their order, so a name that is added goes to its place.
#include <algorithm>
#include <numeric>

#include "ledger/state.hpp"
#include "ledger/vex_status.hpp"

namespace gatepost::ledger {
namespace {

void write(CanonicalWriter& out, const Clocks& c) {
  out.key("clocks")
      .begin_object()
      .known("breached", c.breached)
      .known("closed", c.closed)
      .known("detected", c.detected)
      .known("due", c.due)
      .known("due_since", c.due_since);
  out.known("fix_deployed", c.fix_deployed).known("fix_merged", c.fix_merged).known("introduced", c.introduced);
  out.known("paused_ms", c.paused_ms).known("paused_since", c.paused_since).known("published", c.published);
  out.known("reopened", c.reopened).known("ticketed", c.ticketed).known("triaged", c.triaged).end_object();
}

struct FlagName {
  std::string_view name;
  Flag flag;
};
constexpr std::array kFlagNames = {FlagName{"breached", Flag::breached},
                                   FlagName{"claimed_fixed", Flag::claimed_fixed},
                                   FlagName{"due_told", Flag::due_told},
                                   FlagName{"fix_available", Flag::fix_available},
                                   FlagName{"fresh_advisory", Flag::fresh_advisory},
                                   FlagName{"kev", Flag::kev},
                                   FlagName{"rule_retired", Flag::rule_retired},
                                   FlagName{"stale", Flag::stale},
                                   FlagName{"uncovered", Flag::uncovered},
                                   FlagName{"warned", Flag::warned}};

void write(CanonicalWriter& out, const State& s, const Tracked& f) {
  out.begin_object().known("absences", f.absences).known("absent_at", f.absent_at);
  out.known("because", s.text(f.because));
  write(out, f.clocks);
  out.field("detected_seq", f.detected_seq).known("epss_band", f.epss_band).known("epss_day", s.text(f.epss_day));
  out.known("epss_rising", f.epss_rising).known("fixed_commit", s.text(f.fixed_commit));
  if (f.flags != 0) {
    out.key("flags").begin_array();
    for (const FlagName& it : kFlagNames) {
      if (f.has(it.flag)) out.value(it.name);
    }
    out.end_array();
  }
  out.field("last_seq", f.last_seq);
  ledger::write(out.key("record"), s.record(f));
  out.known("recurrence_of", f.recurrence_of).known("reopened_count", f.reopened_count).field("since", f.since);
  out.field("state", f.state()).known("ticket", s.text(f.ticket));
  if (f.has(Flag::uncovered)) out.field("uncovered_since", f.uncovered_since);
  out.known("vex", kVexNames[f.vex]).known("waived_until", f.waived_until).known("waiver", s.text(f.waiver));
  out.end_object();
}

void write_engines(CanonicalWriter& out, const State& s) {
  out.key("engines").begin_array();
  for (const auto& [id, it] : s.engines) {
    out.begin_object().known("database", it.database).known("first_run", it.first_run).field("id", id);
    out.known("last_complete", it.last_complete).known("rules", it.rules);
    out.known("silent", it.silent).known("suspicious", it.suspicious).end_object();
  }
  out.end_array();
}

void write_findings(CanonicalWriter& out, const State& s) {
  std::vector<std::uint32_t> order(s.findings.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, {}, [&](std::uint32_t i) { return s.findings[i].id; });
  out.key("findings").begin_array();
  for (const std::uint32_t i : order) write(out, s, s.findings[i]);
  out.end_array();
}

void write_past(CanonicalWriter& out, const State& s) {
  out.key("past").begin_array();
  for (const PastLife& it : s.past) {
    out.begin_object();
    write(out, it.clocks);
    out.field("id", to_string(it.id)).field("risk", it.risk_tenths).field("severity", to_string(it.severity));
    out.field("state", to_string(it.standing)).end_object();
  }
  out.end_array();
}

void write_former(CanonicalWriter& out, const State& s) {
  out.key("former").begin_object();
  for (const auto& [id, at] : s.former) out.field(to_string(id), to_string(s.findings[at].id));
  out.end_object();
}

}  // namespace

std::string to_json(const State& s) {
  CanonicalWriter out;
  out.begin_object().key("counts").begin_object();
  for (const auto& [name, number] : s.counts) out.field(name, number);
  out.end_object();
  out.field("drifts", std::vector<std::string>(s.drifts.begin(), s.drifts.end()));
  write_engines(out, s);
  write_findings(out, s);
  write_former(out, s);
  out.key("head").begin_object().field("hash", s.head.hash).field("seq", s.head.seq).end_object();
  out.field("last", s.last.unix_ms).known("last_run", s.last_run).known("last_run_at", s.last_run_at.unix_ms);
  if (!s.lists.empty()) {
    out.key("lists").begin_object();
    for (const auto& [name, texts] : s.lists) out.field(name, texts);
    out.end_object();
  }
  write_past(out, s);
  out.field("runs", s.runs).key("services").begin_array();
  for (const auto& [name, what] : s.services) out.begin_object().field("name", name).known("state", what).end_object();
  out.end_array().end_object();
  return out.take();
}

}  // namespace gatepost::ledger
