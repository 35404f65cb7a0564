// Infrastructure: the same control of the same resource, in two tools' words, or in code and in the cloud.
#include <fmt/core.h>

#include <set>
#include <tuple>

#include "correlate/pairs.hpp"

namespace gatepost::correlate {
namespace {

using Statements = std::span<std::uint32_t>;

bool is_code(const Statement& it) { return it.kind == Kind::iac; }

// Of each report one statement at most: then it is clear which ones belong together.
bool one_of_each_report(Pairs& pairs, Statements bucket) {
  std::set<std::tuple<std::uint32_t, std::string_view>> reports;
  std::set<std::uint32_t> issues;
  for (const std::uint32_t i : bucket) {
    if (!issues.insert(pairs.issue_of(i)).second) continue;
    if (!reports.insert({pairs.statement(i).report, pairs.statement(i).engine}).second) return false;
  }
  return true;
}

void link_to_first(Pairs& pairs, Statements bucket, std::string_view rule, const std::string& because) {
  for (std::size_t i = 1; i < bucket.size(); ++i) pairs.link(bucket[0], bucket[i], {rule, "same_resource", because});
}

// One resource of one file, one control.
void one_control(Pairs& pairs, Statements bucket) {
  const Statement& it = pairs.statement(bucket[0]);
  const std::string both = fmt::format("both report {} of {}", it.family, it.address);
  if (!one_of_each_report(pairs, bucket)) {
    return link_to_first(pairs, bucket, "ambiguous_control", both + ", and one of them more than once");
  }
  for (std::size_t i = 1; i < bucket.size(); ++i)
    pairs.merge(bucket[0], bucket[i], {"iac_same_resource_control", "same_issue", both});
}

// One resource in code and in the cloud, one control. `by` says what maps them.
void code_and_cloud(Pairs& pairs, Statements bucket, std::string_view rule, std::string_view by) {
  std::vector<std::uint32_t> code, cloud;
  std::set<std::uint32_t> code_issues;
  for (const std::uint32_t i : bucket) {
    (is_code(pairs.statement(i)) ? code : cloud).push_back(i);
    if (is_code(pairs.statement(i))) code_issues.insert(pairs.issue_of(i));
  }
  if (cloud.empty()) return;
  const Statement& it = pairs.statement(bucket[0]);
  const std::string both = fmt::format("both report {} of {}", it.family, by);
  if (code_issues.size() > 1 || !one_of_each_report(pairs, cloud))
    return link_to_first(pairs, bucket, "ambiguous_control", both + ", at several places");
  for (std::size_t i = 1; i < bucket.size(); ++i)
    pairs.merge(bucket[0], bucket[i], {rule, code.empty() ? "same_issue" : "same_issue_confirmed", both});
}

template <class Key, class Each>
void buckets(Pairs& pairs, bool (*wanted)(const Statement&), const Key& key, const Each& each) {
  std::vector<std::uint32_t> all;
  for (std::uint32_t i = 0; i < pairs.statements().size(); ++i) {
    if (wanted(pairs.statement(i))) all.push_back(i);
  }
  for_each_bucket(
      all, [&](std::uint32_t i) { return key(pairs.statement(i)); },
      [&](Statements bucket) {
        if (bucket.size() > 1) each(bucket);
      });
}

bool is_resource(const Statement& it) { return it.kind == Kind::iac || it.kind == Kind::cspm; }

}  // namespace

void correlate_resources(Pairs& pairs) {
  buckets(
      pairs, [](const Statement& it) { return is_code(it) && !it.address.empty() && !it.family.empty(); },
      [](const Statement& it) { return std::tuple(it.repository, it.commit, it.path, it.address, it.family); },
      [&](Statements bucket) { one_control(pairs, bucket); });
  buckets(
      pairs, [](const Statement& it) { return is_resource(it) && !it.provider_id.empty() && !it.family.empty(); },
      [](const Statement& it) { return std::tuple(it.provider_id, it.family); },
      [&](Statements bucket) {
        code_and_cloud(pairs, bucket, "iac_cspm_provider_id", pairs.statement(bucket[0]).provider_id);
      });
  buckets(
      pairs, [](const Statement& it) { return is_resource(it) && !it.address.empty() && !it.family.empty(); },
      [](const Statement& it) { return std::tuple(it.address, it.family); },
      [&](Statements bucket) {
        code_and_cloud(pairs, bucket, "iac_cspm_address", pairs.statement(bucket[0]).address);
      });
  buckets(
      pairs, [](const Statement& it) { return is_resource(it) && !it.provider_id.empty(); },
      [](const Statement& it) { return it.provider_id; },
      [&](Statements bucket) {
        link_to_first(pairs, bucket, "same_resource",
                      fmt::format("both are about {}", pairs.statement(bucket[0]).provider_id));
      });
  buckets(
      pairs, [](const Statement& it) { return is_resource(it) && !it.address.empty(); },
      [](const Statement& it) { return std::tuple(it.repository, it.address); },
      [&](Statements bucket) {
        link_to_first(pairs, bucket, "same_resource",
                      fmt::format("both are about {}", pairs.statement(bucket[0]).address));
      });
}

}  // namespace gatepost::correlate
