#include "correlate/across.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "correlate/pairs.hpp"

namespace gatepost::correlate {

Pairs::Pairs(std::span<const Statement> statements) : statements_(statements) {
  for (std::uint32_t i = 0; i < statements.size(); ++i) {
    first_role_.push_back(static_cast<std::uint32_t>(roles_.size()));
    for (const std::string_view advisory : statements[i].advisories) roles_.push_back({i, advisory});
    if (statements[i].advisories.empty()) roles_.push_back({i, {}});
  }
  sources_.resize(roles_.size());
  for (std::uint32_t role = 0; role < roles_.size(); ++role) {
    parent_.push_back(role);
    const Statement& it = of_role(role);
    if (is_code_kind(it.kind) || it.kind == Kind::iac) sources_[role].insert({it.report, it.engine, it.commit});
  }
}

std::uint32_t Pairs::root(std::uint32_t role) {
  while (parent_[role] != role) {
    parent_[role] = parent_[parent_[role]];
    role = parent_[role];
  }
  return role;
}

void Pairs::merge_roles(std::uint32_t a, std::uint32_t b, Evidence evidence) {
  const std::uint32_t first = root(a), second = root(b);
  if (first == second) return;
  if (!join_sources(std::min(first, second), std::max(first, second))) {
    return link(roles_[a].statement, roles_[b].statement,
                {"chain", "link", evidence.because + "; but together they would join two results of one report"});
  }
  parent_[std::max(first, second)] = std::min(first, second);
  merges_.push_back({std::min(a, b), std::max(a, b), std::move(evidence)});
}

// The smaller set goes into the larger one.
bool Pairs::join_sources(std::uint32_t into, std::uint32_t from) {
  std::set<Source>&one = sources_[into], &other = sources_[from];
  const bool one_is_larger = one.size() >= other.size();
  const std::set<Source>&larger = one_is_larger ? one : other, &smaller = one_is_larger ? other : one;
  if (std::ranges::any_of(smaller, [&](const Source& it) { return larger.contains(it); })) return false;
  if (!one_is_larger) std::swap(one, other);
  one.merge(other);
  return true;
}

void Pairs::link(std::uint32_t a, std::uint32_t b, Evidence evidence) {
  links_.push_back({std::min(a, b), std::max(a, b), std::move(evidence)});
}

Correlated Pairs::take() {
  Correlated out;
  std::vector<std::uint32_t> issue(roles_.size(), 0);
  for (std::uint32_t role = 0; role < roles_.size(); ++role) {
    const std::uint32_t first = root(role);
    if (first == role) {
      issue[role] = static_cast<std::uint32_t>(out.issues.size());
      out.issues.emplace_back();
    }
    auto& members = out.issues[issue[first]].members;
    if (members.empty() || members.back() != roles_[role].statement) members.push_back(roles_[role].statement);
  }
  for (RoleMerge& it : merges_)
    out.issues[issue[root(it.a)]].merges.push_back(
        {roles_[it.a].statement, roles_[it.b].statement, std::move(it.evidence)});
  for (Issue& it : out.issues)
    std::ranges::sort(it.merges, {}, [](const Merge& merge) { return std::pair(merge.a, merge.b); });
  // What became one problem needs no link, and the first of several between the same two says it.
  const auto key = [](const Link& it) { return std::tuple(it.a, it.b); };
  std::ranges::stable_sort(links_, {}, key);
  for (Link& it : links_) {
    const bool repeated = !out.links.empty() && key(out.links.back()) == key(it);
    if (it.a != it.b && !repeated && !together(it.a, it.b)) out.links.push_back(std::move(it));
  }
  return out;
}

Correlated correlate(std::span<const Statement> statements) {
  Pairs pairs(statements);
  track_code(pairs);
  correlate_code(pairs);
  correlate_packages(pairs);
  correlate_secrets(pairs);
  correlate_resources(pairs);
  correlate_endpoints(pairs);
  return pairs.take();
}

Evidence why_apart(const Statement& a, const Statement& b) {
  if (is_code_kind(a.kind) && is_code_kind(b.kind)) return compare_code(a, b);
  if (a.kind == Kind::secret && b.kind == Kind::secret) {
    if (differ(a.secret_hash, b.secret_hash)) return {"secret_hmac_differs", "none", "they are two values"};
    return {"secret_other_place", "none", "a masked value is only the same on the same line, as the same kind"};
  }
  if (is_dependency_kind(a.kind) && is_dependency_kind(b.kind))
    return {"other_vulnerability", "none", "they are different vulnerabilities of different packages"};
  const bool resources = a.family != b.family && (a.kind == Kind::iac || a.kind == Kind::cspm);
  if (resources) return {"other_control", "none", "they are different controls"};
  return {"no_common_key", "none", "nothing that both say can be compared"};
}

}  // namespace gatepost::correlate
