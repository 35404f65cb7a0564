#include "ledger/rules.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include "base/assert.hpp"
#include "base/resource.hpp"
#include "base/text.hpp"
#include "doc/yaml.hpp"

namespace gatepost::ledger {
namespace {

constexpr std::int64_t kMostDays = 3650, kWholePpm = 1'000'000;
constexpr std::size_t kMostSteps = 20;

struct Slot {
  std::string_view name;
  std::int64_t* into = nullptr;
  std::int64_t least = 0, most = kMostDays;
};

// Reads members by name; the first that is wrong is told.
class Reader {
 public:
  explicit Reader(Rules& rules) : r_(rules) {}

  Status read(doc::View root) {
    if (!root.is_object()) return wrong(root, "expected a mapping");
    for (const auto& [key, value] : root.members()) {
      if (key == "service_levels") {
        GP_CHECK(service_levels(value));
      } else if (key == "evidence") {
        GP_CHECK(evidence(value));
      } else if (key == "epss_bands_ppm") {
        GP_CHECK(steps(value, kWholePpm, r_.epss_bands));
      } else if (key == "drift") {
        GP_CHECK(slots(value, {{"dependencies_jump_percent", &r_.dependencies_jump_percent, 1, 1000},
                               {"coverage_drop_points", &r_.coverage_drop_points, 1, 100}}));
      } else if (key == "metrics") {
        GP_CHECK(metrics(value));
      } else {
        return unknown(key, value);
      }
    }
    return Done{};
  }

 private:
  static Error wrong(doc::View at, const std::string& what) {
    return error(ErrorKind::config, at.where() + ": " + what);
  }
  static Error unknown(std::string_view key, doc::View value) {
    return error(ErrorKind::config, fmt::format("{}: \"{}\" is nothing that can be set here", value.key_where(),
                                                text::printable(key, 40)));
  }

  static Status number(doc::View value, const Slot& slot) {
    const auto whole = value.integer();
    if (!whole || *whole < slot.least || *whole > slot.most) {
      return wrong(value, fmt::format("{} must be a whole number from {} to {}", slot.name, slot.least, slot.most));
    }
    *slot.into = *whole;
    return Done{};
  }

  static Status slots(doc::View value, const std::vector<Slot>& known) {
    if (!value.is_object()) return wrong(value, "expected a mapping of numbers");
    for (const auto& [key, item] : value.members()) {
      const auto slot = std::ranges::find(known, key, &Slot::name);
      if (slot == known.end()) return unknown(key, item);
      GP_CHECK(number(item, *slot));
    }
    return Done{};
  }

  template <std::size_t N>
  static Status row(doc::View value, const std::array<std::string_view, N>& names, std::array<std::int64_t, N>& numbers,
                    std::int64_t least, std::int64_t most) {
    std::vector<Slot> all;
    for (std::size_t i = 0; i < N; ++i) all.push_back({names[i], &numbers[i], least, most});
    return slots(value, all);
  }

  Status service_levels(doc::View value) {
    const std::vector<Slot> known = {{"kev_days", &r_.kev_days, 1},
                                     {"least_after_waiver", &r_.least_after_waiver},
                                     {"warning_percent", &r_.warning_percent, 1, 100}};
    for (const auto& [key, item] : value.members()) {
      const auto slot = std::ranges::find(known, key, &Slot::name);
      if (key == "decision") {
        GP_CHECK(row(item, kPriorityNames, r_.decision_days, 0, kMostDays));
      } else if (key == "band") {
        GP_CHECK(row(item, kBandNames, r_.band_days, 0, kMostDays));
      } else if (slot == known.end()) {
        return unknown(key, item);
      } else {
        GP_CHECK(number(item, *slot));
      }
    }
    return Done{};
  }

  Status evidence(doc::View value) {
    const std::vector<Slot> known = {{"regression_days", &r_.regression_days},
                                     {"stale_days", &r_.stale_days, 1},
                                     {"silent_days", &r_.silent_days, 1},
                                     {"vanished_percent", &r_.vanished_percent, 1, 100},
                                     {"vanished_least", &r_.vanished_least, 1, 10'000}};
    for (const auto& [key, item] : value.members()) {
      const auto slot = std::ranges::find(known, key, &Slot::name);
      if (key == "confirmations") {
        GP_CHECK(row(item, kKindNames, r_.confirmations, 1, 10));
      } else if (slot == known.end()) {
        return unknown(key, item);
      } else {
        GP_CHECK(number(item, *slot));
      }
    }
    return Done{};
  }

  Status metrics(doc::View value) {
    for (const auto& [key, item] : value.members()) {
      if (key == "backlog_days") {
        GP_CHECK(steps(item, kMostDays, r_.backlog_days));
      } else if (key == "reopened" && (item.text() == "continue" || item.text() == "restart")) {
        r_.restart_when_reopened = item.text() == "restart";
      } else {
        return unknown(key, item);
      }
    }
    return Done{};
  }

  static Status steps(doc::View value, std::int64_t most, std::vector<std::int64_t>& into) {
    std::vector<std::int64_t> all;
    for (const doc::View item : value.items()) {
      const auto whole = item.integer();
      if (!whole || *whole < 1 || *whole > most || (!all.empty() && *whole <= all.back()))
        return wrong(item, fmt::format("expected ascending whole numbers from 1 to {}", most));
      all.push_back(*whole);
    }
    if (all.empty() || all.size() > kMostSteps) return wrong(value, "expected a list of 1 to 20 numbers");
    into = std::move(all);
    return Done{};
  }

  Rules& r_;
};

Rules load() {
  constexpr const char* kName = "rules/lifecycle.yaml";
  const auto bytes = find_resource(kName);
  GP_ASSERT(bytes.has_value());
  Rules none;
  none.confirmations.fill(1);
  auto rules = read_rules(std::string(*bytes), kName, none);
  GP_ASSERT(rules.ok());
  return std::move(*rules);
}

}  // namespace

const Rules& built_in_rules() {
  static const Rules rules = load();
  return rules;
}

Result<Rules> read_rules(std::string text, const std::string& name, const Rules& before) {
  GP_TRY(const doc::Document document, doc::parse_yaml(std::move(text), name));
  Rules rules = before;
  GP_CHECK(Reader(rules).read(document.root()));
  return rules;
}

}  // namespace gatepost::ledger
