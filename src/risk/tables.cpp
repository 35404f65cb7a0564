#include "risk/tables.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <span>
#include <utility>

#include "base/assert.hpp"
#include "base/resource.hpp"
#include "base/text.hpp"
#include "doc/yaml.hpp"
#include "risk/decision.hpp"

namespace gatepost::risk {
namespace {

constexpr int kTenths = 10;
constexpr std::int64_t kWholePpm = 1'000'000;
constexpr std::int64_t kHighestWeakness = 99'999;
constexpr std::size_t kMostProblems = 20;

// One number of a mapping: its name there and where it goes.
struct Slot {
  std::string_view name;
  int* into = nullptr;
  int scale = 1;
};

class Reader {
 public:
  explicit Reader(Tables& tables) : t_(tables) {}

  void read(doc::View root) {
    if (!root.is_object()) return problem(root, "expected a mapping of tables");
    for (const auto& [key, value] : root.members()) member(key, value);
  }

  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }

 private:
  void member(std::string_view key, doc::View value) {
    if (key == "model") return text(value);
    if (key == "epss_breakpoints_ppm") return breakpoints(value);
    if (key == "threat") return slots(key, value, threat_slots());
    if (key == "maturity_floor") return row(key, value, kMaturityNames, t_.maturity);
    if (key == "cwe_likelihood") return row(key, value, kLikelihoodNames, t_.likelihood);
    if (key == "reach") return row(key, value, kReachNames, t_.reach);
    if (key == "exposure") return row(key, value, kExposureNames, t_.exposure);
    if (key == "environment") return row(key, value, kEnvironmentNames, t_.environment);
    if (key == "mitigation") return row(key, value, kMitigationNames, t_.mitigation);
    if (key == "confidence") return row(key, value, kConfidenceNames, t_.confidence);
    if (key == "confidence_limit") return number(key, value, {key, &t_.confidence_limit});
    if (key == "repo_visibility") return row(key, value, kVisibilityNames, t_.visibility);
    if (key == "secret") return slots(key, value, secret_slots());
    if (key == "criticality") return row(key, value, kCriticalityNames, t_.criticality);
    if (key == "data_class") return row(key, value, kDataClassNames, t_.data);
    if (key == "floors") return slots(key, value, floor_slots());
    if (key == "caps") return slots(key, value, {{"dev_scope", &t_.cap_dev_tenths, kTenths}});
    if (key == "cwe_likelihood_of_exploit") return likelihoods(value);
    if (key == "cwe_top25") return top_25(value);
    if (key == "decisions") return decisions(value);
    add(value.key_where(), fmt::format("\"{}\" is no table of the risk model", text::printable(key, 40)));
  }

  std::vector<Slot> threat_slots() {
    return {{"epss_base", &t_.epss_base},
            {"epss_span", &t_.epss_span},
            {"cve_without_epss", &t_.cve_without_epss},
            {"kev", &t_.kev},
            {"kev_ransomware", &t_.kev_ransomware},
            {"cwe_top25", &t_.top_25},
            {"dast", &t_.dast},
            {"cspm", &t_.cspm},
            {"secret_verified", &t_.secret_verified},
            {"secret_unknown", &t_.secret_unknown},
            {"secret_revoked", &t_.secret_revoked},
            {"malicious", &t_.malicious}};
  }
  std::vector<Slot> secret_slots() {
    return {{"in_tree", &t_.secret_in_tree},
            {"in_history", &t_.secret_in_history},
            {"environment", &t_.secret_environment}};
  }
  std::vector<Slot> floor_slots() {
    Tables::Floors& f = t_.floors;
    return {{"malicious", &f.malicious, kTenths},
            {"verified_secret", &f.verified_secret, kTenths},
            {"kev_unreached", &f.kev_unreached, kTenths},
            {"kev_elsewhere", &f.kev_elsewhere, kTenths},
            {"kev", &f.kev, kTenths},
            {"kev_exposed", &f.kev_exposed, kTenths},
            {"reached_from", &f.reached_from}};
  }

  template <std::size_t N>
  void row(std::string_view table, doc::View value, const std::array<std::string_view, N>& names,
           std::array<int, N>& numbers) {
    std::vector<Slot> all;
    for (std::size_t i = 0; i < N; ++i) all.push_back({names[i], &numbers[i]});
    if (table == "cwe_likelihood") all.push_back({"null", numbers.data()});  // another name of unknown
    slots(table, value, all);
  }

  void slots(std::string_view table, doc::View value, const std::vector<Slot>& known) {
    if (!value.is_object()) return problem(value, fmt::format("{} must be a mapping", table));
    for (const auto& [key, item] : value.members()) {
      const auto slot = std::ranges::find(known, key, &Slot::name);
      if (slot == known.end()) {
        add(item.key_where(),
            fmt::format("{} has no \"{}\"; expected one of {}", table, text::printable(key, 40), names_of(known)));
      } else {
        number(fmt::format("{}.{}", table, key), item, *slot);
      }
    }
  }

  static std::string names_of(const std::vector<Slot>& slots) {
    std::string list;
    for (const Slot& slot : slots) list.append(list.empty() ? "" : ", ").append(slot.name);
    return list;
  }

  void number(std::string_view name, doc::View value, const Slot& slot) {
    if (const auto whole = integer(name, value, 0, 100)) *slot.into = static_cast<int>(*whole) * slot.scale;
  }

  std::optional<std::int64_t> integer(std::string_view name, doc::View value, std::int64_t least, std::int64_t most) {
    const auto whole = value.integer();
    if (whole && *whole >= least && *whole <= most) return whole;
    problem(value,
            fmt::format("{} is {}; expected a whole number from {} to {}", name,
                        value.scalar().empty() ? doc::to_string(value.kind()) : text::printable(value.scalar(), 40),
                        least, most));
    return std::nullopt;
  }

  void text(doc::View value) {
    if (value.scalar().empty()) return problem(value, "model must be a name");
    t_.model = value.scalar().substr(0, 60);
  }

  // What others decided is printed with the numbers and may stand beside them, but it is not ours to change.
  void decisions(doc::View value) {
    const auto given = read_decision_tables(value);
    if (!given) return problems_.push_back(given.error().message);
    if (*given != decision_tables()) problem(value, "decisions are those of their publishers and cannot be replaced");
  }

  void breakpoints(doc::View value) {
    std::vector<Tables::Breakpoint> all;
    for (const doc::View item : value.items()) {
      if (item.size() != 2) return problem(item, "a breakpoint is a pair: parts per million, value");
      const auto ppm = integer("a breakpoint's probability", item.at(std::size_t{0}), 0, kWholePpm);
      const auto worth = integer("a breakpoint's value", item.at(std::size_t{1}), 0, 100);
      if (!ppm || !worth) return;
      const Tables::Breakpoint next{static_cast<std::uint32_t>(*ppm), static_cast<std::uint32_t>(*worth)};
      if (!all.empty() && (next.ppm <= all.back().ppm || next.value < all.back().value))
        return problem(item, "breakpoints must ascend");
      all.push_back(next);
    }
    if (all.size() < 2 || all.front().ppm != 0 || all.back().ppm != kWholePpm)
      return problem(value, "epss_breakpoints_ppm must be a list of pairs from 0 to 1000000");
    t_.epss = std::move(all);
  }

  template <class Set>
  void each_weakness(std::string_view name, doc::View list, const Set& set) {
    if (!list.is_array()) return problem(list, fmt::format("{} must be a list of CWE numbers", name));
    for (const doc::View item : list.items()) {
      const auto cwe = integer("a CWE number", item, 1, kHighestWeakness);
      if (!cwe) return;
      const auto at = static_cast<std::size_t>(*cwe);
      if (t_.weaknesses.size() <= at) t_.weaknesses.resize(at + 1);
      set(t_.weaknesses[at]);
    }
  }

  // A list that is given replaces the list that was there.
  void likelihoods(doc::View value) {
    if (!value.is_object()) return problem(value, "cwe_likelihood_of_exploit must be a mapping of lists");
    for (const auto& [key, list] : value.members()) {
      const auto found = std::ranges::find(kLikelihoodNames, key);
      if (found == kLikelihoodNames.end() || key == "unknown") {
        add(list.key_where(), "a likelihood is high, medium or low");
        continue;
      }
      const auto likelihood = static_cast<Likelihood>(found - kLikelihoodNames.begin());
      for (Tables::Weakness& it : t_.weaknesses) {
        if (it.likelihood == likelihood) it.likelihood = Likelihood::unknown;
      }
      each_weakness(key, list, [&](Tables::Weakness& it) { it.likelihood = likelihood; });
    }
  }
  void top_25(doc::View value) {
    for (Tables::Weakness& it : t_.weaknesses) it.top_25 = false;
    each_weakness("cwe_top25", value, [](Tables::Weakness& it) { it.top_25 = true; });
  }

  void problem(doc::View at, const std::string& what) { add(at.where(), what); }
  void add(const std::string& where, const std::string& what) {
    if (problems_.size() < kMostProblems) problems_.push_back(where + ": " + what);
  }

  Tables& t_;
  std::vector<std::string> problems_;
};

Tables load() {
  constexpr const char* kName = "rules/risk-v1.yaml";
  const auto bytes = find_resource(kName);
  GP_ASSERT(bytes.has_value());
  auto tables = read_tables(std::string(*bytes), kName, Tables{});
  GP_ASSERT(tables.ok());
  return std::move(*tables);
}

}  // namespace

const Tables& built_in_tables() {
  static const Tables tables = load();
  return tables;
}

Result<Tables> read_tables(std::string text, const std::string& name, const Tables& before) {
  GP_TRY(const doc::Document document, doc::parse_yaml(std::move(text), name));
  Tables tables = before;
  Reader reader(tables);
  reader.read(document.root());
  if (!reader.problems().empty()) {
    std::string lines;
    for (const std::string& line : reader.problems()) lines.append(lines.empty() ? "" : "\n").append(line);
    return error(ErrorKind::config, std::move(lines), "gatepost risk tables prints the tables in force");
  }
  return tables;
}

}  // namespace gatepost::risk
