#include "compliance/evaluate.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "compliance/history.hpp"
#include "compliance/selection.hpp"
#include "compliance/topics.hpp"
#include "ledger/checkpoint.hpp"
#include "ledger/metrics.hpp"

namespace gatepost::compliance {
namespace {

using ledger::Tracked;

std::string time_text(std::int64_t ms) { return ms == 0 ? "" : to_string(Timestamp{ms}); }

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  if (text.empty()) return out;
  for (const std::string_view line : text::split(text, '\n')) out.emplace_back(line);
  return out;
}

// It was there at some time of the period.
bool in_period(const Tracked& it, const Period& period) {
  return it.clocks.detected < period.to.unix_ms && (it.is_live() || it.since >= period.from.unix_ms);
}

Selectable selectable(const ledger::State& state, const Tracked& it) {
  return {it.kind, band_for_tenths(it.risk_tenths), it.has(ledger::Flag::kev), state.cwes(it)};
}

ComplianceIntegrity integrity_of(const Material& material) {
  ComplianceIntegrity out{.events = material.events.size(), .ledger = material.ledger_name};
  if (material.events.empty()) return out;
  const ledger::Event& last = material.events.back();
  out.last_seq = last.seq;
  out.first_at = to_string(material.events.front().at);
  out.last_at = to_string(last.at);
  out.hash = last.hash;
  for (const std::string& text : material.checkpoints) {
    const auto point = ledger::parse_checkpoint(text);
    if (!point) {
      out.broken_checkpoints.emplace_back("one that cannot be read");
    } else if (point->seq > 0 && point->seq <= material.events.size()) {
      const bool fits = material.events[point->seq - 1].hash == point->hash;
      if (fits)
        ++out.checkpoints;
      else
        out.broken_checkpoints.push_back(fmt::format("at event {}", point->seq));
    }
  }
  return out;
}

std::vector<ComplianceScanner> scanners_of(const Material& material, const History& history) {
  std::vector<ComplianceScanner> all;
  for (const auto& [engine, it] : history.scanners) {
    const auto known = material.state.engines.find(engine);
    if (known == material.state.engines.end()) continue;
    ComplianceScanner out{.engine = engine, .version = known->second.rules, .database = known->second.database};
    for (const Kind kind : it.kinds) out.kinds += (out.kinds.empty() ? "" : ", ") + std::string(to_string(kind));
    out.runs = it.runs;
    out.complete = static_cast<std::uint32_t>(it.complete.size());
    out.longest_gap_days = longest_gap_days(it.complete, material);
    if (!it.complete.empty()) {
      out.first_complete = time_text(it.complete.front());
      out.last_complete = time_text(it.complete.back());
    }
    out.state = it.complete.empty()                                 ? EvidenceState::none
                : known->second.silent || known->second.suspicious  ? EvidenceState::attention
                : out.longest_gap_days > material.rules.silent_days ? EvidenceState::partly
                                                                    : EvidenceState::evidence;
    if (known->second.silent) out.note = "silent";
    if (known->second.suspicious) out.note = "lost many findings at once; nothing of it was closed";
    all.push_back(std::move(out));
  }
  return all;
}

std::vector<ComplianceLevel> levels_of(const Material& material) {
  std::vector<ComplianceLevel> all;
  for (const Band band : {Band::critical, Band::high, Band::medium, Band::low}) {
    const auto wanted = [band](const Tracked& it) { return band_for_tenths(it.risk_tenths) == band; };
    const ledger::Compliance kept =
        ledger::measure(material.state, material.period.from, material.as_of, material.rules, wanted).service_levels;
    ComplianceLevel level{.band = std::string(to_string(band)),
                          .days = material.rules.band_days[static_cast<std::size_t>(band)],
                          .due = static_cast<std::uint32_t>(kept.due),
                          .kept = static_cast<std::uint32_t>(kept.kept)};
    for (const Tracked& it : material.state.findings) {
      const bool late =
          it.standing == ledger::Standing::open && it.clocks.due != 0 && it.clocks.due <= material.as_of.unix_ms;
      level.overdue += late && wanted(it) ? 1 : 0;
    }
    all.push_back(std::move(level));
  }
  return all;
}

class Evaluation {
 public:
  Evaluation(const Material& material, const std::vector<Framework>& frameworks)
      : m_(material), frameworks_(frameworks), history_(history_of(material)) {
    out_.integrity = integrity_of(material);
    for (std::uint32_t i = 0; i < m_.state.findings.size(); ++i) {
      if (!in_period(m_.state.findings[i], m_.period)) continue;
      there_.push_back(i);
      selectable_.push_back(selectable(m_.state, m_.state.findings[i]));
    }
  }

  Compliance run() {
    for (const Framework& it : frameworks_) out_.frameworks.push_back(framework(it));
    for (const std::uint32_t at : sampled_) out_.samples.push_back(sample(at));
    std::ranges::sort(out_.samples, {}, &ComplianceSample::id);
    out_.scanners = scanners_of(m_, history_);
    out_.levels = levels_of(m_);
    out_.sampling = fmt::format(
        "For each control the {} findings in scope whose SHA-256 over the ledger's last hash of the period and the id "
        "of the "
        "finding is smallest: nobody chooses them, and the same ledger gives the same samples.",
        m_.samples);
    out_.runs = std::move(history_.runs);
    out_.exceptions = std::move(history_.exceptions);
    return std::move(out_);
  }

 private:
  // Positions in there_ that the framework is about, and why.
  struct Population {
    std::vector<std::uint32_t> findings;
    std::string text;
  };
  [[nodiscard]] Population population(const Framework& framework) const {
    Population out;
    std::set<std::string, std::less<>> services;
    for (const Service& it : m_.services) {
      if (framework.data && it.context.data.has(*framework.data)) services.insert(it.name);
    }
    std::size_t unassigned = 0;
    for (std::uint32_t i = 0; i < there_.size(); ++i) {
      const std::string_view service = m_.state.text(m_.state.findings[there_[i]].service);
      unassigned += service.empty() ? 1 : 0;
      if (services.empty() || service.empty() || services.contains(service)) out.findings.push_back(i);
    }
    if (!framework.data) {
      out.text = "All findings of the period.";
    } else if (services.empty()) {
      out.text = fmt::format("All findings of the period: no service is said to hold data of class {}.",
                             name_of(*framework.data));
    } else {
      const std::vector<std::string> names(services.begin(), services.end());
      out.text = fmt::format("Findings of the services that hold data of class {}: {}.", name_of(*framework.data),
                             text::join(names, ", "));
      if (unassigned != 0)
        out.text += fmt::format(" {} of no service {} as well.", text::count_of(unassigned, "finding"),
                                unassigned == 1 ? "counts" : "count");
    }
    return out;
  }
  static std::string_view name_of(DataClass it) { return kDataClassNames[static_cast<std::size_t>(it)]; }

  ComplianceFramework framework(const Framework& framework) {
    const Population in_scope = population(framework);
    ComplianceFramework out{.id = framework.id, .name = framework.name, .version = framework.version};
    out.scope = in_scope.text;
    out.findings = static_cast<std::uint32_t>(in_scope.findings.size());
    std::size_t unknown = 0;
    for (const std::uint32_t i : in_scope.findings) unknown += selectable_[i].cwes.empty() ? 1 : 0;
    if (unknown != 0)
      out.scope +=
          fmt::format(" Of {} the ledger knows no weakness: controls that select by weakness do not count them.",
                      text::count_of(unknown, "finding"));
    for (const Control& it : framework.controls) {
      out.controls.push_back(control(it, in_scope.findings));
      ++out.states[static_cast<std::size_t>(out.controls.back().state)];
    }
    return out;
  }

  ComplianceControl control(const Control& control, const std::vector<std::uint32_t>& in_scope) {
    ComplianceControl out{.id = control.id, .title = control.title, .elsewhere = control.elsewhere};
    out.has_population = !control.any_of.empty();
    std::vector<std::uint32_t> findings;
    for (const std::uint32_t i : in_scope) {
      if (!out.has_population || selects(control.any_of, selectable_[i])) findings.push_back(there_[i]);
    }
    out.population = population_of(m_, findings);
    const Scope scope{m_, history_, out_.integrity, control, findings, out.population};
    std::vector<EvidenceState> states;
    for (const EvidenceTopic topic : control.evidence) {
      out.facts.push_back(fact_of(topic, scope));
      states.push_back(out.facts.back().state);
    }
    out.state = combined(states);
    // What others have to show is missing here.
    if (!control.elsewhere.empty() && out.state == EvidenceState::evidence) out.state = EvidenceState::partly;
    if (out.has_population) attach(findings, out);
    return out;
  }

  void attach(std::vector<std::uint32_t>& findings, ComplianceControl& out) {
    std::set<std::uint32_t> exceptions;
    for (const std::uint32_t at : findings)
      exceptions.insert(history_.exceptions_of[at].begin(), history_.exceptions_of[at].end());
    out.exceptions.assign(exceptions.begin(), exceptions.end());
    const std::size_t wanted = std::min(m_.samples, findings.size());
    std::ranges::partial_sort(findings, findings.begin() + static_cast<std::ptrdiff_t>(wanted), {},
                              [&](std::uint32_t at) { return lot(at); });
    for (std::size_t i = 0; i < wanted; ++i) {
      sampled_.insert(findings[i]);
      out.samples.push_back(to_string(m_.state.findings[findings[i]].id));
    }
  }
  const Digest256& lot(std::uint32_t at) {
    const auto [found, fresh] = lots_.try_emplace(at);
    if (fresh) found->second = sha256(out_.integrity.hash + to_string(m_.state.findings[at].id));
    return found->second;
  }

  [[nodiscard]] ComplianceSample sample(std::uint32_t at) const {
    const ledger::State& state = m_.state;
    const Tracked& it = state.findings[at];
    ComplianceSample out{.id = to_string(it.id),
                         .title = std::string(state.text(it.title)),
                         .state = std::string(to_string(it.standing)),
                         .package = std::string(state.text(it.package)),
                         .service = std::string(state.text(it.service)),
                         .team = std::string(state.text(it.team))};
    const std::string path(state.text(it.path));
    out.place = path.empty()   ? std::string(state.text(it.target))
                : it.line == 0 ? path
                               : fmt::format("{}:{}", path, it.line);
    out.first_detected = time_text(it.clocks.detected);
    out.due = time_text(it.clocks.due);
    if (!it.is_live()) out.closed = time_text(it.since);
    out.kind = it.kind, out.severity = it.severity, out.risk_tenths = it.risk_tenths;
    out.engines = lines_of(state.text(it.tools));
    out.advisories = lines_of(state.text(it.advisories));
    out.cwes = state.cwes(it);
    for (const std::uint32_t position : history_.events_of[at]) out.course.push_back(step(m_.events[position]));
    return out;
  }
  [[nodiscard]] ComplianceStep step(const ledger::Event& event) const {
    return {.seq = event.seq,
            .at = to_string(event.at),
            .event = std::string(to_string(event.type)),
            .by = event.actor.id.empty() ? event.actor.type : m_.name_of(event.actor.id),
            .what = m_.told(event),
            .commit = event.commit,
            .hash = event.hash};
  }

  const Material& m_;
  const std::vector<Framework>& frameworks_;
  History history_;
  std::vector<std::uint32_t> there_;    // findings of the period
  std::vector<Selectable> selectable_;  // parallel
  std::set<std::uint32_t> sampled_;
  std::map<std::uint32_t, Digest256> lots_;
  Compliance out_;
};

}  // namespace

Compliance evaluate(const Material& material, const std::vector<Framework>& frameworks) {
  return Evaluation(material, frameworks).run();
}

}  // namespace gatepost::compliance
