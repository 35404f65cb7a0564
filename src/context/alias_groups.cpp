#include "context/alias_groups.hpp"

#include <algorithm>
#include <array>

namespace gatepost::context {

bool is_bulletin(std::string_view id) {
  constexpr std::array<std::string_view, 12> kPrefixes = {"DSA-",         "DLA-",  "RHSA-", "RHBA-",
                                                          "USN-",         "ALSA-", "ELSA-", "SUSE-SU-",
                                                          "openSUSE-SU-", "ALAS",  "RLSA-", "MGASA-"};
  return std::ranges::any_of(kPrefixes, [&](std::string_view prefix) { return id.starts_with(prefix); });
}

void AliasGroups::declare(std::span<const std::string_view> ids) {
  std::string_view cve;
  for (const std::string_view id : ids) {
    if (!id.starts_with("CVE-") || id == cve) continue;
    if (!cve.empty()) return;
    cve = id;
  }
  if (cve.empty()) return;
  for (const std::string_view id : ids) {
    if (id != cve && !is_bulletin(id)) cves_[std::string(id)].emplace(cve);
  }
}

std::vector<std::string> AliasGroups::cves_of(std::span<const std::string_view> ids) const {
  std::set<std::string> all;
  for (const std::string_view id : ids) {
    if (id.starts_with("CVE-")) all.emplace(id);
  }
  if (!all.empty()) return {all.begin(), all.end()};
  for (const std::string_view id : ids) {
    const auto known = cves_.find(id);
    if (known != cves_.end() && known->second.size() == 1) all.insert(known->second.begin(), known->second.end());
  }
  return {all.begin(), all.end()};
}

}  // namespace gatepost::context
