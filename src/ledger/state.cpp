#include "ledger/state.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <utility>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "ledger/vex_status.hpp"
#include "model/ticket.hpp"

namespace gatepost::ledger {
namespace {

constexpr std::uint8_t in(std::initializer_list<Standing> all) {
  unsigned mask = 0;
  for (const Standing it : all) mask |= 1U << static_cast<unsigned>(it);
  return static_cast<std::uint8_t>(mask);
}
constexpr std::uint8_t kOpen = in({Standing::open}), kWaived = in({Standing::waived}),
                       kFalse = in({Standing::false_positive}), kNotAffected = in({Standing::not_affected}),
                       kFixed = in({Standing::fixed}), kWithdrawn = in({Standing::withdrawn}),
                       kGone = in({Standing::gone}), kDuplicate = in({Standing::duplicate});
constexpr std::uint8_t kLive = kOpen | kWaived | kFalse | kNotAffected;
constexpr std::uint8_t kEnded = kFixed | kWithdrawn | kGone | kDuplicate;
constexpr std::uint8_t kAny = kLive | kEnded;

constexpr Transition leads(EventType type, std::uint8_t from, Standing to) {
  return {.type = type, .from = from, .to = to};
}
constexpr Transition opens(EventType type, std::uint8_t from, Triage triage) {
  return {.type = type, .from = from, .to = Standing::open, .triage = triage, .keeps_triage = false};
}
constexpr Transition stays(EventType type, std::uint8_t from) { return {.type = type, .from = from, .to = {}}; }

// In the order of EventType.
constexpr std::array kTransitions = {
    Transition{.type = EventType::detected,
               .from_nothing = true,
               .from = kEnded,
               .to = Standing::open,
               .triage = Triage::fresh,
               .keeps_triage = false},
    opens(EventType::reopened, kFixed, Triage::fresh),
    leads(EventType::fixed, kOpen | kWaived | kNotAffected, Standing::fixed),
    leads(EventType::waived, kOpen | kWaived, Standing::waived),
    leads(EventType::waiver_lapsed, kWaived | kFalse, Standing::open),
    leads(EventType::false_positive, kOpen, Standing::false_positive),
    opens(EventType::context_changed, kFalse, Triage::needs_review),
    leads(EventType::not_affected, kOpen | kWaived, Standing::not_affected),
    leads(EventType::superseded, kNotAffected, Standing::open),
    leads(EventType::withdrawn, kLive, Standing::withdrawn),
    leads(EventType::reinstated, kWithdrawn, Standing::open),
    leads(EventType::gone, kLive, Standing::gone),
    leads(EventType::returned, kGone, Standing::open),
    leads(EventType::duplicate, kLive, Standing::duplicate),
    leads(EventType::separated, kDuplicate, Standing::open),
    leads(EventType::triaged, kOpen, Standing::open),
    stays(EventType::changed, kLive),
    stays(EventType::moved, kAny),
    stays(EventType::absent, kLive),
    stays(EventType::uncovered, kLive),
    stays(EventType::stale, kLive),
    stays(EventType::rule_retired, kLive),
    stays(EventType::evaluated, kLive),
    stays(EventType::advisory_new, kLive),
    stays(EventType::kev_added, kLive),
    stays(EventType::epss_rising, kLive),
    stays(EventType::epss_band_up, kLive),
    stays(EventType::vex_added, kLive),
    stays(EventType::fix_available, kLive),
    stays(EventType::ticketed, kAny),
    stays(EventType::claimed_fixed, kLive),
    stays(EventType::fix_merged, kAny),
    stays(EventType::fix_deployed, kAny),
    stays(EventType::sla_warning, kOpen),
    stays(EventType::sla_due, kOpen),
    stays(EventType::sla_breach, kOpen),
};
static_assert(kTransitions.size() == static_cast<std::size_t>(EventType::run));
constexpr bool in_order() {
  for (std::size_t i = 0; i < kTransitions.size(); ++i) {
    if (static_cast<std::size_t>(kTransitions[i].type) != i) return false;
  }
  return true;
}
static_assert(in_order());

std::optional<Triage> parse_triage(std::string_view name) {
  const auto found = std::ranges::find(kTriageNames, name);
  if (found == kTriageNames.end()) return std::nullopt;
  return static_cast<Triage>(found - kTriageNames.begin());
}

std::string joined(const std::vector<std::string>& texts) { return text::join(texts, "\n"); }

std::vector<std::string> parted(std::string_view joined) {
  std::vector<std::string> all;
  if (joined.empty()) return all;
  for (const std::string_view part : text::split(joined, '\n')) all.emplace_back(part);
  return all;
}

std::string joined(const std::vector<std::uint32_t>& numbers) {
  std::string all;
  for (const std::uint32_t it : numbers) all.append(all.empty() ? "" : "\n").append(std::to_string(it));
  return all;
}

void set(Tracked& finding, Flag flag, bool on = true) {
  const auto bit = static_cast<std::uint16_t>(flag);
  finding.flags = static_cast<std::uint16_t>(on ? finding.flags | bit : finding.flags & ~bit);
}

}  // namespace

const Transition& transition(EventType type) { return kTransitions[static_cast<std::size_t>(type)]; }

std::string state_name(Standing standing, Triage triage) {
  std::string name(to_string(standing));
  if (standing == Standing::open) name.append("/").append(kTriageNames[static_cast<std::size_t>(triage)]);
  return name;
}

std::size_t State::Hash::operator()(const FindingId& id) const {
  return table_hash({reinterpret_cast<const char*>(id.digest.bytes.data()), id.digest.bytes.size()});
}

std::optional<std::uint32_t> State::position(const FindingId& id) const {
  if (const auto found = index_.find(id); found != index_.end()) return found->second;
  if (const auto found = former.find(id); found != former.end()) return found->second;
  return std::nullopt;
}

const Tracked* State::find(const FindingId& id) const {
  const auto at = position(id);
  return at ? &findings[*at] : nullptr;
}

Digest128 State::key(const Tracked& tracked, std::size_t which) const {
  const unsigned bit = 1U << which;
  if ((tracked.key_mask & bit) == 0) return {};
  return keys[tracked.keys_at + static_cast<std::size_t>(std::popcount(tracked.key_mask & (bit - 1U)))];
}

std::vector<std::uint32_t> State::cwes(const Tracked& t) const {
  std::vector<std::uint32_t> all;
  for (const std::string& it : parted(text(t.cwes))) {
    std::uint32_t& number = all.emplace_back(0);
    std::from_chars(it.data(), it.data() + it.size(), number);
  }
  return all;
}

Record State::record(const Tracked& t) const {
  Record r{.id = t.id, .category = t.category, .kind = t.kind};
  const auto put = [&](std::string& into, TextId id) { into = std::string(text(id)); };
  put(r.engine, t.engine), put(r.rule, t.rule), put(r.path, t.path), put(r.commit, t.commit);
  put(r.target, t.target), put(r.title, t.title), put(r.package, t.package);
  put(r.service, t.service), put(r.team, t.team);
  r.tools = parted(text(t.tools));
  r.advisories = parted(text(t.advisories));
  r.cwes = cwes(t);
  r.line = t.line, r.end_line = t.end_line;
  r.severity = t.severity, r.risk_tenths = t.risk_tenths;
  if (t.decision >= 0) r.decision = static_cast<Priority>(t.decision);
  r.context = t.context;
  for (std::size_t i = 0; i < kKeyCount; ++i) r.keys[i] = key(t, i);
  return r;
}

// One event being put into a state: first every reason to refuse it, then the change.
class Application {
 public:
  Application(State& state, const Event& event) : s_(state), e_(event) {}

  Status run() {
    std::string problem = link_problem();
    if (problem.empty()) problem = is_about_finding(e_.type) ? finding_problem() : repository_problem();
    if (!problem.empty()) {
      return error(ErrorKind::bad_input,
                   fmt::format("event {} ({}{}{}): {}", e_.seq, to_string(e_.type), e_.subject.empty() ? "" : " of ",
                               text::printable(e_.subject, 60), problem),
                   "no run of gatepost writes this; gatepost ledger verify tells whether the ledger was changed");
    }
    is_about_finding(e_.type) ? about_finding() : about_repository();
    s_.head = {.seq = e_.seq, .hash = e_.hash};
    s_.last = std::max(s_.last, e_.at);
    return Done{};
  }

 private:
  [[nodiscard]] std::string link_problem() const {
    if (e_.seq != s_.head.seq + 1) return fmt::format("it does not follow event {}", s_.head.seq);
    return e_.prev == s_.head.hash ? "" : fmt::format("it does not name the hash of event {}", s_.head.seq);
  }

  std::string finding_problem() {
    const auto id = parse_finding_id(e_.subject);
    if (!id) return "its subject is no finding";
    id_ = *id;
    at_ = lookup(e_.type == EventType::moved ? e_.text("former") : e_.subject);
    if (e_.type == EventType::moved && s_.index_.contains(id_)) return "there is a finding with the id already";
    const Transition& step = transition(e_.type);
    const Tracked* const from = at_ ? &s_.findings[*at_] : nullptr;
    if (!step.allows(from))
      return from == nullptr ? "the ledger does not know the finding" : "the finding is " + from->state();
    const bool has_record = e_.type == EventType::detected || e_.type == EventType::moved;
    if (has_record && !e_.record) return "it has no record of the finding";
    if (e_.record && e_.record->id != id_) return "its record is of another finding";
    return step.to ? state_problem(step, from) : "";
  }

  // By the id that it has now: events do not use former ids.
  [[nodiscard]] std::optional<std::uint32_t> lookup(const std::string& subject) const {
    const auto id = parse_finding_id(subject);
    const auto found = id ? s_.index_.find(*id) : s_.index_.end();
    if (found == s_.index_.end()) return std::nullopt;
    return found->second;
  }

  std::string state_problem(const Transition& step, const Tracked* from) {
    triage_ = step.keeps_triage && from != nullptr ? from->triage : step.triage;
    if (e_.type == EventType::triaged) {
      const auto asked = parse_triage(e_.text("triage"));
      if (!asked || *asked == Triage::fresh)
        return "its fact \"triage\" is none of confirmed, in_progress, needs_review";
      triage_ = *asked;
    }
    const std::string before = from == nullptr ? std::string{} : from->state(), after = state_name(*step.to, triage_);
    if (e_.before != before)
      return fmt::format("it says that the finding was \"{}\", but it is \"{}\"", text::printable(e_.before, 40),
                         before);
    if (e_.after != after)
      return fmt::format("it says \"{}\", but leads to \"{}\"", text::printable(e_.after, 40), after);
    return {};
  }

  [[nodiscard]] std::string repository_problem() const {
    const bool scanner = e_.type == EventType::suspicious || e_.type == EventType::trusted ||
                         e_.type == EventType::scanner_silent || e_.type == EventType::scanner_back;
    if (scanner && !s_.engines.contains(e_.subject)) return "the ledger does not know the scanner";
    return {};
  }

  Tracked& finding() { return s_.findings[*at_]; }

  void about_finding() {
    if (!at_) add();
    if (e_.type == EventType::detected) begin_life();
    if (e_.type == EventType::moved) move();
    Tracked& f = finding();
    f.last_seq = e_.seq;
    if (const Transition& step = transition(e_.type); step.to) take(*step.to);
    if (e_.record) remember(f, *e_.record);
    news(f);
    if (const std::int64_t due = time("due"); due != 0) set_due(f, due);
  }

  // A point in time among the facts; one that no calendar has counts as not known.
  [[nodiscard]] std::int64_t time(std::string_view fact, std::int64_t fallback = 0) const {
    const auto number = e_.number(fact);
    return number && *number > 0 && *number <= kLastMs ? *number : fallback;
  }

  void add() {
    at_ = static_cast<std::uint32_t>(s_.findings.size());
    s_.findings.emplace_back().id = id_;
    s_.index_[id_] = *at_;
    s_.former.erase(id_);
  }

  void begin_life() {
    Tracked& f = finding();
    Tracked next{.id = f.id};
    if (f.detected_seq != 0) {
      s_.past.push_back({f.id, f.clocks, f.standing, f.severity, f.risk_tenths});
      next.recurrence_of = f.detected_seq;
    }
    if (const auto before = e_.number("recurrence_of"))
      next.recurrence_of = static_cast<std::uint64_t>(std::max<std::int64_t>(*before, 0));
    next.detected_seq = e_.seq;
    next.since = e_.at.unix_ms;
    next.clocks.detected = time("observed_at", e_.at.unix_ms);
    next.clocks.published = time("published");
    next.clocks.introduced = time("introduced");
    next.epss_band = static_cast<std::uint8_t>(std::clamp<std::int64_t>(e_.number("epss_band").value_or(0), 0, 255));
    set(next, Flag::kev, e_.facts.contains("kev"));
    set(next, Flag::fix_available, e_.facts.contains("fix_available"));
    next.vex = vex_code(e_.text("vex"));
    f = next;
  }

  void move() {
    Tracked& f = finding();
    s_.index_.erase(f.id);
    s_.former[f.id] = *at_;
    s_.former.erase(id_);
    s_.index_[id_] = *at_;
    f.id = id_;
  }

  void take(Standing to) {
    Tracked& f = finding();
    Clocks& c = f.clocks;
    const std::int64_t now = e_.at.unix_ms;
    const auto pauses = [](Standing it) { return it == Standing::waived || it == Standing::not_affected; };
    if (f.standing != to && pauses(f.standing) && c.paused_since != 0) {
      c.paused_ms = std::min(c.paused_ms + std::max<std::int64_t>(now - c.paused_since, 0), kMostInteger);
      c.paused_since = 0;
    }
    if (pauses(to) && c.paused_since == 0) c.paused_since = now;
    if (f.standing != to) f.since = now;
    f.standing = to;
    f.triage = triage_;
    if (f.is_live()) {
      c.closed = 0;
    } else {
      c.closed = now;
      f.absences = 0;
      f.absent_at = 0;
      set(f, Flag::stale, false), set(f, Flag::uncovered, false), set(f, Flag::rule_retired, false);
      set(f, Flag::claimed_fixed, false);
    }
    because(f);
  }

  // Why it has the state, of those that need a reason.
  void because(Tracked& f) {
    const std::string reason = e_.text(e_.type == EventType::duplicate ? "of" : "reason");
    f.because = s_.texts.intern(reason);
    const bool decided = f.standing == Standing::waived || f.standing == Standing::false_positive;
    f.waiver = decided ? s_.texts.intern(e_.text("waiver")) : TextId::none;
    f.waived_until = decided ? time("until") : 0;
    if (f.standing == Standing::fixed) f.fixed_commit = s_.texts.intern(e_.commit);
    if (e_.type == EventType::reopened) {
      ++f.reopened_count;
      f.clocks.reopened = e_.at.unix_ms;
      f.clocks.breached = 0;
      f.fixed_commit = TextId::none;
    }
    const bool person = e_.type == EventType::triaged || decided;
    if (person && f.clocks.triaged == 0) f.clocks.triaged = e_.at.unix_ms;
  }

  void remember(Tracked& f, const Record& r) {
    const auto intern = [&](std::string_view text) { return s_.texts.intern(text); };
    f.category = r.category, f.kind = r.kind, f.line = r.line, f.end_line = r.end_line;
    f.engine = intern(r.engine), f.rule = intern(r.rule), f.path = intern(r.path), f.commit = intern(r.commit);
    f.target = intern(r.target), f.title = intern(r.title), f.package = intern(r.package);
    f.service = intern(r.service), f.team = intern(r.team);
    f.tools = intern(joined(r.tools)), f.advisories = intern(joined(r.advisories));
    f.cwes = intern(joined(r.cwes));
    f.severity = r.severity, f.risk_tenths = r.risk_tenths;
    f.decision = r.decision ? static_cast<std::int8_t>(*r.decision) : std::int8_t{-1};
    f.context = r.context;
    std::uint8_t mask = 0;
    for (std::size_t i = 0; i < kKeyCount; ++i) {
      if (!r.keys[i].empty()) mask = static_cast<std::uint8_t>(mask | 1U << i);
    }
    if (std::popcount(mask) > std::popcount(f.key_mask)) {
      f.keys_at = static_cast<std::uint32_t>(s_.keys.size());
      s_.keys.resize(s_.keys.size() + static_cast<std::size_t>(std::popcount(mask)));
    }
    f.key_mask = mask;
    std::size_t at = f.keys_at;
    for (const Digest128& key : r.keys) {
      if (!key.empty()) s_.keys[at++] = key;
    }
  }

  void set_due(Tracked& f, std::int64_t due) const {
    if (f.clocks.due == due) return;
    f.clocks.due = due;
    f.clocks.due_since = e_.type == EventType::detected ? f.clocks.detected : e_.at.unix_ms;
    set(f, Flag::warned, false), set(f, Flag::due_told, false);
  }

  void news(Tracked& f) {
    const std::int64_t now = e_.at.unix_ms;
    switch (e_.type) {
      case EventType::absent:
        f.absences = static_cast<std::uint8_t>(std::clamp<std::int64_t>(e_.number("count").value_or(1), 1, 255));
        f.absent_at = now;
        break;
      case EventType::uncovered:
        set(f, Flag::uncovered);
        f.uncovered_since = now;
        break;
      case EventType::evaluated:
        set(f, Flag::uncovered, false), set(f, Flag::stale, false), set(f, Flag::rule_retired, false);
        break;
      case EventType::epss_rising:
        f.epss_rising = band(), f.epss_day = s_.texts.intern(e_.text("day"));
        break;
      case EventType::epss_band_up:
        f.epss_band = band(), f.epss_rising = 0, f.epss_day = TextId::none;
        break;
      case EventType::ticketed:
        ticketed(f);
        break;
      case EventType::fix_merged:
        f.clocks.fix_merged = now;
        break;
      case EventType::fix_deployed:
        f.clocks.fix_deployed = now;
        break;
      case EventType::vex_added:
      case EventType::not_affected:
      case EventType::superseded:
        f.vex = vex_code(e_.text("vex"));
        break;
      default:
        flag(f);
    }
  }
  // One that is planned has no name yet, and a summary is no ticket of the finding. Whoever opens it again takes the
  // claim back.
  void ticketed(Tracked& f) {
    const std::string name = e_.text("ticket");
    if (name.empty() || e_.text("unit") == kSummaryUnit) return;
    f.ticket = s_.texts.intern(name);
    if (f.clocks.ticketed == 0) f.clocks.ticketed = e_.at.unix_ms;
    if (e_.text("state") == "open") set(f, Flag::claimed_fixed, false);
  }
  void flag(Tracked& f) {
    switch (e_.type) {
      case EventType::stale:
        return set(f, Flag::stale);
      case EventType::rule_retired:
        return set(f, Flag::rule_retired);
      case EventType::kev_added:
        return set(f, Flag::kev);
      case EventType::fix_available:
        return set(f, Flag::fix_available);
      case EventType::advisory_new:
        return set(f, Flag::fresh_advisory);
      case EventType::claimed_fixed:
        return set(f, Flag::claimed_fixed);
      case EventType::sla_warning:
        return set(f, Flag::warned);
      case EventType::sla_due:
        set(f, Flag::warned);
        return set(f, Flag::due_told);
      case EventType::sla_breach:
        set(f, Flag::warned), set(f, Flag::due_told);
        f.clocks.breached = e_.at.unix_ms;
        return set(f, Flag::breached);
      default:
        return;
    }
  }
  [[nodiscard]] std::uint8_t band() const {
    return static_cast<std::uint8_t>(std::clamp<std::int64_t>(e_.number("band").value_or(0), 0, 255));
  }

  void about_repository() {
    switch (e_.type) {
      case EventType::run:
        return after_run();
      case EventType::suspicious:
      case EventType::trusted:
        s_.engines[e_.subject].suspicious = e_.type == EventType::suspicious;
        return;
      case EventType::scanner_silent:
      case EventType::scanner_back:
        s_.engines[e_.subject].silent = e_.type == EventType::scanner_silent;
        return;
      case EventType::service_added:
        s_.services[e_.subject] = e_.text("exposure");
        return;
      case EventType::service_exposed:
        s_.services[e_.subject] = "exposed";
        return;
      case EventType::service_retired:
        s_.services[e_.subject] = "retired";
        return;
      default:
        return;
    }
  }

  void after_run() {
    ++s_.runs;
    s_.last_run = e_.text("id");
    s_.last_run_at = e_.at;
    s_.last_commit = e_.commit;
    s_.last_inputs = e_.inputs;
    s_.counts.clear();
    s_.drifts.clear();
    s_.lists.clear();
    for (const auto& [name, fact] : e_.facts) {
      if (const auto* const number = std::get_if<std::int64_t>(&fact)) s_.counts[name] = *number;
      const auto* const texts = std::get_if<std::vector<std::string>>(&fact);
      if (texts == nullptr) continue;
      if (name == "drifts")
        s_.drifts.insert(texts->begin(), texts->end());
      else
        s_.lists[name] = *texts;
    }
    for (const EngineFact& it : e_.engines) {
      EngineState& engine = s_.engines[it.id];
      if (engine.first_run == 0) engine.first_run = e_.at.unix_ms;
      if (!it.complete) continue;
      engine.last_complete = e_.at.unix_ms;
      engine.rules = it.rules;
      engine.database = std::max(engine.database, it.database);
    }
  }

  State& s_;
  const Event& e_;
  FindingId id_;
  std::optional<std::uint32_t> at_;
  Triage triage_ = Triage::fresh;
};

Status State::apply(const Event& event) { return Application(*this, event).run(); }

Status fold_into(State& state, std::span<const Line> lines) {
  CanonicalText scratch;
  for (const Line& line : lines) {
    auto event = parse(line.text, scratch);
    if (!event) return std::move(event).error().context(fmt::format("event {}", state.head.seq + 1));
    GP_CHECK(state.apply(*event));
  }
  return Done{};
}

Result<State> fold(std::span<const Line> lines) {
  State state;
  GP_CHECK(fold_into(state, lines));
  return state;
}

}  // namespace gatepost::ledger
