#include "model/alias_graph.hpp"

#include <algorithm>
#include <array>

namespace gatepost {
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

AliasGraph::Naming AliasGraph::naming_of(std::string_view id) {
  if (id.starts_with("CVE-")) return Naming::cve;
  if (id.starts_with("GHSA-")) return Naming::ghsa;
  return is_bulletin(id) ? Naming::bulletin : Naming::other;
}

AliasGraph::Node AliasGraph::node(const StringPool::Prepared& id) {
  const auto number = static_cast<Node>(pool_.intern_prepared(id));
  if (number == parent_.size()) {
    parent_.push_back(number);
    naming_.push_back(naming_of(id.text));
  }
  return number;
}

// Each name with each CVE, and the names in a row: a statement that names several CVEs says that of every name.
void AliasGraph::declare(std::span<const std::string_view> ids) {
  prepared_.clear(), names_.clear(), cves_.clear(), bulletins_.clear();
  for (const std::string_view id : ids.first(std::min(ids.size(), kMostParts))) {
    if (!id.empty()) prepared_.push_back(pool_.prepare(id));
  }
  for (const StringPool::Prepared& id : prepared_) {
    const Node it = node(id);
    (is_cve(it) ? cves_ : naming_[it] == Naming::bulletin ? bulletins_ : names_).push_back(it);
  }
  for (std::size_t i = 1; i < names_.size(); ++i) unite(names_[i - 1], names_[i]);
  for (const Node name : names_) {
    for (const Node cve : cves_) cve_of_.emplace_back(name, cve);
  }
  for (const Node bulletin : bulletins_) {
    for (const Node part : cves_.empty() ? names_ : cves_) parts_.emplace_back(bulletin, part);
  }
}

void AliasGraph::declare_parts(std::string_view id, std::span<const std::string_view> parts) {
  if (id.empty()) return;
  const Node whole = node(pool_.prepare(id));
  if (is_cve(whole)) return;
  for (const std::string_view part : parts.first(std::min(parts.size(), kMostParts))) {
    if (!part.empty() && part != id) parts_.emplace_back(whole, node(pool_.prepare(part)));
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
  sort_unique(parts_);
  for (Node it = 1; it < parent_.size(); ++it) parent_[it] = parent_[parent_[it]];  // a parent is never larger
  name_groups();
  anchor_groups();
  std::ranges::sort(conflicts_, {}, &AliasConflict::id);
}

// As if there were no CVEs: by a GHSA, else by the smallest name.
void AliasGraph::name_groups() {
  std::vector<Node> name(parent_.size(), 0);
  const auto before = [&](Node a, Node b) {
    const bool is_ghsa = naming_[a] == Naming::ghsa;
    return is_ghsa == (naming_[b] == Naming::ghsa) ? text(a) < text(b) : is_ghsa;
  };
  for (Node it = 1; it < parent_.size(); ++it) {
    Node& first = name[parent_[it]];
    if (first == 0 || before(it, first)) first = it;
  }
  group_.resize(parent_.size());
  for (Node it = 1; it < parent_.size(); ++it) group_[it] = name[parent_[it]];
}

// A set of names belongs to the one CVE that it touches. One that touches several is taken apart.
void AliasGraph::anchor_groups() {
  std::vector<Node> anchor(parent_.size(), 0);  // of a set
  std::vector<bool> torn(parent_.size(), false);
  for (const auto& [name, cve] : cve_of_) {
    Node& known = anchor[parent_[name]];
    if (known == 0) known = cve;
    if (known != cve) torn[parent_[name]] = true;
  }
  for (Node it = 1; it < parent_.size(); ++it) {
    const Node set = parent_[it];
    if (anchor[set] != 0 && !torn[set]) group_[it] = anchor[set];
  }
  std::erase_if(cve_of_, [&](const auto& pair) { return !torn[parent_[pair.first]]; });
  sort_unique(cve_of_);
  take_apart(torn);
}

void AliasGraph::take_apart(const std::vector<bool>& torn) {
  if (cve_of_.empty()) return;
  Pairs touched, members;  // (set, CVE), (set, name)
  for (const auto& [name, cve] : cve_of_) touched.emplace_back(parent_[name], cve);
  sort_unique(touched);
  for (Node it = 1; it < parent_.size(); ++it) {
    if (torn[parent_[it]]) members.emplace_back(parent_[it], it);
  }
  std::ranges::sort(members);
  auto member = members.begin();
  for (std::size_t begin = 0, end = 0; begin < touched.size(); begin = end) {
    std::vector<Node> cves, names;
    for (; end < touched.size() && touched[end].first == touched[begin].first; ++end)
      cves.push_back(touched[end].second);
    for (; member != members.end() && member->first == touched[begin].first; ++member) names.push_back(member->second);
    settle(names, cves);
  }
}

// Of several CVEs each name has the one that it was declared with itself. One that was declared with several stands for
// all of them; one that was declared with none stays alone, for nobody knows whose it is.
void AliasGraph::settle(std::span<const Node> names, std::span<const Node> cves) {
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

std::vector<std::string> AliasGraph::cves_of(std::span<const std::string_view> ids) const {
  std::vector<std::string> all;
  for (const std::string_view id : ids) {
    if (naming_of(id) == Naming::cve) all.emplace_back(id);
  }
  const bool named = !all.empty();
  for (const std::string_view id : named ? std::span<const std::string_view>{} : ids) {
    const Node group = group_[static_cast<Node>(pool_.find(id))];
    if (group != 0 && is_cve(group)) all.emplace_back(text(group));
  }
  sort_unique(all);
  return all;
}

}  // namespace gatepost
