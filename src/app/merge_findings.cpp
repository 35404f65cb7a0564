#include "app/merge_findings.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "app/control_changes.hpp"
#include "base/text.hpp"
#include "correlate/across.hpp"
#include "correlate/families.hpp"
#include "correlate/find.hpp"
#include "model/alias_graph.hpp"
#include "model/purl.hpp"

namespace gatepost::app {
namespace {

using correlate::Statement;
using Index = std::uint32_t;

constexpr std::size_t kMostLinks = 100'000;
constexpr std::size_t kMostOfAFile = 100'000;  // findings; where there are more nobody merges anything
constexpr std::size_t kMostMembers = 16;       // of one finding that are asked for what the primary one does not say

// The nearer to the change, the earlier.
constexpr std::array kNearest = {Presence::introduced, Presence::worsened, Presence::touched,  Presence::external,
                                 Presence::moved,      Presence::existing, Presence::unrelated};

std::size_t distance_of(Presence presence) {
  return static_cast<std::size_t>(std::ranges::find(kNearest, presence) - kNearest.begin());
}

bool is_gone(Presence presence) { return presence == Presence::fixed || presence == Presence::not_evaluated; }

// What findings of one table say, as correlation reads it.
class Reader {
 public:
  Reader(const Assessment& it, const ObservationTable& table) : it_(it), table_(table), families_(table.rule_count()) {}

  [[nodiscard]] const Finding& finding(Index index) const { return it_.findings.all[index]; }
  [[nodiscard]] const ObservationRow& primary(Index index) const { return table_.row(finding(index).primary); }
  [[nodiscard]] TextId engine(Index index) const { return table_.rule_of(primary(index)).engine; }
  [[nodiscard]] const ObservationTable& table() const { return table_; }

  [[nodiscard]] std::string_view family(Index index) {
    const ObservationRow& row = primary(index);
    auto& known = families_[row.rule];
    if (!known) {
      const RuleInfo& rule = table_.rule_of(row);
      known = correlate::RuleFamilies::built_in().find(table_.text(rule.engine), table_.text(rule.id));
    }
    return *known;
  }

  // Reports are not told apart: what one engine says apart in two of them stays apart.
  Statement statement(Index index) {
    const ObservationRow& row = primary(index);
    const Finding& finding = this->finding(index);
    Statement it{.kind = finding.kind,
                 .engine = table_.text(table_.rule_of(row).engine),
                 .rule = table_.text(table_.rule_of(row).id),
                 .path = it_.findings.path_of(finding),
                 .symbol = table_.text(row.symbol),
                 .first_line = finding.range.first_line,
                 .last_line = std::max(finding.range.first_line, finding.range.last_line),
                 .first_column = finding.range.first_column,
                 .family = family(index)};
    const auto members = it_.findings.members_of(finding);
    for (const Row member : members.first(std::min(members.size(), kMostMembers))) {
      const ObservationRow& other = table_.row(member);
      const auto cwes = table_.cwes(table_.cwes_of(other));
      it.cwes.insert(it.cwes.end(), cwes.begin(), cwes.end());
      if (it.symbol.empty()) it.symbol = table_.text(other.symbol);
    }
    std::ranges::sort(it.cwes);
    const auto rest = std::ranges::unique(it.cwes);
    it.cwes.erase(rest.begin(), rest.end());
    const auto meant = it.cwes.empty() ? correlate::RuleFamilies::built_in().weakness_of(it.family) : std::nullopt;
    if (meant) it.cwes = {*meant}, it.cwe_of_family = true;
    if (const ObservationDetail* const detail = table_.detail_of(row)) {
      it.address = detail->resource;
      if (detail->secret) it.secret_kind = kebab(detail->secret->kind), it.secret_hash = detail->secret->id;
    }
    return it;
  }

  std::string_view kebab(const std::string& kind) { return *kinds_.insert(text::kebab_case(kind)).first; }

 private:
  const Assessment& it_;
  const ObservationTable& table_;
  std::vector<std::optional<std::string_view>> families_;  // by rule
  std::set<std::string> kinds_;
};

// The findings of the head, or those that only the base has.
class Merger {
 public:
  Merger(Assessment& it, bool of_base, const std::optional<std::map<FindingId, FindingId>>& parts)
      : it_(it), reader_(it, of_base ? it.base_table : it.table), of_base_(of_base), parts_(parts) {}

  // Groups of findings that are one, with the reasons.
  struct Group {
    std::vector<Index> findings;  // the first one shows it
    std::vector<SeverityLabel> severities;
    std::vector<MergeReason> reasons;
  };

  std::vector<Group> run() {
    choose();
    if (engines_.size() < 2) return {};
    by_file();
    packages();
    return std::move(groups_);
  }

 private:
  struct Candidate {
    std::string_view part;  // "" when nobody said
    std::uint32_t bucket = 0;
    Index finding = 0;
    friend auto operator<=>(const Candidate&, const Candidate&) = default;
  };

  void choose() {
    const std::string_view own = kChangeEngine;
    for (Index i = 0; i < it_.findings.all.size(); ++i) {
      const Finding& finding = it_.findings.all[i];
      if (finding.in_base_only != of_base_ || reader_.table().text(reader_.engine(i)) == own) continue;
      if (parts_ && !parts_->contains(finding.id)) continue;
      engines_.insert(reader_.engine(i));
      chosen_.push_back(i);
    }
  }

  // What an earlier stage put together, as a number; 0 without one.
  [[nodiscard]] FindingId part_of(Index index) const {
    return parts_ ? parts_->at(reader_.finding(index).id) : FindingId{};
  }

  [[nodiscard]] bool several_engines(std::span<const Index> findings) const {
    return std::ranges::any_of(findings,
                               [&](Index it) { return reader_.engine(it) != reader_.engine(findings.front()); });
  }

  // Calls `each` with the findings of each bucket in which several engines are.
  template <class Key, class Each>
  void buckets(std::vector<Index> findings, const Key& key, const Each& each) {
    const auto full = [&](Index i) { return std::tuple(part_of(i), key(i)); };
    std::ranges::sort(findings, [&](Index a, Index b) { return std::pair(full(a), a) < std::pair(full(b), b); });
    for (std::size_t begin = 0, end = 0; begin < findings.size(); begin = end) {
      while (end < findings.size() && full(findings[end]) == full(findings[begin])) ++end;
      const auto bucket = std::span<const Index>(findings).subspan(begin, end - begin);
      if (several_engines(bucket)) each(bucket);
    }
  }

  // Code, secrets and resources.
  void by_file() {
    std::vector<Index> placed;
    for (const Index i : chosen_) {
      const Finding& it = reader_.finding(i);
      if (it.file != Finding::kNoFile && !is_dependency_kind(it.kind)) placed.push_back(i);
    }
    // Each place of a secret is to be cleaned by itself.
    const auto place = [&](Index i) {
      const Finding& it = reader_.finding(i);
      return std::tuple(it.file, it.kind == Kind::secret ? it.range.first_line + 1 : 0);
    };
    buckets(std::move(placed), place, [&](std::span<const Index> bucket) {
      if (bucket.size() <= kMostOfAFile) decide(bucket, statements(bucket));
    });
  }

  std::vector<Statement> statements(std::span<const Index> bucket) {
    std::vector<Statement> all;
    for (const Index i : bucket) all.push_back(reader_.statement(i));
    return all;
  }

  void decide(std::span<const Index> bucket, std::span<const Statement> statements) {
    const correlate::Correlated found = correlate::correlate(statements);
    for (const correlate::Issue& issue : found.issues) {
      if (issue.members.size() > 1) add_group(bucket, issue);
    }
    for (const correlate::Link& link : found.links) {
      const Index a = bucket[link.a], b = bucket[link.b];
      if (reader_.engine(a) == reader_.engine(b) || it_.links.size() >= kMostLinks) continue;
      const auto ids = std::minmax(reader_.finding(a).id, reader_.finding(b).id);
      it_.links.push_back({ids.first, ids.second, link.evidence.relation, link.evidence.rule, link.evidence.because});
    }
  }

  // Of each engine one at most, and all gone in the same way or none.
  void add_group(std::span<const Index> bucket, const correlate::Issue& issue) {
    std::set<TextId> engines;
    Group group;
    for (const std::uint32_t member : issue.members) {
      group.findings.push_back(bucket[member]);
      if (!engines.insert(reader_.engine(bucket[member])).second) return;
    }
    const Presence first = it_.assessed[group.findings.front()].presence;
    const bool alike = std::ranges::all_of(group.findings, [&](Index i) {
      const Presence presence = it_.assessed[i].presence;
      return is_gone(first) || is_gone(presence) ? presence == first : true;
    });
    if (!alike) return;
    std::set<std::pair<std::string_view, std::string_view>> told;
    for (const correlate::Merge& merge : issue.merges) {
      if (told.insert({merge.evidence.rule, merge.evidence.because}).second)
        group.reasons.push_back({merge.evidence.rule, merge.evidence.because});
    }
    // The most severe one first, so that nobody's waiver covers what is worse than what was waived.
    const auto rank = [&](Index i) {
      const Finding& it = reader_.finding(i);
      return std::tuple(-static_cast<int>(severity_of(i)), ~correlate::telling(reader_.table(), it.primary),
                        reader_.table().text(reader_.engine(i)), it.id);
    };
    std::ranges::sort(group.findings, {}, rank);
    for (const Index i : group.findings) group.severities.push_back(severity_of(i));
    groups_.push_back(std::move(group));
  }

  [[nodiscard]] SeverityLabel severity_of(Index index) const { return it_.severity_of(index).label; }

  // --- packages ---

  // Package and version, as they enter identities.
  std::uint32_t package_of(Index index) {
    const ObservationRow& row = reader_.primary(index);
    const auto [known, fresh] = packages_.try_emplace(row.component, 0);
    if (fresh) {
      const auto purl = Purl::parse(reader_.table().text(reader_.table().component_of(row)->purl));
      const std::string name = purl && !purl->version().empty() ? purl->package() + "@" + purl->version() : "";
      const auto [entry, is_new] =
          package_numbers_.try_emplace(name, static_cast<std::uint32_t>(package_names_.size()));
      if (is_new) package_names_.push_back(&entry->first);
      known->second = entry->second;
    }
    return known->second;
  }

  void packages() {
    std::vector<Index> dependencies;
    for (const Index i : chosen_) {
      const Finding& it = reader_.finding(i);
      const bool wanted = it.kind == Kind::sca || it.kind == Kind::malware;
      const bool named = reader_.primary(i).component != ObservationRow::kNone && it.file != Finding::kNoFile;
      if (wanted && named) dependencies.push_back(i);
    }
    if (!several_engines(dependencies.empty() ? std::span<const Index>{} : dependencies)) return;
    declare_aliases(dependencies);
    buckets(
        dependencies, [&](Index i) { return package_of(i); },
        [&](std::span<const Index> bucket) { one_package(bucket); });
  }

  void declare_aliases(std::span<const Index> dependencies) {
    std::set<ListId> told;
    for (const Index i : dependencies) {
      for (const Row member : it_.findings.members_of(reader_.finding(i))) {
        const ListId list = reader_.table().row(member).advisories;
        if (!told.insert(list).second) continue;
        aliases_.declare(names(list));
      }
    }
    aliases_.build();
  }

  std::vector<std::string_view> names(ListId list) {
    std::vector<std::string_view> all;
    for (const TextId id : reader_.table().texts(list)) all.push_back(reader_.table().text(id));
    return all;
  }

  // What a finding is about, when it is one vulnerability.
  std::string_view advisory_of(Index index) {
    const auto all = names(reader_.primary(index).advisories);
    std::set<std::string_view> cves, groups;
    for (const std::string_view id : all) {
      if (id.starts_with("CVE-")) cves.insert(id);
      for (const std::string_view group : aliases_.groups_of(id)) groups.insert(group);
    }
    if (!cves.empty()) groups = cves;
    return groups.size() == 1 ? *groups.begin() : std::string_view{};
  }

  void one_package(std::span<const Index> bucket) {
    const std::string& package = *package_names_[package_of(bucket.front())];
    if (package.empty()) return;
    std::vector<Statement> all;
    for (const Index i : bucket) {
      Statement it = reader_.statement(i);
      const StoredComponent& component = *reader_.table().component_of(reader_.primary(i));
      it.package = package;
      it.manifest = it.path;
      if (component.scope != Scope::unknown) it.scope = to_string(component.scope);
      if (const auto advisory = advisory_of(i); !advisory.empty()) it.advisories = {advisory};
      all.push_back(std::move(it));
    }
    decide(bucket, all);
  }

  Assessment& it_;
  Reader reader_;
  const bool of_base_;
  const std::optional<std::map<FindingId, FindingId>>& parts_;
  std::set<TextId> engines_;
  std::vector<Index> chosen_;
  std::vector<Group> groups_;
  AliasGraph aliases_;
  std::unordered_map<std::uint32_t, std::uint32_t> packages_;  // by component
  std::map<std::string, std::uint32_t> package_numbers_;
  std::vector<const std::string*> package_names_;
};

struct Merged {
  Finding finding;
  Assessed assessed;
  BaseMatch base_match;  // of the claim that is nearest to the change
  Across across;
};

Merged merged(Assessment& it, const Merger::Group& group) {
  Merged out;
  for (std::size_t n = 0; n < group.findings.size(); ++n) {
    const Index i = group.findings[n];
    out.across.claims.push_back(
        {it.findings.all[i], it.assessed[i].presence, it.assessed[i].unplaced, group.severities[n]});
  }
  out.across.reasons = group.reasons;
  out.finding = it.findings.all[group.findings.front()];
  const Claim& nearest = nearest_claim(out.across.claims);
  out.assessed.presence = nearest.presence;
  out.assessed.unplaced = nearest.unplaced;
  const auto index = group.findings[static_cast<std::size_t>(&nearest - out.across.claims.data())];
  if (const BaseMatch* const match = it.base_match_of(index)) out.base_match = *match;
  std::vector<Row> rows;
  for (const Claim& claim : out.across.claims) {
    const auto members = it.findings.members_of(claim.finding);
    rows.insert(rows.end(), members.begin(), members.end());
  }
  std::ranges::sort(rows);
  out.finding.first_member = static_cast<std::uint32_t>(it.findings.members.size());
  out.finding.member_count = static_cast<std::uint32_t>(rows.size());
  it.findings.members.insert(it.findings.members.end(), rows.begin(), rows.end());
  return out;
}

// Puts merged findings in the place of their parts; everything stays in its order.
void replace(Assessment& it, const std::vector<Merger::Group>& groups) {
  std::vector<Index> gone;
  std::map<Index, Merged> at;
  for (const Merger::Group& group : groups) {
    for (const Index i : std::span(group.findings).subspan(1)) gone.push_back(i);
    at.emplace(group.findings.front(), merged(it, group));
  }
  std::ranges::sort(gone);
  std::size_t next = 0;
  for (Index i = 0; i < it.findings.all.size(); ++i) {
    if (std::ranges::binary_search(gone, i)) continue;
    it.findings.all[next] = it.findings.all[i];
    it.assessed[next] = it.assessed[i];
    if (!it.base_matches.empty()) it.base_matches[next] = it.base_matches[i];
    if (const auto found = at.find(i); found != at.end()) {
      it.findings.all[next] = found->second.finding;
      it.assessed[next].presence = found->second.assessed.presence;
      it.assessed[next].unplaced = found->second.assessed.unplaced;
      if (!it.base_matches.empty()) it.base_matches[next] = found->second.base_match;
      found->second.across.finding = static_cast<std::uint32_t>(next);
      it.across.push_back(std::move(found->second.across));
    }
    ++next;
  }
  it.findings.all.resize(next);
  it.assessed.resize(next);
  if (!it.base_matches.empty()) it.base_matches.resize(next);
}

// Links speak of findings as they are now.
void settle_links(Assessment& it) {
  std::map<FindingId, FindingId> now;
  for (const Across& across : it.across) {
    for (const Claim& claim : across.claims) now.emplace(claim.finding.id, across.claims.front().finding.id);
  }
  const auto settle = [&](FindingId& id) {
    if (const auto found = now.find(id); found != now.end()) id = found->second;
  };
  for (FindingLink& link : it.links) {
    settle(link.a), settle(link.b);
    if (link.b < link.a) std::swap(link.a, link.b);
  }
  std::erase_if(it.links, [](const FindingLink& link) { return link.a == link.b; });
  const auto key = [](const FindingLink& link) { return std::pair(link.a, link.b); };
  std::ranges::stable_sort(it.links, {}, key);
  const auto rest = std::ranges::unique(it.links, {}, key);
  it.links.erase(rest.begin(), rest.end());
}

}  // namespace

const Claim& nearest_claim(std::span<const Claim> claims) {
  return *std::ranges::min_element(claims, {}, [](const Claim& claim) { return distance_of(claim.presence); });
}

void merge_findings(Assessment& it, const std::optional<std::map<FindingId, FindingId>>& parts) {
  std::vector<Merger::Group> groups = Merger(it, false, parts).run();
  std::ranges::move(Merger(it, true, parts).run(), std::back_inserter(groups));
  if (!groups.empty()) replace(it, groups);
  settle_links(it);
}

}  // namespace gatepost::app
