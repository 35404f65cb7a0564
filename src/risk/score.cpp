#include "risk/score.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <initializer_list>

#include "risk/decision.hpp"

namespace gatepost::risk {
namespace {

template <std::size_t N, class Enum>
int at(const std::array<int, N>& table, Enum value) {
  return table[static_cast<std::size_t>(value)];
}

int epss_value(const Tables& tables, std::uint32_t ppm) {
  for (std::size_t i = 1; i < tables.epss.size(); ++i) {
    const Tables::Breakpoint &from = tables.epss[i - 1], &to = tables.epss[i];
    if (ppm > to.ppm) continue;
    const std::uint64_t rise = std::uint64_t{to.value - from.value} * (ppm - from.ppm);
    return static_cast<int>(from.value + rise / (to.ppm - from.ppm));
  }
  return static_cast<int>(tables.epss.back().value);
}

int threat_of_weakness(const RiskInput& input, const Tables& tables) {
  const Tables::Weakness weakness = weakness_of(input, tables);
  const int value = at(tables.likelihood, weakness.likelihood);
  return weakness.top_25 ? std::max(value, tables.top_25) : value;
}

int threat(const RiskInput& input, const Tables& tables) {
  if (input.malicious) return tables.malicious;
  if (input.kind == Kind::secret) {
    if (!input.secret_verified) return tables.secret_unknown;
    return *input.secret_verified ? tables.secret_verified : tables.secret_revoked;
  }
  int value = 0;
  if (input.epss_ppm) {
    value = tables.epss_base + tables.epss_span * epss_value(tables, *input.epss_ppm) / 100;
  } else if (input.has_cve || is_dependency_kind(input.kind)) {
    value = tables.cve_without_epss;
  } else {
    value = threat_of_weakness(input, tables);
  }
  value = std::max(value, at(tables.maturity, input.maturity));
  if (input.kind == Kind::dast) value = std::max(value, tables.dast);
  if (input.kind == Kind::cspm) value = std::max(value, tables.cspm);
  if (input.kev) value = std::max(value, input.ransomware ? tables.kev_ransomware : tables.kev);
  return std::min(value, 100);
}

int reach(const RiskInput& input, const Tables& tables) {
  if (input.kind == Kind::secret && !input.malicious)
    return input.secret_in_history_only ? tables.secret_in_history : tables.secret_in_tree;
  return at(tables.reach, known_reach(input));
}

// What the worst of them adds to the business factor.
int points(const DataClasses& data, const Tables& tables) {
  int most = 0;
  for (std::size_t i = 0; i < tables.data.size(); ++i) {
    if (data.has(static_cast<DataClass>(i))) most = std::max(most, tables.data[i]);
  }
  return most;
}

// Engines are independent witnesses: noisy-or in parts per million, strongest first, floor at each step.
int confidence(const RiskInput& input, const Tables& tables) {
  std::array<int, 32> witnesses{};
  std::size_t count = 0;
  bool confirmed = input.secret_verified == true;
  for (Confidence seen : input.confidences) {
    if (seen == Confidence::unknown && input.exact_package) seen = Confidence::high;
    confirmed |= seen == Confidence::confirmed;
    if (count < witnesses.size()) witnesses[count++] = at(tables.confidence, seen);
  }
  if (confirmed) return at(tables.confidence, Confidence::confirmed);
  if (count == 0) return at(tables.confidence, Confidence::unknown);
  if (count == 1) return std::min(witnesses[0], tables.confidence_limit);
  std::sort(witnesses.begin(), witnesses.begin() + static_cast<std::ptrdiff_t>(count), std::greater{});
  std::int64_t doubt = 1'000'000;
  for (std::size_t i = 0; i < count; ++i) doubt = doubt * (100 - witnesses[i]) / 100;
  return static_cast<int>(std::min<std::int64_t>(tables.confidence_limit, (1'000'000 - doubt) / 10'000));
}

RiskFactors factors_of(const RiskInput& input, const Tables& tables) {
  const bool secret = input.kind == Kind::secret;
  const auto byte = [](int value) { return static_cast<std::uint8_t>(value); };
  return {
      .threat = byte(threat(input, tables)),
      .reach = byte(reach(input, tables)),
      .exposure = byte(secret ? at(tables.visibility, input.visibility) : at(tables.exposure, input.context.exposure)),
      .environment = byte(secret ? tables.secret_environment : at(tables.environment, input.context.environment)),
      .mitigation = byte(at(tables.mitigation, input.context.mitigation)),
      .confidence = byte(confidence(input, tables)),
      .severity = byte(std::clamp(input.severity_tenths, 0, 100)),
      .business =
          byte(std::min(100, at(tables.criticality, input.context.criticality) + points(input.context.data, tables)))};
}

bool works(const RiskInput& input) { return input.kind == Kind::secret && input.secret_verified == true; }

int floor_of_kev(const RiskInput& input, const RiskFactors& factors, const Tables::Floors& floors) {
  const Context& context = input.context;
  if (factors.reach < floors.reached_from) return floors.kev_unreached;
  if (context.environment == Environment::staging || context.environment == Environment::development ||
      context.environment == Environment::not_deployed)
    return floors.kev_elsewhere;
  const bool exposed = context.exposure == Exposure::internet || context.exposure == Exposure::external_restricted;
  return exposed ? floors.kev_exposed : floors.kev;
}

// Of each reason the floor it sets; 0 when it does not apply.
struct FloorsOf {
  int malicious = 0, verified_secret = 0, kev = 0;
  [[nodiscard]] int highest() const { return std::max({malicious, verified_secret, kev}); }
};

FloorsOf floors_of(const RiskInput& input, const RiskFactors& factors, const Tables::Floors& floors) {
  if (factors.severity == 0) return {};
  return {.malicious = input.malicious ? floors.malicious : 0,
          .verified_secret = works(input) ? floors.verified_secret : 0,
          .kev = input.kev ? floor_of_kev(input, factors, floors) : 0};
}

bool is_capped(const RiskInput& input) {
  const bool development = input.scope == Scope::dev || input.scope == Scope::test;
  return development && !input.malicious && input.kind != Kind::secret;
}

std::uint64_t integer_root(std::uint64_t value) {
  auto root = static_cast<std::uint64_t>(std::sqrt(static_cast<double>(value)));
  while (root > 0 && root > value / root) --root;
  while ((root + 1) <= value / (root + 1)) ++root;
  return root;
}

// --- SSVC: positions in the lists of model/risk.hpp, which are those of config/rules/ssvc.yaml ---

std::uint8_t exploitation(const RiskInput& input) {
  if (input.kev || input.malicious || input.maturity == Maturity::active) return 2;
  return input.maturity == Maturity::poc || input.maturity == Maturity::weaponized ? 1 : 0;
}

// What cannot be reached is one step less exposed. Who is not known to be inside is open.
std::uint8_t system_exposure(const RiskInput& input, const RiskFactors& factors, const Tables& tables) {
  const Exposure exposure = input.context.exposure;
  const bool inside = exposure == Exposure::internal || exposure == Exposure::external_restricted;
  int step = inside ? 1 : 2;
  if (exposure == Exposure::isolated) step = 0;
  if (factors.reach < tables.floors.reached_from) step = std::max(0, step - 1);
  return static_cast<std::uint8_t>(step);
}

bool is_personal_or_worse(const DataClasses& data) {
  return data.has(DataClass::pii) || data.has(DataClass::financial) || data.has(DataClass::payment) ||
         data.has(DataClass::health) || data.has(DataClass::credentials);
}

std::uint8_t human_impact(const RiskInput& input) {
  if (input.human_impact) return std::min<std::uint8_t>(*input.human_impact, 3);
  const Criticality criticality = input.context.criticality;
  const bool lower = criticality == Criticality::low || criticality == Criticality::medium;
  int impact = lower ? 0 : 1;
  if (criticality == Criticality::mission_critical) impact = 2;
  if (is_personal_or_worse(input.context.data)) ++impact;
  return static_cast<std::uint8_t>(impact);
}

// Who can be reached by anybody, for BOD 26-04; not known is taken for yes, as SSVC takes it for open.
bool is_public(Exposure exposure) { return exposure == Exposure::internet || exposure == Exposure::unknown; }

Ssvc decide(const RiskInput& input, const RiskFactors& factors, const Tables& tables) {
  const DecisionTables& decisions = decision_tables();
  Ssvc it;
  it.exploitation = exploitation(input);
  it.exposure = system_exposure(input, factors, tables);
  it.automatable = input.automatable.value_or(automatable_by(input.cvss).value_or(true)) ? 1 : 0;
  it.human_impact = human_impact(input);
  it.technical_impact = input.total_impact.value_or(total_impact_by(input.cvss).value_or(true)) ? 1 : 0;
  const std::uint8_t decision =
      decisions.deployer.outcome({it.exploitation, it.exposure, it.automatable, it.human_impact});
  it.decision = static_cast<Priority>(decision);
  it.days = static_cast<std::uint8_t>(decisions.deployer.days[decision]);
  it.coordinator = decisions.coordinator.outcome(
      {it.exploitation, it.automatable, it.technical_impact, std::min<unsigned>(it.human_impact, 2)});
  it.timeline = decisions.bod_26_04.outcome(
      {input.kev ? 1U : 0U, is_public(input.context.exposure) ? 1U : 0U, it.automatable, it.technical_impact});
  return it;
}

bool has_metric(std::string_view vector, std::string_view metric) {
  for (std::size_t at = vector.find(metric); at != std::string_view::npos; at = vector.find(metric, at + 1)) {
    const std::size_t end = at + metric.size();
    if (at > 0 && vector[at - 1] == '/' && (end == vector.size() || vector[end] == '/')) return true;
  }
  return false;
}

bool all_metrics(std::string_view vector, std::initializer_list<std::string_view> metrics) {
  return std::ranges::all_of(metrics, [&](std::string_view metric) { return has_metric(vector, metric); });
}

}  // namespace

Reach known_reach(const RiskInput& input) {
  if (input.malicious || input.kind == Kind::secret) return Reach::observed;
  if (input.reach != Reach::unknown) return input.reach;
  if (input.kind == Kind::dast || input.kind == Kind::cspm) return Reach::observed;
  if (is_dependency_kind(input.kind)) return Reach::unknown;
  return input.has_flow ? Reach::called : Reach::first_party;
}

Tables::Weakness weakness_of(const RiskInput& input, const Tables& tables) {
  Tables::Weakness all{input.likelihood, input.top_25};
  int highest = all.likelihood == Likelihood::unknown ? -1 : at(tables.likelihood, all.likelihood);
  for (const Cwe cwe : input.cwes) {
    const Tables::Weakness one = tables.weakness(cwe);
    all.top_25 |= one.top_25;
    if (one.likelihood == Likelihood::unknown || at(tables.likelihood, one.likelihood) <= highest) continue;
    all.likelihood = one.likelihood;
    highest = at(tables.likelihood, one.likelihood);
  }
  return all;
}

bool has_decision(const RiskInput& input) {
  const bool of_package = input.kind == Kind::sca || input.kind == Kind::container;
  return (input.has_cve || input.malicious || of_package) && input.exemption == Exemption::none;
}

std::optional<bool> automatable_by(std::string_view cvss) {
  if (cvss.starts_with("CVSS:3.")) return all_metrics(cvss, {"AV:N", "AC:L", "PR:N", "UI:N"});
  if (cvss.starts_with("CVSS:4.")) return all_metrics(cvss, {"AV:N", "AC:L", "AT:N", "PR:N", "UI:N"});
  return std::nullopt;
}

std::optional<bool> total_impact_by(std::string_view cvss) {
  if (cvss.starts_with("CVSS:3.")) return all_metrics(cvss, {"C:H", "I:H"});
  if (cvss.starts_with("CVSS:4.")) return all_metrics(cvss, {"VC:H", "VI:H"});
  return std::nullopt;
}

std::uint16_t raw_tenths(const RiskFactors& f) {
  // k/10 = sqrt(L × I) rounded half up: the largest k with (2k - 1)² × 10^10 <= 4 × product.
  const std::int64_t product = std::int64_t{f.threat} * f.reach * f.exposure * f.environment * f.mitigation *
                               f.confidence * f.severity * f.business;
  constexpr std::int64_t kScale = 10'000'000'000;
  std::int64_t low = 0, high = 1000;
  while (low < high) {
    const std::int64_t k = (low + high + 1) / 2;
    if ((2 * k - 1) * (2 * k - 1) * kScale <= 4 * product) {
      low = k;
    } else {
      high = k - 1;
    }
  }
  return static_cast<std::uint16_t>(low);
}

Risk score(const RiskInput& input, const Tables& tables) {
  const RiskFactors factors = factors_of(input, tables);
  Risk risk{.factors = factors, .raw_tenths = raw_tenths(factors), .exemption = input.exemption, .ssvc = {}};
  int tenths = std::max<int>(risk.raw_tenths, floors_of(input, factors, tables.floors).highest());
  if (is_capped(input)) tenths = std::min(tenths, tables.cap_dev_tenths);
  risk.score_tenths = static_cast<std::uint16_t>(tenths);
  risk.effective_tenths = input.exemption == Exemption::none ? risk.score_tenths : std::uint16_t{0};
  if (has_decision(input)) risk.ssvc = decide(input, factors, tables);
  return risk;
}

Bounds bounds_of(const RiskInput& input, const Risk& risk, const Tables& tables) {
  Bounds bounds;
  const FloorsOf floors = floors_of(input, risk.factors, tables.floors);
  const int before_cap = std::max<int>(risk.raw_tenths, floors.highest());
  bounds.dev_scope = is_capped(input) && before_cap > tables.cap_dev_tenths;
  if (floors.highest() <= risk.raw_tenths) return bounds;
  bounds.floor_tenths = floors.highest();
  if (floors.malicious > risk.raw_tenths) bounds.reasons.emplace_back("malicious");
  if (floors.verified_secret > risk.raw_tenths) bounds.reasons.emplace_back("verified_secret");
  if (floors.kev > risk.raw_tenths) bounds.reasons.emplace_back("kev");
  return bounds;
}

std::int64_t aggregate_tenths(std::span<const std::uint16_t> scores) {
  std::uint64_t sum = 0;
  for (const std::uint64_t score : scores) {
    const std::uint64_t fourth = score * score * score * score;
    sum = sum > UINT64_MAX - fourth ? UINT64_MAX : sum + fourth;
  }
  return static_cast<std::int64_t>(std::min<std::uint64_t>(1000, integer_root(integer_root(sum))));
}

}  // namespace gatepost::risk
