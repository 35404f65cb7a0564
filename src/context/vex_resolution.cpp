#include "context/vex_resolution.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "base/text.hpp"
#include "model/alias_graph.hpp"

namespace gatepost::context {
namespace {

// Whoever is higher is heard first; kNobody is not believed at all.
enum Rank : int { kRepository = 0, kPipeline = 1, kListed = 2, kDistribution = 3, kNobody = 4 };

// Distributions speak for their own packages.
struct Distribution {
  std::string_view author, packages;  // packages: how their purls begin
};
constexpr Distribution kDistributions[] = {
    {"Red Hat Product Security", "pkg:rpm/redhat/"},
    {"Canonical Ltd.", "pkg:deb/ubuntu/"},
    {"Debian Security Team", "pkg:deb/debian/"},
    {"SUSE Product Security Team", "pkg:rpm/suse/"},
    {"SUSE Product Security Team", "pkg:rpm/opensuse/"},
    {"Chainguard", "pkg:apk/chainguard/"},
    {"Chainguard", "pkg:apk/wolfi/"},
};

bool is_cve(std::string_view id) { return id.starts_with("CVE-"); }

std::string key_of(std::string_view id, std::string_view package) {
  return std::string(id).append(" ").append(package);
}

std::string package_of(const VexProduct& product) {
  const auto purl = Purl::parse(product.purl);
  return purl ? purl->package() : "";
}

// An image, or something of ours: not the package that a finding is about.
bool is_whole(const VexProduct& product) {
  return product.purl.empty() || product.purl.starts_with("pkg:oci/") || product.purl.starts_with("pkg:docker/");
}

bool may_say(const VexTrust& trust, VexStatus status) {
  switch (status) {
    case VexStatus::not_affected:
      return trust.not_affected;
    case VexStatus::fixed:
      return trust.fixed;
    case VexStatus::affected:
    case VexStatus::under_investigation:
      return true;  // who may say that it is harmless may take that back
  }
  return false;
}

bool lies_ahead(const VexStatement& it, const VexSubject& subject) {
  constexpr std::int64_t kDayMs = std::int64_t{24} * 3600 * 1000;  // clocks and time zones differ
  return it.time && subject.now && it.time->unix_ms > subject.now->unix_ms + kDayMs;
}

struct Standing {
  Rank rank = kNobody;
  std::string why_not;
};

bool covers(const VexTrust& trust, const VexSubject& subject) {
  if (!trust.scope) return true;
  return subject.package &&
         (trust.scope->matches(subject.package->package()) || trust.scope->matches(subject.package->to_string()));
}

bool is_distribution_of(std::string_view author, const VexSubject& subject) {
  if (!subject.package) return false;
  const std::string package = subject.package->package();
  return std::ranges::any_of(
      kDistributions, [&](const Distribution& it) { return it.author == author && package.starts_with(it.packages); });
}

// Of an author whom the settings name, or of a distribution on its own package.
Standing standing_of_author(const VexStatement& it, const VexSubject& subject, const VexRules& rules) {
  bool named = false, covered = false;
  for (const VexTrust& trust : rules.trust) {
    if (trust.author != it.author) continue;
    named = true;
    if (!covers(trust, subject)) continue;
    covered = true;
    if (may_say(trust, it.status)) return {kListed, {}};
  }
  if (named && !covered) return {kNobody, "vex.trust trusts its author for other packages"};
  if (named) return {kNobody, fmt::format("vex.trust does not let its author say {}", to_string(it.status))};
  if (is_distribution_of(it.author, subject)) return {kDistribution, {}};
  return {kNobody, "its author is not trusted (vex.trust)"};
}

Standing standing_of(const VexStatement& it, const VexSubject& subject, const VexRules& rules) {
  switch (it.origin) {
    case VexOrigin::change:
      return {kNobody, "it comes with the change that it would excuse"};
    case VexOrigin::repository:
      return {kRepository, {}};
    case VexOrigin::pipeline:
      // Who names authors wants no others.
      return rules.trust.empty() ? Standing{kPipeline, {}} : standing_of_author(it, subject, rules);
    case VexOrigin::workspace:
      return standing_of_author(it, subject, rules);
  }
  return {};
}

// Two different CVEs are never one problem, whatever other names they share.
bool is_same_vulnerability(const VexStatement& it, const VexSubject& subject) {
  const auto in_subject = [&](const std::string& id) {
    return std::ranges::find(subject.ids, id) != subject.ids.end() && !is_bulletin(id);
  };
  const bool both_have_cve = std::ranges::any_of(it.ids, is_cve) && std::ranges::any_of(subject.ids, is_cve);
  return std::ranges::any_of(it.ids,
                             [&](const std::string& id) { return (!both_have_cve || is_cve(id)) && in_subject(id); });
}

// What was seen at run time says the opposite of what the statement is justified by.
bool contradicts(const VexSubject& subject, const VexFact& fact) {
  if (subject.seen_running.empty() || !suppresses(fact.status)) return false;
  if (fact.justification == "component_not_present") return true;
  const bool not_run =
      fact.justification == "vulnerable_code_not_in_execute_path" || fact.justification == "code_not_reachable";
  return subject.called && not_run;
}

VexFact fact_of(const VexStatement& it, std::string why_not) {
  return {.status = it.status,
          .decides = false,
          .author = it.author.empty() ? it.supplier : it.author,
          .document = it.document + "#" + it.pointer,
          .justification = it.justification,
          .statement = it.statement,
          .date = it.time ? to_string(day_of(*it.time)) : "",
          .advisory_only = std::move(why_not),
          .conflict = {}};
}

}  // namespace

struct VexIndex::Candidate {
  const VexStatement* statement = nullptr;
  Rank rank = kNobody;
  std::string why_not;
};

VexIndex::VexIndex(std::vector<VexStatement> statements, VexRules rules)
    : statements_(std::move(statements)), rules_(std::move(rules)) {
  for (std::uint32_t s = 0; s < statements_.size(); ++s) {
    const VexStatement& statement = statements_[s];
    for (std::uint32_t t = 0; t < statement.targets.size(); ++t) {
      const VexTarget& target = statement.targets[t];
      for (const std::string& id : statement.ids) {
        if (target.subcomponents.empty()) {
          add(key_of(id, is_whole(target.product) ? "" : package_of(target.product)), {s, t, 0});
        }
        for (std::uint32_t p = 0; p < target.subcomponents.size(); ++p) {
          if (const std::string package = package_of(target.subcomponents[p]); !package.empty())
            add(key_of(id, package), {s, t, p});
        }
      }
    }
  }
  std::erase_if(entries_, [&](const auto& entry) {
    if (entry.second.size() <= kMostOfOnePackage) return false;
    notes_.push_back({Note::Level::warning,
                      "vex-limit",
                      fmt::format("more than {} VEX statements on \"{}\": none of them counts", kMostOfOnePackage,
                                  text::printable(entry.first)),
                      {}});
    return true;
  });
  std::ranges::sort(notes_);
  if (notes_.size() > kMostFacts) notes_.resize(kMostFacts);
}

void VexIndex::add(const std::string& key, Entry entry) {
  std::vector<Entry>& list = entries_[key];
  if (list.size() <= kMostOfOnePackage) list.push_back(entry);
}

void VexIndex::consider(const VexSubject& subject, const std::string& key, std::vector<Candidate>& found) const {
  const auto list = entries_.find(key);
  if (list == entries_.end()) return;
  for (const Entry& entry : list->second) {
    const VexStatement& statement = statements_[entry.statement];
    if (!is_same_vulnerability(statement, subject)) continue;
    const VexTarget& target = statement.targets[entry.target];
    std::string why;
    if (target.subcomponents.empty()) {
      why = is_whole(target.product) ? why_other_product(target.product, subject)
                                     : why_other_package(target.product, *subject.package);
    } else {
      why = why_other_product(target.product, subject);
      if (why.empty()) why = why_other_package(target.subcomponents[entry.part], *subject.package);
    }
    if (!why.empty()) {
      // That a whole image of others is said to be spared is nothing about this finding.
      if (!is_whole(target.product) || !target.subcomponents.empty())
        found.push_back({&statement, kNobody, std::move(why)});
      continue;
    }
    Standing standing = standing_of(statement, subject, rules_);
    if (standing.rank != kNobody && suppresses(statement.status) && lies_ahead(statement, subject))
      standing = {kNobody, "its day lies in the future"};
    found.push_back({&statement, standing.rank, std::move(standing.why_not)});
  }
}

std::vector<VexFact> VexIndex::about(const VexSubject& subject) const {
  std::vector<Candidate> found;
  const std::set<std::string> ids(subject.ids.begin(), subject.ids.end());
  for (const std::string& id : ids) {
    if (subject.package) consider(subject, key_of(id, subject.package->package()), found);
    consider(subject, key_of(id, ""), found);
  }
  // By trust, then the newest, then the worst; what says when comes before what does not.
  const auto order = [](const Candidate& it) {
    const VexStatement& s = *it.statement;
    return std::tuple(it.rank, s.time ? -s.time->unix_ms : INT64_MAX, -static_cast<int>(s.status),
                      std::string_view(s.document), std::string_view(s.pointer), std::string_view(it.why_not));
  };
  std::ranges::sort(found, {}, order);
  std::vector<VexFact> facts;
  std::set<std::pair<const VexStatement*, bool>> told;  // a statement once, and once more when only a part does not fit
  for (Candidate& it : found) {
    if (facts.size() == kMostFacts) break;
    const bool fits = it.rank != kNobody;
    if (told.contains({it.statement, true}) || !told.emplace(it.statement, fits).second) continue;
    facts.push_back(fact_of(*it.statement, std::move(it.why_not)));
  }
  if (facts.empty() || !facts.front().advisory_only.empty()) return facts;
  VexFact& first = facts.front();
  first.decides = true;
  if (contradicts(subject, first)) {
    first.conflict = subject.seen_running;
    first.decides = !rules_.suspend_on_conflict;
    if (!first.decides) first.advisory_only = "suspended, for it was seen running (vex.conflict)";
  }
  return facts;
}

}  // namespace gatepost::context
