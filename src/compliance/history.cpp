#include "compliance/history.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.hpp"

namespace gatepost::compliance {
namespace {

using ledger::Event;
using ledger::EventType;

std::vector<std::string> texts(const Event& event, std::string_view fact) {
  const auto found = event.facts.find(fact);
  if (found == event.facts.end()) return {};
  const auto* const list = std::get_if<std::vector<std::string>>(&found->second);
  return list == nullptr ? std::vector<std::string>{} : *list;
}

bool is_exception(EventType type) {
  return type == EventType::waived || type == EventType::false_positive || type == EventType::not_affected;
}

// Groups findings by the decision that covers them, and follows them until it does no longer.
class Exceptions {
 public:
  explicit Exceptions(const Material& material) : m_(material) {}

  void add(const Event& event, std::uint32_t finding) {
    if (is_exception(event.type)) {
      cover(event, finding);
    } else if (ledger::transition(event.type).to) {
      end(event, finding);
    }
  }

  // Numbered, without those that ended before the period.
  std::vector<ComplianceException> take(std::vector<std::vector<std::uint32_t>>& by_finding) {
    std::vector<ComplianceException> kept;
    for (Entry& it : all_) {
      it.out.now = static_cast<std::uint32_t>(it.covered.size());
      if (it.covered.empty() && it.last < m_.period.from.unix_ms) continue;
      it.out.number = static_cast<std::uint32_t>(kept.size() + 1);
      for (const std::uint32_t finding : it.ever) by_finding[finding].push_back(it.out.number);
      it.out.findings = static_cast<std::uint32_t>(it.ever.size());
      judge(it.out);
      kept.push_back(std::move(it.out));
    }
    return kept;
  }

 private:
  struct Entry {
    ComplianceException out;
    std::set<std::uint32_t> ever, covered;
    std::int64_t last = 0;
  };

  void cover(const Event& event, std::uint32_t finding) {
    leave(finding);
    const std::string id = event.text(event.type == EventType::not_affected ? "reason" : "waiver");
    const std::pair key(std::string(to_string(event.type)), id.empty() ? event.subject : id);
    const auto [at, fresh] = positions_.try_emplace(key, all_.size());
    if (fresh) all_.emplace_back().out = described(event, id);
    Entry& entry = all_[at->second];
    if (const auto until = event.number("until")) entry.out.until = day(*until);
    entry.ever.insert(finding);
    entry.covered.insert(finding);
    entry.last = event.at.unix_ms;
    current_[finding] = at->second;
  }

  [[nodiscard]] ComplianceException described(const Event& event, const std::string& id) const {
    ComplianceException out{.id = id, .kind = std::string(to_string(event.type)), .seq = event.seq};
    out.reason = event.text(event.type == EventType::not_affected ? "vex" : "reason");
    out.decided = to_string(event.at);
    if (const std::string who = event.text("requested_by"); !who.empty()) out.requested_by = m_.name_of(who);
    for (const std::string& who : texts(event, "approved_by")) out.approved_by.push_back(m_.name_of(who));
    const auto why = m_.justifications.find(id);
    if (why != m_.justifications.end()) out.justification = why->second;
    return out;
  }
  // The last day of something that ends at midnight.
  static std::string day(std::int64_t until) { return to_string(day_of({until - 1})); }

  void end(const Event& event, std::uint32_t finding) {
    const auto at = current_.find(finding);
    if (at == current_.end()) return;
    Entry& entry = all_[at->second];
    entry.last = event.at.unix_ms;
    if (event.type == EventType::waiver_lapsed || event.type == EventType::superseded)
      entry.out.ended = to_string(day_of(event.at)) + (event.text("reason").empty() ? "" : ": " + event.text("reason"));
    leave(finding);
  }
  void leave(std::uint32_t finding) {
    const auto at = current_.find(finding);
    if (at == current_.end()) return;
    all_[at->second].covered.erase(finding);
    current_.erase(at);
  }

  // Whether somebody other than who asked for it approved it.
  static void judge(ComplianceException& it) {
    const auto say = [&](EvidenceState state, const char* text) {
      it.duties = state;
      it.duties_text = text;
    };
    if (it.kind == "not_affected") return say(EvidenceState::partly, "a statement that the settings trust");
    if (it.id == "tool-suppression") return say(EvidenceState::attention, "a scanner was told so; nobody approved");
    if (it.approved_by.empty()) return say(EvidenceState::attention, "nobody approved");
    if (it.requested_by.empty()) return say(EvidenceState::partly, "who asked is not recorded");
    if (std::ranges::find(it.approved_by, it.requested_by) != it.approved_by.end())
      return say(EvidenceState::attention, "who asked also approved");
    say(EvidenceState::evidence, "approved by another person");
  }

  const Material& m_;
  std::vector<Entry> all_;
  std::map<std::pair<std::string, std::string>, std::size_t> positions_;
  std::map<std::uint32_t, std::size_t> current_;  // by finding
};

class Reader {
 public:
  explicit Reader(const Material& material) : m_(material), exceptions_(material) {
    out_.events_of.resize(material.state.findings.size());
    out_.exceptions_of.resize(material.state.findings.size());
  }

  History read() {
    for (std::size_t i = 0; i < m_.events.size(); ++i) {
      const Event& event = m_.events[i];
      if (ledger::is_about_finding(event.type))
        about_finding(event, static_cast<std::uint32_t>(i));
      else
        about_repository(event);
    }
    out_.exceptions = exceptions_.take(out_.exceptions_of);
    kinds();
    return std::move(out_);
  }

 private:
  void about_finding(const Event& event, std::uint32_t position) {
    const auto id = parse_finding_id(event.subject);
    const ledger::Tracked* const known = id ? m_.state.find(*id) : nullptr;
    if (known == nullptr) return;
    const auto finding = static_cast<std::uint32_t>(known - m_.state.findings.data());
    out_.events_of[finding].push_back(position);
    exceptions_.add(event, finding);
    if (!m_.period.has(event.at.unix_ms)) return;
    const bool decided = event.type == EventType::waived || event.type == EventType::false_positive;
    if (event.type == EventType::triaged || (decided && event.text("waiver") != "tool-suppression")) ++out_.decisions;
    if (event.type == EventType::reopened) ++out_.reopened;
    if (event.type == EventType::waiver_lapsed) ++out_.lapsed;
  }

  void about_repository(const Event& event) {
    if (event.type == EventType::policy_weakened && m_.period.has(event.at.unix_ms)) ++out_.weakened;
    if (event.type == EventType::verdict && m_.period.has(event.at.unix_ms))
      ++(event.number("change_request") ? out_.verdicts_on_changes : out_.verdicts_on_pushes)[event.text("verdict")];
    if (event.type != EventType::run) return;
    for (const ledger::EngineFact& it : event.engines) out_.scanners.try_emplace(it.id);
    if (m_.period.has(event.at.unix_ms)) run(event);
  }

  void run(const Event& event) {
    ComplianceRun run{.seq = event.seq,
                      .at = to_string(event.at),
                      .id = event.text("id"),
                      .commit = event.commit,
                      .url = event.run_url,
                      .policy = event.inputs.policy,
                      .verdict = event.text("verdict")};
    run.seen = event.number("seen").value_or(0);
    run.detected = event.number("detected").value_or(0);
    run.fixed = event.number("fixed").value_or(0);
    for (const ledger::EngineFact& it : event.engines) {
      Scanner& scanner = out_.scanners[it.id];
      ++scanner.runs;
      (it.complete ? run.complete : run.incomplete).push_back(it.id);
      if (it.complete) scanner.complete.push_back(event.at.unix_ms);
      if (it.complete && !it.database.empty()) newer("database of " + it.id, it.database);
    }
    for (const ledger::NamedVersion& it : event.inputs.feeds) newer(it.name, it.version);
    const std::string& policy = event.inputs.policy;
    if (!policy.empty() && (out_.policies.empty() || out_.policies.back() != policy)) out_.policies.push_back(policy);
    out_.run_times.push_back(event.at.unix_ms);
    out_.runs.push_back(std::move(run));
  }
  void newer(const std::string& name, const std::string& version) {
    std::string& known = out_.feeds[name];
    known = std::max(known, version);
  }

  // What each scanner looks for: what it reported, and what it is known for.
  void kinds() {
    for (const ledger::Tracked& it : m_.state.findings) {
      const std::string_view tools = m_.state.text(it.tools);
      for (const std::string_view tool : text::split(tools.empty() ? m_.state.text(it.engine) : tools, '\n'))
        out_.scanners[std::string(tool)].kinds.insert(it.kind);
    }
    for (auto& [engine, scanner] : out_.scanners) {
      if (const auto kind = m_.kind_of(engine)) scanner.kinds.insert(*kind);
    }
  }

  const Material& m_;
  Exceptions exceptions_;
  History out_;
};

}  // namespace

History history_of(const Material& material) { return Reader(material).read(); }

std::int64_t longest_gap_days(const std::vector<std::int64_t>& times, const Material& material) {
  std::int64_t last = material.period.from.unix_ms, longest = 0;
  for (const std::int64_t at : times) {
    longest = std::max(longest, at - last);
    last = at;
  }
  return std::max(longest, material.as_of.unix_ms - last) / ledger::kDayMs;
}

}  // namespace gatepost::compliance
