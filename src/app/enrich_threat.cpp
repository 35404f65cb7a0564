#include "app/enrich_threat.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "app/enrich_evidence.hpp"
#include "base/text.hpp"
#include "model/alias_graph.hpp"

namespace gatepost::app {
namespace {

// Older than this a feed is stale: it is used, and its age is said. EPSS is made every day, the catalogue on most
// working days.
constexpr int kEpssDays = 3, kKevDays = 14;

std::vector<std::string_view> texts_of(const ObservationTable& table, ListId list) {
  std::vector<std::string_view> texts;
  for (const TextId id : table.texts(list)) texts.push_back(table.text(id));
  return texts;
}

// Each list of identifiers once: a report of a million has few different ones.
std::vector<ListId> advisory_lists(const ObservationTable& table) {
  std::unordered_set<std::uint32_t> seen;
  std::vector<ListId> lists;
  for (Row i = 0; i < table.size(); ++i) {
    const ListId list = table.row(i).advisories;
    if (list != ListId::none && seen.insert(static_cast<std::uint32_t>(list)).second) lists.push_back(list);
  }
  return lists;
}

AliasGraph alias_graph(const ObservationTable& table, const ObservationTable& base_table) {
  AliasGraph groups;
  for (const ObservationTable* const one : {&table, &base_table}) {
    for (const ListId list : advisory_lists(*one)) groups.declare(texts_of(*one, list));
  }
  groups.build();
  return groups;
}

// What the tools themselves say about exploitation; nobody knows of which day.
struct ToolFacts {
  std::optional<std::uint32_t> epss_ppm;
  bool kev = false;
  std::set<std::string_view> epss_by, kev_by;  // engines
};

std::string names(const std::set<std::string_view>& engines) {
  std::string all;
  for (const std::string_view engine : engines) all.append(all.empty() ? "" : ", ").append(engine);
  return all;
}

class Enricher {
 public:
  Enricher(Assessment& assessment, const context::Threats& threats, const context::Evidence& evidence, Timestamp now)
      : out_(assessment),
        threats_(threats),
        groups_(alias_graph(assessment.table, assessment.base_table)),
        evidence_(assessment, evidence, now) {}

  void run() {
    for (std::size_t i = 0; i < out_.findings.all.size(); ++i) {
      Enrichment known = about(i);
      if (known.empty()) continue;
      const auto [entry, fresh] =
          numbers_.try_emplace(std::move(known), static_cast<std::uint32_t>(out_.enrichments.size()));
      if (fresh) out_.enrichments.push_back(entry->first);
      out_.assessed[i].enrichment = entry->second;
    }
    if (evidence_.conflicts() == 0) return;
    out_.notes.push_back({Note::Level::warning,
                          "vex-conflict",
                          fmt::format("{} contradicted by what was seen at run time (vex.conflict)",
                                      evidence_.conflicts() == 1 ? "a VEX statement is"
                                                                 : fmt::format("the VEX statements on {} findings are",
                                                                               evidence_.conflicts())),
                          {}});
  }

 private:
  Enrichment about(std::size_t index) {
    const Finding& finding = out_.findings.all[index];
    const ObservationTable& table = out_.table_of(finding);
    std::set<std::string_view> ids;
    ToolFacts tools;
    for (const Row member : out_.findings.members_of(finding)) {
      const ObservationRow& row = table.row(member);
      for (const TextId id : table.texts(row.advisories)) ids.insert(table.text(id));
      add_tool_facts(table, row, tools);
    }
    const std::vector<std::string_view> list(ids.begin(), ids.end());
    const std::vector<std::string> cves = groups_.cves_of(list);
    Enrichment known = ids.empty() ? Enrichment{} : from_feeds(cves);
    add(tools, known);
    evidence_.add(index, ids, cves, known);
    return known;
  }

  Enrichment from_feeds(const std::vector<std::string>& cves) {
    Enrichment known = ask(threats_.feeds, cves);
    if (threats_.feeds.kev && !cves.empty() && !known.kev) known.not_in_kev = threats_.feeds.kev->date();
    return known;
  }

  static void add_tool_facts(const ObservationTable& table, const ObservationRow& row, ToolFacts& tools) {
    const ObservationDetail* const detail = table.detail_of(row);
    if (detail == nullptr) return;
    const std::string_view engine = table.text(table.rule_of(row).engine);
    if (detail->epss_ppm) {
      if (*detail->epss_ppm > tools.epss_ppm.value_or(0)) tools.epss_by.clear();
      if (*detail->epss_ppm >= tools.epss_ppm.value_or(0)) tools.epss_by.insert(engine);
      tools.epss_ppm = std::max(tools.epss_ppm.value_or(0), *detail->epss_ppm);
    }
    if (detail->kev.value_or(false)) tools.kev_by.insert(engine);
    tools.kev |= detail->kev.value_or(false);
  }

  // The feed's score is the newer one. Hardly ever is something taken out of the catalogue: a tool that found it there
  // is believed.
  static void add(const ToolFacts& tools, Enrichment& known) {
    if (tools.epss_ppm && !known.epss)
      known.epss = EpssFact{.ppm = *tools.epss_ppm,
                            .percentile_ppm = {},
                            .cve = {},
                            .source = names(tools.epss_by),
                            .date = {},
                            .model = {}};
    if (tools.kev && !known.kev)
      known.kev =
          KevFact{.cve = {}, .source = names(tools.kev_by), .since = {}, .due = {}, .ransomware = {}, .date = {}};
    if (known.kev) known.not_in_kev.reset();
  }

  Assessment& out_;
  const context::Threats& threats_;
  const AliasGraph groups_;
  EvidenceOf evidence_;
  std::map<Enrichment, std::uint32_t> numbers_;
};

void note_age(std::string_view name, const std::string& date, int most_days, Timestamp now, std::vector<Note>& notes) {
  const auto day = parse_date(date);
  if (!day) {
    notes.push_back(
        {Note::Level::info, "threat-feed", fmt::format("the {} feed does not say of which day it is", name), {}});
    return;
  }
  const auto age = (day_of(now) - *day).count();
  if (age < -1) {  // clocks and time zones differ
    notes.push_back({Note::Level::warning,
                     "threat-feed",
                     fmt::format("the {} feed is of {}, a day to come: it is used nevertheless", name, date),
                     {}});
  }
  if (age <= most_days) return;
  notes.push_back({Note::Level::warning,
                   "threat-feed",
                   fmt::format("the {} feed is of {}, {} old: it is used nevertheless", name, date,
                               text::count_of(static_cast<std::size_t>(age), "day")),
                   {}});
}

}  // namespace

std::vector<std::string> reported_cves(const ObservationTable& table, const ObservationTable& base_table) {
  const AliasGraph groups = alias_graph(table, base_table);
  std::set<std::string> all;
  for (const ObservationTable* const one : {&table, &base_table}) {
    for (const ListId list : advisory_lists(*one)) {
      for (std::string& cve : groups.cves_of(texts_of(*one, list))) all.insert(std::move(cve));
    }
  }
  return {all.begin(), all.end()};
}

void enrich_threats(Assessment& assessment, const context::Threats& threats, Timestamp now,
                    const context::Evidence& evidence) {
  std::ranges::copy(evidence.notes, std::back_inserter(assessment.notes));
  Enricher(assessment, threats, evidence, now).run();
  const context::Feeds& feeds = threats.feeds;
  if (feeds.epss) note_age("EPSS", feeds.epss->date(), kEpssDays, now, assessment.notes);
  if (feeds.kev) note_age("KEV", feeds.kev->date(), kKevDays, now, assessment.notes);
}

}  // namespace gatepost::app
