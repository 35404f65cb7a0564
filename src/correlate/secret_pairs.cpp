// Secrets: the same value by its keyed hash; of masked values the same kind on the same line.
#include <fmt/core.h>

#include <set>
#include <tuple>

#include "correlate/pairs.hpp"

namespace gatepost::correlate {
namespace {

using Statements = std::span<std::uint32_t>;

bool is_generic(std::string_view kind) { return kind.empty() || kind == "generic" || kind.starts_with("generic-"); }

bool one_place(const Statement& a, const Statement& b) {
  return a.repository == b.repository && a.path == b.path && a.first_line == b.first_line && a.commit == b.commit;
}

// "k1" of "k1:9f2a": which key made the hash.
std::string_view key_of(std::string_view hash) {
  const std::size_t colon = hash.find(':');
  return colon == std::string_view::npos ? std::string_view{} : hash.substr(0, colon);
}

// One value. When two kinds claim it, what names none is neither's.
void one_value(Pairs& pairs, Statements bucket) {
  std::set<std::string_view> kinds;
  for (const std::uint32_t i : bucket) {
    if (const std::string_view kind = pairs.statement(i).secret_kind; !is_generic(kind)) kinds.insert(kind);
  }
  const auto group_of = [&](std::uint32_t i) {
    const std::string_view kind = pairs.statement(i).secret_kind;
    if (!is_generic(kind)) return kind;
    return kinds.size() == 1 ? *kinds.begin() : std::string_view{};
  };
  std::vector<std::uint32_t> all(bucket.begin(), bucket.end());
  std::vector<std::uint32_t> firsts;
  for_each_bucket(all, group_of, [&](Statements group) {
    firsts.push_back(group[0]);
    for (std::size_t i = 1; i < group.size(); ++i) {
      const Statement &a = pairs.statement(group[0]), &b = pairs.statement(group[i]);
      const bool here = one_place(a, b);
      pairs.merge(group[0], group[i],
                  {"secret_hmac_equal", here ? "same_issue" : "same_credential_two_locations",
                   here ? fmt::format("the value at line {} of {} is the same", a.first_line, a.path)
                        : fmt::format("one credential, in {} and {}", a.path, b.path)});
    }
  });
  for (std::size_t i = 1; i < firsts.size(); ++i)
    pairs.link(firsts[0], firsts[i], {"secret_kind_differs", "same_value", "one value, but said to be of two kinds"});
}

// One line. A masked value joins the only other statement of its kind, if that is another tool's.
void one_line(Pairs& pairs, Statements bucket) {
  const auto masked = [&](std::uint32_t i) { return pairs.statement(i).secret_hash.empty(); };
  std::set<std::uint32_t> values;
  for (const std::uint32_t i : bucket) {
    if (!masked(i)) values.insert(pairs.issue_of(i));
  }
  if (bucket.size() < 2 || std::ranges::none_of(bucket, masked)) return;
  // Of one report one value at most, so that it is clear which.
  std::set<std::tuple<std::uint32_t, std::string_view>> reports;
  std::set<std::tuple<std::uint32_t, std::string_view, std::uint32_t>> told;
  for (const std::uint32_t i : bucket) {
    const Statement& it = pairs.statement(i);
    reports.insert({it.report, it.engine});
    told.insert({it.report, it.engine, pairs.issue_of(i)});
  }
  const bool clear = values.size() <= 1 && reports.size() == told.size();
  for (std::size_t i = 1; i < bucket.size(); ++i) {
    const Statement &a = pairs.statement(bucket[0]), &b = pairs.statement(bucket[i]);
    const std::string where = fmt::format("a {} at line {} of {}", a.secret_kind, a.first_line, a.path);
    if (clear && !same_report(a, b)) {
      pairs.merge(bucket[0], bucket[i], {"secret_masked_same_place", "same_issue", "both report " + where});
    } else if (!same_report(a, b)) {
      pairs.link(bucket[0], bucket[i],
                 {"secret_masked_ambiguous", "same_place", where + ", but several values are there"});
    }
  }
}

// Values under different keys cannot be compared.
void link_keys(Pairs& pairs, Statements bucket) {
  for (std::size_t i = 1; i < bucket.size(); ++i) {
    const Statement &a = pairs.statement(bucket[0]), &b = pairs.statement(bucket[i]);
    if (key_of(a.secret_hash) != key_of(b.secret_hash) && !a.secret_hash.empty() && !b.secret_hash.empty())
      pairs.link(bucket[0], bucket[i], {"secret_keys_differ", "same_place", "hashes by two keys cannot be compared"});
  }
}

}  // namespace

void correlate_secrets(Pairs& pairs) {
  std::vector<std::uint32_t> hashed, placed;
  for (std::uint32_t i = 0; i < pairs.statements().size(); ++i) {
    const Statement& it = pairs.statement(i);
    if (it.kind != Kind::secret) continue;
    if (!it.secret_hash.empty()) hashed.push_back(i);
    if (!it.path.empty() && it.first_line != 0) placed.push_back(i);
  }
  for_each_bucket(
      hashed, [&](std::uint32_t i) { return pairs.statement(i).secret_hash; },
      [&](Statements bucket) { one_value(pairs, bucket); });
  const auto line = [&](std::uint32_t i) {
    const Statement& it = pairs.statement(i);
    return std::tuple(it.repository, it.commit, it.path, it.first_line, it.secret_kind);
  };
  for_each_bucket(placed, line, [&](Statements bucket) {
    if (!pairs.statement(bucket[0]).secret_kind.empty()) one_line(pairs, bucket);
    link_keys(pairs, bucket);
  });
}

}  // namespace gatepost::correlate
