#include "app/resolve_severity.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "risk/severity.hpp"

namespace gatepost::app {
namespace {

constexpr std::size_t kMostMembers = 100;  // of one finding that are asked

// Claims of one list by what decides between them: rows share their lists, so few have to be resolved.
struct Answer {
  Severity severity;
  bool conflict = false;
};

class Resolver {
 public:
  Resolver(const Assessment& assessment, const ObservationTable& table) : in_(assessment), table_(table) {}

  Answer of(const Finding& finding) {
    const auto all = in_.findings.members_of(finding);
    const auto members = all.first(std::min(all.size(), kMostMembers));
    if (members.size() == 1) return of_row(members.front());
    return finding.kind == Kind::sca || finding.kind == Kind::container ? of_package(members) : of_tools(members);
  }

 private:
  [[nodiscard]] std::vector<SeverityClaim> claims_in(ListId list) const {
    std::vector<SeverityClaim> claims;
    for (const StoredClaim& stored : table_.claims(list)) claims.push_back(table_.claim(stored));
    return claims;
  }

  // Of the package's distribution; empty for what is no package.
  std::optional<std::string_view> vendor_of(const ObservationRow& row) {
    const StoredComponent* const component = table_.component_of(row);
    if (component == nullptr || component->purl == TextId::none) return std::nullopt;
    const auto [known, fresh] = vendors_.try_emplace(component->purl);
    if (fresh) {
      const auto purl = Purl::parse(table_.text(component->purl));
      known->second = purl ? risk::vendor_of(*purl) : std::string_view{};
    }
    return known->second;
  }

  [[nodiscard]] std::optional<Severity> default_of(const ObservationRow& row) const {
    const RuleInfo& rule = table_.rule_of(row);
    const ObservationDetail* const detail = table_.detail_of(row);
    risk::Unjudged problem{.kind = row.kind,
                           .cwes = table_.cwes(table_.cwes_of(row)),
                           .rule = table_.text(rule.id),
                           .title = table_.text(rule.title)};
    if (detail != nullptr && !detail->title.empty()) problem.title = detail->title;
    if (detail != nullptr && detail->secret) {
      problem.secret_kind = detail->secret->kind;
      problem.secret_verified = detail->secret->verified;
    }
    return risk::default_severity(problem);
  }

  static bool is_judged(const Severity& severity) {
    return severity.label != SeverityLabel::unknown && severity.method != SeverityMethod::derived;
  }

  const Answer& of_row(Row index) {
    const ObservationRow& row = table_.row(index);
    const ListId list = table_.claims_of(row);
    const auto vendor = vendor_of(row);
    const auto [known, fresh] = by_claims_.try_emplace({list, vendor});
    if (fresh) {
      const auto claims = claims_in(list);
      known->second = {risk::effective_severity(claims, {vendor, std::nullopt}), risk::in_conflict(claims, vendor)};
    }
    if (is_judged(known->second.severity)) return known->second;
    last_ = known->second;
    if (auto otherwise = default_of(row)) last_.severity = std::move(*otherwise);
    return last_;
  }

  // One advisory in several tools' words: who made the claim decides, not who passed it on.
  Answer of_package(std::span<const Row> members) {
    std::vector<SeverityClaim> claims;
    std::vector<ListId> lists;
    std::optional<std::string_view> vendor;
    for (const Row member : members) {
      const ObservationRow& row = table_.row(member);
      if (!vendor) vendor = vendor_of(row);
      const ListId list = table_.claims_of(row);
      if (std::ranges::find(lists, list) != lists.end()) continue;
      lists.push_back(list);
      std::ranges::move(claims_in(list), std::back_inserter(claims));
    }
    return {risk::effective_severity(claims, {vendor, std::nullopt}), risk::in_conflict(claims, vendor)};
  }

  // Several tools' own judgement: the highest. One that is unsure counts, too, so that another tool that reports the
  // same never lowers a risk.
  Answer of_tools(std::span<const Row> members) {
    Answer all;
    bool first = true;
    std::optional<SeverityLabel> lowest, highest;
    for (const Row member : members) {
      const Answer one = of_row(member);
      all.conflict |= one.conflict;
      const Severity& severity = one.severity;
      if (is_judged(severity) && severity.method != SeverityMethod::level && severity.method != SeverityMethod::rank) {
        lowest = std::min(lowest.value_or(severity.label), severity.label);
        highest = std::max(highest.value_or(severity.label), severity.label);
      }
      if (first || beats(severity, all.severity)) all.severity = severity;
      first = false;
    }
    all.conflict |= lowest && static_cast<int>(*highest) - static_cast<int>(*lowest) >= 2;
    return all;
  }

  // What a tool says beats what we take it for, and that beats nothing.
  static bool beats(const Severity& a, const Severity& b) {
    const auto worth = [](const Severity& it) {
      return it.label == SeverityLabel::unknown ? 0 : is_judged(it) ? 2 : 1;
    };
    return std::tuple(worth(a), a.tenths) > std::tuple(worth(b), b.tenths);
  }

  const Assessment& in_;
  const ObservationTable& table_;
  std::map<TextId, std::string_view> vendors_;  // by purl
  std::map<std::pair<ListId, std::optional<std::string_view>>, Answer> by_claims_;
  Answer last_;
};

// Puts answers to the findings, each severity once.
class Writer {
 public:
  explicit Writer(Assessment& assessment)
      : it_(assessment), head_(assessment, assessment.table), base_(assessment, assessment.base_table) {
    for (std::uint32_t i = 0; i < it_.severities.size(); ++i) numbers_.emplace(it_.severities[i], i);
  }

  void resolve(std::size_t index) {
    const Finding& finding = it_.findings.all[index];
    const Answer answer = (finding.in_base_only ? base_ : head_).of(finding);
    const auto [entry, fresh] = numbers_.emplace(answer.severity, static_cast<std::uint32_t>(it_.severities.size()));
    if (fresh) it_.severities.push_back(answer.severity);
    it_.assessed[index].severity = entry->second;
    it_.assessed[index].severity_conflict = answer.conflict;
  }

 private:
  Assessment& it_;
  Resolver head_, base_;
  std::map<Severity, std::uint32_t> numbers_;
};

}  // namespace

void resolve_severities(Assessment& assessment) {
  Writer writer(assessment);
  for (std::size_t i = 0; i < assessment.findings.all.size(); ++i) writer.resolve(i);
}

void resolve_merged(Assessment& assessment) {
  if (assessment.across.empty()) return;
  Writer writer(assessment);
  for (const Across& across : assessment.across) writer.resolve(across.finding);
}

void resolve_gone(Assessment& assessment) {
  Writer writer(assessment);
  for (std::size_t i = 0; i < assessment.findings.all.size(); ++i) {
    if (assessment.findings.all[i].in_base_only) writer.resolve(i);
  }
}

}  // namespace gatepost::app
