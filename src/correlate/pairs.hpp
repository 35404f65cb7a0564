// The rules of across.hpp, one function for each sort of problem. Inside correlate only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "correlate/across.hpp"

namespace gatepost::correlate {

// A statement in its role for one vulnerability; of other kinds than dependencies there is one for each statement.
struct Role {
  std::uint32_t statement = 0;
  std::string_view advisory;
};

class Pairs {
 public:
  explicit Pairs(std::span<const Statement> statements);
  [[nodiscard]] std::span<const Statement> statements() const { return statements_; }
  [[nodiscard]] std::span<const Role> roles() const { return roles_; }
  [[nodiscard]] const Statement& statement(std::uint32_t index) const { return statements_[index]; }
  [[nodiscard]] const Statement& of_role(std::uint32_t role) const { return statements_[roles_[role].statement]; }
  [[nodiscard]] std::uint32_t role_of(std::uint32_t statement) const { return first_role_[statement]; }

  // Links them instead when that would put two results of one report about code or resources together, by whatever
  // chain.
  void merge_roles(std::uint32_t a, std::uint32_t b, Evidence evidence);
  void merge(std::uint32_t a, std::uint32_t b, Evidence evidence) {
    merge_roles(role_of(a), role_of(b), std::move(evidence));
  }
  void link(std::uint32_t a, std::uint32_t b, Evidence evidence);
  // Whether they are one issue by what was said so far.
  [[nodiscard]] bool together(std::uint32_t a, std::uint32_t b) { return root(role_of(a)) == root(role_of(b)); }
  [[nodiscard]] std::uint32_t issue_of(std::uint32_t statement) { return root(role_of(statement)); }

  Correlated take();

 private:
  struct RoleMerge {
    std::uint32_t a = 0, b = 0;  // roles
    Evidence evidence;
  };
  using Source = std::tuple<std::uint32_t, std::string_view, std::string_view>;  // report, engine, commit
  std::uint32_t root(std::uint32_t role);
  bool join_sources(std::uint32_t into, std::uint32_t from);
  std::span<const Statement> statements_;
  std::vector<Role> roles_;
  std::vector<std::uint32_t> first_role_;  // by statement
  std::vector<std::uint32_t> parent_;
  std::vector<std::set<Source>> sources_;  // by root: of its statements about code and resources
  std::vector<RoleMerge> merges_;
  std::vector<Link> links_;
};

// Calls `each` with every run of elements that `key` maps to the same; sorts them by it, and by `then` inside.
template <class T, class Key, class Each>
void for_each_bucket(std::vector<T>& all, const Key& key, const Each& each) {
  std::ranges::sort(all, [&](const T& a, const T& b) { return std::pair(key(a), a) < std::pair(key(b), b); });
  for (std::size_t begin = 0, end = 0; begin < all.size(); begin = end) {
    while (end < all.size() && key(all[end]) == key(all[begin])) ++end;
    each(std::span<T>(all).subspan(begin, end - begin));
  }
}

// The kinds of which a place in code is what there is to compare.
inline bool is_code_kind(Kind kind) {
  return kind == Kind::sast || kind == Kind::quality || kind == Kind::ci || kind == Kind::other;
}
inline bool same_report(const Statement& a, const Statement& b) { return a.report == b.report && a.engine == b.engine; }
// Both are known and differ.
inline bool differ(std::string_view a, std::string_view b) { return !a.empty() && !b.empty() && a != b; }

// Why two statements about code are one problem, or not, if they stood alone.
Evidence compare_code(const Statement& a, const Statement& b);
void correlate_code(Pairs& pairs);
void track_code(Pairs& pairs);
void correlate_packages(Pairs& pairs);
void correlate_secrets(Pairs& pairs);
void correlate_resources(Pairs& pairs);
void correlate_endpoints(Pairs& pairs);

}  // namespace gatepost::correlate
