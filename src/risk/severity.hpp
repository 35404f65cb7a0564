// One effective severity out of many claims. The order of the sources and the defaults are config/rules/severity.yaml.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/observation_table.hpp"
#include "model/purl.hpp"
#include "model/severity.hpp"

namespace gatepost::risk {

// Whose advisories speak of a package, as severity claims call it ("debian"); "" for a package of no distribution.
std::string_view vendor_of(const Purl& purl);

// What decides between claims, beside them.
struct SeverityContext {
  std::optional<std::string_view> vendor;  // of the package; empty: any distribution may speak
  std::optional<Severity> otherwise;       // when nobody judges; see default_severity()
};

// The strongest claim: by source (an override, the package's own distribution, the CNA, GHSA, CISA, NVD, a tool), then
// by how it was made (a CVSS vector before a number, a number before a word, a word before a level), then the higher
// one. Weaker than all of them are a distribution that speaks of a package that is not its own, then a value of ours.
// A vector is computed anew, its base score only; what the source says its score is counts only when we cannot compute
// it. Without a claim, or with none that means anything: unknown, 5.0.
Severity effective_severity(std::span<const SeverityClaim> claims, const SeverityContext& context = {});

// The effective severity of every list of claims in the table, by ListId: rows share their lists. Nothing but the
// claims counts.
std::vector<Severity> effective_severities(const ObservationTable& table);

// What a problem is taken for when the tools that report it do not judge.
struct Unjudged {
  Kind kind = Kind::other;
  std::span<const Cwe> cwes;
  std::string_view rule, title, secret_kind;
  std::optional<bool> secret_verified;
};
// Of method `derived`; its source says by what: "CWE-89". Empty for what we have no default for.
std::optional<Severity> default_severity(const Unjudged& problem);

// True when two statements are two bands or more apart. Levels, ranks, values of ours, and distributions that speak of
// packages which are not theirs do not count.
bool in_conflict(std::span<const SeverityClaim> claims, std::optional<std::string_view> vendor);

}  // namespace gatepost::risk
