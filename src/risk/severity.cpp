#include "risk/severity.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <unordered_map>

#include "base/assert.hpp"
#include "base/regex.hpp"
#include "base/resource.hpp"
#include "base/text.hpp"
#include "doc/yaml.hpp"
#include "risk/cvss.hpp"

namespace gatepost::risk {
namespace {

// A pattern and what it stands for.
struct Rule {
  Regex pattern;
  SeverityLabel label;
};

struct Rules {
  std::map<std::string, std::size_t, std::less<>> sources;  // rank
  std::size_t vendor_rank = 0, others = 0, strangers = 0;   // of the package's own, of tools, of other distributions
  std::map<std::string, std::string, std::less<>> vendors;  // by "deb/debian"
  std::map<std::string, bool, std::less<>> is_vendor;       // names of distributions
  std::map<std::uint32_t, SeverityLabel> weaknesses;
  SeverityLabel other_weaknesses = SeverityLabel::unknown;
  std::vector<Rule> secrets, controls;
};

SeverityLabel label_in(std::string_view name) {
  const auto label = parse_severity_label(name);
  GP_ASSERT(label.has_value());
  return *label;
}

std::vector<Rule> rules_in(doc::View view) {
  std::vector<Rule> rules;
  for (const auto& [label, pattern] : view.members()) {
    auto compiled = Regex::compile("(?i)" + std::string(pattern.text()));
    GP_ASSERT(compiled.ok());
    rules.push_back({std::move(*compiled), label_in(label)});
  }
  return rules;
}

Rules load() {
  constexpr const char* kName = "rules/severity.yaml";
  const auto bytes = find_resource(kName);
  GP_ASSERT(bytes.has_value());
  const auto document = doc::parse_yaml(std::string(*bytes), kName);
  GP_ASSERT(document.ok());
  const doc::View root = document->root();
  Rules rules;
  for (const auto& [role, names] : root.at("sources").members()) {
    if (role == "vendor") rules.vendor_rank = rules.others;
    for (const doc::View name : names.items()) rules.sources.emplace(name.text(), rules.others);
    ++rules.others;
  }
  rules.strangers = rules.others + 1;
  for (const auto& [vendor, packages] : root.at("vendors").members()) {
    rules.is_vendor.emplace(vendor, true);
    for (const doc::View package : packages.items()) rules.vendors.emplace(package.text(), vendor);
  }
  for (const auto& [label, numbers] : root.at("cwe").members()) {
    for (const doc::View number : numbers.items())
      rules.weaknesses.emplace(static_cast<std::uint32_t>(number.integer().value_or(0)), label_in(label));
  }
  rules.other_weaknesses = label_in(root.at("cwe_otherwise").text());
  rules.secrets = rules_in(root.at("secrets"));
  rules.controls = rules_in(root.at("controls"));
  return rules;
}

const Rules& rules() {
  static const Rules kRules = load();
  return kRules;
}

// A distribution that speaks of a package which is not its own.
bool is_stranger(std::string_view source, std::optional<std::string_view> vendor) {
  const std::string name = text::lower(source);
  return vendor && name != *vendor && rules().is_vendor.contains(name);
}

std::size_t source_rank(std::string_view source, std::optional<std::string_view> vendor) {
  const std::string name = text::lower(source);
  if (const auto known = rules().sources.find(name); known != rules().sources.end()) return known->second;
  if (!rules().is_vendor.contains(name)) return rules().others;
  return is_stranger(name, vendor) ? rules().strangers : rules().vendor_rank;
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

// What is known of vectors by themselves: many claims state the same ones.
class Vectors {
 public:
  // The base score and how it is made; empty when it is not computed.
  const std::optional<std::pair<int, SeverityMethod>>& read(const std::string& vector) {
    const auto [known, is_new] = known_.try_emplace(vector);
    if (!is_new) return known->second;
    const auto parsed = vector.empty() ? error(ErrorKind::bad_input, "") : CvssVector::parse(vector);
    if (parsed) known->second = std::pair(parsed->base_tenths(), method_of(parsed->version()));
    return known->second;
  }

 private:
  std::unordered_map<std::string, std::optional<std::pair<int, SeverityMethod>>> known_;
};

// What a claim comes to.
struct Resolved {
  SeverityLabel label = SeverityLabel::unknown;
  int tenths = 0;
  SeverityMethod method = SeverityMethod::derived;
};

// The number computed, given, or the middle of the label's band.
Resolved resolve(const SeverityClaim& claim, Vectors& vectors) {
  Resolved severity{claim.label, tenths_for_label(claim.label), claim.method};
  if (const auto& computed = vectors.read(claim.vector)) {
    severity.tenths = computed->first;
    severity.method = computed->second;
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
auto strength(const Resolved& severity, std::size_t rank, const SeverityClaim& claim) {
  return std::tuple(severity.label == SeverityLabel::unknown, severity.method == SeverityMethod::derived, rank,
                    severity.method, -severity.tenths, std::string_view(claim.source), std::string_view(claim.vector));
}

// What effective_severity gives.
Severity strongest(std::span<const SeverityClaim> claims, const SeverityContext& context, Vectors& vectors) {
  const SeverityClaim* by = nullptr;
  Resolved best;
  std::size_t best_rank = 0;
  for (const SeverityClaim& claim : claims) {
    if (!says_something(claim)) continue;
    const Resolved candidate = resolve(claim, vectors);
    const std::size_t rank = source_rank(claim.source, context.vendor);
    if (by != nullptr && !(strength(candidate, rank, claim) < strength(best, best_rank, *by))) continue;
    by = &claim;
    best = candidate;
    best_rank = rank;
  }
  const bool judged = by != nullptr && best.label != SeverityLabel::unknown && best.method != SeverityMethod::derived;
  if (!judged && context.otherwise) return *context.otherwise;
  return by == nullptr ? Severity() : Severity{best.label, best.tenths, best.method, by->source, by->vector};
}

Severity derived(SeverityLabel label, std::string by) {
  return {label, tenths_for_label(label), SeverityMethod::derived, std::move(by), {}};
}

std::optional<Severity> first_fit(std::span<const Rule> all, const std::string& text, std::string_view by) {
  for (const Rule& rule : all) {
    if (rule.pattern.found_in(text)) return derived(rule.label, std::string(by));
  }
  return std::nullopt;
}

std::optional<Severity> of_weaknesses(std::span<const Cwe> cwes) {
  std::optional<Severity> worst;
  for (const Cwe cwe : cwes) {
    const auto known = rules().weaknesses.find(cwe.number);
    const SeverityLabel label = known == rules().weaknesses.end() ? rules().other_weaknesses : known->second;
    if (!worst || label > worst->label) worst = derived(label, fmt::format("CWE-{}", cwe.number));
  }
  return worst;
}

}  // namespace

std::string_view vendor_of(const Purl& purl) {
  const auto found = rules().vendors.find(purl.type() + "/" + purl.name_space());
  return found == rules().vendors.end() ? std::string_view{} : std::string_view(found->second);
}

Severity effective_severity(std::span<const SeverityClaim> claims, const SeverityContext& context) {
  Vectors vectors;
  return strongest(claims, context, vectors);
}

std::vector<Severity> effective_severities(const ObservationTable& table) {
  std::vector<Severity> severities;
  severities.reserve(table.claim_list_count());
  Vectors vectors;
  std::vector<SeverityClaim> claims;
  for (std::uint32_t list = 0; list < table.claim_list_count(); ++list) {
    claims.clear();
    for (const StoredClaim& stored : table.claims(static_cast<ListId>(list))) claims.push_back(table.claim(stored));
    severities.push_back(strongest(claims, {}, vectors));
  }
  return severities;
}

std::optional<Severity> default_severity(const Unjudged& problem) {
  switch (problem.kind) {
    case Kind::secret:
      if (problem.secret_verified)
        return derived(*problem.secret_verified ? SeverityLabel::critical : SeverityLabel::info, "secret's state");
      return first_fit(rules().secrets, std::string(problem.secret_kind.empty() ? problem.rule : problem.secret_kind),
                       "kind of secret");
    case Kind::sast:
    case Kind::dast:
    case Kind::api:
      return of_weaknesses(problem.cwes);
    case Kind::iac:
    case Kind::cspm:
    case Kind::infra:
      return first_fit(rules().controls, std::string(problem.rule) + "\n" + std::string(problem.title),
                       "family of the control");
    default:
      return std::nullopt;
  }
}

bool in_conflict(std::span<const SeverityClaim> claims, std::optional<std::string_view> vendor) {
  auto lowest = SeverityLabel::critical, highest = SeverityLabel::info;
  Vectors vectors;
  for (const SeverityClaim& claim : claims) {
    if (claim.method >= SeverityMethod::level || !says_something(claim) || is_stranger(claim.source, vendor)) continue;
    const SeverityLabel label = resolve(claim, vectors).label;
    if (label == SeverityLabel::unknown) continue;
    lowest = std::min(lowest, label);
    highest = std::max(highest, label);
  }
  return static_cast<int>(highest) - static_cast<int>(lowest) >= 2;
}

}  // namespace gatepost::risk
