// Which identifiers name the same vulnerability, as the reports state it.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::context {

// The CVE is the anchor: two of them are never the same problem. What is stated together with different CVEs, and the
// bulletins of distributions, which bundle many, belong to none.
class AliasGroups {
 public:
  // One statement: these are one vulnerability.
  void declare(std::span<const std::string_view> ids);
  // The CVEs that `ids` name; when there is none among them, those that their other names stand for. Sorted.
  [[nodiscard]] std::vector<std::string> cves_of(std::span<const std::string_view> ids) const;

 private:
  std::map<std::string, std::set<std::string>, std::less<>> cves_;  // by other names
};

// "RHSA-2024:1": a bulletin of a distribution.
bool is_bulletin(std::string_view id);

}  // namespace gatepost::context
