#include "risk/cvss.hpp"

#include <fmt/core.h>

#include "base/text.hpp"

namespace gatepost::risk {
namespace {

struct Metric {
  std::string_view name;
  std::string_view values;  // one letter each, X for "not defined"
  bool base;
};
constexpr std::array<Metric, 22> kMetricTable = {{
    {"AV", "NALP", true},   {"AC", "LH", true},     {"PR", "NLH", true},     {"UI", "NR", true},
    {"S", "UC", true},      {"C", "HLN", true},     {"I", "HLN", true},      {"A", "HLN", true},
    {"E", "XUPFH", false},  {"RL", "XOTWU", false}, {"RC", "XURC", false},   {"CR", "XLMH", false},
    {"IR", "XLMH", false},  {"AR", "XLMH", false},  {"MAV", "XNALP", false}, {"MAC", "XLH", false},
    {"MPR", "XNLH", false}, {"MUI", "XNR", false},  {"MS", "XUC", false},    {"MC", "XHLN", false},
    {"MI", "XHLN", false},  {"MA", "XHLN", false},
}};

std::size_t metric_index(std::string_view name) {
  for (std::size_t i = 0; i < kMetricTable.size(); ++i) {
    if (kMetricTable[i].name == name) return i;
  }
  return kMetricTable.size();
}

// Fixed point with 18 decimals. Products of numbers below 100 stay far below the range, and the error of 15 truncated
// multiplications stays below 1e-16; no base vector's exact score is that close to a rounding boundary (the tests go
// through all of them).
__extension__ using Wide = __int128;
constexpr Wide kOne = 1'000'000'000'000'000'000;

Wide multiply(Wide a, Wide b) { return a * b / kOne; }
Wide hundredths(int value) { return kOne / 100 * value; }

int impact_weight(char value) { return value == 'H' ? 56 : value == 'L' ? 22 : 0; }

int attack_vector_weight(char value) {
  switch (value) {
    case 'N':
      return 85;
    case 'A':
      return 62;
    case 'L':
      return 55;
    default:
      return 20;
  }
}

int privileges_weight(char value, bool scope_changed) {
  if (value == 'N') return 85;
  if (value == 'L') return scope_changed ? 68 : 62;
  return scope_changed ? 50 : 27;
}

// 7.52 × (iss - 0.029) - 3.25 × (iss - 0.02)^15, or 6.42 × iss.
Wide impact(Wide iss, bool scope_changed) {
  if (!scope_changed) return multiply(kOne / 100 * 642, iss);
  const Wide shifted = iss - kOne / 100 * 2;
  Wide power = kOne;
  for (int i = 0; i < 15; ++i) power = multiply(power, shifted);
  return multiply(kOne / 100 * 752, iss - kOne / 1000 * 29) - multiply(kOne / 100 * 325, power);
}

// v3.1, appendix A: to five decimals, then up to one. v3.0: up to one decimal.
int round_up(Wide value, CvssVector::Version version) {
  if (version == CvssVector::Version::v31) {
    const Wide unit = kOne / 100'000;
    const Wide rounded = (value + unit / 2) / unit;
    return static_cast<int>(rounded % 10'000 == 0 ? rounded / 10'000 : rounded / 10'000 + 1);
  }
  const Wide tenth = kOne / 10;
  // What is left of truncation errors does not push an exact tenth up.
  const Wide noise = 100;
  return static_cast<int>((value - noise + tenth - 1) / tenth);
}

}  // namespace

char CvssVector::value(std::string_view metric) const { return values_[metric_index(metric)]; }

Result<CvssVector> CvssVector::parse(std::string_view text) {
  const auto refuse = [&](const std::string& why) {
    return error(ErrorKind::bad_input, fmt::format("CVSS vector \"{}\": {}", text::printable(text), why));
  };
  CvssVector vector;
  if (text.starts_with("CVSS:3.1/")) {
    vector.version_ = Version::v31;
  } else if (text.starts_with("CVSS:3.0/")) {
    vector.version_ = Version::v30;
  } else {
    return refuse("expected CVSS:3.0/ or CVSS:3.1/ at the start");
  }
  for (const std::string_view part : text::split(text.substr(9), '/')) {
    const std::size_t colon = part.find(':');
    const std::size_t index = metric_index(part.substr(0, colon));
    if (index == kMetricTable.size() || colon == std::string_view::npos) {
      return refuse(fmt::format("unknown metric \"{}\"", text::printable(part, 20)));
    }
    const std::string_view value = part.substr(colon + 1);
    if (value.size() != 1 || kMetricTable[index].values.find(value[0]) == std::string_view::npos) {
      return refuse(fmt::format("{} cannot be \"{}\"", kMetricTable[index].name, text::printable(value, 20)));
    }
    if (vector.values_[index] != '\0') return refuse(fmt::format("{} is given twice", kMetricTable[index].name));
    vector.values_[index] = value[0];
  }
  for (std::size_t i = 0; i < kMetricTable.size(); ++i) {
    if (kMetricTable[i].base && vector.values_[i] == '\0')
      return refuse(fmt::format("{} is missing", kMetricTable[i].name));
  }
  return vector;
}

int CvssVector::base_tenths() const {
  const bool changed = value("S") == 'C';
  const Wide kept =
      multiply(multiply(hundredths(100 - impact_weight(value("C"))), hundredths(100 - impact_weight(value("I")))),
               hundredths(100 - impact_weight(value("A"))));
  const Wide impact_score = impact(kOne - kept, changed);
  if (impact_score <= 0) return 0;
  const Wide attack = multiply(hundredths(attack_vector_weight(value("AV"))), hundredths(value("AC") == 'L' ? 77 : 44));
  const Wide user =
      multiply(hundredths(privileges_weight(value("PR"), changed)), hundredths(value("UI") == 'N' ? 85 : 62));
  const Wide exploitability = multiply(kOne / 100 * 822, multiply(attack, user));
  Wide total = impact_score + exploitability;
  if (changed) total = multiply(kOne / 100 * 108, total);
  const Wide ten = 10 * kOne;
  return round_up(total < ten ? total : ten, version_);
}

}  // namespace gatepost::risk
