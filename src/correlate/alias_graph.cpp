#include "correlate/alias_graph.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace gatepost::correlate {
namespace {

// What one name can stand for. A record with more is no name of anything.
constexpr std::size_t kMostParts = 256;

template <class T>
void sort_unique(std::vector<T>& all) {
  std::ranges::sort(all);
  const auto rest = std::ranges::unique(all);
  all.erase(rest.begin(), rest.end());
}

}  // namespace

bool is_bulletin(std::string_view id) {
  constexpr std::array<std::string_view, 15> kPrefixes = {"DSA-", "DLA-",  "RHSA-",  "RHBA-",    "RHEA-",
                                                          "USN-", "ALSA-", "ELSA-",  "SUSE-SU-", "openSUSE-SU-",
                                                          "ALAS", "RLSA-", "MGASA-", "SUSE-RU-", "openSUSE-RU-"};
  return std::ranges::any_of(kPrefixes, [&](std::string_view prefix) { return id.starts_with(prefix); });
}

AliasGraph::Node AliasGraph::node(std::string_view id) {
  const auto number = static_cast<Node>(pool_.intern(id));
  while (parent_.size() <= number) parent_.push_back(static_cast<Node>(parent_.size()));
  return number;
}

// Each name with each CVE, and the names in a row: a statement that names several CVEs says that of every name.
void AliasGraph::declare(std::span<const std::string_view> ids) {
  std::vector<Node> names, cves, bulletins;
  for (const std::string_view id : ids.first(std::min(ids.size(), kMostParts))) {
    if (id.empty()) continue;
    const Node it = node(id);
    (is_cve(it) ? cves : is_bulletin(id) ? bulletins : names).push_back(it);
  }
  for (std::size_t i = 1; i < names.size(); ++i) same_.emplace_back(names[i - 1], names[i]);
  for (const Node name : names) {
    for (const Node cve : cves) cve_of_.emplace_back(name, cve);
  }
  for (const Node bulletin : bulletins) {
    for (const Node part : cves.empty() ? names : cves) parts_.emplace_back(bulletin, part);
  }
}

void AliasGraph::declare_parts(std::string_view id, std::span<const std::string_view> parts) {
  if (id.empty()) return;
  const Node whole = node(id);
  if (is_cve(whole)) return;
  for (const std::string_view part : parts.first(std::min(parts.size(), kMostParts))) {
    if (!part.empty() && part != id) parts_.emplace_back(whole, node(part));
  }
}

AliasGraph::Node AliasGraph::root(Node node) {
  while (parent_[node] != node) {
    parent_[node] = parent_[parent_[node]];
    node = parent_[node];
  }
  return node;
}

void AliasGraph::unite(Node a, Node b) {
  const Node first = root(a), second = root(b);
  if (first != second) parent_[std::max(first, second)] = std::min(first, second);
}

void AliasGraph::build() {
  sort_unique(same_);
  sort_unique(cve_of_);
  sort_unique(parts_);
  for (const auto& [a, b] : same_) unite(a, b);
  name_groups();
  anchor_groups();
  std::ranges::sort(conflicts_, {}, &AliasConflict::id);
}

// As if there were no CVEs: by a GHSA, else by the smallest name.
void AliasGraph::name_groups() {
  std::vector<Node> name(parent_.size(), 0);
  const auto rank = [&](Node it) { return std::tuple(!text(it).starts_with("GHSA-"), text(it)); };
  for (Node it = 1; it < parent_.size(); ++it) {
    Node& first = name[root(it)];
    if (first == 0 || rank(it) < rank(first)) first = it;
  }
  group_.resize(parent_.size());
  for (Node it = 1; it < parent_.size(); ++it) group_[it] = name[root(it)];
}

// A set of names belongs to the one CVE that it touches. One that touches several is taken apart.
void AliasGraph::anchor_groups() {
  Pairs touched, members;  // (set, CVE), (set, name)
  for (const auto& [name, cve] : cve_of_) touched.emplace_back(root(name), cve);
  sort_unique(touched);
  for (Node it = 1; it < parent_.size(); ++it) {
    if (!is_cve(it)) members.emplace_back(root(it), it);
  }
  std::ranges::sort(members);
  auto member = members.begin();
  for (std::size_t begin = 0, end = 0; begin < touched.size(); begin = end) {
    std::vector<Node> cves, names;
    for (; end < touched.size() && touched[end].first == touched[begin].first; ++end)
      cves.push_back(touched[end].second);
    while (member->first < touched[begin].first) ++member;
    for (; member != members.end() && member->first == touched[begin].first; ++member) names.push_back(member->second);
    settle(names, cves);
  }
}

// Of several CVEs each name has the one that it was declared with itself. One that was declared with several stands for
// all of them; one that was declared with none stays alone, for nobody knows whose it is.
void AliasGraph::settle(std::span<const Node> names, std::span<const Node> cves) {
  if (cves.size() == 1) {
    for (const Node name : names) group_[name] = cves.front();
    return;
  }
  const auto conflict = [&](Node name, std::span<const Node> all) {
    AliasConflict it{text(name), {}};
    for (const Node cve : all) it.cves.push_back(text(cve));
    std::ranges::sort(it.cves);
    conflicts_.push_back(std::move(it));
  };
  bool told = false;
  for (const Node name : names) {
    const std::vector<Node> own = second_of(cve_of_, name);
    group_[name] = own.empty() ? name : own.size() == 1 ? own.front() : 0;
    if (own.size() > 1) conflict(name, own), told = true;
  }
  if (!told) conflict(*std::ranges::min_element(names, {}, [&](Node it) { return text(it); }), cves);
}

std::vector<AliasGraph::Node> AliasGraph::second_of(const Pairs& pairs, Node first) const {
  std::vector<Node> all;
  auto it = std::ranges::lower_bound(pairs, std::pair<Node, Node>(first, 0));
  for (; it != pairs.end() && it->first == first && all.size() < kMostParts; ++it) all.push_back(it->second);
  return all;
}

std::vector<std::string_view> AliasGraph::groups_of(std::string_view id) const {
  const auto known = static_cast<Node>(pool_.find(id));
  if (known == 0) return {id};
  if (is_cve(known)) return {text(known)};
  std::vector<Node> groups;
  const auto add = [&](Node name) {
    if (is_cve(name)) return groups.push_back(name);
    if (group_[name] != 0) return groups.push_back(group_[name]);
    for (const Node cve : second_of(cve_of_, name)) groups.push_back(cve);
  };
  const bool anchored = group_[known] == 0 || is_cve(group_[known]);
  const std::vector<Node> parts = anchored ? std::vector<Node>{} : second_of(parts_, known);
  for (const Node part : parts) add(part);
  if (parts.empty()) add(known);
  sort_unique(groups);
  std::vector<std::string_view> names;
  for (const Node group : groups) names.push_back(text(group));
  std::ranges::sort(names);
  return names;
}

}  // namespace gatepost::correlate
