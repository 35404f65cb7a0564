#include "risk/described.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "doc/members.hpp"

namespace gatepost::risk {
namespace {

constexpr std::int64_t kWholePpm = 1'000'000;
// "purl" is for people.
constexpr std::array<std::string_view, 31> kMembers = {"category",
                                                       "kind",
                                                       "sev10",
                                                       "cve",
                                                       "cvss",
                                                       "scope",
                                                       "cwe",
                                                       "cwe_likelihood",
                                                       "cwe_top25",
                                                       "epss_ppm",
                                                       "kev",
                                                       "kev_ransomware",
                                                       "malicious",
                                                       "exploit_maturity",
                                                       "automatable",
                                                       "technical_impact",
                                                       "human_impact",
                                                       "secret_state",
                                                       "verified",
                                                       "history_only",
                                                       "repo_visibility",
                                                       "reach",
                                                       "exposure",
                                                       "environment",
                                                       "mitigation",
                                                       "criticality",
                                                       "data_classes",
                                                       "engines",
                                                       "vex",
                                                       "state",
                                                       "purl"};
constexpr std::array<std::string_view, 2> kOfEngine = {"engine", "confidence"};

Error wrong(doc::View at, const std::string& what) { return error(ErrorKind::usage, at.where() + ": " + what); }

// Reads members one after the other and keeps the first problem.
class Reader {
 public:
  explicit Reader(doc::View input) : in_(input) {}

  Result<RiskInput> read() {
    if (!in_.is_object()) return wrong(in_, "a finding is described by an object");
    if (auto unknown = doc::unknown_member(in_, kMembers)) return error(ErrorKind::usage, std::move(*unknown));
    for (const doc::View item : given("engines").items()) {
      if (auto unknown = doc::unknown_member(item, kOfEngine)) return error(ErrorKind::usage, std::move(*unknown));
    }
    facts_of_problem();
    facts_of_threat();
    facts_of_secret();
    facts_of_surroundings();
    engines();
    exemption();
    if (problem_) return std::move(*problem_);
    return std::move(out_);
  }

 private:
  void facts_of_problem() {
    const doc::View kind = given("category").exists() ? given("category") : given("kind");
    if (const auto known = parse_kind(kind.text())) {
      out_.kind = *known;
    } else if (kind.exists()) {
      unknown(kind, "category", kKindNames);
    }
    out_.severity_tenths = static_cast<int>(integer("sev10", 100).value_or(out_.severity_tenths));
    out_.has_cve = given("cve").exists();
    out_.cvss = given("cvss").text();
    choose("scope", kScopeNames, out_.scope);
    for (const doc::View cwe : given("cwe").items()) {
      if (const auto known = parse_cwe(cwe.scalar())) out_.cwes.push_back(*known);
    }
    choose("cwe_likelihood", kLikelihoodNames, out_.likelihood);
    out_.top_25 = flag("cwe_top25");
  }

  void facts_of_threat() {
    if (const auto ppm = integer("epss_ppm", kWholePpm)) out_.epss_ppm = static_cast<std::uint32_t>(*ppm);
    out_.kev = flag("kev");
    out_.ransomware = flag("kev_ransomware");
    out_.malicious = flag("malicious");
    if (given("exploit_maturity").text() == "weaponised") {
      out_.maturity = Maturity::weaponized;
    } else {
      choose("exploit_maturity", kMaturityNames, out_.maturity);
    }
    if (given("automatable").exists()) out_.automatable = flag("automatable");
    choose("technical_impact", kTechnicalImpactNames, out_.total_impact);
    choose("human_impact", kHumanImpactNames, out_.human_impact);
  }

  // A secret that was tried in vain is unverified, which is not the same as revoked.
  void facts_of_secret() {
    static constexpr std::array<std::string_view, 4> kStates = {"unknown", "unverified", "verified", "revoked"};
    std::optional<std::size_t> state;
    choose("secret_state", kStates, state);
    if (state == 2U || flag("verified")) out_.secret_verified = true;
    if (state == 3U) out_.secret_verified = false;
    out_.secret_in_history_only = flag("history_only");
    choose("repo_visibility", kVisibilityNames, out_.visibility);
  }

  void facts_of_surroundings() {
    choose("reach", kReachNames, out_.reach);
    choose("exposure", kExposureNames, out_.context.exposure);
    choose("environment", kEnvironmentNames, out_.context.environment);
    choose("mitigation", kMitigationNames, out_.context.mitigation);
    choose("criticality", kCriticalityNames, out_.context.criticality);
    for (const doc::View item : given("data_classes").items()) {
      const auto found = std::ranges::find(kDataClassNames, item.text());
      if (found == kDataClassNames.end()) return unknown(item, "data_classes", kDataClassNames);
      out_.context.data.add(static_cast<DataClass>(found - kDataClassNames.begin()));
    }
  }

  // Of one engine the surest statement counts.
  void engines() {
    std::map<std::string, Confidence> surest;
    std::size_t nameless = 0;
    for (const doc::View item : given("engines").items()) {
      Confidence confidence = Confidence::unknown;
      choose(item.at("confidence"), "confidence", kConfidenceNames, confidence);
      std::string name(item.at("engine").scalar());
      if (name.empty()) name = fmt::format("/{}", nameless++);
      Confidence& known = surest.try_emplace(std::move(name), confidence).first->second;
      known = std::max(known, confidence);
    }
    for (const auto& [name, confidence] : surest) out_.confidences.push_back(confidence);
  }

  void exemption() {
    const doc::View vex = given("vex").is_object() ? given("vex").at("status") : given("vex");
    if (vex.text() == "not_affected") out_.exemption = Exemption::vex_not_affected;
    if (vex.text() == "fixed") out_.exemption = Exemption::vex_fixed;
    const std::string_view state = given("state").text();
    if (state == "false_positive") out_.exemption = Exemption::false_positive;
    if (state == "fixed") out_.exemption = Exemption::fixed;
    if (state == "withdrawn") out_.exemption = Exemption::withdrawn;
    if (out_.kind != Kind::secret) return;
    if (state == "verified") out_.secret_verified = true;
    if (state == "revoked") out_.secret_verified = false;
  }

  // Null is absent.
  [[nodiscard]] doc::View given(std::string_view key) const {
    const doc::View view = in_.at(key);
    return view.is_null() ? doc::View() : view;
  }

  bool flag(std::string_view key) {
    const doc::View view = given(key);
    if (view.exists() && !view.boolean()) fail(wrong(view, fmt::format("{} must be true or false", key)));
    return view.boolean().value_or(false);
  }

  std::optional<std::int64_t> integer(std::string_view key, std::int64_t most) {
    const doc::View view = given(key);
    if (!view.exists()) return std::nullopt;
    const auto number = view.integer();
    if (number && *number >= 0 && *number <= most) return number;
    fail(wrong(view, fmt::format("{} is {}; expected a whole number from 0 to {}", key,
                                 text::printable(view.scalar(), 40), most)));
    return std::nullopt;
  }

  template <class Enum, std::size_t N>
  void choose(std::string_view key, const std::array<std::string_view, N>& names, Enum& into) {
    choose(given(key), key, names, into);
  }
  template <class Enum, std::size_t N>
  void choose(doc::View view, std::string_view key, const std::array<std::string_view, N>& names, Enum& into) {
    if (!view.exists() || view.is_null()) return;
    const auto found = std::ranges::find(names, view.text());
    if (found == names.end()) return unknown(view, key, names);
    const std::ptrdiff_t position = found - names.begin();
    if constexpr (std::is_same_v<Enum, std::optional<bool>>) {
      into = position == 1;
    } else if constexpr (requires { into.value(); }) {
      into = static_cast<typename Enum::value_type>(position);
    } else {
      into = static_cast<Enum>(position);
    }
  }

  template <std::size_t N>
  void unknown(doc::View view, std::string_view key, const std::array<std::string_view, N>& names) {
    std::string list;
    for (const std::string_view name : names) list.append(list.empty() ? "" : ", ").append(name);
    fail(wrong(view, fmt::format("{} \"{}\" is not known; expected one of {}", key, text::printable(view.scalar(), 40),
                                 list)));
  }
  void fail(Error error) {
    if (!problem_) problem_ = std::move(error);
  }

  doc::View in_;
  RiskInput out_;
  std::optional<Error> problem_;
};

}  // namespace

Result<RiskInput> described_input(doc::View input) { return Reader(input).read(); }

}  // namespace gatepost::risk
