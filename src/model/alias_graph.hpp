// Which identifiers of vulnerabilities are names of one vulnerability, by what reports declare. A CVE is the anchor: a
// group holds at most one, so that one wrong alias cannot glue families together.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/string_pool.hpp"

namespace gatepost {

// A name that was declared to be the same as several CVEs: it belongs to none of them, and stands for all.
struct AliasConflict {
  std::string_view id;
  std::vector<std::string_view> cves;  // sorted
};

// "RHSA-2024:1", "DSA-5000-1": a bulletin of a distribution. It fixes several vulnerabilities and is a name of none.
bool is_bulletin(std::string_view id);

class AliasGraph {
 public:
  // All of `ids` are names of one vulnerability. Bulletins among them stand for the others.
  void declare(std::span<const std::string_view> ids);
  // `id` is made of others: a distribution's record and what it comes from. No alias, but what it stands for.
  void declare_parts(std::string_view id, std::span<const std::string_view> parts);
  // After the last declaration, before the first question. The order of declarations makes no difference.
  void build();

  // The names of the vulnerabilities that `id` stands for, sorted; one but for bulletins and names in conflict. A group
  // is named by its CVE, else its GHSA, else its smallest id. An id that nobody declared stands for itself.
  [[nodiscard]] std::vector<std::string_view> groups_of(std::string_view id) const;
  // The CVEs that `ids` name; when there is none among them, those that their other names stand for. Bulletins and
  // names in conflict say nothing here. Sorted.
  [[nodiscard]] std::vector<std::string> cves_of(std::span<const std::string_view> ids) const;
  [[nodiscard]] std::span<const AliasConflict> conflicts() const { return conflicts_; }  // by id

 private:
  using Node = std::uint32_t;  // a TextId
  using Pairs = std::vector<std::pair<Node, Node>>;
  enum class Naming : std::uint8_t { cve, ghsa, bulletin, other };
  static Naming naming_of(std::string_view id);
  Node node(const StringPool::Prepared& id);
  [[nodiscard]] bool is_cve(Node node) const { return naming_[node] == Naming::cve; }
  Node root(Node node);
  void unite(Node a, Node b);
  void name_groups();
  void anchor_groups();
  void take_apart(const std::vector<bool>& torn);
  void settle(std::span<const Node> names, std::span<const Node> cves);
  [[nodiscard]] std::vector<Node> second_of(const Pairs& pairs, Node first) const;
  [[nodiscard]] std::string_view text(Node node) const { return pool_.view(static_cast<TextId>(node)); }

  StringPool pool_;
  std::vector<Node> parent_ = {0};  // of a union-find over names that are no CVE; the smallest is the root
  std::vector<Naming> naming_ = {Naming::other};  // of each
  Pairs cve_of_;             // such a name, a CVE; after build() only of sets of names that touch several CVEs
  Pairs parts_;              // a whole, a part
  std::vector<Node> group_;  // of a name: what names its group; 0: it stands for several
  std::vector<AliasConflict> conflicts_;
  std::vector<StringPool::Prepared> prepared_;  // of one statement, as the next three
  std::vector<Node> names_, cves_, bulletins_;
};

}  // namespace gatepost
