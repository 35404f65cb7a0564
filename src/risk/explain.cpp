#include "risk/explain.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace gatepost::risk {
namespace {

struct Reason {
  Leaning leaning = Leaning::unknown;
  std::string text;
};

template <typename Enum, std::size_t N>
Reason reason_of(const std::array<std::pair<Leaning, std::string_view>, N>& table, Enum value) {
  const auto& [leaning, text] = table[static_cast<std::size_t>(value)];
  return {leaning, std::string(text)};
}

using enum Leaning;
using Row = std::pair<Leaning, std::string_view>;

constexpr std::array<Row, 11> kReachReasons = {{{unknown, "whether the code runs is not known"},
                                                {raises, "seen on the running system"},
                                                {raises, "the vulnerable code is called"},
                                                {raises, "loaded at runtime"},
                                                {raises, "the code imports it"},
                                                {neutral, "code of this repository, which is taken to run"},
                                                {lowers, "nothing imports it"},
                                                {lowers, "loaded, but the vulnerable part is not reachable"},
                                                {lowers, "not loaded at runtime"},
                                                {lowers, "used by tests only"},
                                                {lowers, "the vulnerable code is not reachable"}}};
constexpr std::array<Row, 5> kExposureReasons = {{{unknown, "who can reach the service is not known"},
                                                  {raises, "the internet reaches the service"},
                                                  {raises, "partners reach the service from outside"},
                                                  {lowers, "the service is internal"},
                                                  {lowers, "the service is isolated"}}};
constexpr std::array<Row, 5> kEnvironmentReasons = {{{unknown, "where it is deployed is not known"},
                                                     {raises, "in production"},
                                                     {lowers, "in staging only"},
                                                     {lowers, "in development only"},
                                                     {lowers, "not deployed"}}};
constexpr std::array<Row, 3> kMitigationReasons = {{{neutral, "nothing is known to stand in the way"},
                                                    {lowers, "a mitigation stands partly in the way"},
                                                    {lowers, "a strong mitigation stands in the way"}}};
constexpr std::array<Row, 5> kBusinessReasons = {{{unknown, "what the service is worth is not known"},
                                                  {raises, "a mission-critical service"},
                                                  {raises, "a service of high worth"},
                                                  {lowers, "a service of medium worth"},
                                                  {lowers, "a service of low worth"}}};
constexpr std::uint32_t kLikelyPpm = 10'000;  // what a CVE without a score is taken for

Reason secret_reason(const RiskInput& input) {
  if (!input.secret_verified) return {unknown, "whether the secret works is not known"};
  return *input.secret_verified ? Reason{raises, "the secret was tried and works"}
                                : Reason{lowers, "the secret no longer works"};
}

Reason weakness_reason(const RiskInput& input, const Tables& tables) {
  const Tables::Weakness weakness = weakness_of(input, tables);
  const std::string top = weakness.top_25 ? "one of the CWE Top 25" : "";
  if (weakness.likelihood == Likelihood::unknown)
    return top.empty() ? Reason{unknown, "how often this weakness is exploited is not known"} : Reason{raises, top};
  const std::string how = fmt::format("the CWE catalogue calls its exploitation {}",
                                      weakness.likelihood == Likelihood::high     ? "likely"
                                      : weakness.likelihood == Likelihood::medium ? "fairly likely"
                                                                                  : "unlikely");
  const bool low = weakness.likelihood == Likelihood::low && top.empty();
  return {low ? lowers : raises, top.empty() ? how : top + "; " + how};
}

Reason threat_reason(const RiskInput& input, const Tables& tables) {
  if (input.malicious) return {raises, "the package is malicious"};
  if (input.kind == Kind::secret) return secret_reason(input);
  if (input.kev)
    return {raises, input.ransomware ? "known to be exploited, by ransomware too (CISA KEV)"
                                     : "known to be exploited (CISA KEV)"};
  if (input.maturity == Maturity::active) return {raises, "exploited in the wild"};
  if (input.maturity == Maturity::weaponized) return {raises, "an exploit is ready to use"};
  if (input.maturity == Maturity::poc && !input.epss_ppm) return {raises, "a proof of concept is public"};
  if (input.epss_ppm)
    return {*input.epss_ppm >= kLikelyPpm ? raises : lowers,
            fmt::format("EPSS {}.{:06}{}", *input.epss_ppm / 1'000'000, *input.epss_ppm % 1'000'000,
                        input.maturity == Maturity::poc ? ", and a proof of concept is public" : "")};
  if (input.has_cve || is_dependency_kind(input.kind)) return {unknown, "no EPSS score at hand, taken as 1 %"};
  return weakness_reason(input, tables);
}

Reason reach_reason(const RiskInput& input) {
  if (input.malicious) return {neutral, "malicious code runs as soon as it is installed"};
  if (input.kind == Kind::secret)
    return input.secret_in_history_only ? Reason{lowers, "in the history only, not in the tree"}
                                        : Reason{neutral, "whoever reads the secret can use it"};
  const Reach reach = known_reach(input);
  if (reach == Reach::called && input.has_flow) return {raises, "the tool shows the data flow"};
  Reason reason = reason_of(kReachReasons, reach);
  if (reach == input.reach && !input.reach_because.empty()) reason.text = input.reach_because;
  return reason;
}

constexpr std::array<Row, 4> kVisibilityReasons = {{{unknown, "who can read the repository is not known"},
                                                    {raises, "anybody can read the repository"},
                                                    {lowers, "the whole organisation can read the repository"},
                                                    {lowers, "few can read the repository"}}};

Reason exposure_reason(const RiskInput& input) {
  if (input.kind == Kind::secret) return reason_of(kVisibilityReasons, input.visibility);
  return reason_of(kExposureReasons, input.context.exposure);
}

Reason business_reason(const RiskInput& input) {
  Reason reason = reason_of(kBusinessReasons, input.context.criticality);
  std::string classes;
  for (std::size_t i = kDataClassNames.size(); i-- > 0;) {
    if (input.context.data.has(static_cast<DataClass>(i)))
      classes.append(classes.empty() ? "" : ", ").append(kDataClassNames[i]);
  }
  if (classes.empty()) return reason;
  return {reason.leaning == unknown ? raises : reason.leaning, reason.text + "; its data: " + classes};
}

Reason environment_reason(const RiskInput& input) {
  if (input.kind == Kind::secret) return {neutral, "a secret works wherever the code runs"};
  return reason_of(kEnvironmentReasons, input.context.environment);
}

Reason confidence_reason(const RiskInput& input, int percent, const Tables& tables) {
  const int of_unknown = tables.confidence[static_cast<std::size_t>(Confidence::unknown)];
  if (input.confidences.size() > 1) return {raises, fmt::format("{} tools agree", input.confidences.size())};
  if (percent == of_unknown) return {unknown, "the tool does not tell how sure it is"};
  return {percent > of_unknown ? neutral : lowers,
          percent > of_unknown ? "the tool is sure of it" : "the tool is not sure of it"};
}

std::string named(std::string_view name, int value) { return fmt::format("{} ({} %)", name, value); }

std::string_view name_of(const auto& names, auto value) { return names[static_cast<std::size_t>(value)]; }

std::string floor_reason(const RiskInput& input, const Bounds& bounds, const Tables& tables) {
  if (bounds.reasons == std::vector<std::string_view>{"kev"}) return "known to be exploited (CISA KEV)";
  return threat_reason(input, tables).text;
}

std::string points(std::int64_t tenths) { return fmt::format("{}.{}", tenths / 10, tenths % 10); }

// Hundredths, rounded half up to one decimal.
std::string rounded(std::int64_t hundredths) { return points((hundredths + 5) / 10); }

std::string line_of(const RiskInput& input, const Tables& tables) {
  const Risk risk = score(input, tables);
  const Bounds bounds = bounds_of(input, risk, tables);
  std::string line =
      fmt::format("{} {} = sqrt({} likelihood x {} impact)", points(risk.score_tenths),
                  to_string(band_for_tenths(risk.score_tenths)), rounded(likelihood_hundredths(risk.factors)),
                  rounded(impact_hundredths(risk.factors)));
  if (bounds.floor_tenths > 0)
    line += fmt::format(", raised from {}: {}", points(risk.raw_tenths), floor_reason(input, bounds, tables));
  if (bounds.dev_scope) line += ", capped: a dependency of development or tests only";
  if (risk.exemption != Exemption::none) line += fmt::format(", does not count: {}", to_string(risk.exemption));
  std::string known, not_known;
  for (const Factor& factor : explain(input, tables)) {
    const bool bound = factor.name == "floor" || factor.name == "cap";
    if (factor.leaning == unknown) not_known.append(not_known.empty() ? "" : ", ").append(factor.name);
    if (bound || factor.leaning == unknown || factor.leaning == neutral) continue;
    known.append(known.empty() ? ": " : "; ").append(factor.because);
  }
  line += known;
  if (!not_known.empty()) line.append(known.empty() ? ": " : "; ").append("not known: ").append(not_known);
  return line;
}

std::string decision_of(const RiskInput& input, const Tables& tables) {
  const Risk risk = score(input, tables);
  if (!risk.ssvc) return {};
  const Ssvc& it = *risk.ssvc;
  const char* const automatable = input.automatable            ? ""
                                  : automatable_by(input.cvss) ? " by its CVSS vector"
                                                               : ", as nothing says otherwise";
  const char* const reached =
      risk.factors.reach < tables.floors.reached_from ? ", a step less as it is not reached" : "";
  return fmt::format("exploitation {}, system exposure {}{}, automatable {}{}, human impact {}",
                     kExploitationNames[it.exploitation], kSystemExposureNames[it.exposure], reached,
                     kAutomatableNames[it.automatable], automatable, kHumanImpactNames[it.human_impact]);
}

// What would move the band: tries every value of a fact and keeps the nearest up and the nearest down.
class Moves {
 public:
  Moves(const RiskInput& input, const Tables& tables) : input_(input), tables_(tables), now_(score(input, tables)) {}

  std::vector<Move> find() {
    if (now_.exemption != Exemption::none) return {};
    const bool secret = input_.kind == Kind::secret;
    const Context& context = input_.context;
    if (secret) {
      try_secret();
      try_values("repository visibility", kVisibilityNames, input_.visibility,
                 {"say who can read the repository", "let fewer read the repository"},
                 [](RiskInput& it, Visibility value) { it.visibility = value; });
    } else {
      try_values("exposure", kExposureNames, context.exposure,
                 {"say who can reach the service", "let fewer reach the service"},
                 [](RiskInput& it, Exposure value) { it.context.exposure = value; });
      try_values("environment", kEnvironmentNames, context.environment, {"say where it is deployed", nullptr},
                 [](RiskInput& it, Environment value) { it.context.environment = value; });
    }
    try_values("criticality", kCriticalityNames, context.criticality, {"say what the service is worth", nullptr},
               [](RiskInput& it, Criticality value) { it.context.criticality = value; });
    if (is_dependency_kind(input_.kind) && !input_.malicious)
      try_values("reach", kReachNames, known_reach(input_),
                 {"find out whether the code runs", "do without it, or show that it does not run"},
                 [](RiskInput& it, Reach value) { it.reach = value; });
    try_values("mitigation", kMitigationNames, context.mitigation,
               {"put something in the way", "put something in the way"},
               [](RiskInput& it, Mitigation value) { it.context.mitigation = value; });
    if (is_dependency_kind(input_.kind)) {
      RiskInput changed = input_;
      changed.exemption = Exemption::vex_not_affected;
      offer("VEX", "not_affected", "have the vendor state that it does not apply", changed, false);
    }
    return cheapest();
  }

 private:
  struct Offer {
    Move move;
    bool known = false;  // so that something has to change, not only to be told
  };

  void try_secret() {
    for (const bool works : {true, false}) {
      if (input_.secret_verified == works) continue;
      RiskInput changed = input_;
      changed.secret_verified = works;
      offer("secret", works ? "works" : "revoked", works ? "try it" : "revoke it", changed,
            input_.secret_verified.has_value());
    }
  }

  // What to do about a fact that nobody told yet, and about one that is as it is; nullptr: nothing.
  struct How {
    const char* unknown = nullptr;
    const char* known = nullptr;
  };

  template <class Enum, std::size_t N, class Set>
  void try_values(const char* fact, const std::array<std::string_view, N>& names, Enum current, How to_do,
                  const Set& set) {
    const bool is_known = names[static_cast<std::size_t>(current)] != "unknown";
    const char* const how = is_known ? to_do.known : to_do.unknown;
    if (how == nullptr) return;
    Offer up, down;
    for (std::size_t i = 0; i < N; ++i) {
      if (names[i] == "unknown" || i == static_cast<std::size_t>(current)) continue;
      RiskInput changed = input_;
      set(changed, static_cast<Enum>(i));
      const std::uint16_t tenths = score(changed, tables_).effective_tenths;
      const Band band = band_for_tenths(tenths);
      const Offer offer{{fact, std::string(names[i]), tenths, band, how}, is_known};
      if (band > band_now() && (up.move.fact.empty() || tenths < up.move.tenths)) up = offer;
      if (band < band_now() && (down.move.fact.empty() || tenths > down.move.tenths)) down = offer;
    }
    if (!down.move.fact.empty()) offers_.push_back(down);
    if (!up.move.fact.empty() && !is_known) offers_.push_back(up);
  }

  void offer(const char* fact, const char* value, const char* how, const RiskInput& changed, bool is_known) {
    const std::uint16_t tenths = score(changed, tables_).effective_tenths;
    const Band band = band_for_tenths(tenths);
    if (band != band_now()) offers_.push_back({{fact, value, tenths, band, how}, is_known});
  }

  // Telling is cheaper than changing; else in the order they were tried.
  std::vector<Move> cheapest() {
    constexpr std::size_t kMostFacts = 3;
    std::ranges::stable_sort(offers_, {}, &Offer::known);
    std::vector<Move> moves;
    std::vector<std::string> facts;
    for (Offer& it : offers_) {
      if (std::ranges::find(facts, it.move.fact) == facts.end()) {
        if (facts.size() == kMostFacts) continue;
        facts.push_back(it.move.fact);
      }
      moves.push_back(std::move(it.move));
    }
    return moves;
  }

  [[nodiscard]] Band band_now() const { return band_for_tenths(now_.effective_tenths); }

  const RiskInput& input_;
  const Tables& tables_;
  Risk now_;
  std::vector<Offer> offers_;
};

}  // namespace

std::int64_t likelihood_hundredths(const RiskFactors& f) {
  constexpr std::int64_t kScale = 100'000'000;
  const std::int64_t product =
      std::int64_t{f.threat} * f.reach * f.exposure * f.environment * f.mitigation * f.confidence;
  return (product + kScale / 2) / kScale;
}

std::int64_t impact_hundredths(const RiskFactors& f) { return std::int64_t{f.severity} * f.business; }

std::vector<Factor> explain(const RiskInput& input, const Tables& tables) {
  const Risk risk = score(input, tables);
  const RiskFactors& f = risk.factors;
  const Context& context = input.context;
  const bool secret = input.kind == Kind::secret;
  std::vector<Factor> out;
  const auto add = [&](const char* name, std::string value, std::uint8_t RiskFactors::* member, Reason reason) {
    RiskFactors best = f;
    best.*member = 100;
    out.push_back({.name = name,
                   .value = std::move(value),
                   .effect_tenths = raw_tenths(best) - risk.raw_tenths,
                   .because = std::move(reason.text),
                   .leaning = reason.leaning});
  };
  const std::string_view exposure =
      secret ? name_of(kVisibilityNames, input.visibility) : name_of(kExposureNames, context.exposure);
  const std::string_view environment = secret ? "any" : name_of(kEnvironmentNames, context.environment);
  add("severity", fmt::format("{}.{}", f.severity / 10, f.severity % 10), &RiskFactors::severity,
      {neutral, "how bad it is in general"});
  add("threat", fmt::format("{} %", f.threat), &RiskFactors::threat, threat_reason(input, tables));
  add("reach", named(to_string(known_reach(input)), f.reach), &RiskFactors::reach, reach_reason(input));
  add("exposure", named(exposure, f.exposure), &RiskFactors::exposure, exposure_reason(input));
  add("environment", named(environment, f.environment), &RiskFactors::environment, environment_reason(input));
  add("mitigation", named(name_of(kMitigationNames, context.mitigation), f.mitigation), &RiskFactors::mitigation,
      reason_of(kMitigationReasons, context.mitigation));
  add("confidence", fmt::format("{} %", f.confidence), &RiskFactors::confidence,
      confidence_reason(input, f.confidence, tables));
  add("business", named(name_of(kCriticalityNames, context.criticality), f.business), &RiskFactors::business,
      business_reason(input));
  const Bounds bounds = bounds_of(input, risk, tables);
  if (bounds.floor_tenths > 0)
    out.push_back(
        {"floor", fmt::format("{}", bounds.floor_tenths / 10), 0, floor_reason(input, bounds, tables), raises});
  if (bounds.dev_scope)
    out.push_back(
        {"cap", fmt::format("{}", tables.cap_dev_tenths / 10), 0, "a dependency of development or tests only", lowers});
  return out;
}

RiskStory story(const RiskInput& input, const Tables& tables) {
  return {line_of(input, tables), decision_of(input, tables), Moves(input, tables).find()};
}

}  // namespace gatepost::risk
