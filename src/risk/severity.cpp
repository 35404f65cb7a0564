#include "risk/severity.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include "base/text.hpp"
#include "risk/cvss.hpp"

namespace gatepost::risk {
namespace {

// From strong to weak; sources that are not listed (the tools) come last. docs/severity.md gives the reasons.
constexpr std::array<std::string_view, 8> kSources = {"override", "vendor", "redhat",   "ubuntu",
                                                      "debian",   "ghsa",   "cisa-adp", "nvd"};

std::size_t source_rank(std::string_view source) {
  for (std::size_t i = 0; i < kSources.size(); ++i) {
    if (text::equal_ignoring_case(kSources[i], source)) return i;
  }
  return kSources.size();
}

SeverityMethod method_of(CvssVersion version) {
  switch (version) {
    case CvssVersion::v20:
      return SeverityMethod::cvss2;
    case CvssVersion::v30:
      return SeverityMethod::cvss30;
    case CvssVersion::v31:
      return SeverityMethod::cvss31;
    case CvssVersion::v40:
      return SeverityMethod::cvss40;
  }
  return SeverityMethod::cvss31;
}

// The claim as a severity: the number computed, given, or the middle of the label's band.
Severity resolve(const SeverityClaim& claim) {
  Severity severity{claim.label, tenths_for_label(claim.label), claim.method, claim.source, claim.vector};
  const auto vector = claim.vector.empty() ? error(ErrorKind::bad_input, "") : CvssVector::parse(claim.vector);
  if (vector) {
    severity.tenths = vector->base_tenths();
    severity.method = method_of(vector->version());
  } else if (claim.tenths) {
    severity.tenths = *claim.tenths;
  } else {
    return severity;
  }
  severity.label = label_for_tenths(severity.tenths, severity.method);
  return severity;
}

bool says_something(const SeverityClaim& claim) {
  return claim.label != SeverityLabel::unknown || claim.tenths || !claim.vector.empty();
}

// Lower is stronger. What comes to nothing, as a vector that is not computed and has no score or word beside it, is
// weaker than all that comes to something.
auto strength(const Severity& severity) {
  return std::tuple(severity.label == SeverityLabel::unknown, severity.method, source_rank(severity.source),
                    -severity.tenths, severity.source, severity.vector);
}

}  // namespace

Severity effective_severity(std::span<const SeverityClaim> claims) {
  Severity best;
  bool found = false;
  for (const SeverityClaim& claim : claims) {
    if (!says_something(claim)) continue;
    const Severity candidate = resolve(claim);
    if (!found || strength(candidate) < strength(best)) best = candidate;
    found = true;
  }
  return best;
}

std::vector<Severity> effective_severities(const ObservationTable& table) {
  std::vector<Severity> severities;
  severities.reserve(table.claim_list_count());
  for (std::uint32_t list = 0; list < table.claim_list_count(); ++list) {
    std::vector<SeverityClaim> claims;
    for (const StoredClaim& stored : table.claims(static_cast<ListId>(list))) claims.push_back(table.claim(stored));
    severities.push_back(effective_severity(claims));
  }
  return severities;
}

}  // namespace gatepost::risk
