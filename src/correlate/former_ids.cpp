#include "correlate/former_ids.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace gatepost::correlate {
namespace {

// Findings with one key, which differ in their occurrence only; so they did under the former key.
struct Alike {
  Digest128 former;
  std::vector<FindingId> ids;
};

void add(const Digest128& key, const Alike& alike, std::vector<FormerId>& out) {
  Sha256 hasher;
  for (std::uint32_t n = 0; n < alike.ids.size(); ++n) {
    const FindingId id = finding_id(key, n, hasher);
    const bool is_there = std::ranges::binary_search(alike.ids, id);
    if (is_there) out.push_back({id, finding_id(alike.former, n, hasher), FormerId::Why::previous_key});
  }
}

}  // namespace

std::vector<FormerId> ids_by_previous_key(const IdentityInputs& inputs, const Findings& findings) {
  Identifier identifier(inputs);
  std::map<std::string, std::pair<Digest128, Alike>> groups;
  for (const Finding& finding : findings.all) {
    if (finding.kind != Kind::secret) continue;
    const std::optional<Digest128> former = identifier.former_key(finding.primary);
    if (!former) continue;
    const Digest128 key = identifier.key(finding.primary).digest;
    auto& [first, alike] = groups[to_string(FindingId{key})];
    first = key;
    alike.former = *former;
    alike.ids.push_back(finding.id);  // sorted, as the findings are
  }
  std::vector<FormerId> all;
  for (const auto& [name, group] : groups) add(group.first, group.second, all);
  std::ranges::sort(all);
  return all;
}

std::vector<FormerId> ids_in_base(const Findings& findings, std::span<const BaseMatch> matches) {
  const auto is_taken = [&](const FindingId& id) {
    const auto found = std::ranges::lower_bound(findings.all, id, {}, &Finding::id);
    return found != findings.all.end() && found->id == id;
  };
  std::vector<FormerId> all;
  for (std::size_t i = 0; i < matches.size(); ++i) {
    const BaseMatch& match = matches[i];
    const FindingId& id = findings.all[i].id;
    if (!match.known || match.id == id || !keeps_decisions(match.stage, match.similarity) || is_taken(match.id))
      continue;
    all.push_back({id, match.id, FormerId::Why::base});
  }
  return all;
}

}  // namespace gatepost::correlate
